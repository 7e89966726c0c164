"""Flake rates against published intervals; lead times with a known step, without one, and too short to tell."""

import random

import pytest

from pipelines.statistics import gates
from pipelines.statistics.gates import Week
from pipelines.statistics.series import PLACEBO_P_MAX


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_are_the_published_ones(hits, n, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3."""
    rate = gates.wilson(hits, n)
    assert (round(rate.low, 4), round(rate.high, 4)) == (low, high)
    assert rate.mid == hits / n


def test_no_heads_have_no_rate_and_more_flakes_than_heads_are_refused():
    assert gates.wilson(0, 0) is None
    assert gates.wilson(7, 7).high == 1.0
    with pytest.raises(ValueError, match="8 of 7"):
        gates.wilson(8, 7)


def series(before: int, after: int, step: float, noise: float = 1.5, trend: float = 0.0, seed: int = 1) -> list[Week]:
    dice = random.Random(seed)
    places = [*range(-before, 0), *range(1, after + 1)]
    return [Week(place, 48 + trend * place + (step if place > 0 else 0) + dice.gauss(0, noise)) for place in places]


def test_a_known_step_is_found_beside_a_trend():
    found = gates.shift(series(26, 20, step=-20, trend=0.3), n_people=4)
    assert found.state == "value"
    assert found.effect_low < -20 < found.effect_high < 0
    assert abs(found.effect_mid + 20) < 2
    assert -22 < found.window_low <= found.window_high < -18
    assert (found.n_weeks_before, found.n_weeks_after, found.n_placebos) == (26, 20, 22)
    assert found.placebo_p == pytest.approx(1 / 23)


def test_a_trend_alone_is_no_effect_though_the_averages_differ():
    """A bare before-and-after comparison would call this 14 hours."""
    weeks = series(26, 20, step=0, trend=-0.6)
    mean = {side: [w.hours for w in weeks if (w.place > 0) == side] for side in (False, True)}
    assert sum(mean[True]) / len(mean[True]) - sum(mean[False]) / len(mean[False]) < -12
    found = gates.shift(weeks, n_people=4)
    assert (found.state, found.reason, found.effect_mid) == ("not_observed", "not_distinguishable", None)


def test_a_step_like_others_before_it_is_not_told_apart():
    weeks = [Week(w.place, w.hours - (20 if -13 <= w.place < 0 else 0) + (20 if w.place > 0 else 0)) for w in series(26, 20, step=-20)]
    found = gates.shift([Week(w.place, w.hours + (30 if w.place in (-6, -5, -4) else 0)) for w in weeks], n_people=4)
    assert (found.state, found.reason) == ("not_observed", "not_distinguishable")
    assert found.placebo_p > PLACEBO_P_MAX


@pytest.mark.parametrize(
    ("before", "after", "people", "reason"),
    [
        (7, 20, 4, "too_few_weeks_before"),
        (20, 1, 4, "too_few_weeks_after"),
        (26, 20, 1, "single_contributor"),
        (0, 0, 0, "single_contributor"),
    ],
)
def test_too_little_says_what_is_missing(before, after, people, reason):
    found = gates.shift(series(before, after, step=-20), people)
    assert (found.state, found.reason, found.effect_mid, found.placebo_p) == ("not_observed", reason, None, None)
    assert (found.n_weeks_before, found.n_weeks_after) == (before, after)
