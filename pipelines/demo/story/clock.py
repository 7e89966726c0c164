"""The organisation's clock: Berlin working hours, and the timeline on which every script of the story is played in order.

A script is a generator: it acts, then yields how long it waits (moved on to the next working moment) or until when exactly.
Playing all scripts on one timeline gives every repository one order of events: numbers, ids and histories follow from it.
"""

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

Script = Generator[datetime | timedelta, None, None]

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW_START = date(2025, 7, 1)
WINDOW_END = date(2026, 7, 1)
OPENING, CLOSING = time(9, 0), time(18, 30)


def berlin(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment on Berlin's clocks, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def hours(count: float) -> timedelta:
    """So many hours, for scripts that wait."""
    return timedelta(hours=count)


def days(count: float) -> timedelta:
    """So many days, for scripts that wait."""
    return timedelta(days=count)


def working(moment: datetime) -> datetime:
    """The moment itself within working hours, else shortly after the next opening; minutes and seconds are kept."""
    local = moment.astimezone(BERLIN)
    while local.weekday() >= 5 or not OPENING <= local.time() <= CLOSING:
        late = local.weekday() >= 5 or local.time() > CLOSING
        local = datetime.combine(local.date() + timedelta(days=int(late)), time(9, local.minute, local.second), tzinfo=BERLIN)
    return local.astimezone(UTC)


def workdays(start: date, end: date) -> list[date]:
    """Weekdays from `start` to before `end`."""
    every = (start + timedelta(days=n) for n in range((end - start).days))
    return [day for day in every if day.weekday() < 5]


def moment_on(day: date, rng: Random) -> datetime:
    """Some moment of a working day, early enough for things to follow on it."""
    return datetime.combine(day, time(rng.randint(9, 15), rng.randrange(60), rng.randrange(60)), tzinfo=BERLIN).astimezone(UTC)


@dataclass
class Timeline:
    """Scripts waiting for their next moment."""

    now: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    _waiting: list[tuple[datetime, int, Script]] = field(default_factory=list)
    _count: int = 0

    def tell(self, script: Script, start: datetime) -> None:
        """Let a script begin at a moment; scripts of one moment run in the order told."""
        self._count += 1
        heapq.heappush(self._waiting, (start, self._count, script))

    def play(self) -> None:
        """Run every script to its end, in the order of time."""
        while self._waiting:
            self.now, _, script = heapq.heappop(self._waiting)
            wait = next(script, None)
            if wait is not None:
                self.tell(script, self._resume(wait))

    def _resume(self, wait: datetime | timedelta) -> datetime:
        if isinstance(wait, timedelta):
            return working(self.now + wait)
        if wait < self.now:
            raise ValueError(f"a script waits until {wait}, which is before the present moment {self.now}: put its steps in order")
        return wait
