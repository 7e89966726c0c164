"""What a launch without a control did to the days of its metric: an interrupted time series, or why it cannot be told.

`y = b0 + b1 t + weekdays + control + b2 (day after the launch)` on whole weeks, by least squares with Newey-West errors over at least a
week, held against placebo breaks in the days before and against windows a week shorter on either side. The day of the launch is of
neither side. How much of the shift may be credited to the launch is the policy's business, not decided here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from statistics import fmean
from typing import Any

import duckdb

from pipelines.statistics import series
from pipelines.statistics.series import Fit

WEEK = 7
DAYS_BEFORE, DAYS_AFTER = 56, 14
PLACEBO_MARGIN = 14
"""Days that a placebo break leaves on either side of it."""

METHOD = "daily values; least squares with level shift, linear trend and weekdays{control}; Newey-West errors; placebo breaks before"


@dataclass(frozen=True, kw_only=True)
class LaunchEffect(series.Shift):
    """The level shift of one metric at a launch, in the metric's unit, with its mean on either side where there is one."""

    experiment_id: str
    metric_key: str
    level_before: float | None = None
    level_after: float | None = None
    n_days_before: int = 0
    n_days_after: int = 0
    has_control: bool = False
    method: str = METHOD.format(control="")


@dataclass(frozen=True)
class Days:
    """One metric around its launch: values by day, without the day of the launch, in whole weeks next to it.

    Attributes:
        control: values of a series that the launch did not touch, on the same days; empty where there is none.
    """

    launched: date
    before: Mapping[date, float]
    after: Mapping[date, float]
    control: Mapping[date, float]

    @classmethod
    def around(cls, launched: date, values: Mapping[date, float], control: Mapping[date, float]) -> "Days":
        """Cut the values to whole weeks; a control that lacks a day is left out."""
        before, after = [day for day in values if day < launched], [day for day in values if day > launched]
        first = launched - timedelta(days=_weeks(launched - min(before))) if before else launched
        last = launched + timedelta(days=_weeks(max(after) - launched)) if after else launched
        chosen = {day: value for day, value in sorted(values.items()) if first <= day <= last}
        is_whole = bool(control) and chosen.keys() <= control.keys()
        return cls(
            launched,
            {day: value for day, value in chosen.items() if day < launched},
            {day: value for day, value in chosen.items() if day > launched},
            control if is_whole else {},
        )

    def shift(self, days: Sequence[date]) -> Fit:
        """The level shift at the launch over some of the days."""
        import numpy as np

        values = {**self.before, **self.after}
        observed = np.array([values[day] for day in days])
        return series.level_shift(self.design(days, self.launched), observed, series.usual_lags(len(days), WEEK))

    def design(self, days: Sequence[date], launched: date) -> Any:
        """Regressors: one, time, six weekdays, control, and last whether the day is after the launch."""
        import numpy as np

        columns = [np.ones(len(days)), np.array([(day - self.launched).days for day in days])]
        columns += [np.array([day.weekday() == weekday for day in days]) for weekday in range(1, WEEK)]
        if self.control:
            columns.append(np.array([self.control[day] for day in days]))
        return np.column_stack([*columns, [day > launched for day in days]]).astype(float)


def _weeks(span: timedelta) -> int:
    return span.days // WEEK * WEEK


def effect(experiment_id: str, metric_key: str, days: Days) -> LaunchEffect:
    """The shift; `not_observed` with the reason where the days cannot tell."""
    reason = _too_little(days)
    found = series.Shift(reason=reason) if reason else _told(days)
    has_levels = found.state == "value"
    return LaunchEffect(
        experiment_id=experiment_id,
        metric_key=metric_key,
        **vars(found),
        level_before=fmean(days.before.values()) if has_levels else None,
        level_after=fmean(days.after.values()) if has_levels else None,
        n_days_before=len(days.before),
        n_days_after=len(days.after),
        has_control=bool(days.control),
        method=METHOD.format(control=" and a control series" if days.control else ""),
    )


def _told(days: Days) -> series.Shift:
    import numpy as np

    before, after = list(days.before), list(days.after)
    fitted = days.shift([*before, *after])
    rank = series.placebo_rank(
        range(PLACEBO_MARGIN, len(before) - PLACEBO_MARGIN),
        lambda place: days.design(before, before[place]),
        np.array(list(days.before.values())),
        fitted.mid,
    )

    def shorter() -> Iterator[Fit]:
        yield days.shift([*before[WEEK:], *after])
        if len(after) >= DAYS_AFTER + WEEK:
            yield days.shift([*before, *after[:-WEEK]])

    return series.told(fitted, rank, lambda: list(shorter()))


def _too_little(days: Days) -> str | None:
    if len(days.before) < DAYS_BEFORE:
        return "too_few_days_before"
    if len(days.after) < DAYS_AFTER:
        return "too_few_days_after"
    return "no_variation" if len({*days.before.values(), *days.after.values()}) == 1 else None


def effects(connection: duckdb.DuckDBPyConnection) -> Iterator[LaunchEffect]:
    """The shift of every metric with daily values of every launch that kept no control."""
    query = """
        select days.experiment_id, days.metric_key, cast(launches.started_at at time zone 'UTC' as date), days.series, days.day, days.value
        from raw_experiments.metric_days as days
        inner join raw_experiments.experiments as launches on days.experiment_id = launches.experiment_id
        where launches.has_holdout = false and launches.started_at is not null and days.value is not null
            and launches._deleted_at is null and days._deleted_at is null
        order by all"""
    for (experiment_id, metric_key, launched), group in groupby(connection.execute(query).fetchall(), key=lambda row: row[:3]):
        values: dict[str, dict[date, float]] = {"exposed": {}, "control": {}}
        for *_, kind, day, value in group:
            values[kind][day] = value
        yield effect(experiment_id, metric_key, Days.around(launched, values["exposed"], values["control"]))
