"""Which packages a repository's own manifests say that it is: the rows of `packages`.

By them, what other repositories declare leads back to the repository that makes it.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import canonicalize_name

from connectors.contract import Record
from connectors.git import paths
from connectors.git.declarations import Source, name_pattern, table
from connectors.git.facts import FactTable, Report, Unparsable, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.manifests_code import Values, python_tree, setup_calls
from connectors.git.manifests_other import json_object
from connectors.git.manifests_python import toml
from connectors.git.remotes import Remote

TABLE = "packages"
_GO_MODULE = re.compile(r"^module\s+\"?(?P<module>[^\s\"]+)", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """One package by the name that its index compares."""

    ecosystem: str
    package: str
    line: int | None = field(default=None, compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same package on another line."""
        return self.ecosystem, self.package


def detector() -> FactTable[Package]:
    """The detector of one repository's own packages."""
    return FactTable(TABLE, Package, _reads, parse, record)


def _reads(path: str) -> bool:
    return paths.name_of(path) in READERS and not paths.is_third_party(path) and not paths.is_fixture(path)


def parse(path: str, text: str, report: Report) -> Mapping[Name, Package]:  # noqa: ARG001 - every parser has the same signature
    """The package that a manifest makes, if it makes one for others.

    What `manifest_declarations` sets aside as unreadable is not told a second time.
    """
    ecosystem, reader = READERS[paths.name_of(path)]
    try:
        name = next(iter(reader(text)), "")
    except Unparsable:
        return {}
    if not name:
        return {}
    line, _ = Source(text).find(name_pattern(name))
    package = Package(ecosystem, canonicalize_name(name) if ecosystem == "pypi" else name.lower(), line)
    return {package.name: package}


def _pyproject(text: str) -> Iterator[str]:
    data = toml(text)
    yield from _told(table(data.get("project")), table(table(data.get("tool")).get("poetry")))


def _setup_cfg(text: str) -> Iterator[str]:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except ConfigError:
        return
    if parser.has_option("metadata", "name"):
        yield parser.get("metadata", "name").strip()


def _setup_py(text: str) -> Iterator[str]:
    root = python_tree(text)
    given = Values.of(root)
    for call in setup_calls(root):
        for keyword, value in given.keywords(call):
            if keyword == "name" and not isinstance(value, ast.Dict):
                yield from given.texts(value)[:1]


def _package_json(text: str) -> Iterator[str]:
    data = json_object(text)
    if data.get("private") is not True:
        yield from _told(data)


def _cargo(text: str) -> Iterator[str]:
    package = table(toml(text).get("package"))
    if package.get("publish") not in (False, []):
        yield from _told(package)


def _go(text: str) -> Iterator[str]:
    match = _GO_MODULE.search(text)
    if match:
        yield match["module"]


def _told(*tables: dict[str, Any]) -> Iterator[str]:
    return (name.strip() for one in tables if isinstance(name := one.get("name"), str))


READERS: Mapping[str, tuple[str, Callable[[str], Iterator[str]]]] = {
    "pyproject.toml": ("pypi", _pyproject),
    "setup.cfg": ("pypi", _setup_cfg),
    "setup.py": ("pypi", _setup_py),
    "package.json": ("npm", _package_json),
    "cargo.toml": ("cargo", _cargo),
    "go.mod": ("go", _go),
}
"""By file name, lowercased: index and reader."""


def record(interval: Interval[Package], remote: Remote) -> Record:
    """Everything as introduced; where the line is now is in the raw part."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "ecosystem": first.ecosystem,
        "package": first.package,
        "_raw": states(interval, lambda package: {"line": package.line}),
    }
