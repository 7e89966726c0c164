"""Manifests of other languages than Python: npm, Go, Cargo, conda, pixi."""

import json
import re
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from connectors.git.declarations import Declaration, Source, group_scope, requirement, strongest, table, texts
from connectors.git.facts import Report, Unparsable
from connectors.git.intervals import Name
from connectors.git.manifests_python import toml
from connectors.git.yaml_nodes import loaded

_NPM_SECTIONS = {"dependencies": "runtime", "devDependencies": "dev", "peerDependencies": "optional", "optionalDependencies": "optional"}
_CARGO_SECTIONS = {"dependencies": "runtime", "dev-dependencies": "dev", "build-dependencies": "build"}
_PIXI_SECTIONS = {"dependencies": "conda", "host-dependencies": "conda", "pypi-dependencies": "pypi"}
_CONDA_SPEC = re.compile(r"^(?:(?P<channel>[\w./-]+)::?)?(?P<name>[\w.-]+)\s*(?P<spec>.*)$")
_GO_REQUIRE = re.compile(r"^(?:require\s+)?(?P<module>[^\s()]+)\s+(?P<version>v\S+)\s*(?P<indirect>//\s*indirect)?")
_GO_REPLACE = re.compile(r"^(?:replace\s+)?(?P<module>\S+)(?:\s+v\S+)?\s*=>\s*(?P<target>.+)$")


def json_object(text: str) -> dict[str, Any]:
    """A JSON object; `Unparsable` with the parser's message and position otherwise."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as failure:
        raise Unparsable(f"not JSON: {failure}") from failure
    if not isinstance(data, dict):
        raise Unparsable(f"a JSON object was expected, this is a {type(data).__name__}")
    return data


def package_json(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001 - every parser has the same signature
    """npm, yarn and pnpm; an alias (`npm:real@1`) counts as the package that is really installed."""
    data, source = json_object(text), Source(text)
    found: list[Declaration] = []
    for section, scope in _NPM_SECTIONS.items():
        for name, spec in table(data.get(section)).items():
            alias = re.match(r"npm:(@?[^@]+)@?", spec) if isinstance(spec, str) else None
            found.append(source.declare("npm", (alias[1] if alias else name).lower(), spec, scope, rf'"{re.escape(name)}"\s*:'))
    return strongest(found)


def go_mod(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """`require` lines and blocks; `// indirect` was put there by the tool, so it is `lock`; replacements belong to the specification."""
    source = Source(text)
    replaced = {
        match["module"]: match["target"].strip()
        for block, line in _go_lines(text)
        if block == "replace" and (match := _GO_REPLACE.match(line))
    }
    found: list[Declaration] = []
    for block, line in _go_lines(text):
        match = _GO_REQUIRE.match(line) if block == "require" else None
        if match:
            module = match["module"]
            spec = f"{match['version']} => {replaced[module]}" if module in replaced else match["version"]
            scope = "lock" if match["indirect"] else "runtime"
            found.append(source.declare("go", module.lower(), spec, scope, rf"{re.escape(module)}\s+{re.escape(match['version'])}"))
    return strongest(found)


def _go_lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines with the directive that they belong to, alone or in a block."""
    block = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("//") or not line:
            continue
        opening = re.match(r"(\w+)\s*\($", line)
        if opening or line == ")":
            block = opening[1] if opening else ""
        else:
            yield block or line.split()[0], line


def cargo_toml(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """Dependencies of the package, of its targets, and of the workspace."""
    data, source = toml(text), Source(text)
    tables = [data, *(table(target) for target in table(data.get("target")).values()), table(data.get("workspace"))]
    return strongest(
        _crate(source, name, value, scope)
        for owner in tables
        for section, scope in _CARGO_SECTIONS.items()
        for name, value in table(owner.get(section)).items()
    )


def _crate(source: Source, name: str, value: Any, scope: str) -> Declaration:
    details = table(value)
    package = str(details.get("package", name)).lower().replace("_", "-")
    spec = (
        value
        if isinstance(value, str)
        else ", ".join(f"{key} {item}" for key, item in details.items() if key not in {"package", "features", "optional"})
    )
    kind = "optional" if scope == "runtime" and details.get("optional") is True else scope
    return source.declare("cargo", package, spec, kind, rf"^\s*[\"']?{re.escape(name)}[\"']?\s*[=.]", rf"\.{re.escape(name)}\s*\]")


def conda(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """Conda's environment files; what they hand to pip are requirements of PyPI."""
    data, source = table(loaded(text)), Source(text)
    listed = data.get("dependencies")
    members = listed if isinstance(listed, list) else []
    pip = [line for member in members for line in texts(table(member).get("pip")) if not line.startswith("-")]
    found = [declaration for line in pip if (declaration := requirement(source, line, "runtime", report))]
    for text_ in texts(members):
        match = _CONDA_SPEC.match(text_)
        if match and match["name"] not in {"python", "pip"}:
            found.append(source.declare("conda", match["name"].lower(), match["spec"], "runtime", re.escape(text_)))
    return strongest(found)


def pixi_toml(path: str, text: str, report: Report) -> dict[Name, Declaration]:  # noqa: ARG001
    """Dependencies of the workspace, of its features and of its targets, from conda and from PyPI."""
    data, source = toml(text), Source(text)
    features = [(table(feature), group_scope(name, "optional")) for name, feature in table(data.get("feature")).items()]
    owners = [(data, "runtime"), *features]
    owners += [(table(target), scope) for owner, scope in owners for target in table(owner.get("target")).values()]
    found: list[Declaration] = []
    for owner, scope in owners:
        for section, ecosystem in _PIXI_SECTIONS.items():
            for name, value in table(owner.get(section)).items():
                spec = value if isinstance(value, str) else ", ".join(f"{key} {item}" for key, item in table(value).items())
                normal = canonicalize_name(name) if ecosystem == "pypi" else name.lower()
                if normal not in {"python", "pip"}:
                    found.append(source.declare(ecosystem, normal, spec, scope, rf"^\s*[\"']?{re.escape(name)}[\"']?\s*="))
    return strongest(found)
