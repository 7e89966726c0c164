"""What users of the demo organisation began to meet is a launch, with when everybody had it and whose it was."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_experiments_that_shipped_are_launches_and_those_that_did_not_are_none(demo):
    planted = {e["native_id"] for e in demo.truth["experiments"] if e["decision"] in ("won", "ship") or not e["has_holdout"]}
    rows = demo.query(
        """select x.native_id from core.fct_launches l join core.fct_experiments x on l.subject_kind = 'experiment' and l.subject_id = x.experiment_id"""
    )
    assert len(rows) == len(planted)
    assert {native_id for (native_id,) in rows} == planted


def test_only_what_was_deployed_to_users_is_a_launch(demo):
    rows = demo.query("select split_part(subject_id, '@', 2), started_at from core.fct_launches where subject_kind = 'deployment'")
    planted = {d["sha"]: d["at"] for d in demo.truth["deployments"] if d["environment"] == "production" and d["state"] == "success"}
    assert rows
    assert {sha: at.isoformat() for sha, at in rows}.items() <= planted.items()


def test_the_ramp_of_the_reranker_ends_with_its_hold_and_a_launch_without_a_control_has_none(demo):
    rows = demo.query(
        """select x.native_id, date_diff('day', l.started_at, l.full_at), l.full_how, l.evidence_class, l.evidence_strength
           from core.fct_launches l join core.fct_experiments x on l.subject_kind = 'experiment' and l.subject_id = x.experiment_id"""
    )
    found = {native_id: told for native_id, *told in rows}
    days = sum(phase["days"] for phase in demo.truth["experiment_numbers"]["phases"])
    assert found[demo.truth["experiment_numbers"]["experiment"]] == [days, "end_of_experiment", "experiment_won", "resolved"]
    assert found["query-hints"] == [0, "nobody_held_back", "before_and_after", "derived"]


def test_shares_of_every_launch_sum_to_one(demo):
    rows = demo.query("select launch_id, round(sum(share), 9) from core.bridge_launch_people group by 1")
    assert rows
    assert {share for _, share in rows} == {1.0}
