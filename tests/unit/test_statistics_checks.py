"""Which outcome each check of an experiment has, and that what is not told is never a pass."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.statistics import checks, novelty
from pipelines.statistics.novelty import Day
from pipelines.statistics.reported import effect_of
from pipelines.statistics.trials import Compared, Phase, Trial

START = datetime(2026, 2, 2, tzinfo=UTC)
SPLIT = {"c": 0.5, "t": 0.5}
MOMENTS = ("mean_variant", "mean_baseline", "sd_variant", "sd_baseline")
UNKNOWN = (
    "randomization_unit analysis_unit planned_mde_relative planned_n planned_days alpha sequential_method n_looks is_cuped preregistered_at"
)


def compared(metric: str = "hit", role: str = "primary", **changes: Any) -> Compared:
    """A proportion of 10 000 units an arm, 50 against 55 %, unless told otherwise."""
    row: dict[str, Any] = {
        "phase": 0,
        "metric_key": metric,
        "dimension": "",
        "dimension_value": "",
        "variant_key": "t",
        "baseline_key": "c",
        "metric_role": role,
        "direction": "increase",
        "metric_kind": "proportion",
        "n_variant": 10_000,
        "n_baseline": 10_000,
        "numerator_variant": 5_500,
        "numerator_baseline": 5_000,
        "non_inferiority_margin": None,
        "vendor_effect_relative": None,
        **dict.fromkeys(MOMENTS),
        **changes,
    }
    return Compared(row, effect_of(row))


def trial(*results: Compared, phases: dict[int, Phase] | None = None, **changes: Any) -> Trial:
    row = dict.fromkeys(UNKNOWN.split()) | {"experiment_id": "x", "variations": '[{"key": "c"}]', "started_at": START, "hypothesis": "Up."}
    made = Trial(row | changes, phases or {0: phase(21)}, list(results) or [compared()])
    checks.correct(made)
    return made


def phase(days: int | None, number: int = 0, **split: float) -> Phase:
    return Phase(number, START, None if days is None else START + timedelta(days=days), split or SPLIT)


def outcomes(made: Trial, code: str) -> list[checks.Status]:
    return [check.status for check in checks.of(made) if check.code == code]


def detail(made: Trial, code: str) -> str:
    return next(check.detail for check in checks.of(made) if check.code == code)


def test_nothing_told_is_unknown_or_a_warning_and_never_a_pass():
    bare = trial(compared(n_variant=None, n_baseline=None), phases={0: Phase(0, None, None, {})})
    assert {check.code: check.status for check in checks.of(bare)} == {
        "SRM": "unknown",
        "UNIT": "unknown",
        "POWER": "unknown",
        "DURATION": "unknown",
        "PEEKING": "unknown",
        "MULTI": "unknown",
        "CUPED": "unknown",
        "HOLD": "unknown",
        "NOVELTY": "unknown",
        "RECOMPUTE": "unknown",
        "PREREG": "unknown",
    }


def test_a_launch_that_compared_nothing_has_no_design_to_check():
    assert list(checks.of(trial(variations="[]"))) == []


def test_a_split_is_tested_in_each_phase_and_again_for_metrics_analysed_on_fewer_units():
    few = compared("slow", "secondary", n_variant=4_000, n_baseline=5_000, numerator_variant=1, numerator_baseline=1)
    ramp = compared(phase=1, n_variant=90_000, n_baseline=10_000)
    made = trial(compared(), few, ramp, phases={0: phase(21), 1: phase(14, 1, c=0.1, t=0.9)})
    found = {(check.phase, check.metric_key): check.status for check in checks.of(made) if check.code == "SRM"}
    assert found == {(0, ""): "pass", (0, "slow"): "fail", (1, ""): "pass"}


@pytest.mark.parametrize(
    ("assigned", "counted", "status"), [("user", "user", "pass"), ("user", "query", "fail"), ("user", None, "unknown")]
)
def test_what_is_counted_must_be_what_was_assigned(assigned, counted, status):
    assert outcomes(trial(randomization_unit=assigned, analysis_unit=counted), "UNIT") == [status]


def test_a_ratio_told_by_the_assigned_unit_may_be_counted_by_another_one_and_a_proportion_beside_it_may_not():
    parts = {f"{name}_{arm}": 10.0 for name in ("denominator_mean", "denominator_sd") for arm in ("variant", "baseline")}
    clicks = compared("clicks", metric_kind="ratio", **parts)
    made = trial(clicks, compared(), randomization_unit="user", analysis_unit="query")
    assert {check.metric_key: check.status for check in checks.of(made) if check.code == "UNIT"} == {"clicks": "pass", "hit": "fail"}


@pytest.mark.parametrize(
    ("planned", "numerator", "status", "words"),
    [
        (0.05, 5_500, "pass", "finds the planned effect"),
        (None, 5_500, "warn", "no planned smallest effect"),
        (0.01, 5_500, "warn", "larger than the planned one"),
        (0.05, 5_150, "warn", "such estimates exaggerate"),
    ],
)
def test_the_size_is_held_against_the_planned_effect_and_the_one_found(planned, numerator, status, words):
    made = trial(compared(numerator_variant=numerator), planned_mde_relative=planned)
    assert outcomes(made, "POWER") == [status]
    assert words in detail(made, "POWER")


@pytest.mark.parametrize(("days", "status"), [(14, "pass"), (21, "pass"), (16, "warn"), (7, "warn"), (6, "fail"), (None, "unknown")])
def test_two_whole_weeks_at_least(days, status):
    assert outcomes(trial(phases={0: phase(days)}), "DURATION") == [status]


@pytest.mark.parametrize(
    ("told", "status"),
    [({"n_looks": 1}, "pass"), ({"sequential_method": "mSPRT", "n_looks": 9}, "pass"), ({"n_looks": 5}, "warn"), ({}, "warn")],
)
def test_early_looks_need_a_method_else_the_interval_for_every_look_is_shown(told, status):
    made = trial(**told)
    assert outcomes(made, "PEEKING") == [status]
    assert ("holds at every look" in detail(made, "PEEKING")) == (status == "warn")


def test_many_questions_make_a_weak_answer_no_answer():
    weak = compared("weak", numerator_variant=5_150)  # p = 0.034 alone
    strong = compared("strong")
    alone, together = trial(weak), trial(compared("weak", numerator_variant=5_150), strong, compared("none", numerator_variant=5_000))
    assert outcomes(alone, "MULTI") == ["pass"]
    found = {check.metric_key: check.status for check in checks.of(together) if check.code == "MULTI"}
    assert found == {"weak": "warn", "strong": "pass", "none": "pass"}
    adjusted = {each.row["metric_key"]: each.p_adjusted for each in together.compared}
    assert adjusted["weak"] == pytest.approx(2 * weak.effect.p_two_sided)
    assert together.compared[0].correction == "Holm over 3"


def test_slices_are_exploratory_and_no_question_of_their_own():
    made = trial(compared(), compared(dimension="country", dimension_value="DE"))
    assert made.compared[0].correction == "Holm over 1"
    assert made.compared[1].p_adjusted is None


@pytest.mark.parametrize(
    ("told", "vendor", "status"), [(True, 0.08, "pass"), (True, -0.01, "warn"), (True, None, "unknown"), (False, None, "pass")]
)
def test_an_adjusted_effect_of_the_other_sign_is_a_warning(told, vendor, status):
    assert outcomes(trial(compared(vendor_effect_relative=vendor), is_cuped=told), "CUPED") == [status]


MOMENTS_BEFORE = {
    **{f"{name}_{arm}": value for arm in ("variant", "baseline") for name, value in (("sd", 0.5), ("covariate_sd", 2.0), ("covariate_covariance", 0.5))},
    "mean_variant": 0.55,
    "mean_baseline": 0.5,
    "covariate_mean_baseline": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(("before", "status", "words"), [(1.0, "pass", "+0.05"), (2.0, "warn", "-0.075: opposite signs")])
def test_an_adjusted_effect_of_our_own_is_held_against_the_unadjusted_one(before, status, words):
    made = trial(compared(**MOMENTS_BEFORE, covariate_mean_variant=before))
    assert outcomes(made, "CUPED") == [status]
    assert words in detail(made, "CUPED")


def latency(mean: float, margin: float | None = 0.02, **changes: Any) -> Compared:
    moments = {"mean_variant": mean, "mean_baseline": 1010.0, "sd_variant": 300.0, "sd_baseline": 300.0}
    rest = {"metric_kind": "mean", "numerator_variant": None, "numerator_baseline": None, "direction": "decrease"}
    return compared("p95", "guardrail", non_inferiority_margin=margin, **moments, **rest, **changes)


@pytest.mark.parametrize(
    ("guardrail", "status"),
    [(latency(1015.0), "pass"), (latency(1028.0), "fail"), (latency(1010.0, None), "unknown"), (latency(900.0), "pass")],
)
def test_a_guardrail_must_be_shown_to_be_within_its_margin(guardrail, status):
    assert outcomes(trial(compared(), guardrail), "GUARD") == [status]


@pytest.mark.parametrize(
    ("held", "others", "status"),
    [
        (5_400, (), "pass"),
        (5_050, (), "warn"),
        (4_900, (), "fail"),
        (5_400, (latency(1028.0, phase=1),), "fail"),
    ],
)
def test_an_effect_must_outlast_the_ramp(held, others, status):
    later = compared(phase=1, numerator_variant=held)
    made = trial(compared(), later, *others, phases={0: phase(21), 1: phase(14, 1, c=0.1, t=0.9)})
    assert outcomes(made, "HOLD") == [status]
    assert "10% held back" in detail(made, "HOLD")


@pytest.mark.parametrize(("effect_of_day", "status"), [(lambda day: 0.05, "pass"), (lambda day: 0.3 if day < 3 else 0.0, "warn")])
def test_an_effect_of_the_first_days_only_wears_off(effect_of_day, status):
    days = [
        compared(
            dimension="day",
            dimension_value=f"2026-02-{2 + day:02}",
            n_variant=1_000,
            n_baseline=1_000,
            numerator_variant=round(500 + 1_000 * effect_of_day(day)),
            numerator_baseline=500,
        )
        for day in range(14)
    ]
    assert outcomes(trial(compared(), *days), "NOVELTY") == [status]
    assert outcomes(trial(compared(), *days[: novelty.FEWEST_DAYS - 1]), "NOVELTY") == ["unknown"]


def test_days_count_by_their_precision():
    steady = [Day(f"{day:02}", 1.0, 0.1) for day in range(9)]
    found = novelty.without_first_days([*steady, Day("09", 9.0, 100.0)])
    assert found.effect == pytest.approx(1.0, abs=0.001)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1 / 6**0.5, rel=0.01)


@pytest.mark.parametrize(("vendor", "status"), [(0.1, "pass"), (0.15, "warn"), (None, "unknown")])
def test_the_stores_effect_is_held_against_the_one_its_counts_give(vendor, status):
    assert outcomes(trial(compared(vendor_effect_relative=vendor)), "RECOMPUTE") == [status]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"preregistered_at": START - timedelta(days=3), "planned_days": 21}, "pass"),
        ({"preregistered_at": START - timedelta(days=3)}, "warn"),
        ({"preregistered_at": START - timedelta(days=3), "planned_days": 21, "hypothesis": None}, "warn"),
        ({"preregistered_at": START + timedelta(days=1), "planned_days": 21}, "fail"),
    ],
)
def test_hypothesis_metric_and_rule_to_stop_are_older_than_the_start(told, status):
    assert outcomes(trial(**told), "PREREG") == [status]
