"""GitHub Actions: what workflows and composite actions call, and the scripts that their steps run."""

from collections.abc import Iterator
from typing import Any

import yaml

from connectors.git import yaml_nodes as nodes
from connectors.git.ci import Found, Place, is_off, is_on, split_reference
from connectors.git.facts import Unparsable


def workflow(text: str) -> Iterator[Found]:
    """A job calls one reusable workflow, or has steps that call actions and run scripts."""
    for job, node in nodes.items(_mapping(text).get("jobs")).items():
        details = nodes.items(node)
        place = Place(details, 1, job=job, is_advisory=_is_advisory(details))
        yield from _uses(place, "reusable")
        yield from _steps(details.get("steps"), place)


def action(text: str) -> Iterator[Found]:
    """A composite action's steps run inside whatever job calls it."""
    yield from _steps(nodes.items(_mapping(text).get("runs")).get("steps"), Place({}, 1))


def _mapping(text: str) -> dict[str, Any]:
    root = nodes.composed(text)
    if isinstance(root, yaml.SequenceNode):
        raise Unparsable("a mapping was expected at the top, this is a sequence")
    return nodes.items(root)


def _steps(steps: Any, job: Place) -> Iterator[Found]:
    for node in steps.value if isinstance(steps, yaml.SequenceNode) else []:
        details = nodes.items(node)
        place = Place(details, 2, None, job.job, nodes.first_text(details, "name", "id"), job.is_advisory or _is_advisory(details))
        yield from _uses(place, "action")
        yield from place.snippets("run")


def _uses(place: Place, kind: str) -> Iterator[Found]:
    """Nothing for local paths (`./x`), which are this repository's own, and for container images."""
    node = place.details.get("uses")
    found = split_reference(nodes.scalar(node) or "")
    if found:
        yield place.reference(kind, *found, node)


def _is_advisory(details: dict[str, Any]) -> bool:
    return is_on(details.get("continue-on-error")) or is_off(details.get("if"))
