"""How often gates flake and what lead times did when a gate came, computed from models that dbt has built.

Flake rates carry Wilson's score interval. Lead times are an interrupted time series on weekly medians: a level shift at the
adoption beside a linear trend, by ordinary least squares with Newey-West errors, held against placebo breaks in the weeks
before. A bare comparison of averages before and after is never made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import duckdb

from pipelines.statistics import series, tables
from pipelines.statistics.series import CONFIDENCE_LEVEL, Fit

INPUTS = ("int_gate_flake_counts", "int_lead_time_weeks")
"""Models that must be built before `recompute`."""

WEEKS_BEFORE, WEEKS_AFTER = 8, 2
"""Fewest whole weeks with a median on either side of the adoption: 56 and 14 days."""

FEWEST_PEOPLE = 2
"""The lead times of a project with one contributor would measure that person."""

PLACEBO_LEAD, PLACEBO_TAIL = 3, WEEKS_AFTER
"""Weeks that a placebo break leaves on its sides: with three before, level and trend can be told apart."""

METHOD = "weekly medians; least squares with level shift and linear trend; Newey-West errors, t quantiles; placebo breaks before"


@dataclass(frozen=True)
class Interval:
    """A share with its Wilson interval at `CONFIDENCE_LEVEL`; fractions."""

    low: float
    mid: float
    high: float


def wilson(hits: int, n: int) -> Interval | None:
    """Share of hits among n with Wilson's score interval; None where nothing was tried.

    Raises:
        ValueError: for a count outside 0..n.
    """
    from statsmodels.stats.proportion import proportion_confint

    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no proportion")
    if n == 0:
        return None
    low, high = proportion_confint(hits, n, alpha=1 - CONFIDENCE_LEVEL, method="wilson")
    # The score interval reaches 0 and 1 at the ends only up to rounding.
    return Interval(min(float(low), hits / n), hits / n, max(float(high), hits / n))


@dataclass(frozen=True)
class Week:
    """Median hours from first commit to merge of what merged in one whole week; `place` counts weeks from the adoption's, which is 0."""

    place: int
    hours: float


@dataclass(frozen=True, kw_only=True)
class Shift(series.Shift):
    """What the lead time did at an adoption, in hours, negative where it became shorter."""

    n_weeks_before: int = 0
    n_weeks_after: int = 0
    method: str = METHOD


def shift(weeks: Sequence[Week], n_people: int) -> Shift:
    """The level shift at place 0; `not_observed` with the reason where the series cannot tell.

    The week of the adoption is of neither side and must not be among the weeks.
    """
    before, after = [w for w in weeks if w.place < 0], [w for w in weeks if w.place > 0]
    reason = _too_little(before, after, n_people)
    found = series.Shift(reason=reason) if reason else _told(before, after)
    return Shift(**vars(found), n_weeks_before=len(before), n_weeks_after=len(after))


def _told(before: Sequence[Week], after: Sequence[Week]) -> series.Shift:
    fitted = _shift_of([*before, *after])
    return series.told(fitted, _placebos(before, fitted.mid), lambda: [_shift_of([*before[1:], *after]), _shift_of([*before, *after[:-1]])])


def _too_little(before: Sequence[Week], after: Sequence[Week], n_people: int) -> str | None:
    if n_people < FEWEST_PEOPLE:
        return "single_contributor"
    if len(before) < WEEKS_BEFORE:
        return "too_few_weeks_before"
    return "too_few_weeks_after" if len(after) < WEEKS_AFTER else None


def _shift_of(weeks: Sequence[Week]) -> Fit:
    import numpy as np

    return series.level_shift(_design(weeks, 0), np.array([week.hours for week in weeks]), series.usual_lags(len(weeks), 1))


def _design(weeks: Sequence[Week], at: int) -> Any:
    """Regressors of a break after place `at`, beside a trend."""
    import numpy as np

    return np.array([[1.0, week.place, float(week.place > at)] for week in weeks])


def _placebos(before: Sequence[Week], effect: float) -> series.Rank:
    import numpy as np

    places = [week.place for week in before[PLACEBO_LEAD - 1 : len(before) - PLACEBO_TAIL]]
    return series.placebo_rank(places, lambda place: _design(before, place), np.array([week.hours for week in before]), effect)


def recompute(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `raw_statistics.gate_flake_rates` and `lead_time_effects` from the built models; rows written."""
    return tables.replace(connection, {"gate_flake_rates": list(_rates(connection)), "lead_time_effects": list(_effects(connection))})


def _rates(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    query = "select scope_kind, scope_id, period_id, n_heads, n_flaky_heads from intermediate.int_gate_flake_counts order by all"
    for kind, scope, period, n, flaky in connection.execute(query).fetchall():
        rate = wilson(flaky, n)
        key = {"scope_kind": kind, "scope_id": scope, "period_id": period}
        yield key | {
            "rate_low": rate.low if rate else None,
            "rate_mid": rate.mid if rate else None,
            "rate_high": rate.high if rate else None,
            "ci_level": CONFIDENCE_LEVEL if rate else None,
            "ci_method": "wilson score" if rate else None,
        }


def _effects(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    query = """select project_id, artifact_id, n_people, week_place, median_hours
               from intermediate.int_lead_time_weeks order by all"""
    for (project, artifact), group in groupby(connection.execute(query).fetchall(), key=lambda row: row[:2]):
        rows = list(group)
        weeks = [Week(place, hours) for *_, place, hours in rows if hours is not None]
        yield {"project_id": project, "artifact_id": artifact} | asdict(shift(weeks, rows[0][2]))
