"""What the demo organisation stopped stands in the evidence of whoever decided it, with what was known before."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_feature_that_was_killed_names_its_decider_and_what_lay_before_the_decision(demo):
    [planted] = demo.truth["kill_decisions"]
    [(person, headline, low, high, sources)] = demo.query(
        """select person_id, headline, value_low, value_high, list_transform(sources, s -> s.kind) from evidence.evidence_kill_decision
           where subject_kind = 'epic' and period_id = '2026H1'"""
    )
    assert (person, low, high) == (planted["decided_by"], 1.0, 2.0)
    assert headline == (
        f"On {planted['decided_at'][:10]} the epic {planted['epic']} was stopped, as the engineer had written down in "
        f"{planted['decision_record']}; evidence before it: a lost experiment, a written decision."
    )
    assert sources == ["issues", "experiments", "pull_requests"]


def test_whoever_stopped_nothing_has_a_gap_that_says_what_is_missing(demo):
    rows = demo.query("select headline, value_mid from evidence.evidence_kill_decision where state = 'not_observed' and person_id = 'ben'")
    assert rows
    assert all("To supply it: sync the Jira projects that hold the epics" in headline and value is None for headline, value in rows)
