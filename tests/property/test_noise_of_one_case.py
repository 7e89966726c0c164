"""One case, and cases that all came out alike, still have noise: no interval shrinks to a point, and no error of zero is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from pipelines.statistics.effects import two_means, two_proportions
from pipelines.statistics.gates import wilson
from tests.property.test_kpi_intervals import computed

ALIKE = st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.sampled_from((0, n)), st.just(n)))
"""Hits among n, where every case was one or none was."""


@pytest.mark.parametrize("hits", [0, 1])
def test_one_case_says_little_of_a_share(hits: int):
    told = wilson(hits, 1)
    assert told is not None
    exact = binomtest(hits, 1).proportion_ci(0.95)
    assert told.low <= hits <= told.high
    assert told.high - told.low > 0.75
    assert (told.low, told.high) == pytest.approx((computed("wilson_low", hits, 1), computed("wilson_high", hits, 1)), abs=1e-12)
    assert exact.low <= told.low + 1e-9, "the exact interval is the wider one"
    assert told.high <= exact.high + 1e-9


@given(ALIKE)
def test_cases_that_came_out_alike_have_an_interval_as_exact_as_their_number(alike: tuple[int, int]):
    hits, n = alike
    told = wilson(hits, n)
    assert told is not None
    assert 1 / (n + 4) < told.high - told.low < 4 / (n + 4)


@given(ALIKE, ALIKE)
def test_arms_without_variance_tell_no_error_and_still_an_interval(treated: tuple[int, int], control: tuple[int, int]):
    effect = two_proportions(*treated, *control)
    assert effect.standard_error is None
    assert (effect.ci_low_anytime, effect.ci_high_anytime) == (None, None)
    assert effect.ci_low_abs is not None
    assert effect.ci_high_abs is not None
    assert effect.ci_low_abs <= treated[0] / treated[1] - control[0] / control[1] <= effect.ci_high_abs
    assert effect.ci_high_abs - effect.ci_low_abs > 1 / (max(treated[1], control[1]) + 4)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.integers(2, 1_000))
def test_a_mean_of_one_unit_is_compared_with_nothing(mean: float, deviation: float, n: int):
    with pytest.raises(ValueError, match="must be at least 2"):
        two_means(mean, 0.0, 1, mean, deviation, n)


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (0, 1)])
def test_one_pair_never_shows_a_fall(better: int, worse: int):
    low, high = computed("paired_net_low", better, worse, 1), computed("paired_net_high", better, worse, 1)
    assert low <= better - worse <= high
    assert high - low > 0.75
    assert computed("sign_test_p", better, worse) == 1.0


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_rate_of_a_few_cases_never_falls_beyond_its_noise_by_one_case_each(n: int):
    assert not computed("fell_beyond_noise", "1.0", 1, "0.0", 1)
    assert not computed("fell_beyond_noise", "1.0", n, f"{(n - 1) / n}", n)
