"""How what an identity provider tells of the present becomes a history: what changes is dated by the day on which it was seen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from connectors.contract import Loaded

COLUMNS = ("person_id", "valid_from", "valid_to", "team", "manager_id", "level", "stated_by")


@dataclass(frozen=True, order=True)
class Time:
    """A time in one team, under one manager, at one level; `end` is the day after it, None while it goes on."""

    start: date
    end: date | None = None
    team: str | None = None
    manager: str | None = None
    level: str | None = None

    def says(self, other: "Time") -> bool:
        """Whether both are of the same team, manager and level."""
        return (self.team, self.manager, self.level) == (other.team, other.manager, other.level)


def seen_before(loaded: Loaded) -> dict[str, list[Time]]:
    """The times that earlier exports have told, by person, oldest first."""
    found: dict[str, list[Time]] = defaultdict(list)
    for person_id, start, end, team, manager, level, stated_by in loaded("raw_people", "spells", COLUMNS):
        if stated_by == "scim":
            found[person_id].append(Time(start, end, team, manager, level))
    return {person_id: sorted(times, key=lambda time: time.start) for person_id, times in found.items()}


def carried_on(earlier: Sequence[Time], present: Time, today: date) -> list[Time]:
    """The history with what an export says now.

    Args:
        earlier: the times known so far, oldest first; only the last may be open.
        present: what the export says; ended when the user is closed. Its start counts only where nothing is known so far.
        today: the day on which a change is first seen.
    """
    if not earlier:
        return [present]
    *before, last = earlier
    if present.end is not None:
        left = max(present.end, last.start + timedelta(days=1))
        return [*before, replace(last, end=last.end or left)]
    if last.end is None and last.says(present):
        return list(earlier)
    if last.start >= today:
        # Two changes on one day: the day has what was seen last.
        return [*before, replace(present, start=last.start)]
    return [*before, replace(last, end=min(last.end or today, today)), replace(present, start=today)]
