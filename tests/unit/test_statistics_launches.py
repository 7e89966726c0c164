"""What a launch without a control did, from the days of its metric: planted steps, and days that cannot tell."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics import launches
from pipelines.statistics.launches import Days

LAUNCHED = date(2026, 4, 15)


def metric(seed: int, step: float, before: int = 84, after: int = 28, trend: float = 0.0, noise: float = 0.2) -> dict[date, float]:
    """Percentages around 60, lower at weekends, with noise that lingers."""
    rng, lingering, values = random.Random(seed), 0.0, {}
    for place in range(-before, after + 1):
        day = LAUNCHED + timedelta(days=place)
        lingering = 0.4 * lingering + rng.gauss(0, noise)
        values[day] = 60 + trend * place - 0.6 * (day.weekday() >= 5) + lingering + step * (place >= 0)
    return values


def shift(values: dict[date, float], control: dict[date, float] | None = None) -> launches.LaunchEffect:
    return launches.effect("x", "m", Days.around(LAUNCHED, values, control or {}))


def test_planted_steps_are_found_and_the_interval_holds_them():
    """A 95 % interval of the Newey-West kind is a little short with few weeks: nine of ten is what it may fall to."""
    found = [shift(metric(seed, step=1.5)) for seed in range(40)]
    assert [each.state for each in found].count("value") >= 38
    held = [each.effect_low <= 1.5 <= each.effect_high for each in found if each.state == "value"]
    assert sum(held) / len(held) >= 0.8
    assert all(each.window_low <= each.window_high and each.placebo_p <= 0.1 for each in found if each.state == "value")


def test_where_nothing_happened_seldom_anything_is_found():
    found = [shift(metric(seed, step=0.0)).state for seed in range(60)]
    assert found.count("value") <= 6


def test_a_trend_alone_is_no_effect_though_the_averages_differ():
    found = shift(metric(3, step=0.0, trend=0.05))
    assert (found.state, found.reason, found.effect_mid) == ("not_observed", "not_distinguishable", None)


def test_a_shock_that_the_control_shares_is_no_effect():
    shock = metric(5, step=2.0)
    quiet = {day: value + random.Random(day.toordinal()).gauss(0, 0.1) for day, value in shock.items()}
    assert shift(shock).state == "value"
    found = shift(quiet, control=shock)
    assert (found.state, found.has_control) == ("not_observed", True)


def test_a_control_that_lacks_days_is_left_out_and_said_so():
    values = metric(1, step=2.0)
    found = shift(values, control=dict.fromkeys(list(values)[:-1], 1.0))
    assert not found.has_control
    assert "control" not in found.method


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [(55, 28, "too_few_days_before"), (84, 13, "too_few_days_after"), (0, 28, "too_few_days_before"), (84, 0, "too_few_days_after")],
)
def test_days_that_are_too_few_are_not_an_effect(before, after, reason):
    found = shift(metric(1, step=3.0, before=before, after=after))
    assert (found.state, found.reason, found.effect_mid) == ("not_observed", reason, None)


def test_only_whole_weeks_count_and_the_day_of_the_launch_is_of_neither_side():
    found = shift(metric(1, step=3.0, before=60, after=20))
    assert (found.n_days_before, found.n_days_after) == (56, 14)


def test_a_metric_that_never_moves_tells_nothing():
    assert shift(dict.fromkeys(metric(1, 0.0), 1.0)).reason == "no_variation"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(-50, 50), st.floats(0.01, 100))
def test_another_zero_or_unit_of_the_metric_changes_nothing_else(seed, moved, scale):
    plain = shift(metric(seed, step=2.0))
    other = shift({day: scale * (value + moved) for day, value in metric(seed, step=2.0).items()})
    assert (plain.state, plain.placebo_p) == (other.state, other.placebo_p)
    if plain.state == "value":
        assert other.effect_mid == pytest.approx(scale * plain.effect_mid, rel=1e-6)
        assert other.effect_low == pytest.approx(scale * plain.effect_low, rel=1e-6)
