"""What two arms of an experiment say about each other: effect, interval, p-value, from counts or from mean, deviation and n.

Two proportions by Newcombe's hybrid score interval (Newcombe 1998, Statistics in Medicine 17:873, method 10) and the pooled z-test;
two means by Welch; relative lift by the delta method, or by Fieller (1954) where the baseline is too near zero for it. The interval
that stays valid however often one looks is the asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476, eq. 9).
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

CONFIDENCE_LEVEL = 0.95
DELTA_METHOD_FLOOR = 10
"""Baseline means below this many of their own standard errors make a ratio that the delta method misjudges."""

TUNED_FOR = 5_000
"""Number of units at which the anytime interval is tightest."""

ONE_SIDED_LEVEL = 0.95
"""Of the bound by which a guardrail is judged."""


@dataclass(frozen=True)
class Effect:
    """Variant minus baseline, absolute and relative (fractions, never percent), with intervals at `ci_level`.

    `ci_low_anytime` and `ci_high_anytime` are of the absolute effect and hold at every look; `standard_error` is the absolute effect's.
    What begins with `cuped_` is the absolute effect after what the units did before was taken out, where that is told.
    """

    effect_abs: float | None = None
    effect_rel: float | None = None
    ci_low_abs: float | None = None
    ci_high_abs: float | None = None
    ci_low_rel: float | None = None
    ci_high_rel: float | None = None
    ci_level: float | None = None
    ci_method: str = ""
    p_two_sided: float | None = None
    method_note: str = ""
    standard_error: float | None = None
    ci_low_anytime: float | None = None
    ci_high_anytime: float | None = None
    cuped_effect_abs: float | None = None
    cuped_ci_low_abs: float | None = None
    cuped_ci_high_abs: float | None = None
    cuped_p: float | None = None


def two_proportions(successes: int, n: int, baseline_successes: int, baseline_n: int) -> Effect:
    """Difference of two proportions: Newcombe interval, pooled z-test, relative lift by the log-ratio interval.

    Raises:
        ValueError: for counts outside 0..n or an empty arm.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    for count, size in ((successes, n), (baseline_successes, baseline_n)):
        if size <= 0 or not 0 <= count <= size:
            raise ValueError(f"{count} of {size} is no proportion")
    p, q = successes / n, baseline_successes / baseline_n
    counts = (successes, n, baseline_successes, baseline_n)
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=1 - CONFIDENCE_LEVEL)
    pooled = (successes + baseline_successes) / (n + baseline_n)
    p_value = float(proportions_ztest([successes, baseline_successes], [n, baseline_n])[1]) if 0 < pooled < 1 else 1.0
    relative: tuple[float | None, float | None] = (None, None)
    if successes > 0 and baseline_successes > 0:
        ratio = confint_proportions_2indep(*counts, method="log-adjusted", compare="ratio", alpha=1 - CONFIDENCE_LEVEL)
        relative = (float(ratio[0]) - 1, float(ratio[1]) - 1)
    # Where every unit did the same, as any single one does, the formula says zero: it knows no error then, only the score interval does.
    error = math.sqrt(p * (1 - p) / n + q * (1 - q) / baseline_n) or None
    lift = p / q - 1 if q else None
    method = "newcombe hybrid score; pooled z"
    effect = Effect(p - q, lift, float(low), float(high), *relative, CONFIDENCE_LEVEL, method, p_value, standard_error=error)
    return _with_anytime(effect, n + baseline_n)


def two_means(mean: float, sd: float, n: int, baseline_mean: float, baseline_sd: float, baseline_n: int) -> Effect:
    """Difference of two means by Welch's t; relative lift by the delta method, near a baseline of zero by Fieller.

    Raises:
        ValueError: for fewer than two observations an arm or a negative deviation.
    """
    from scipy import stats

    if min(n, baseline_n) < 2 or min(sd, baseline_sd) < 0:
        raise ValueError(f"n {n} and {baseline_n} must be at least 2, deviations {sd} and {baseline_sd} not negative")
    difference = mean - baseline_mean
    a, b = sd**2 / n, baseline_sd**2 / baseline_n
    error = math.sqrt(a + b)
    if error == 0:
        return Effect(difference, method_note="no variance in either arm: no interval")
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (baseline_n - 1))
    t = float(stats.t.ppf(0.5 + CONFIDENCE_LEVEL / 2, freedom))
    p_value = float(stats.ttest_ind_from_stats(mean, sd, n, baseline_mean, baseline_sd, baseline_n, equal_var=False).pvalue)
    lift = relative_lift(mean, a, baseline_mean, b, t)
    low, high = difference - t * error, difference + t * error
    method = f"welch t; {lift.method}" if lift.method else "welch t"
    effect = Effect(
        difference, lift.mid, low, high, lift.low, lift.high, CONFIDENCE_LEVEL, method, p_value, lift.note, standard_error=error
    )
    return _with_anytime(effect, n + baseline_n)


@dataclass(frozen=True)
class Lift:
    """A ratio of two means, minus one; without an interval where the baseline may be zero."""

    mid: float | None = None
    low: float | None = None
    high: float | None = None
    method: str = ""
    note: str = ""


def relative_lift(mean: float, variance: float, baseline_mean: float, baseline_variance: float, quantile: float) -> Lift:
    """Relative lift from means, variances of the means, and the quantile of the interval.

    Delta method: `Var = a / c^2 + t^2 b / c^4`. Fieller with `g = q^2 b / c^2`: centre `R / (1 - g)`, half width
    `q / c * sqrt(a (1 - g) + R^2 b) / (1 - g)`; from g = 1 on the interval is no interval.
    """
    spread = math.sqrt(baseline_variance)
    if baseline_mean and abs(baseline_mean) >= DELTA_METHOD_FLOOR * spread:
        ratio = mean / baseline_mean
        half = quantile * math.sqrt(variance + ratio**2 * baseline_variance) / abs(baseline_mean)
        return Lift(ratio - 1, ratio - 1 - half, ratio - 1 + half, "delta method")
    return fieller(mean, variance, baseline_mean, baseline_variance, quantile)


def fieller(mean: float, variance: float, baseline_mean: float, baseline_variance: float, quantile: float) -> Lift:
    """Relative lift with Fieller's interval; see `relative_lift`."""
    if abs(baseline_mean) <= quantile * math.sqrt(baseline_variance):
        return Lift(note="no relative lift: the baseline mean is not told from zero")
    g = quantile**2 * baseline_variance / baseline_mean**2
    ratio = mean / baseline_mean
    centre, part = ratio / (1 - g), math.sqrt(variance * (1 - g) + ratio**2 * baseline_variance)
    half = quantile / abs(baseline_mean) * part / (1 - g)
    return Lift(ratio - 1, centre - half - 1, centre + half - 1, "fieller")


def anytime_half_width(standard_error: float, n: int, alpha: float = 1 - CONFIDENCE_LEVEL) -> float:
    """Half width of the confidence sequence after n units.

    `sqrt(V) sqrt(2 (n r^2 + 1) ln(sqrt(n r^2 + 1) / alpha) / (n r)^2)` with `V = n se^2` and r tuned for `TUNED_FOR` units.
    """
    rho_squared = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / TUNED_FOR
    grown = n * rho_squared + 1
    return math.sqrt(n) * standard_error * math.sqrt(2 * grown * math.log(math.sqrt(grown) / alpha) / (n**2 * rho_squared))


def _with_anytime(effect: Effect, n: int) -> Effect:
    if effect.effect_abs is None or effect.standard_error is None:
        return effect
    half = anytime_half_width(effect.standard_error, n)
    return replace(effect, ci_low_anytime=effect.effect_abs - half, ci_high_anytime=effect.effect_abs + half)


@dataclass(frozen=True)
class NonInferiority:
    """Whether an effect is not worse than the margin allows; `bound` is the worst effect at the one-sided level."""

    is_shown: bool
    bound: float
    p: float


def non_inferiority(effect: float, standard_error: float, margin: float, direction: Literal["increase", "decrease"]) -> NonInferiority:
    """One-sided test of an absolute effect against an absolute margin: `z = (d + margin) / se` for a metric that should rise.

    Raises:
        ValueError: for a margin that is not above zero or a standard error that is not.
    """
    from scipy import stats

    if margin <= 0 or standard_error <= 0:
        raise ValueError(f"margin {margin} and standard error {standard_error} must be above 0")
    sign = 1 if direction == "increase" else -1
    quantile = float(stats.norm.ppf(ONE_SIDED_LEVEL))
    bound = effect - sign * quantile * standard_error
    p = float(stats.norm.sf((sign * effect + margin) / standard_error))
    return NonInferiority(sign * bound > -margin, bound, p)


def sample_ratio_p(counts: list[int], weights: list[float]) -> float | None:
    """P-value of the chi-square test of assigned counts against the planned split; None where there is nothing to test."""
    from scipy import stats

    total, planned = sum(counts), sum(weights)
    if len(counts) < 2 or total <= 0 or planned <= 0 or min(weights) <= 0:
        return None
    return float(stats.chisquare(counts, [total * weight / planned for weight in weights]).pvalue)


def detectable(standard_error: float, alpha: float, power: float) -> float:
    """The smallest absolute effect that is found with that power: `(z(1 - alpha / 2) + z(power)) se`."""
    from scipy import stats

    return float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) * standard_error


def ratio_moments(mean: float, sd: float, denominator_mean: float, denominator_sd: float, covariance: float) -> tuple[float, float]:
    """A ratio of two means of the same units, and its deviation per unit by the delta method; by the root of n that is its standard error.

    `R = y / x`, `Var = (Var(y) - 2 R Cov(x, y) + R^2 Var(x)) / x^2` (Deng, Knoblich and Lu 2018, KDD, section 3.1).

    Raises:
        ValueError: for a denominator whose mean is zero.
    """
    if denominator_mean == 0:
        raise ValueError("the denominator's mean is 0")
    ratio = mean / denominator_mean
    variance = sd**2 - 2 * ratio * covariance + ratio**2 * denominator_sd**2
    return ratio, math.sqrt(max(variance, 0.0)) / abs(denominator_mean)


@dataclass(frozen=True)
class Paired:
    """An arm's metric and covariate: count, means, deviations of units, and their covariance."""

    n: int
    mean: float
    sd: float
    covariate_mean: float
    covariate_sd: float
    covariance: float


def cuped(variant: Paired, baseline: Paired) -> Effect:
    """Difference of two means without what the units did before (Deng, Xu, Kohavi and Walker 2013, WSDM): `y - theta (x - mean of x)`.

    `theta` is the pooled covariance within arms over the pooled variance of the covariate.

    Raises:
        ValueError: for fewer than two observations an arm.
    """
    arms = (variant, baseline)
    spread = sum((arm.n - 1) * arm.covariate_sd**2 for arm in arms)
    theta = sum((arm.n - 1) * arm.covariance for arm in arms) / spread if spread else 0.0
    centre = sum(arm.n * arm.covariate_mean for arm in arms) / sum(arm.n for arm in arms)
    adjusted: list[tuple[float, float, int]] = []
    for arm in arms:
        variance = arm.sd**2 - 2 * theta * arm.covariance + theta**2 * arm.covariate_sd**2
        adjusted.append((arm.mean - theta * (arm.covariate_mean - centre), math.sqrt(max(variance, 0.0)), arm.n))
    return two_means(*adjusted[0], *adjusted[1])
