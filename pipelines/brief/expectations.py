"""What the organisation expects at a level, beside the rows that speak to it. Whether it is met is not computed: people read the rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb

from pipelines.evidence.periods import Period

Row = dict[str, Any]


@dataclass(frozen=True)
class Spoken:
    """One expectation with the rows of its lines."""

    level: str
    text: str
    is_own_level: bool
    rows: tuple[Row, ...]
    """Values and observed zeros."""
    gaps: tuple[Row, ...]
    """Rows that say what is missing."""
    without_rows: tuple[str, ...]
    """Lines of the expectation that have no row at all in the period."""


def level_of(connection: duckdb.DuckDBPyConnection, person_id: str, period: Period) -> str | None:
    """The person's level on the last day of a period, as the directory says."""
    last = period.end - timedelta(days=1)
    row = connection.execute(
        """select level from core.dim_people_history
           where person_id = ? and (valid_from is null or valid_from <= ?) and (valid_to is null or valid_to > ?)
           order by valid_from desc nulls last limit 1""",
        [person_id, last, last],
    ).fetchone()
    return row[0] if row else None


def beside(rows: Sequence[Row], configured: str | None, level: str | None) -> list[Spoken]:
    """The expectations of a level and of the next one, with the rows that speak to each.

    Args:
        rows: a person's rows of a period.
        configured: `[[policy.expectations]]` as JSON, levels in ascending order.
        level: the person's own; None when the directory does not say.
    """
    told = json.loads(configured or "[]")
    levels = list(dict.fromkeys(one["level"] for one in told))
    if level not in levels:
        return []
    wanted = levels[levels.index(level) :][:2]
    return [_spoken(one, one["level"] == level, rows) for one in told if one["level"] in wanted]


def _spoken(expectation: dict[str, Any], is_own_level: bool, rows: Sequence[Row]) -> Spoken:
    spoken = [row for row in rows if row["review_line"] in expectation["lines"]]
    return Spoken(
        expectation["level"],
        expectation["text"],
        is_own_level,
        rows=tuple(row for row in spoken if row["state"] != "not_observed"),
        gaps=tuple(row for row in spoken if row["state"] == "not_observed"),
        without_rows=tuple(line for line in expectation["lines"] if all(row["review_line"] != line for row in spoken)),
    )
