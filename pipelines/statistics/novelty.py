"""Whether an effect wears off: daily effects without the first days, weighted by their precision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.statistics.effects import CONFIDENCE_LEVEL

DROPPED = 3
"""First days, in which people look at what is new."""

FEWEST_DAYS = 7
"""Fewest days with an effect, the dropped ones among them."""


@dataclass(frozen=True)
class Day:
    """The absolute effect of one day, with its standard error; `day` sorts by time."""

    day: str
    effect: float
    standard_error: float


@dataclass(frozen=True)
class Lasting:
    """The weighted effect of the later days with its interval, and its change a day with the p-value of that change."""

    effect: float
    low: float
    high: float
    slope: float
    slope_p: float


def without_first_days(days: Sequence[Day]) -> Lasting | None:
    """What is left after the first days, by weights of 1 / se^2 (known variances); None where there are too few days."""
    import numpy as np
    from statsmodels.regression.linear_model import WLS

    if len(days) < FEWEST_DAYS:
        return None
    later = sorted(days, key=lambda day: day.day)[DROPPED:]
    effects = np.array([day.effect for day in later])
    weights: Any = np.array([day.standard_error**-2 for day in later])
    level = WLS(effects, np.ones((len(later), 1)), weights=weights).fit(cov_type="fixed scale")
    trend = WLS(effects, np.column_stack([np.ones(len(later)), np.arange(len(later))]), weights=weights).fit(cov_type="fixed scale")
    low, high = level.conf_int(alpha=1 - CONFIDENCE_LEVEL)[0]
    return Lasting(float(level.params[0]), float(low), float(high), float(trend.params[1]), float(trend.pvalues[1]))
