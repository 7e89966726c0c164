"""One declared dependency, and what every manifest parser needs to make it: scopes, source lines, the merging of repetitions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from connectors.git.facts import Report
from connectors.git.intervals import Name
from connectors.markdown import without_credentials

SCOPES = ("runtime", "build", "optional", "dev", "lock")
"""Strongest first. `lock` is what a resolver wrote: present, but nobody's declaration."""
DEV_WORDS = {"dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "ci", "typing", "types", "qa"}
_COMMENT = re.compile(r"\s*(#|//|;)")


@dataclass(frozen=True)
class Declaration:
    """One package that one manifest asks for; where its line stands is no part of what it says."""

    ecosystem: str
    package: str
    spec: str
    scope: str
    line: int | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same declaration when its version or place changes."""
        return self.ecosystem, self.package


class Source:
    """The text of a manifest, to find the line on which something stands; lines that are comments hold nothing."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if not _COMMENT.match(line)]

    def find(self, *needles: str) -> tuple[int | None, str]:
        """Number and text of the first line with the first needle that stands anywhere; needles are regular expressions."""
        for needle in needles:
            pattern = _pattern(needle)
            for number, line in self._lines:
                if pattern.search(line):
                    return number, line.strip()
        return None, ""

    def declare(self, ecosystem: str, package: str, spec: Any, scope: str, *needles: str) -> Declaration:
        """A declaration with the line that the needles find."""
        line, text = self.find(*needles)
        wording = without_credentials(spec if isinstance(spec, str) else str(spec))
        return Declaration(ecosystem, package, wording, scope, line, without_credentials(text)[:300])


@lru_cache(maxsize=10_000)
def _pattern(needle: str) -> re.Pattern[str]:
    """Compiled once: a history asks for the same packages in every version of a file."""
    return re.compile(needle, re.IGNORECASE)


@lru_cache(maxsize=10_000)
def _requirement(text: str) -> Requirement:
    return Requirement(text)


def strongest(declarations: Iterable[Declaration]) -> dict[Name, Declaration]:
    """One declaration for each package: of several in one file the one with the strongest scope, the earliest of equals."""
    ranked = sorted(declarations, key=lambda declaration: SCOPES.index(declaration.scope))
    answer: dict[Name, Declaration] = {}
    for declaration in ranked:
        answer.setdefault(declaration.name, declaration)
    return answer


def group_scope(group: str, otherwise: str) -> str:
    """Whether the name of an extra, a group or a file says that it serves development."""
    return "dev" if DEV_WORDS & set(re.split(r"[^a-z0-9]+", group.lower())) else otherwise


def requirement(source: Source, text: str, scope: str, report: Report) -> Declaration | None:
    """A PEP 508 requirement as a declaration; one that does not parse is reported, and the others go on."""
    try:
        parsed = _requirement(text)
    except InvalidRequirement as failure:
        report(f"requirement {text[:100]!r}: {str(failure).splitlines()[0]}")
        return None
    spec = f"@ {parsed.url}" if parsed.url else str(parsed.specifier)
    return source.declare("pypi", canonicalize_name(parsed.name), spec, scope, re.escape(text), name_pattern(parsed.name))


def name_pattern(name: str) -> str:
    """A regular expression for a name that is not part of a longer one."""
    return rf"(?<![\w.-]){re.escape(name)}(?![\w-])"


def table(value: Any) -> dict[str, Any]:
    """The value if it is a table, else an empty one: people write anything into manifests."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """The texts of a list; anything else in it, or instead of it, is left out."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
