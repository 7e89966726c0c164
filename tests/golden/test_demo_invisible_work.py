"""Work that seldom shows is found as it was planted, with what it led to; nothing is a zero where no source told."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")

ROWS = "select person_id, value_low, value_high, n from evidence.evidence_invisible_work where work_kind = ? and period_id = '2026H1' and state = 'value'"


def test_hours_on_call_are_the_planted_ones_with_overlaps_once(demo):
    planted = {row["person"]: row["hours"] for row in demo.truth["on_call_hours"]}
    rows = demo.query(
        "select person_id, hours_on_call from evidence.evidence_invisible_work where hours_on_call > 0 and period_id = '2026H1'"
    )
    assert dict(rows) == planted
    [(headline, sources)] = demo.query(
        """select headline, list_transform(sources, s -> s.kind) from evidence.evidence_invisible_work
           where work_kind = 'on_call' and person_id = 'jonas' and period_id = '2026H1'"""
    )
    assert headline == "In 2026 H1, the engineer was on call for 1,784 hours of 4,344 (41 %), by the schedule of Platform."
    assert set(sources) == {"on_call_shifts"}


def test_who_had_no_shift_is_a_zero_only_where_the_schedules_span_the_half_year(demo):
    rows = demo.query(
        "select period_id, state, not_observed_reason from evidence.evidence_invisible_work where work_kind = 'on_call' and person_id = 'ana'"
    )
    assert set(rows) == {("2026H1", "observed_zero", None), ("2025H2", "not_observed", "not_told")}
    # His first shift began before the half-year did, and the schedule did not span what came before.
    [(headline, value)] = demo.query(
        "select headline, value_mid from evidence.evidence_invisible_work where work_kind = 'on_call' and person_id = 'jonas' and period_id = '2025H2'"
    )
    assert value is None
    assert "64 hours on call are on record" in headline


def test_reviews_that_were_followed_by_a_change_are_the_planted_ones(demo):
    rows = demo.query(
        """select person_id, period_id, sum(n), sum(value_low) from evidence.evidence_invisible_work
           where work_kind in ('substantive_reviews', 'eval_prompt_reviews') and n > 0 group by all"""
    )
    planted = {(row["person"], row["period"]): (row["reviewed"], row["changed"]) for row in demo.truth["review_outcomes"]}
    assert {(person, period): (reviewed, changed) for person, period, reviewed, changed in rows} == planted
    assert sum(changed for _, changed in planted.values()) > 50


def test_a_remark_on_a_rubric_that_led_to_a_change_is_of_its_own_class(demo):
    [changed] = [row for row in demo.truth["rubric_changes"] if not row["is_calibrated"]]
    rows = demo.query(
        """with rows as (
               select person_id, unnest(sources) as source from evidence.evidence_invisible_work
               where work_kind = 'eval_prompt_reviews' and value_low > 0
           )
           select e.person_id, p.number from rows as e
           inner join core.fct_reviews as r on e.source.kind = 'reviews' and e.source.id = cast(r.review_id as varchar)
           inner join core.fct_pull_requests as p on r.pull_request_id = p.pull_request_id"""
    )
    assert ("lev", changed["pull_request"]) in rows


def test_an_impact_that_nobody_recorded_is_the_high_end_and_those_with_impact_are_none(demo):
    rows = {person: (low, high, n) for person, low, high, n in demo.query(ROWS, ("incidents_before_impact",))}
    assert rows["hugo"] == (2.0, 3.0, 6)
    assert rows["jonas"] == (0.0, 1.0, 1)
    [(state,)] = demo.query(
        """select state from evidence.evidence_invisible_work where work_kind = 'incidents_before_impact' and person_id = 'gita' and period_id = '2026H1'"""
    )
    assert state == "observed_zero"


def test_the_decision_record_was_cited_by_two_who_did_not_write_it_and_the_plan_of_a_dashboard_by_one(demo):
    assert sorted(demo.query(ROWS, ("documents_cited",))) == [("dora", 1.0, 1.0, 1), ("gita", 2.0, 2.0, 2)]
    sources = demo.query(
        """select person_id, list_sort(list_transform(sources, s -> s.system || '.' || s.kind)) from evidence.evidence_invisible_work
           where work_kind = 'documents_cited' and state = 'value'"""
    )
    assert dict(sources) == {"dora": ["github.pull_requests"], "gita": ["github.pull_requests", "jira.issues"]}


def test_what_people_report_of_themselves_is_marked_as_such_and_a_witness_confirms_it(demo):
    [planted] = demo.truth["self_reports"]
    rows = demo.query(
        """select person_id, period_id, n, value_low, value_high, strength, headline from evidence.evidence_invisible_work
           where work_kind = 'self_reported' and state = 'value'"""
    )
    [(person, period, n, low, high, strength, headline)] = rows
    assert (person, period, n, low, high) == (
        planted["person"], planted["period"], planted["reports"], planted["witnessed"], planted["reports"],
    )  # fmt: skip
    assert strength == "declared"
    assert "the rest by the engineer's own word alone" in headline
    assert demo.query("select distinct provenance from core.fct_self_reports") == [("self",)]
    whose = demo.query("select distinct person_id from core.fct_self_reports")
    assert whose == [(planted["person"],)], "what somebody else says of another is no report of theirs"


def test_labelled_traces_say_what_changed_after_them(demo):
    rows = demo.query(
        """select person_id, period_id, state, n, value_low, value_high from evidence.evidence_invisible_work
           where work_kind = 'labelled_traces' and n > 0 order by period_id"""
    )
    assert rows == [
        (
            planted["person"],
            planted["period"],
            "value" if planted["rubric_changed_after"] else "observed_zero",
            planted["labelled"],
            planted["rubric_changed_after"],
            planted["rubric_changed_after"],
        )
        for planted in demo.truth["labelled_traces"]
    ]
    [calibrated] = [row for row in demo.truth["rubric_changes"] if row["is_calibrated"]]
    proofs = demo.query(
        """with rows as (
               select unnest(sources) as source from evidence.evidence_invisible_work where work_kind = 'labelled_traces' and value_low > 0
           )
           select distinct source.kind, p.number from rows
           left join core.fct_pull_requests p on source.kind = 'pull_requests' and source.id = cast(p.pull_request_id as varchar)
           order by all"""
    )
    assert proofs == [("label_sets", None), ("pull_requests", calibrated["pull_request"])]
