"""Lock files: what resolvers chose. Only packages of configured artifacts are kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from connectors.git.declarations import Declaration, Source, name_pattern, strongest, table
from connectors.git.intervals import Name
from connectors.git.manifests_other import json_object
from connectors.git.manifests_python import toml
from connectors.git.yaml_nodes import loaded

Locked = Callable[[str], Iterator[tuple[str, str, str]]]
"""From a lock file's text to ecosystem, package and version."""
_YARN_VERSION = re.compile(r'\s+version\s+"?([^"\s]+)"?')
_NPM_NAME = re.compile(r"(?:npm:)?(@[^@/\s]+/[^@\s]+|[^@\s]+)")
_PNPM_KEY = re.compile(r"/?(?P<name>@[^/@]+/[^/@]+|[^/@]+)[/@](?P<version>\d[^()_/]*)")
_GO_SUM = re.compile(r"(?P<module>\S+) (?P<version>v\S+) h1:\S+")
_CONDA_FILE = re.compile(r".*/(?P<name>[^/]+)-(?P<version>[^/-]+)-[^/-]+(\.conda|\.tar\.bz2)([#?].*)?")


def _toml_lock(key: str, ecosystem: str) -> Locked:
    """Arrays of tables, as uv, Poetry, PDM, Cargo and PEP 751 write them; the project itself stands there as editable or virtual."""

    def locked(text: str) -> Iterator[tuple[str, str, str]]:
        packages = toml(text).get(key)
        for package in map(table, packages if isinstance(packages, list) else []):
            is_own = bool({"editable", "virtual"} & set(table(package.get("source"))))
            if not is_own and isinstance(package.get("name"), str):
                yield ecosystem, package["name"], str(package.get("version", ""))

    return locked


def _pipfile_lock(text: str) -> Iterator[tuple[str, str, str]]:
    data = json_object(text)
    for section in data if data else ():
        for name, details in table(data[section]).items() if section != "_meta" else ():
            yield "pypi", name, str(table(details).get("version", ""))


def _package_lock(text: str) -> Iterator[tuple[str, str, str]]:
    """Since version 2 keyed by path below `node_modules`; before by name."""
    data = json_object(text)
    for place, details in table(data.get("packages")).items():
        if "node_modules/" in place and not table(details).get("link"):
            name = table(details).get("name") or place.rsplit("node_modules/", 1)[1]
            yield "npm", str(name), str(table(details).get("version", ""))
    for name, details in {} if "packages" in data else table(data.get("dependencies")).items():
        yield "npm", name, str(table(details).get("version", ""))


def _yarn_lock(text: str) -> Iterator[tuple[str, str, str]]:
    """Version 1 is a format of its own; since version 2 it is YAML, in which workspaces stand beside packages."""
    if "\n__metadata:" in f"\n{text}":
        for key, details in table(loaded(text)).items():
            name, _, place = str(table(details).get("resolution", "")).rpartition("@")
            if key != "__metadata" and not place.startswith("workspace:"):
                yield "npm", _npm_name(name), str(table(details).get("version", ""))
        return
    names: list[str] = []
    for line in text.splitlines():
        if line[:1] not in {"", " ", "#"}:
            names = [_npm_name(wanted.strip(' "')) for wanted in line.rstrip(":").split(",")]
        elif match := _YARN_VERSION.fullmatch(line):
            yield from (("npm", name, match[1]) for name in dict.fromkeys(names))


def _npm_name(wanted: str) -> str:
    """The package that a range asks for: `a@^1`, `@x/a@^1`; of an alias, `b@npm:a@^1`, what is really installed."""
    _, is_alias, real = wanted.partition("@npm:")
    match = _NPM_NAME.match(real if is_alias and not re.match(r"[\d^~<>=*]", real) else wanted)
    return match[1] if match else wanted


def _pnpm_lock(text: str) -> Iterator[tuple[str, str, str]]:
    """Keys of `packages`: `/name/1.0`, `/name@1.0`, `name@1.0`, by version of the format."""
    for key in table(table(loaded(text)).get("packages")):
        match = _PNPM_KEY.match(str(key))
        if match:
            yield "npm", match["name"], match["version"]


def _go_sum(text: str) -> Iterator[tuple[str, str, str]]:
    """Modules whose content was needed; where only the `go.mod` of a module was, nothing of it is built in."""
    for match in map(_GO_SUM.fullmatch, text.splitlines()):
        if match and not match["version"].endswith("/go.mod"):
            yield "go", match["module"], match["version"]


def _conda_lock(text: str) -> Iterator[tuple[str, str, str]]:
    """conda-lock's unified file, which locks for conda and for pip."""
    packages = table(loaded(text)).get("package")
    for package in map(table, packages if isinstance(packages, list) else []):
        ecosystem = "pypi" if package.get("manager") == "pip" else "conda"
        yield ecosystem, str(package.get("name", "")), str(package.get("version", ""))


def _pixi_lock(text: str) -> Iterator[tuple[str, str, str]]:
    """Packages by the address of their file; those of PyPI have their name beside it."""
    packages = table(loaded(text)).get("packages")
    for package in map(table, packages if isinstance(packages, list) else []):
        match = _CONDA_FILE.fullmatch(str(package.get("conda", "")))
        if match:
            yield "conda", match["name"], match["version"]
        elif "pypi" in package or package.get("kind") == "pypi":
            yield "pypi", str(package.get("name", "")), str(package.get("version", ""))


def _explicit(text: str) -> Iterator[tuple[str, str, str]]:
    """Conda's explicit lists: one address a line."""
    for match in map(_CONDA_FILE.fullmatch, text.splitlines()):
        if match:
            yield "conda", match["name"], match["version"]


_BY_NAME: Mapping[str, Locked] = {
    **dict.fromkeys(("uv.lock", "poetry.lock", "pdm.lock"), _toml_lock("package", "pypi")),
    "pylock.toml": _toml_lock("packages", "pypi"),
    "pipfile.lock": _pipfile_lock,
    **dict.fromkeys(("package-lock.json", "npm-shrinkwrap.json"), _package_lock),
    "yarn.lock": _yarn_lock,
    **dict.fromkeys(("pnpm-lock.yaml", "pnpm-lock.yml"), _pnpm_lock),
    "go.sum": _go_sum,
    "cargo.lock": _toml_lock("package", "cargo"),
    **dict.fromkeys(("conda-lock.yml", "conda-lock.yaml"), _conda_lock),
    "pixi.lock": _pixi_lock,
}
_BY_PATTERN: Mapping[re.Pattern[str], Locked] = {
    re.compile(r"pylock\.[\w.-]+\.toml"): _toml_lock("packages", "pypi"),
    re.compile(r"[\w.-]*\.conda-lock\.ya?ml"): _conda_lock,
    re.compile(r"conda[\w.-]*(lock|explicit|linux|osx|win)[\w.-]*\.(txt|lock)"): _explicit,
}


def reader(file_name: str) -> Locked | None:
    """Who reads a lock file of this name, lowercased; None for other files."""
    return _BY_NAME.get(file_name) or next((locked for pattern, locked in _BY_PATTERN.items() if pattern.fullmatch(file_name)), None)


def parse(locked: Locked, text: str, packages: frozenset[str]) -> dict[Name, Declaration]:
    """The configured packages that a lock file holds; a file that names none of them is not even parsed.

    Raises:
        Unparsable: it is not in its format.
    """
    lowered = text.lower()
    squeezed = canonicalize_name(lowered)
    if not any(package in lowered or package in squeezed for package in packages):
        return {}
    source = Source(text)
    return strongest(
        source.declare(ecosystem, normal, version, "lock", name_pattern(name))
        for ecosystem, name, version in locked(text)
        if (normal := normalised_package(ecosystem, name)) in packages
    )


def normalised_package(ecosystem: str, name: str) -> str:
    """Package names as their index compares them."""
    return canonicalize_name(name) if ecosystem == "pypi" else name.lower()


def kept(packages: Any) -> frozenset[str]:
    """The spellings under which locks hold these packages."""
    return frozenset(canonicalize_name(package) for package in packages) | frozenset(package.lower() for package in packages)
