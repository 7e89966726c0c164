"""The life of feature flags is told step by step: one that became a launch and was cleaned up, one that was removed while it was off."""

from datetime import datetime

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_every_change_of_every_flag_is_the_planted_one_with_its_project_and_person(demo):
    found = demo.query(
        """select f.flag_key, p.name, f.change, f.environment, f.reach_before, f.reach_after, f.actor_person_id, f.changed_at
           from core.fct_flag_changes f join core.dim_projects p using (project_id)"""
    )
    names = ("flag", "repository", "change", "environment", "reach_before", "reach_after", "by")
    planted = [(*(one[name] for name in names), datetime.fromisoformat(one["at"])) for one in demo.truth["flag_changes"]]
    assert sorted(found, key=str) == sorted(planted, key=str)
    assert {one["change"] for one in demo.truth["flag_changes"]} == {"created", "targeting", "enabled", "disabled", "archived"}


def test_a_flag_that_was_removed_while_it_was_off_was_stopped_and_one_that_was_on_was_not(demo):
    [planted] = demo.truth["removed_flags"]
    found = demo.query(
        "select distinct subject_name, person_id, state, decided_at, evidence_class from evidence.evidence_kill_decision where subject_kind = 'flag'"
    )
    removed_at = datetime.fromisoformat(planted["removed_at"])
    assert found == [(planted["flag"], planted["removed_by"], "observed_zero", removed_at, "unsupported")]


def test_a_flag_of_its_own_is_a_launch_and_changes_of_a_launchs_flag_are_no_neighbour_of_it(demo):
    """What was done to the hints' flag is their launch; nobody launched the hints twice."""
    launches = demo.query("select subject_name from core.fct_launches where subject_kind = 'flag'")
    assert launches == [(demo.truth["removed_flags"][0]["flag"],)]
    assert demo.query(
        """select distinct s.flag, i.n_concurrent_launches from evidence.evidence_system_framing s
           join evidence.evidence_experiment_impact i on s.subject_id = i.subject_id join core.fct_experiments x on s.subject_id = x.experiment_id
           where x.native_id = 'query-hints'"""
    ) == [("resolved", 0)]
