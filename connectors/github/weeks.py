"""Closed spans of time in which runs are looked at again: what was created in one never moves to another page of its listing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.github.records import moment

FILTERED_CAP = 1000
"""Where GitHub cuts a filtered listing off."""
WEEK = 7 * 24 * 3600


@dataclass(frozen=True)
class Span:
    """Seconds since 1970, the last one included."""

    first: int
    last: int

    @property
    def start(self) -> str:
        """The first second, ISO."""
        return _iso(self.first)

    @property
    def end(self) -> str:
        """The last second, ISO."""
        return _iso(self.last)

    @property
    def parameters(self) -> dict[str, str]:
        """What asks for the runs created in it."""
        return {"created": f"{self.start}..{self.end}"}

    def halves(self) -> tuple["Span", ...]:
        """Its later and its earlier half; nothing where a second is left, which cannot be cut."""
        middle = (self.first + self.last) // 2
        return (Span(middle + 1, self.last), Span(self.first, middle)) if self.first < self.last else ()


def weeks(floor: str | None, left_at: str | None) -> Iterator[Span]:
    """Whole weeks from that of `left_at` down to that of `floor`, the same ones whatever the day; none where either is missing."""
    low, high = moment(floor), moment(left_at)
    if low is None or high is None or high < low:
        return
    for number in range(int(high.timestamp()) // WEEK, int(low.timestamp()) // WEEK - 1, -1):
        yield Span(number * WEEK, (number + 1) * WEEK - 1)


def is_week(url: str) -> bool:
    """The address asks for a closed span."""
    return "created=" in url and ".." in url


def _iso(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
