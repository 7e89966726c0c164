"""The demo organisation's eval runs held against earlier ones: what fell is told from noise, and what changed its ruler is not compared."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_upgrade_that_made_rankings_worse_is_a_regression_by_the_cases_of_both_runs(demo):
    [planted] = demo.truth["launch_decays"]
    found = demo.query(
        """select distinct c.slice, c.state, c.is_regressed, c.p_value < 0.05, c.n_common
           from core.fct_eval_comparisons c join core.fct_eval_runs r using (eval_run_id) where r.model_name = ? order by c.slice""",
        (planted["model_after"],),
    )
    assert found == [("", "value", True, True, 50), ("head", "value", False, False, 25), ("tail", "value", True, True, 25)]


def test_a_grown_golden_set_is_another_ruler(demo):
    [planted] = demo.truth["migration_examples"]
    found = demo.query(
        """select c.slice, c.state, c.not_observed_reason, c.net_mid, c.p_value
           from core.fct_eval_comparisons c join core.fct_eval_runs r using (eval_run_id) where r.native_run_id = ?""",
        (planted["eval_run"],),
    )
    assert found == [("", "not_observed", "dataset_changed", None, None)]


def test_no_comparison_is_without_noise(demo):
    [(without,)] = demo.query("select count(*) from core.fct_eval_comparisons where state = 'value' and net_high - net_low < 0.01")
    assert without == 0


def test_a_judge_without_labels_of_people_is_marked(demo):
    states = demo.query(
        """select r.task_name, m.judge_state from core.fct_eval_metrics m join core.fct_eval_runs r using (eval_run_id)
           where m.judge_state <> 'no_judge' group by all"""
    )
    assert set(states) == {("helpfulness_judge", "uncalibrated"), ("grounded_answers", "uncalibrated")}
    [calibrated] = [row for row in demo.truth["rubric_changes"] if row["is_calibrated"]]
    [(limits, better)] = demo.query(
        """select limits, eval_n_better from evidence.evidence_prompt_provenance e join core.fct_prompt_changes c using (prompt_change_id)
           where c.pull_request_number = ? and c.kind = 'rubric' and e.period_id = '2025H2'""",
        (calibrated["pull_request"],),
    )
    assert "The judge of these runs is uncalibrated" in limits
    assert better > 0
