"""Interrupted time series: a level shift by least squares with errors that bear autocorrelation, and placebo breaks to hold it against."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

CONFIDENCE_LEVEL = 0.95
PLACEBO_P_MAX = 0.10
"""A shift is told from what came before when fewer placebo breaks than this look as large."""


@dataclass(frozen=True)
class Fit:
    """The level shift with its interval at `CONFIDENCE_LEVEL`, and the Durbin-Watson statistic of what the model leaves."""

    low: float
    mid: float
    high: float
    durbin_watson: float

    @property
    def reaches_zero(self) -> bool:
        """Its interval holds no change at all."""
        return self.low <= 0 <= self.high


def level_shift(design: Any, values: Any, lags: int) -> Fit:
    """The coefficient of the design's last column, with Newey-West errors over `lags` and t quantiles."""
    import numpy as np
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.stattools import durbin_watson

    result: Any = OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
    low, high = result.conf_int(alpha=1 - CONFIDENCE_LEVEL)[-1]
    residuals = np.asarray(result.resid)
    spread = float(durbin_watson(residuals)) if float(residuals @ residuals) > 0 else 2.0
    return Fit(float(low), float(result.params[-1]), float(high), spread)


@dataclass(frozen=True)
class Rank:
    """How rare a shift of that size is among `n` breaks that never were: p = (1 + those as large) / (1 + n)."""

    p: float
    n: int


def placebo_rank(places: Iterable[int], design: Callable[[int], Any], values: Any, effect: float) -> Rank:
    """Rank of an effect among the shifts found at `places` of the time before; `design` gives the regressors of a break there."""
    import numpy as np

    shifts = [abs(float(np.linalg.lstsq(design(place), values, rcond=None)[0][-1])) for place in places]
    return Rank((1 + sum(shift >= abs(effect) for shift in shifts)) / (1 + len(shifts)), len(shifts))


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What a series tells of a break, in its own unit; effect, interval and windows only where `state` is `value`.

    Attributes:
        reason: why nothing is told.
        window_low, window_high: bounds of the shift over windows that are shorter on one side.
        placebo_p, n_placebos: see `Rank`.
    """

    state: str = "not_observed"
    reason: str | None = None
    effect_low: float | None = None
    effect_mid: float | None = None
    effect_high: float | None = None
    ci_level: float | None = None
    window_low: float | None = None
    window_high: float | None = None
    placebo_p: float | None = None
    n_placebos: int = 0
    durbin_watson: float | None = None


def told(fitted: Fit, rank: Rank, shorter: Callable[[], Sequence[Fit]]) -> Shift:
    """The shift where it stands out from zero and from the placebo breaks; `shorter` fits the shorter windows, and is asked only then."""
    tested: dict[str, Any] = {"placebo_p": rank.p, "n_placebos": rank.n, "durbin_watson": fitted.durbin_watson}
    if fitted.reaches_zero or rank.p > PLACEBO_P_MAX:
        return Shift(reason="not_distinguishable", **tested)
    windows = [fit.mid for fit in shorter()]
    return Shift(
        state="value",
        effect_low=fitted.low,
        effect_mid=fitted.mid,
        effect_high=fitted.high,
        ci_level=CONFIDENCE_LEVEL,
        window_low=min(windows),
        window_high=max(windows),
        **tested,
    )


def usual_lags(n: int, least: int) -> int:
    """Lags of Newey-West errors over n observations: their authors' rule of thumb, and never fewer than `least`."""
    return max(least, int(4 * (n / 100) ** (2 / 9)))
