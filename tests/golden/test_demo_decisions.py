"""What the demo organisation stopped stands in the evidence of whoever decided it, with what was known before."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_feature_that_was_killed_names_its_decider_and_what_lay_before_the_decision(demo):
    [planted] = [kill for kill in demo.truth["kill_decisions"] if kill["experiment"]]
    [(person, headline, low, high, sources)] = demo.query(
        """select person_id, headline, value_low, value_high, list_transform(sources, s -> s.kind) from evidence.evidence_kill_decision
           where subject_kind = 'epic' and period_id = '2026H1' and subject_name = ?""",
        (planted["epic"],),
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


def test_every_class_of_evidence_is_the_planted_one_and_a_kill_without_any_is_shown_as_unsupported(demo):
    rows = demo.query(
        """select subject_name, person_id, evidence_class, state, share_low, stated_reason, headline from evidence.evidence_kill_decision
           where subject_kind = 'epic' and period_id = '2026H1'"""
    )
    found = {name: rest for name, *rest in rows}
    planted = {kill["epic"]: kill for kill in demo.truth["kill_decisions"]}
    assert {name: (person, kind) for name, (person, kind, *_) in found.items()} == {
        name: (kill["decided_by"] or kill["assignee"], kill["evidence_class"]) for name, kill in planted.items()
    }
    by_class = {kind: rest for _, kind, *rest in found.values()}
    state, share_low, reason, headline = by_class["unrecoverable_with_available_models"]
    assert (state, share_low, reason) == ("value", 1.0, "unrecoverable_with_available_models")
    assert headline.endswith("evidence before it: a written decision; stated reason: unrecoverable with the models available.")
    state, share_low, reason, headline = by_class["unsupported"]
    assert (state, share_low, reason) == ("observed_zero", 0.0, None)
    assert headline.endswith("who decided it is not on record; unsupported: no evidence lies before the decision.")
