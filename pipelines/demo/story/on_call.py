"""Who was on call: two schedules that overlap, exported to a file of the kind that the incident connector reads."""

import itertools
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipelines.demo.story.clock import berlin
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import OnCallShift

BEGUN, ENDED = berlin(2025, 12, 29, 9), berlin(2026, 7, 1, 9)
"""Before and after the half-year that the schedules are there for."""
ROTA = ("jonas", "hugo", "jonas", "lev", "emil")
"""A week each; two weeks of five are about 40 % of the time."""
STOOD_IN = ("Models", "hugo", berlin(2026, 1, 9, 9), berlin(2026, 1, 14, 9))
"""Also on call for the models, for three days while on call for the platform and for two days more."""


def on_call(stage: Stage) -> None:
    """Every shift, and the hours that they come to in the half-year."""
    starts = itertools.takewhile(lambda start: start < ENDED, (BEGUN + timedelta(weeks=n) for n in itertools.count()))
    turns = [("Platform", who, start, min(start + timedelta(weeks=1), ENDED)) for start, who in zip(starts, itertools.cycle(ROTA))]
    for schedule, who, start, end in [*turns, STOOD_IN]:
        stage.world.on_call_shifts.append(OnCallShift(schedule, stage.person(who).emails[0], start, end))
    shifts = [(who, start, end) for _, who, start, end in (*turns, STOOD_IN)]
    for who, hours in _hours(shifts).items():
        note(stage.world, "on_call_hours", {"person": who, "period": "2026H1", "hours": hours})


def exported(shifts: Iterable[OnCallShift]) -> str:
    """The file with all shifts; one that still lasts has no end."""
    rows: list[Mapping[str, Any]] = [
        {"schedule": shift.schedule, "account": shift.account, "started_at": shift.started_at.isoformat()}
        | ({"ended_at": shift.ended_at.isoformat()} if shift.ended_at else {})
        for shift in shifts
    ]
    return json.dumps({"on_call_shifts": rows}, indent=1)


def _hours(shifts: Iterable[tuple[str, datetime, datetime]]) -> dict[str, int]:
    """Whole hours of the half-year that somebody was on call in, counted one by one: an hour on two schedules is one hour."""
    first, end = datetime.fromisoformat("2026-01-01T00:00:00Z"), datetime.fromisoformat("2026-07-01T00:00:00Z")
    on_call: dict[str, set[datetime]] = {}
    for who, start, stop in shifts:
        n_hours = int((stop - start) / timedelta(hours=1))
        on_call.setdefault(who, set()).update(hour for n in range(n_hours) if first <= (hour := start + timedelta(hours=n)) < end)
    return {who: len(found) for who, found in on_call.items()}
