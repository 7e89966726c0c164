"""Periods as people write them: `2026H1`, `2026Q3`, `2026-01-01..2026-06-30`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Period:
    """Days from `start` to before `end`."""

    name: str
    start: date
    end: date


class BadPeriod(ValueError):
    """Text that is no period; says which forms there are."""


def parse(text: str) -> Period:
    """A period from its name; the last day of a range is included, as people mean it.

    Raises:
        BadPeriod: naming the text and the legal forms.
    """
    if named := re.fullmatch(r"(\d{4})([HhQq])([1-4])", text):
        year, kind, number = int(named[1]), named[2].upper(), int(named[3])
        months = 6 if kind == "H" else 3
        if number * months <= 12:
            first = (number - 1) * months
            return Period(f"{year}{kind}{number}", date(year, first + 1, 1), _month_after(year, first + months))
    if ranged := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", text):
        try:
            start, last = date.fromisoformat(ranged[1]), date.fromisoformat(ranged[2])
        except ValueError as error:
            raise BadPeriod(f"{text!r} is no period: {error}") from None
        if start <= last:
            return Period(text, start, last + timedelta(days=1))
        raise BadPeriod(f"{text!r} is no period: it ends before it begins")
    raise BadPeriod(f"{text!r} is no period; write 2026H1, 2026Q3 or 2026-01-01..2026-06-30")


def _month_after(year: int, months: int) -> date:
    return date(year + months // 12, months % 12 + 1, 1)
