"""How hard a project was, on the demo organisation: what the records suggest and what managers say stand side by side."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")
PARTS = ("ambiguity", "dependencies", "novelty")


def test_what_managers_say_reaches_those_it_is_said_of_and_nobody_tells_their_own(demo):
    for told in demo.truth["project_contexts"]:
        found = demo.query(
            """select person_id, told_by_person_id, ambiguity_told, dependencies_told, novelty_told from evidence.evidence_project_context
               where subject_name = ? and period_id = '2026H1' and told_reason is not null""",
            (told["project"],),
        )
        if not told["counts"]:
            assert told["by"] not in {person for person, *_ in found}
            continue
        assert found
        assert {row[1:] for row in found} == {(told["by"], *(told[part] for part in PARTS))}
        assert told["person"] in (None, *(person for person, *_ in found))


def test_nothing_that_was_said_of_one_half_year_stands_in_another(demo):
    assert demo.query("select count(*) from evidence.evidence_project_context where told_reason is not null and period_id <> '2026H1'") == [
        (0,)
    ]


def test_a_ticket_whose_text_changed_after_work_began_makes_ambiguity_and_the_manager_differs(demo):
    [(state, headline, unclear, tickets, suggested, told, is_disagreed, kinds)] = demo.query(
        """select state, headline, n_unclear_tickets, n_tickets, ambiguity_suggested, ambiguity_told, is_disagreed,
               list_distinct(list_transform(sources, s -> s.system || '.' || s.kind))
           from evidence.evidence_project_context
           where person_id = 'ana' and subject_name = 'acme/safety-classifier' and period_id = '2026H1'"""
    )
    assert (state, unclear, suggested, told, is_disagreed) == ("value", 1, "medium", "high", True)
    assert f"ambiguity medium (1 of {tickets} tickets changed after work had begun or had an earlier change dropped)" in headline
    assert "The manager says ambiguity high, novelty existing; the two differ in ambiguity." in headline
    assert {"registers.project_contexts", "jira.issues", "github.pull_requests"} <= set(kinds)


def test_the_figures_of_a_suggestion_can_be_counted_again(demo):
    rows = demo.query(
        """select person_id, project_id, n_merged, value_low, value_high, n_declared + n_by_tickets + n_teams, novelty_suggested,
               date_diff('day', began_on, greatest(first_change_on, period_start))
           from evidence.evidence_project_context where state <> 'not_observed' and period_id = '2026H1'"""
    )
    assert len(rows) > 30
    for person, project, n_merged, low, high, ties, novelty, days in rows:
        [(counted,)] = demo.query(
            """select count(distinct p.pull_request_id) from core.fct_pull_requests p
               join core.bridge_pull_request_authors a using (pull_request_id)
               where a.person_id = ? and p.project_id = ? and p.merged_at >= '2026-01-01 00:00:00+00' and p.merged_at < '2026-07-01 00:00:00+00'""",
            (person, project),
        )
        assert counted == n_merged
        assert low <= high == ties
        assert novelty == ("greenfield" if days <= 30 else "new" if days <= 180 else "existing")


def test_too_few_tickets_suggest_nothing(demo):
    assert demo.query(
        "select distinct ambiguity_suggested from evidence.evidence_project_context where n_tickets < 3 and state <> 'not_observed'"
    ) == [(None,)]
