"""What the demo organisation's changes changed: metric pairs of each project, and what shipped without one."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_planted_attempt_that_landed_has_its_two_runs_as_a_pair(demo):
    landed = next(attempt for attempt in demo.truth["prompt_attempts"] if attempt["outcome"] == "landed")
    rows = demo.query(
        """select p.state, p.basis, p.record_before_id, p.record_after_id, p.window_from <= p.window_to,
               round(p.difference, 6) = round(p.value_after - p.value_before, 6), p.effect_mid
           from core.fct_metric_pairs p join core.fct_prompt_changes c on c.prompt_change_id = p.change_id
           where c.pull_request_number = ? and c.path = ?""",
        (landed["pull_request"], landed["path"]),
    )
    runs = [
        run
        for native_id in (landed["eval_before"], landed["eval_after"])
        for (run,) in demo.query("select eval_run_id from core.fct_eval_runs where native_run_id = ?", (native_id,))
    ]
    assert rows == [("value", "eval_runs", *runs, True, True, None)]


def test_a_changed_rubric_is_another_ruler_and_no_pair(demo):
    rows = demo.query(
        """select p.state, p.not_observed_reason, p.value_after from core.fct_metric_pairs p
           join core.fct_prompt_changes c on c.prompt_change_id = p.change_id where c.kind = 'rubric'"""
    )
    assert set(rows) == {("not_observed", "ruler_changed", None)}


def test_a_prompt_whose_runs_are_of_two_models_has_no_pair(demo):
    """The ranker was upgraded between the runs before and after the second change of the prompt in its code."""
    [edited] = [row["pull_request"] for row in demo.truth["code_prompts"] if row["change_kind"] == "edited"]
    rows = demo.query(
        """select p.state, p.not_observed_reason, p.value_after from core.fct_metric_pairs p
           join core.fct_prompt_changes c on c.prompt_change_id = p.change_id where c.symbol is not null and c.pull_request_number = ?""",
        (edited,),
    )
    assert rows == [("not_observed", "model_changed", None)]


def test_every_experiment_has_the_levels_of_its_groups_and_each_launch_a_row_whether_measured_or_not(demo):
    unlike = demo.query(
        """select e.experiment_name from evidence.evidence_experiment_impact e
           left join core.fct_metric_pairs p on p.change_id = e.subject_id and p.metric_name = e.metric_name and p.state = 'value'
           where e.basis = 'randomised' and coalesce(abs(p.effect_low - e.effect_low) > 1e-6 or abs(p.value_after - e.level_variant
               * case when e.metric_kind = 'proportion' then 100 else 1 end) > 1e-3, true)"""
    )
    assert unlike == []
    shipped = demo.query(
        """select l.subject_kind, l.subject_id from core.fct_launches l
           where not exists (select 1 from core.fct_metric_pairs p where p.change_id = l.subject_id)
           and not exists (select 1 from core.fct_metric_pairs p join core.fct_prompt_changes c on c.prompt_change_id = p.change_id
               where p.project_id = l.project_id and p.state = 'value')"""
    )
    assert shipped == []
    assert {state for (state,) in demo.query("select state from core.fct_metric_pairs where change_kind = 'deployment'")} == {
        "not_observed"
    }
