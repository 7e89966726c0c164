"""Arithmetic of effects against published and worked figures, against another implementation, and its invariants."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.statistics import checks, effects, reported

SEED = (815_350, 1_150_000, 721_050, 1_150_000)
"""Hit@1 62.7 -> 70.9 % over 2.3 million queries, half each."""


def test_the_seed_experiment_has_the_interval_of_the_worked_figure():
    effect = effects.two_proportions(*SEED)
    assert effect.effect_abs == pytest.approx(0.082)
    assert (round(effect.ci_low_abs, 4), round(effect.ci_high_abs, 4)) == (0.0808, 0.0832)
    assert (round(effect.effect_rel, 3), round(effect.ci_low_rel, 3), round(effect.ci_high_rel, 3)) == (0.131, 0.129, 0.133)
    assert effect.p_two_sided < 0.001


def test_a_small_experiment_has_newcombes_interval():
    effect = effects.two_proportions(58, 400, 40, 400)
    assert effect.effect_abs == pytest.approx(0.045)
    assert (round(100 * effect.ci_low_abs, 2), round(100 * effect.ci_high_abs, 2)) == (-0.06, 9.08)
    assert round(effect.p_two_sided, 3) == 0.052


def test_newcombes_own_published_example_is_reproduced():
    """Newcombe 1998, Statistics in Medicine 17:873-890, table II, example (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339."""
    effect = effects.two_proportions(56, 70, 48, 80)
    assert (round(effect.ci_low_abs, 4), round(effect.ci_high_abs, 4)) == (0.0524, 0.3339)


def test_relative_lift_of_means_by_the_delta_method():
    effect = effects.two_means(12.9, 30, 9000, 12.0, 28, 9000)
    assert (round(100 * effect.ci_low_rel, 2), round(100 * effect.ci_high_rel, 2)) == (0.18, 14.82)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [([1_153_000, 1_147_000], "fail"), ([502_100, 497_900], "fail"), ([1_150_400, 1_149_600], "pass")],
)
def test_sample_ratio_finds_a_broken_split(counts, verdict):
    p = effects.sample_ratio_p(counts, [0.5, 0.5])
    assert (p < 0.001) == (verdict == "fail")


def divided(**arms):
    """A reported ratio: by arm its units, mean and deviation of numerator and of denominator, and their covariance."""
    names = ("n", "mean", "sd", "denominator_mean", "denominator_sd", "denominator_covariance")
    told = {f"{name}_{arm}": value for arm, values in arms.items() for name, value in zip(names, values, strict=True)}
    return {"metric_kind": "ratio", "numerator_variant": None, "numerator_baseline": None} | told


def test_queries_of_one_user_are_alike_and_a_ratio_by_user_takes_it_in():
    """Hit@1 of the seed by 115,000 users an arm with ten queries each: at an intraclass correlation of 0.2, 0.203 instead of 0.121 points."""
    spread = {rate: math.sqrt(10 * rate * (1 - rate) * (1 + 9 * 0.2)) for rate in (0.709, 0.627)}
    arms = {"variant": (115_000, 7.09, spread[0.709], 10, 0, 0), "baseline": (115_000, 6.27, spread[0.627], 10, 0, 0)}
    effect = reported.effect_of(divided(**arms))
    assert effect.effect_abs == pytest.approx(0.082)
    assert round(100 * (effect.ci_high_abs - effect.effect_abs), 3) == 0.203
    assert effect.ci_method == "ratio by the delta method; welch t; delta method"
    assert (reported.level_of(divided(**arms), "variant"), reported.level_of(divided(**arms), "baseline")) == (0.709, 0.627)


def test_a_ratio_whose_denominator_is_nothing_is_not_recomputed():
    effect = reported.effect_of(divided(variant=(9, 1, 1, 0, 1, 0), baseline=(9, 1, 1, 2, 1, 0)))
    assert (effect.effect_abs, effect.method_note) == (None, "not recomputed: the denominator's mean is 0")


DIVIDED = st.tuples(
    st.integers(100, 5000), st.floats(1, 500), st.floats(0.1, 5), st.floats(2, 50), st.floats(0.1, 5), st.floats(-0.95, 0.95)
).map(lambda drawn: (*drawn[:5], drawn[5] * drawn[2] * drawn[4]))


@settings(max_examples=40, deadline=None)
@given(DIVIDED, DIVIDED, st.floats(0.5, 20))
def test_ratios_agree_with_an_independent_implementation_and_keep_when_both_parts_are_scaled(held, treated, scale):
    """tea-tasting 1.14."""
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    arms = (held, treated)
    ours = reported.effect_of(divided(baseline=held, variant=treated))
    told = [Aggregates(count_=n, mean_={"y": y, "x": x}, var_={"y": s**2, "x": t**2}, cov_={("x", "y"): c}) for n, y, s, x, t, c in arms]
    theirs = tt.RatioOfMeans("y", "x", equal_var=False, use_t=True).analyze_aggregates(*told)
    assert math.isclose(ours.effect_abs, theirs.effect_size, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(ours.ci_low_abs, theirs.effect_size_ci_lower, rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(ours.p_two_sided, theirs.pvalue, rel_tol=1e-6, abs_tol=1e-12)
    scaled = [(n, y * scale, s * scale, x * scale, t * scale, c * scale**2) for n, y, s, x, t, c in arms]
    again = reported.effect_of(divided(baseline=scaled[0], variant=scaled[1]))
    assert math.isclose(ours.effect_abs, again.effect_abs, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(ours.standard_error, again.standard_error, rel_tol=1e-6)


def test_a_ramp_is_tested_against_its_own_split():
    assert effects.sample_ratio_p([900_000, 100_000], [0.9, 0.1]) == pytest.approx(1.0)
    assert effects.sample_ratio_p([900_000, 100_000], [0.5, 0.5]) < 1e-9


def test_a_row_without_enough_numbers_says_why_it_was_not_recomputed():
    row = dict.fromkeys(("n_variant", "n_baseline", "mean_variant", "mean_baseline", "sd_variant", "sd_baseline"), None)
    effect = reported.effect_of(row | {"metric_kind": "mean", "numerator_variant": None, "numerator_baseline": None})
    assert effect.effect_abs is None
    assert "neither counts nor mean" in effect.method_note
    assert checks.agreement(effect, 0.1) == "not_possible"


def test_a_vendor_number_that_is_not_ours_is_called_different():
    effect = effects.two_proportions(*SEED)
    assert checks.agreement(effect, 0.1308) == "match"
    assert checks.agreement(effect, 0.08) == "differs"


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 500), st.integers(5, 500), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_swapping_the_arms_negates_the_effect_and_mirrors_its_interval(n, m, p, q):
    a, b = round(n * p), round(m * q)
    forward, backward = effects.two_proportions(a, n, b, m), effects.two_proportions(b, m, a, n)
    assert math.isclose(forward.effect_abs, -backward.effect_abs, abs_tol=1e-12)
    assert math.isclose(forward.ci_low_abs, -backward.ci_high_abs, abs_tol=1e-9)
    assert forward.ci_low_abs <= forward.effect_abs <= forward.ci_high_abs
    assert math.isclose(forward.p_two_sided, backward.p_two_sided, abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(0.1, 50), st.floats(0.1, 50), st.floats(0.1, 10))
def test_scaling_a_metric_scales_its_effect_and_leaves_its_p_value(mean, base, sd, base_sd, scale):
    assume(abs(mean - base) > 1e-6)
    plain = effects.two_means(mean, sd, 100, base, base_sd, 120)
    scaled = effects.two_means(mean * scale, sd * scale, 100, base * scale, base_sd * scale, 120)
    assert (plain.effect_rel is None) == (scaled.effect_rel is None)
    assert math.isclose(scaled.effect_abs, plain.effect_abs * scale, rel_tol=1e-6)
    assert math.isclose(scaled.p_two_sided, plain.p_two_sided, rel_tol=1e-4, abs_tol=1e-12)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="12 of 10 is no proportion"):
        effects.two_proportions(12, 10, 1, 10)


def test_near_a_baseline_of_zero_the_relative_lift_is_fiellers():
    quantile = 1.9601
    near = effects.fieller(12.9, 30**2 / 9000, 12.0, 28**2 / 9000, quantile)
    assert (round(100 * near.low, 2), round(100 * near.high, 2)) == (0.42, 15.08)
    effect = effects.two_means(0.9, 3, 200, 0.5, 2, 200)
    assert effect.ci_method == "welch t; fieller"
    assert effect.ci_low_rel < effect.effect_rel < effect.ci_high_rel
    assert effects.two_means(0.9, 3, 20, 0.1, 2, 20).method_note == "no relative lift: the baseline mean is not told from zero"


@pytest.mark.parametrize(("n", "wider"), [(800, 1.78), (5_000, 1.55), (50_000, 1.65)])
def test_an_interval_for_every_look_is_wider_by_the_worked_factors(n, wider):
    assert effects.anytime_half_width(1.0, n) / 1.959964 == pytest.approx(wider, abs=0.005)


def test_a_latency_guardrail_is_judged_by_its_worst_bound():
    """1015 against 1010 ms with a margin of 2 %, 20.2 ms."""
    found = effects.non_inferiority(5.0, 4.19, 0.02 * 1010, "decrease")
    assert (found.is_shown, round(found.bound, 1)) == (True, 11.9)
    assert found.p == pytest.approx(1e-4, rel=0.5)
    assert not effects.non_inferiority(15.0, 4.19, 0.02 * 1010, "decrease").is_shown
    better, worse = (effects.non_inferiority(effect, 0.01, 0.02, "increase") for effect in (0.0, -0.01))
    assert (better.is_shown, worse.is_shown) == (True, False)


@pytest.mark.parametrize(("margin", "error"), [(0, 1), (1, 0), (-1, 1)])
def test_a_guardrail_without_margin_or_error_is_refused(margin, error):
    with pytest.raises(ValueError, match="must be above 0"):
        effects.non_inferiority(1.0, error, margin, "increase")


@settings(max_examples=40, deadline=None)
@given(st.floats(5, 500), st.floats(-0.2, 0.2), st.floats(0.5, 100), st.floats(0.5, 100), st.integers(50, 5000), st.integers(50, 5000))
def test_means_agree_with_an_independent_implementation(base, lift, sd, base_sd, n, base_n):
    """tea-tasting 1.14: Welch's t; its relative interval is the delta method's on the log scale, whose half width is ours as a share of the ratio."""
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    mean = base * (1 + lift)
    assume(base > 20 * base_sd / base_n**0.5)
    ours = effects.two_means(mean, sd, n, base, base_sd, base_n)
    arms = [Aggregates(count_=k, mean_={"m": m}, var_={"m": s**2}, cov_={}) for k, m, s in ((base_n, base, base_sd), (n, mean, sd))]
    theirs = tt.Mean("m", equal_var=False, use_t=True).analyze_aggregates(*arms)
    assert math.isclose(ours.effect_abs, theirs.effect_size, rel_tol=1e-9, abs_tol=1e-9)
    assert math.isclose(ours.ci_low_abs, theirs.effect_size_ci_lower, rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(ours.ci_high_abs, theirs.effect_size_ci_upper, rel_tol=1e-6, abs_tol=1e-9)
    assert math.isclose(ours.p_two_sided, theirs.pvalue, rel_tol=1e-6, abs_tol=1e-12)
    assert math.isclose(ours.effect_rel, theirs.rel_effect_size, rel_tol=1e-9, abs_tol=1e-9)
    theirs_on_the_log_scale = math.log((1 + theirs.rel_effect_size_ci_upper) / (1 + theirs.rel_effect_size))
    assert math.isclose((ours.ci_high_rel - ours.effect_rel) / (1 + ours.effect_rel), theirs_on_the_log_scale, rel_tol=0.02)


@settings(max_examples=40, deadline=None)
@given(st.integers(100, 100_000), st.floats(0.3, 0.7), st.integers(-200, 200))
def test_sample_ratio_agrees_with_an_independent_implementation(n, share, excess):
    """tea-tasting's test is exact below 1,000 units and normal above; the verdict at 0.001 must not depend on which."""
    import tea_tasting as tt
    from tea_tasting.aggr import Aggregates

    treated = min(max(round(n * share) + excess, 1), n - 1)
    ours = effects.sample_ratio_p([n - treated, treated], [1 - share, share])
    arms = {0: Aggregates(count_=n - treated, mean_={}, var_={}, cov_={}), 1: Aggregates(count_=treated, mean_={}, var_={}, cov_={})}
    theirs = tt.SampleRatio({0: 1 - share, 1: share}, method="norm", correction=False).analyze(arms, 0, 1, variant="v").pvalue
    assert math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9)


def paired(values, before):
    n, mean, earlier = len(values), math.fsum(values) / len(values), math.fsum(before) / len(before)
    sd, covariate_sd = (math.sqrt(math.fsum((one - of) ** 2 for one in told) / (n - 1)) for told, of in ((values, mean), (before, earlier)))
    covariance = math.fsum((y - mean) * (x - earlier) for y, x in zip(values, before, strict=True)) / (n - 1)
    return effects.Paired(n, mean, sd, earlier, covariate_sd, covariance)


ARM = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=4, max_size=25)


@settings(max_examples=40, deadline=None)
@given(ARM, ARM)
def test_an_effect_without_what_units_did_before_is_that_of_a_regression_on_it(treated, held):
    """The pooled slope within arms is that of `y ~ arm + x`; so is the difference of the arms."""
    import numpy as np
    from statsmodels.api import OLS

    assume(len({x for _, x in treated}) > 1 and len({x for _, x in held}) > 1)
    ours = effects.cuped(*(paired(*zip(*((y + 0.1 * x, x) for y, x in arm), strict=True)) for arm in (treated, held)))
    both = [*treated, *held]
    columns = np.array([[1.0, float(position < len(treated)), x] for position, (_, x) in enumerate(both)])
    fitted = OLS(np.array([y + 0.1 * x for y, x in both]), columns).fit()
    assert math.isclose(ours.effect_abs, fitted.params[1], rel_tol=1e-6, abs_tol=1e-6)


@settings(max_examples=40, deadline=None)
@given(ARM, ARM, st.integers(2, 9))
def test_swapping_arms_negates_the_adjusted_effect_and_scaling_scales_it(treated, held, scale):
    arms = [paired(*zip(*arm, strict=True)) for arm in (treated, held)]
    larger = [paired([scale * y for y, _ in arm], [x for _, x in arm]) for arm in (treated, held)]
    forward, backward, scaled = effects.cuped(*arms), effects.cuped(*arms[::-1]), effects.cuped(*larger)
    assert math.isclose(forward.effect_abs, -backward.effect_abs, abs_tol=1e-9)
    assert math.isclose(scaled.effect_abs, scale * forward.effect_abs, rel_tol=1e-6, abs_tol=1e-6)
    assume((forward.standard_error or 0) > 1e-6)  # what is left of a straight line is rounding
    assert math.isclose(forward.ci_low_abs, -backward.ci_high_abs, rel_tol=1e-6, abs_tol=1e-6)
    assert math.isclose(scaled.p_two_sided, forward.p_two_sided, rel_tol=1e-3, abs_tol=1e-6)


def test_noise_known_from_before_leaves_the_interval():
    noise = [float(number * 37 % 101) for number in range(200)]
    treated = paired([x + 1 + (n % 3) / 10 for n, x in enumerate(noise[:100])], noise[:100])
    held = paired([x + (n % 3) / 10 for n, x in enumerate(noise[100:])], noise[100:])
    plain = effects.two_means(treated.mean, treated.sd, treated.n, held.mean, held.sd, held.n)
    found = effects.cuped(treated, held)
    assert plain.ci_low_abs < 0 < plain.ci_high_abs
    assert found.effect_abs == pytest.approx(1, abs=0.05)
    assert found.ci_low_abs > 0.9
