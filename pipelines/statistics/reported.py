"""What one reported row says of its two arms: the level of each, and the effect between them by what the row holds."""

from dataclasses import replace
from typing import Any, Literal

from pipelines.statistics.effects import Effect, Paired, cuped, ratio_moments, two_means, two_proportions

Row = dict[str, Any]
Arm = Literal["variant", "baseline"]
RATIO_PARTS = ("mean", "sd", "denominator_mean", "denominator_sd", "denominator_covariance")


def effect_of(row: Row) -> Effect:
    """The effect of one reported row: from counts for proportions, from moments for means and ratios; else a note that says why not."""
    try:
        return _with_cuped(_plain_effect_of(row), row)
    except ValueError as problem:
        return Effect(method_note=f"not recomputed: {problem}")


def level_of(row: Row, arm: Arm) -> float | None:
    """The rate, mean or ratio of an arm; None where the row tells none."""
    n, numerator, mean = row[f"n_{arm}"], row[f"numerator_{arm}"], row[f"mean_{arm}"]
    if is_divided(row):
        divisor = row[f"denominator_mean_{arm}"]
        return mean / divisor if mean is not None and divisor else None
    if mean is None and n and numerator is not None and row["metric_kind"] != "ratio":
        return numerator / n
    return mean


def is_divided(row: Row) -> bool:
    """A ratio of which the units' numerators and denominators are told, so that what belongs to one unit may be alike."""
    return row["metric_kind"] == "ratio" and all(row.get(f"denominator_mean_{arm}") is not None for arm in ("variant", "baseline"))


def _plain_effect_of(row: Row) -> Effect:
    if row["metric_kind"] == "proportion" and row["n_variant"] and row["n_baseline"]:
        return two_proportions(*_successes(row, "variant"), *_successes(row, "baseline"))
    arms = [_moments(row, "variant"), _moments(row, "baseline")]
    if arms[0] is None or arms[1] is None:
        return Effect(method_note="not recomputed: the source gives neither counts nor mean, deviation and n of both arms")
    effect = two_means(*arms[0], *arms[1])
    if is_divided(row):
        return replace(effect, ci_method=f"ratio by the delta method; {effect.ci_method}")
    if row["metric_kind"] == "quantile" and row.get("quantile") is not None:
        return replace(effect, ci_method=f"quantiles with standard errors from order statistics; {effect.ci_method}")
    return effect


def _moments(row: Row, arm: Arm) -> tuple[float, float, int] | None:
    """Mean or ratio, its deviation per unit, and the units; None where one of them is not told."""
    told: list[Any] = [row.get(f"{name}_{arm}") for name in (RATIO_PARTS if is_divided(row) else ("mean", "sd"))]
    if row[f"n_{arm}"] is None or any(value is None for value in told):
        return None
    level, deviation = ratio_moments(*told) if is_divided(row) else told
    return level, deviation, row[f"n_{arm}"]


def _successes(row: Row, arm: Arm) -> tuple[int, int]:
    n, numerator, mean = row[f"n_{arm}"], row[f"numerator_{arm}"], row[f"mean_{arm}"]
    if numerator is None and mean is None:
        raise ValueError(f"the {arm} arm has neither a count nor a rate")
    return round(numerator if numerator is not None else mean * n), n


def _with_cuped(effect: Effect, row: Row) -> Effect:
    variant, baseline = _paired(row, "variant"), _paired(row, "baseline")
    if variant is None or baseline is None or is_divided(row):
        return effect
    found = cuped(variant, baseline)
    return replace(
        effect,
        cuped_effect_abs=found.effect_abs,
        cuped_ci_low_abs=found.ci_low_abs,
        cuped_ci_high_abs=found.ci_high_abs,
        cuped_p=found.p_two_sided,
    )


def _paired(row: Row, arm: Arm) -> Paired | None:
    names = ("n", "mean", "sd", "covariate_mean", "covariate_sd", "covariate_covariance")
    told: list[Any] = [row.get(f"{name}_{arm}") for name in names]
    return None if any(value is None for value in told) else Paired(*told)
