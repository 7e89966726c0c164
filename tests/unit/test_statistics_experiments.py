"""Experiment arithmetic against published and worked figures, and its invariants."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.statistics import experiments

SEED = (815_350, 1_150_000, 721_050, 1_150_000)
"""Hit@1 62.7 -> 70.9 % over 2.3 million queries, half each."""


def test_the_seed_experiment_has_the_interval_of_the_worked_figure():
    effect = experiments.two_proportions(*SEED)
    assert effect.effect_abs == pytest.approx(0.082)
    assert (round(effect.ci_low_abs, 4), round(effect.ci_high_abs, 4)) == (0.0808, 0.0832)
    assert (round(effect.effect_rel, 3), round(effect.ci_low_rel, 3), round(effect.ci_high_rel, 3)) == (0.131, 0.129, 0.133)
    assert effect.p_two_sided < 0.001


def test_a_small_experiment_has_newcombes_interval():
    effect = experiments.two_proportions(58, 400, 40, 400)
    assert effect.effect_abs == pytest.approx(0.045)
    assert (round(100 * effect.ci_low_abs, 2), round(100 * effect.ci_high_abs, 2)) == (-0.06, 9.08)
    assert round(effect.p_two_sided, 3) == 0.052


def test_newcombes_own_published_example_is_reproduced():
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II, example (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339."""
    effect = experiments.two_proportions(56, 70, 48, 80)
    assert (round(effect.ci_low_abs, 4), round(effect.ci_high_abs, 4)) == (0.0524, 0.3339)


def test_relative_lift_of_means_by_the_delta_method():
    effect = experiments.two_means(12.9, 30, 9000, 12.0, 28, 9000)
    assert (round(100 * effect.ci_low_rel, 2), round(100 * effect.ci_high_rel, 2)) == (0.18, 14.82)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [([1_153_000, 1_147_000], "fail"), ([502_100, 497_900], "fail"), ([1_150_400, 1_149_600], "pass")],
)
def test_sample_ratio_finds_a_broken_split(counts, verdict):
    p = experiments.sample_ratio_p(counts, [0.5, 0.5])
    assert (p < 0.001) == (verdict == "fail")


def test_a_ramp_is_tested_against_its_own_split():
    assert experiments.sample_ratio_p([900_000, 100_000], [0.9, 0.1]) == pytest.approx(1.0)
    assert experiments.sample_ratio_p([900_000, 100_000], [0.5, 0.5]) < 1e-9


def test_a_row_without_enough_numbers_says_why_it_was_not_recomputed():
    row = dict.fromkeys(("n_variant", "n_baseline", "mean_variant", "mean_baseline", "sd_variant", "sd_baseline"), None)
    effect = experiments.effect_of(row | {"metric_kind": "mean", "numerator_variant": None, "numerator_baseline": None})
    assert effect.effect_abs is None
    assert "neither counts nor mean" in effect.method_note
    assert experiments.agreement(effect, 0.1) == "not_possible"


def test_a_vendor_number_that_is_not_ours_is_called_different():
    effect = experiments.two_proportions(*SEED)
    assert experiments.agreement(effect, 0.1308) == "match"
    assert experiments.agreement(effect, 0.08) == "differs"


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 500), st.integers(5, 500), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_swapping_the_arms_negates_the_effect_and_mirrors_its_interval(n, m, p, q):
    a, b = round(n * p), round(m * q)
    forward, backward = experiments.two_proportions(a, n, b, m), experiments.two_proportions(b, m, a, n)
    assert math.isclose(forward.effect_abs, -backward.effect_abs, abs_tol=1e-12)
    assert math.isclose(forward.ci_low_abs, -backward.ci_high_abs, abs_tol=1e-9)
    assert forward.ci_low_abs <= forward.effect_abs <= forward.ci_high_abs
    assert math.isclose(forward.p_two_sided, backward.p_two_sided, abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0.1, 10))
def test_scaling_a_metric_scales_its_effect_and_leaves_its_p_value(mean, base, sd, base_sd, scale):
    assume(abs(mean - base) > 1e-6)
    plain = experiments.two_means(mean, sd, 100, base, base_sd, 120)
    scaled = experiments.two_means(mean * scale, sd * scale, 100, base * scale, base_sd * scale, 120)
    assert (plain.effect_rel is None) == (scaled.effect_rel is None)
    assert math.isclose(scaled.effect_abs, plain.effect_abs * scale, rel_tol=1e-6)
    assert math.isclose(scaled.p_two_sided, plain.p_two_sided, rel_tol=1e-4, abs_tol=1e-12)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="12 of 10 is no proportion"):
        experiments.two_proportions(12, 10, 1, 10)
