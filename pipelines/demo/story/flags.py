"""Two feature flags of search: one that was rolled out to everybody and cleaned up, one that was tried, turned off and removed."""

from datetime import datetime

from pipelines.demo.story.clock import berlin
from pipelines.demo.story.experiment_facts import LAUNCHES
from pipelines.demo.story.facts import note
from pipelines.demo.world import World
from pipelines.demo.world_flags import FlagEvent, FlagEventKind

REPOSITORY = "acme/search-ranker"
HINTS, SPELLING = "query-hints", "spelling-of-names"
"""The first is the flag of a launch: what is done to it is the launch itself."""
_CHANGES = {
    "feature-created": "created",
    "feature-archived": "archived",
    "feature-environment-enabled": "enabled",
    "feature-environment-disabled": "disabled",
    "feature-strategy-add": "targeting",
    "feature-strategy-update": "targeting",
}
"""What each event means to a reader of flags."""


def flags(world: World) -> None:
    """Write the log of both, and what is true of them."""
    launched = LAUNCHES[HINTS]["launched_at"]
    _done(world, "feature-created", HINTS, "jonas", berlin(2026, 4, 2, 10))
    _done(world, "feature-strategy-add", HINTS, "jonas", launched, "production", after=100)
    _done(world, "feature-environment-enabled", HINTS, "jonas", launched, "production")
    _done(world, "feature-archived", HINTS, "emil", berlin(2026, 6, 16, 10))
    _done(world, "feature-created", SPELLING, "emil", berlin(2025, 10, 6, 10))
    _done(world, "feature-strategy-add", SPELLING, "emil", berlin(2025, 10, 13, 10), "production", after=5)
    _done(world, "feature-environment-enabled", SPELLING, "emil", berlin(2025, 10, 13, 11), "production")
    _done(world, "feature-strategy-update", SPELLING, "emil", berlin(2025, 10, 20, 10), "production", before=5, after=25)
    _done(world, "feature-environment-disabled", SPELLING, "emil", berlin(2025, 11, 3, 10), "production")
    _done(world, "feature-archived", SPELLING, "jonas", berlin(2025, 12, 1, 10))
    note(world, "removed_flags", {"flag": SPELLING, "repository": REPOSITORY, "removed_by": "jonas", "removed_at": berlin(2025, 12, 1, 10)})


def _done(
    world: World,
    kind: FlagEventKind,
    flag: str,
    who: str,
    when: datetime,
    environment: str = "",
    before: int | None = None,
    after: int | None = None,
) -> None:
    event = FlagEvent(len(world.flag_events) + 1, kind, flag, f"{who}@acme.example", when, environment, before, after)
    world.flag_events.append(event)
    shares = {name: None if share is None else share / 100 for name, share in (("reach_before", before), ("reach_after", after))}
    row = {"flag": flag, "repository": REPOSITORY, "change": _CHANGES[kind], "environment": environment or None, "by": who, "at": when}
    note(world, "flag_changes", row | shares)
