"""The model behind a name that the vendor replaced without a word: every task that saw it says so, and no other does."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_every_task_that_another_version_answered_says_so_and_no_other_does(demo):
    found = demo.query(
        """select p.name, d.task_name, d.answered_before, d.answered_after, before.native_run_id, after.native_run_id, d.repository_change, d.state,
                  d.n_common, d.n_better, d.n_worse
           from core.fct_model_drifts d join core.dim_projects p using (project_id)
           join core.fct_eval_runs before on before.eval_run_id = d.run_before_id join core.fct_eval_runs after on after.eval_run_id = d.eval_run_id"""
    )
    planted = [
        (
            *(row[key] for key in ("repository", "task", "answered_before", "answered_after", "run_before", "eval_run")),
            "same_commit" if row["is_same_commit"] else "other_commit",
            "value",
            *(row[key] for key in ("n_common", "n_better", "n_worse")),
        )
        for row in demo.truth["model_drifts"]
    ]
    assert planted
    assert sorted(found) == sorted(planted), "precision and recall of changes behind a name are 1"


def test_what_is_asked_for_stayed_the_same_and_no_migration_is_made_of_it(demo):
    [(name,)] = demo.query("select distinct model_name from core.fct_model_drifts")
    assert {row["model"].partition("/")[2] for row in demo.truth["model_drifts"]} == {name}
    replacements = tuple({row["answered_after"] for row in demo.truth["model_drifts"]})
    [(switches,)] = demo.query("select count(*) from core.fct_model_switches where to_model in (select unnest(?))", (list(replacements),))
    assert switches == 0


def test_a_difference_across_the_replacement_is_marked_as_one_of_models(demo):
    marked = demo.query(
        "select run_before_id, eval_run_id from core.fct_eval_comparisons where model_change = 'answered_by_another' and slice = ''"
    )
    drifts = demo.query("select run_before_id, eval_run_id from core.fct_model_drifts")
    assert set(drifts) <= set(marked)
    changed = demo.query(
        """select b.answered_model, a.answered_model from core.fct_eval_comparisons c
           join core.fct_eval_runs b on b.eval_run_id = c.run_before_id join core.fct_eval_runs a on a.eval_run_id = c.eval_run_id
           where c.model_change = 'none'"""
    )
    assert changed
    assert all(before == after for before, after in changed)


def test_a_tool_that_keeps_no_answers_name_is_no_proof_of_the_same_model(demo):
    told = demo.query("select kind, count(answered_model), count(*) from core.fct_eval_runs group by kind")
    assert {kind: known > 0 for kind, known, _ in told} == {"inspect": True, "promptfoo": False, "lm_eval": False}
    changes = demo.query(
        """select distinct c.model_change from core.fct_eval_comparisons c join core.fct_eval_runs r using (eval_run_id)
           where r.kind <> 'inspect' and c.model_change <> 'asked_for_another'"""
    )
    assert changes == [("not_told",)]
