"""Which files declare dependencies, who parses them, and the rows of `manifest_declarations`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from connectors.contract import Record
from connectors.git import ci_files, locks, manifests_code, manifests_other, manifests_python, paths, submodules
from connectors.git.declarations import Declaration
from connectors.git.facts import FactTable, Parse, Report, states
from connectors.git.intervals import Interval, Name, span, traced
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote

TABLE = "manifest_declarations"

PARSERS: Sequence[tuple[re.Pattern[str], Parse[Declaration]]] = [
    (re.compile(r"pyproject\.toml"), manifests_python.pyproject),
    (re.compile(r"([\w.-]*[-_.])?requirements?([-_.][\w.-]*)?\.(txt|in|lock)"), manifests_python.requirements),
    (re.compile(r"setup\.cfg"), manifests_python.setup_cfg),
    (re.compile(r"setup\.py"), manifests_code.setup_py),
    (re.compile(r"pipfile"), manifests_python.pipfile),
    (re.compile(r"package\.json"), manifests_other.package_json),
    (re.compile(r"go\.mod"), manifests_other.go_mod),
    (re.compile(r"cargo\.toml"), manifests_other.cargo_toml),
    (re.compile(r"pixi\.toml"), manifests_other.pixi_toml),
    (re.compile(r"(conda[-_.]?)?environment([-_.][\w.-]*)?\.ya?ml|conda([-_.][\w.-]*)?\.ya?ml"), manifests_other.conda),
]
"""By file name, lowercased."""
IN_REQUIREMENTS_FOLDER = re.compile(r"(.*/)?[\w.-]*requirements[\w.-]*/[^/]+\.(txt|in)", re.IGNORECASE)


def table(remote: Remote, packages: Iterable[str]) -> FactTable[Declaration]:
    """The detector of one repository's declarations; of lock files only `packages` are kept."""
    wanted = locks.kept(list(packages))
    reads = partial(_reads, bool(wanted))
    return FactTable(TABLE, Declaration, reads, partial(_parse, submodules.Submodules(remote), wanted), record, _trace)


def _reads(has_artifacts: bool, path: str) -> bool:
    """Scripts may be many: they are opened only where there is something to look for."""
    parser = _parser(path)
    if parser == manifests_code.script and not has_artifacts:
        return False
    is_manifest = path == submodules.FILE or locks.reader(paths.name_of(path)) or parser
    return bool(is_manifest) and not paths.is_third_party(path) and not paths.is_fixture(path)


def _parser(path: str) -> Parse[Declaration] | None:
    if IN_REQUIREMENTS_FOLDER.fullmatch(path):
        return manifests_python.requirements
    name = paths.name_of(path)
    if ci_files.system_of(path) == "docker":
        return manifests_code.image
    by_name = next((parser for pattern, parser in PARSERS if pattern.fullmatch(name)), None)
    return by_name or (manifests_code.script if name.endswith(".py") else None)


def _parse(modules: submodules.Submodules, packages: frozenset[str], path: str, text: str, report: Report) -> Mapping[Name, Declaration]:
    if path == submodules.FILE:
        return modules.parse(path, text, report)
    locked = locks.reader(paths.name_of(path))
    if locked:
        return locks.parse(locked, text, packages)
    parser = _parser(path)
    return parser(path, text, report) if parser else {}


def _trace(
    landings: Sequence[Landing],
    facts: Mapping[tuple[str, str], Mapping[Name, Declaration] | None],
    reads: Iterable[str],
) -> list[Interval[Declaration]]:
    """Files as they changed; submodules also as their commits came and went."""
    files = set(reads)
    modules = submodules.trace(landings, facts) if submodules.FILE in files else []
    return [*traced(landings, facts, files - {submodules.FILE}), *modules]


def record(interval: Interval[Declaration], remote: Remote) -> Record:
    """Specification and scope as last seen, line and URL as introduced: the proof does not move when a version does."""
    return {
        **span(interval, remote, interval.first.line),
        "ecosystem": interval.first.ecosystem,
        "package": interval.first.package,
        "spec": interval.last.spec,
        "scope": interval.last.scope,
        "_raw": states(interval, _described),
    }


def _described(declaration: Declaration) -> Record:
    return {"line": declaration.line, "text": declaration.text, "spec": declaration.spec, "scope": declaration.scope}
