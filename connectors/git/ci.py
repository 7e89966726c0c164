"""Configuration of continuous integration, whichever system reads it: the references and shell scripts in one file.

A `Reference` is something of somebody else that the file uses; a `Snippet` is shell text that a job runs. What they mean for
the configured artifacts is decided in `workflows.py`, what they install in `manifests.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from connectors.git import yaml_nodes as nodes

TRUE = re.compile(r"(\$\{\{\s*)?true(\s*\}\})?", re.IGNORECASE)
FALSE = re.compile(r"(\$\{\{\s*)?(false|never)(\s*\}\})?", re.IGNORECASE)
MOST_PLACES = 20_000
"""Mappings looked at in one file: aliases of aliases can make a small file endless."""


@dataclass(frozen=True)
class Reference:
    """One thing of another repository, or of a registry, that a file uses."""

    kind: str
    uses: str
    ref: str
    line: int
    job: str | None = None
    step: str | None = None
    is_advisory: bool = False


@dataclass(frozen=True)
class Snippet:
    """Shell text, the line on which it begins, and the job that runs it."""

    text: str
    line: int
    job: str | None = None
    step: str | None = None
    is_advisory: bool = False


Found = Reference | Snippet


@dataclass(frozen=True)
class Place:
    """One mapping of a configuration file, with the job around it."""

    details: Mapping[str, Any]
    depth: int
    key: str | None = None
    job: str | None = None
    step: str | None = None
    is_advisory: bool = False

    def reference(self, kind: str, uses: str, ref: str, node: Any) -> Reference:
        """A reference in this place."""
        return Reference(kind, uses, ref, nodes.line(node), self.job, self.step, self.is_advisory)

    def snippets(self, *keys: str) -> Iterator[Snippet]:
        """The scripts under these keys, each a text or a list of texts."""
        for key in keys:
            for node in nodes.members(self.details.get(key)):
                for member in nodes.members(node):
                    text = nodes.scalar(member)
                    if text:
                        yield Snippet(text, nodes.line(member), self.job, self.step, self.is_advisory)


def is_on(node: Any) -> bool:
    """Whether a value says yes."""
    return bool(TRUE.fullmatch((nodes.scalar(node) or "").strip()))


def is_off(node: Any) -> bool:
    """Whether a value says no, or never."""
    return bool(FALSE.fullmatch((nodes.scalar(node) or "").strip()))


@dataclass
class Walk:
    """Every mapping of a file, from the outside in; subclasses say what names a job and what makes it advisory."""

    left: int = MOST_PLACES

    def named(self, place: Place) -> Place:
        """The place with its job, step and force."""
        return place

    def places(self, root: Any) -> Iterator[Place]:
        """Places in the order of the file."""
        yield from self._below(root, Place({}, -1), frozenset())

    def _below(self, node: Any, around: Place, path: frozenset[int]) -> Iterator[Place]:
        if id(node) in path or self.left <= 0:
            return
        inside = path | {id(node)}
        if isinstance(node, yaml.SequenceNode):
            for member in node.value:
                yield from self._below(member, around, inside)
        elif isinstance(node, yaml.MappingNode):
            self.left -= 1
            details = nodes.items(node)
            place = self.named(replace(around, details=details, depth=around.depth + 1))
            yield place
            for key, value in details.items():
                yield from self._below(value, replace(place, key=key), inside)


_REFERENCE = re.compile(r"(?P<uses>[\w.-]+/[\w./-]+)@(?P<ref>\S+)")
REPOSITORY_REGISTRIES = ("ghcr.io/",)
"""Registries that name images like the repositories that they are built from."""


def split_reference(text: str) -> tuple[str, str] | None:
    """`owner/name/path@ref` as name and ref; None for local paths and images."""
    match = _REFERENCE.fullmatch(text)
    return (match["uses"], match["ref"]) if match else None


def image(text: str) -> tuple[str, str] | None:
    """A container image as `owner/name` and tag; None where its registry says nothing of the repository that it comes from."""
    name, _, digest = text.strip().lower().removeprefix("docker://").partition("@")
    registry = next((registry for registry in REPOSITORY_REGISTRIES if name.startswith(registry)), None)
    if registry is None or "$" in name:
        return None
    path, _, tag = name.removeprefix(registry).partition(":")
    return path, digest or tag
