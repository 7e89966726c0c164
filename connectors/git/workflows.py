"""What files of continuous integration use of others, and the rows of `workflow_uses`.

Of what their scripts run, only packages of configured artifacts count. A shell script or makefile counts while a file that
a machine reads by itself calls it, directly or through other scripts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from connectors.contract import Record
from connectors.git import ci_files
from connectors.git.ci import Reference, Snippet
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, Tracker, span, touched
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote
from connectors.git.shell import Command
from connectors.git.tooling import runs, scripts
from connectors.markdown import without_credentials

TABLE = "workflow_uses"
OWN = "own_script"
"""Kind of a call of a script of the same repository; no row, but what brings that script's rows into force."""


@dataclass(frozen=True)
class Use:
    """One thing of another repository that a file calls."""

    uses: str
    ref: str
    job: str | None
    step: str | None
    kind: str
    system: str
    is_advisory: bool
    """Its failure cannot fail the run, or it never runs."""
    line: int = field(compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same use when its ref or its job changes."""
        return (self.uses, OWN) if self.kind == OWN else (self.uses,)


def table(packages: Iterable[str]) -> FactTable[Use]:
    """The detector of one repository's uses; of commands only those of `packages` are kept."""
    wanted: dict[str, str] = {canonicalize_name(package): package for package in packages}
    return FactTable(TABLE, Use, lambda path: ci_files.system_of(path) is not None, partial(parse, wanted), record, trace)


def parse(packages: Mapping[str, str], path: str, text: str, report: Report) -> Mapping[Name, Use]:  # noqa: ARG001 - every parser has the same signature
    """Uses by name; of several of one thing the first that counts, else the first."""
    system = ci_files.system_of(path) or ""
    found = ci_files.read(path, text)
    referred = (_referred(system, reference) for reference in found if isinstance(reference, Reference))
    commanded = (use for command, snippet in ci_files.executed(found) for use in _commanded(system, packages, command, snippet))
    answer: dict[Name, Use] = {}
    for use in sorted(chain(referred, commanded), key=lambda use: use.is_advisory):
        answer.setdefault(use.name, use)
    return answer


def _referred(system: str, found: Reference) -> Use:
    uses = without_credentials(found.uses)
    return Use(uses, found.ref, found.job, found.step, found.kind, system, found.is_advisory, found.line)


def _commanded(system: str, packages: Mapping[str, str], command: Command, snippet: Snippet) -> Iterator[Use]:
    """Programs of the packages, by the name of the package, and scripts of the repository itself."""
    is_advisory = snippet.is_advisory or command.is_advisory
    for _, name, ref in runs(command.words):
        package = packages.get(canonicalize_name(name.partition(".")[0] if "/" not in name else name))
        if package:
            yield Use(package, ref, snippet.job, snippet.step, "command", system, is_advisory, command.line)
    for path in scripts(command.words):
        yield Use(path, "", snippet.job, snippet.step, OWN, system, is_advisory, command.line)


Facts = Mapping[tuple[str, str], Mapping[Name, Use] | None]


def trace(landings: Sequence[Landing], facts: Facts, reads: Iterable[str]) -> list[Interval[Use]]:
    """Intervals of the files in force: those of a system always, scripts while they are called."""
    paths = set(reads)
    standing: dict[str, Mapping[Name, Use]] = {}
    before: dict[str, Mapping[Name, Use]] = {}
    tracker: Tracker[Use] = Tracker()
    for landing in landings:
        changed = {
            path: found
            for path, side in touched(landing)
            if path in paths and (found := facts.get((path, side.blob), {}) if side else {}) is not None
        }
        if changed:
            standing = {path: found for path, found in {**standing, **changed}.items() if found}
            current = in_force(standing)
            for path in sorted({*before, *current}):
                if path in changed or before.get(path) != current.get(path):
                    tracker.observe(landing, path, current.get(path, {}))
            before = current
    return tracker.intervals


def in_force(standing: Mapping[str, Mapping[Name, Use]]) -> dict[str, Mapping[Name, Use]]:
    """What each file uses; a script that is only called where failures do not count is advisory as a whole."""
    answer: dict[str, Mapping[Name, Use]] = {}
    for path, is_advisory in _called(standing).items():
        uses = {name: use for name, use in standing[path].items() if use.kind != OWN}
        answer[path] = {name: replace(use, is_advisory=True) for name, use in uses.items()} if is_advisory else uses
    return answer


def _called(standing: Mapping[str, Mapping[Name, Use]]) -> dict[str, bool]:
    """Files that run, and whether only in places where a failure does not count; calls that count are followed first."""
    by_name: dict[str, list[str]] = {}
    for path in standing:
        by_name.setdefault(PurePosixPath(path).name.lower(), []).append(path)
    reached: dict[str, bool] = {}
    counting = [path for path in standing if ci_files.system_of(path) != ci_files.SCRIPT]
    shrugged: list[str] = []
    while counting or shrugged:
        is_advisory = not counting
        path = (counting or shrugged).pop()
        if path in reached:
            continue
        reached[path] = is_advisory
        for use in standing[path].values():
            if use.kind == OWN:
                callees = [each for each in by_name.get(PurePosixPath(use.uses).name.lower(), []) if _is_meant(use.uses, each)]
                (shrugged if is_advisory or use.is_advisory else counting).extend(callees)
    return reached


def _is_meant(called: str, path: str) -> bool:
    """Whether a path in a script can be this file: the script may have changed its folder before."""
    return f"/{path}".lower().endswith("/" + re.sub(r"^(\.{1,2}/)+", "", called).lower())


def record(interval: Interval[Use], remote: Remote) -> Record:
    """Ref, job and force as last seen, line and URL as introduced."""
    last = interval.last
    return {
        **span(interval, remote, interval.first.line),
        "uses": last.uses,
        "ref": last.ref,
        "job": last.job,
        "step": last.step,
        "kind": last.kind,
        "system": last.system,
        "is_advisory": last.is_advisory,
        "_raw": states(interval, _described),
    }


def _described(use: Use) -> Record:
    return {"line": use.line, "uses": f"{use.uses}@{use.ref}", "job": use.job, "step": use.step, "is_advisory": use.is_advisory}
