"""Splits of pull requests that people have written down: one that both have signed, and one that waits for a signature."""

from collections.abc import Iterator, Sequence

from pipelines.demo.story.facts import note
from pipelines.demo.story.sheets import sheet
from pipelines.demo.world import World

COLUMNS = ("artifact", "pull_request", "from", "person", "share", "signed_at")
SIGNED, WAITING = "counts", "waiting"
FOUND_TOGETHER = (("ines", 0.7, "2026-03-09T09:00:00+01:00"), ("gita", 0.3, "2026-03-09T11:30:00+01:00"))
"""Gita stands in a trailer, and says herself that her part was the smaller one."""
NEVER_SIGNED = (("ben", 0.5, "2026-03-10T10:00:00+01:00"), ("lev", 0.5, ""))
FIRST_DAY = "2026-03-09"


def splits(world: World) -> str:
    """The file of splits as CSV, and what of it must be found."""
    landed = next(row for row in world.truth["prompt_attempts"] if row["outcome"] == "landed")
    rubric = next(row for row in world.truth["rubric_changes"] if not row["is_calibrated"])
    changes = ((landed, FOUND_TOGETHER), (rubric, NEVER_SIGNED))
    return sheet(COLUMNS, [row for change, parts in changes for row in _lines(world, change["repository"], change["pull_request"], parts)])


def _lines(world: World, repository: str, number: int, parts: Sequence[tuple[str, float, str]]) -> Iterator[tuple[str, ...]]:
    state = SIGNED if all(signed_at for *_, signed_at in parts) else WAITING
    shares = {person: share for person, share, _ in parts}
    note(world, "pull_request_splits", {"repository": repository, "pull_request": number, "state": state, "shares": shares})
    for person, share, signed_at in parts:
        yield "", f"{repository}#{number}", FIRST_DAY, person, str(share), signed_at
