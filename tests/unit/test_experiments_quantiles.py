"""Quantiles of units out of a SQL database: their value, an interval that holds whatever the distribution, and what cannot be told."""

import math
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from scipy import stats

from connectors.experiments.units import Z, quantile_columns
from pipelines.statistics.reported import effect_of
from tests.unit.test_experiments_sql import Told, read

__all__ = ["read"]
COLUMNS = "native_id, metric_key, variant_key, unit, value, metric_kind, quantile"
P95 = ("quantile", 0.95)


def latencies(seed: int, n: int, slower: float = 1.0) -> list[float]:
    dice = random.Random(seed)
    return [slower * dice.lognormvariate(6, 0.5) for _ in range(n)]


def units(arm: str, values: list[float], kind: tuple[Any, ...] = P95, metric: str = "latency") -> list[tuple[Any, ...]]:
    return [("exp", metric, arm, f"{arm}{number}", value, *kind) for number, value in enumerate(values)]


def test_a_quantile_and_the_ends_of_its_interval_are_values_of_the_arm_at_the_ranks_of_the_exact_test():
    values = latencies(1, 2000)
    told = quantile_columns(pl.Series(values), 0.95)
    exact = stats.quantile_test(values, p=0.95)
    assert told["mean"] == sorted(values)[1899]
    interval = exact.confidence_interval(0.95)
    half = told["sd"] / 2000**0.5 * Z
    # The exact ranks are binomial, these are of the normal law: one rank apart at most.
    assert 2 * half == pytest.approx(interval.high - interval.low, rel=0.15)


def test_ranks_outside_of_the_arm_leave_the_quantile_without_an_interval():
    assert "sd" not in quantile_columns(pl.Series(latencies(2, 72)), 0.95)
    assert "sd" in quantile_columns(pl.Series(latencies(2, 73)), 0.95)
    assert quantile_columns(pl.Series([5.0]), 0.95) == {"n": 1, "mean": 5.0}


def test_arms_are_compared_by_their_quantile_whatever_the_batch(read: Callable[..., Told]):
    control, treatment = latencies(3, 400), latencies(4, 420, slower=1.3)
    found = read(COLUMNS, units("control", control) + units("treatment", treatment), batch=7).result(variant_key="treatment")
    assert (found["metric_kind"], found["quantile"]) == ("quantile", 0.95)
    assert (found["n_baseline"], found["mean_baseline"]) == (400, sorted(control)[379])
    assert (found["n_variant"], found["mean_variant"]) == (420, sorted(treatment)[398])
    effect = effect_of(found)
    assert effect.effect_abs == pytest.approx(found["mean_variant"] - found["mean_baseline"])
    assert effect.ci_low_abs < effect.effect_abs < effect.ci_high_abs
    assert effect.ci_method.startswith("quantiles with standard errors from order statistics; ")


def test_the_interval_of_a_difference_covers_the_true_one_about_as_often_as_it_says():
    """Against a known law: the 95th percentile of a lognormal, 5 % slower in one arm."""
    true = 0.05 * float(stats.lognorm.ppf(0.95, s=0.5, scale=math.exp(6)))
    covered, tries = 0, 300
    for seed in range(tries):
        row: dict[str, Any] = {"metric_kind": "quantile", "quantile": 0.95}
        for arm, values in (("baseline", latencies(2 * seed, 1500)), ("variant", latencies(2 * seed + 1, 1500, slower=1.05))):
            row |= {f"{name}_{arm}": value for name, value in quantile_columns(pl.Series(values), 0.95).items()} | {
                f"numerator_{arm}": None
            }
        effect = effect_of(row)
        covered += effect.ci_low_abs <= true <= effect.ci_high_abs
    low, high = stats.binom.interval(0.999, tries, 0.95)
    assert low <= covered <= high


def test_a_mean_beside_it_is_reduced_as_before(read: Callable[..., Told]):
    control, treatment = latencies(5, 100), latencies(6, 100)
    rows = [*units("control", control), *units("treatment", treatment)]
    rows += [*units("control", control, ("mean", None), "spent"), *units("treatment", treatment, ("mean", None), "spent")]
    told = read(COLUMNS, rows)
    mean = told.result(metric_key="spent")
    assert (mean["mean_baseline"], mean["quantile"]) == (pytest.approx(sum(control) / 100), None)
    assert told.result(metric_key="latency")["mean_baseline"] == sorted(control)[94]


@pytest.mark.parametrize("share", [None, "half", 0, 1, 95])
def test_units_of_a_quantile_that_does_not_say_which_count_nowhere_and_are_told(read: Callable[..., Told], share: Any):
    rows = [row for arm in ("control", "treatment") for row in units(arm, latencies(7, 80), ("quantile", share))]
    told = read(COLUMNS, rows)
    assert told.table("results") == []
    assert any("160 units are of a quantile of which no column `quantile` says which" in reason for reason in told.reasons)


def test_without_the_column_no_quantile_is_made_up(read: Callable[..., Told]):
    rows = [row[:-1] for arm in ("control", "treatment") for row in units(arm, latencies(8, 80))]
    told = read(COLUMNS.removesuffix(", quantile"), rows)
    assert told.table("results") == []
    assert any("of a quantile" in reason for reason in told.reasons)


def test_a_day_has_its_quantile_and_the_whole_is_of_each_units_mean(read: Callable[..., Told]):
    rows = []
    for arm in ("control", "treatment"):
        for number, value in enumerate(latencies(9, 80)):
            rows += [("exp", "latency", arm, f"{arm}{number}", day * value, *P95, f"2026-02-0{day}") for day in (1, 3)]
    told = read(f"{COLUMNS}, day", rows)
    ordered = sorted(latencies(9, 80))
    assert told.result(variant_key="treatment")["mean_baseline"] == pytest.approx(2 * ordered[75])
    assert told.result(dimension="day", dimension_value="2026-02-03")["mean_baseline"] == pytest.approx(3 * ordered[75])
