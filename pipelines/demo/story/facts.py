"""What the stories know to be true when they play it: kept in `World.truth` as plain values, written out by `truth`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.demo.story.tree import lines_by_email
from pipelines.demo.world import World


@dataclass
class Use:
    """One proof, other than a run, that a project uses or names an artifact."""

    artifact: str
    project: str
    channel: str
    path: str
    commit: str
    """Mark of the commit that brought it to the default branch; empty for texts of a pull request."""
    start: datetime
    accepted_by: str
    """Login, or the e-mail of a commit made without a pull request."""
    pull_request: int | None = None
    end: datetime | None = None
    n_items: int = 1
    """Files that prove it."""
    reason: str = ""
    """Why it never counts, where that does not follow from people and dates."""


@dataclass(frozen=True)
class Foundation:
    """A project that another one declares, so that what it uses reaches the other at second hand."""

    project: str
    used: str
    start: datetime
    accepted_by: str


@dataclass
class GateOutcome:
    """What became of a pull request at its gate."""

    repository: str
    pull_request: int
    outcome: str
    red_head: str = ""
    green_head: str = ""
    red_at: datetime | None = None
    green_at: datetime | None = None
    red_eval: str = ""
    """Native id of the eval run of the red head, where its log was kept."""
    green_eval: str = ""


def uses(world: World) -> list[Use]:
    """Every planted use."""
    return world.truth.setdefault("uses", [])


def foundations(world: World) -> list[Foundation]:
    """Every project that is built on another one."""
    return world.truth.setdefault("foundations", [])


def gate_outcomes(world: World) -> list[GateOutcome]:
    """Every planted gate outcome; pull requests that are not here had only green heads."""
    return world.truth.setdefault("gate_outcomes", [])


def note(world: World, family: str, row: dict[str, Any]) -> None:
    """Record one row of a family such as `prompt_attempts` or `experiments`."""
    world.truth.setdefault(family, []).append(row)


def cited(world: World, path: str, how: str, citing_kind: str, citing: str, by: str | None) -> None:
    """Record that a document is named, by whom if that can be known."""
    note(world, "document_citations", {"path": path, "how": how, "citing_kind": citing_kind, "citing": citing, "by": by})


def snapshot_lines(world: World, artifact: str, as_of: str, tree: dict[str, Any]) -> None:
    """Record who wrote the lines of an artifact's files that stand at the end of a day before `as_of`."""
    world.truth.setdefault("lines", {}).setdefault(artifact, {})[as_of] = lines_by_email(tree)
