"""`uses:` of GitHub workflows and composite actions, and the rows of `workflow_uses`.

Files are read as a graph of YAML nodes: keys stay text (`on` is no boolean), every value knows its line, and what is
commented out is not there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from connectors.contract import Record
from connectors.git.facts import FactTable, Report, Unparsable, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.manifests_other import Loader
from connectors.git.paths import is_fixture, is_third_party
from connectors.git.remotes import Remote

TABLE = "workflow_uses"
WORKFLOW = re.compile(r"\.github/workflows/[^/]+\.ya?ml", re.IGNORECASE)
ACTION = re.compile(r"(.*/)?action\.ya?ml")
_REFERENCE = re.compile(r"(?P<uses>[\w.-]+/[\w./-]+)@(?P<ref>\S+)")
_TRUE = re.compile(r"(\$\{\{\s*)?true(\s*\}\})?", re.IGNORECASE)
_FALSE = re.compile(r"(\$\{\{\s*)?false(\s*\}\})?", re.IGNORECASE)


@dataclass(frozen=True)
class Use:
    """One workflow or action of another repository that a file calls."""

    uses: str
    ref: str
    job: str | None
    step: str | None
    kind: str
    is_advisory: bool
    """Its failure cannot fail the run, or it never runs."""
    line: int = field(compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same use when its ref or its job changes."""
        return (self.uses,)


def table() -> FactTable[Use]:
    """The detector of one repository's uses."""
    return FactTable(TABLE, Use, _reads, parse, record)


def _reads(path: str) -> bool:
    is_own = not is_third_party(path) and not is_fixture(path)
    return is_own and bool(WORKFLOW.fullmatch(path) or ACTION.fullmatch(path))


def parse(path: str, text: str, report: Report) -> Mapping[Name, Use]:  # noqa: ARG001 - every parser has the same signature
    """Uses by name; of several of one thing the first that counts, else the first."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as failure:
        raise Unparsable(f"not YAML: {failure}") from failure
    if root is not None and not isinstance(root, yaml.MappingNode):
        raise Unparsable(f"a mapping was expected at the top, this is a {type(root).__name__.removesuffix('Node').lower()}")
    found = _in_workflow(root) if WORKFLOW.fullmatch(path) else _in_action(root)
    answer: dict[Name, Use] = {}
    for use in sorted(found, key=lambda use: use.is_advisory):
        answer.setdefault(use.name, use)
    return answer


def _in_workflow(root: Any) -> Iterator[Use]:
    """A job calls one reusable workflow, or has steps that call actions."""
    for job, node in _items(_items(root).get("jobs")).items():
        details = _items(node)
        is_advisory = _is_advisory(details)
        yield from _use(details, job, None, "reusable", is_advisory)
        yield from _in_steps(details.get("steps"), job, is_advisory)


def _in_action(root: Any) -> Iterator[Use]:
    """A composite action's steps run inside whatever job calls it."""
    yield from _in_steps(_items(_items(root).get("runs")).get("steps"), None, is_advisory=False)


def _in_steps(steps: Any, job: str | None, is_advisory: bool) -> Iterator[Use]:
    for node in steps.value if isinstance(steps, yaml.SequenceNode) else []:
        details = _items(node)
        step = _text(details.get("name")) or _text(details.get("id"))
        yield from _use(details, job, step, "action", is_advisory or _is_advisory(details))


def _use(details: Mapping[str, Any], job: str | None, step: str | None, kind: str, is_advisory: bool) -> Iterator[Use]:
    """Nothing for local paths (`./x`), which are this repository's own, and for container images."""
    node = details.get("uses")
    match = _REFERENCE.fullmatch(_text(node) or "")
    if match and node:
        yield Use(match["uses"], match["ref"], job, step, kind, is_advisory, line=node.start_mark.line + 1)


def _is_advisory(details: Mapping[str, Any]) -> bool:
    allowed = _text(details.get("continue-on-error")) or ""
    condition = _text(details.get("if")) or ""
    return bool(_TRUE.fullmatch(allowed.strip()) or _FALSE.fullmatch(condition.strip()))


def _items(node: Any) -> dict[str, Any]:
    """A mapping's values by the text of their keys; empty for anything else."""
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _text(node: Any) -> str | None:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


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
        "is_advisory": last.is_advisory,
        "_raw": states(interval, _described),
    }


def _described(use: Use) -> Record:
    return {"line": use.line, "uses": f"{use.uses}@{use.ref}", "job": use.job, "step": use.step, "is_advisory": use.is_advisory}
