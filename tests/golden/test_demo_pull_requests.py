"""What pull requests went through beyond their commits: heads pushed away, trials of the merge queue, drafts, late and dismissed reviews,
references from elsewhere, checks asked of one pull request. All of it was planted, and all of it is found."""

from datetime import datetime

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")


def staged(demo, sql: str):
    """Rows of a query on the warehouse itself."""
    with warehouse.connect(demo.home.warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_every_planted_event_of_a_timeline_is_found(demo):
    rows = staged(
        demo,
        """select r.full_name, e.pull_request_number, e.kind, strftime(e.created_at, '%Y-%m-%dT%H:%M:%S+00:00'), e.actor_login, e.before_sha,
                  e.after_sha, lower(e.reason), case when e.source_number is not null then s.full_name || '#' || e.source_number end
           from staging.stg_github__pull_request_events as e
           inner join staging.stg_github__repositories as r using (repository_id)
           left join staging.stg_github__repositories as s on s.repository_id = e.source_repository_id""",
    )
    keys = ("repository", "pull_request", "kind", "at", "actor", "before_sha", "after_sha", "reason", "source")
    planted = sorted((tuple(event[key] for key in keys) for event in demo.truth["pull_request_events"]), key=str)
    assert sorted(rows, key=str) == planted
    kinds = {event["kind"] for event in demo.truth["pull_request_events"]}
    assert {"head_ref_force_pushed", "removed_from_merge_queue", "convert_to_draft", "review_dismissed", "cross_referenced"} <= kinds


def test_heads_that_no_pull_request_lists_any_more_are_held_against_it(demo):
    rows = demo.query(
        """select p.name, r.number, g.head_sha, g.verdict
           from core.fct_gate_runs as g
           inner join core.fct_pull_requests as r using (pull_request_id)
           inner join core.dim_projects as p on r.project_id = p.project_id
           where g.gate = 'gate / evaluate'"""
    )
    found = {(repository, number, sha): verdict for repository, number, sha, verdict in rows}
    planted = {(h["repository"], h["pull_request"], h["sha"]): h["conclusion"] for h in demo.truth["lost_heads"]}
    verdicts = {"failure": "failed", "success": "passed"}
    assert {key: found.get(key) for key in planted} == {key: verdicts[conclusion] for key, conclusion in planted.items()}


def test_reviews_after_the_merge_are_kept_and_marked(demo):
    rows = demo.query("select review_id from core.fct_reviews where is_after_merge")
    assert {row[0] for row in rows} == {review["review"] for review in demo.truth["late_reviews"]}
    assert rows


def test_what_was_required_of_one_open_pull_request_is_known(demo):
    rows = staged(
        demo,
        """select r.full_name, c.pull_request_number, c.context
           from staging.stg_github__pull_request_required_checks as c
           inner join staging.stg_github__repositories as r using (repository_id)
           where c.is_required and not exists (
               select 1 from staging.stg_github__required_checks as rules
               where rules.repository_id = c.repository_id and rules.context = c.context)""",
    )
    planted = {(row["repository"], row["pull_request"], row["context"]) for row in demo.truth["required_while_open"]}
    assert set(rows) == planted
    assert rows


def test_a_check_that_a_ruleset_dropped_was_required_until_that_moment(demo):
    rows = demo.query(
        """select p.name, g.gate, g.valid_to from core.gate_required as g inner join core.dim_projects as p using (project_id)
           where g.valid_to is not null"""
    )
    planted = {(row["repository"], row["dropped"], datetime.fromisoformat(row["at"])) for row in demo.truth["ruleset_changes"]}
    assert set(rows) == planted
    assert rows


def test_who_went_past_a_rule_is_known_and_every_merge_on_red_is_accounted_for(demo):
    rows = demo.query(
        """select p.name, b.actor_person_id, b.after_sha, b.pushed_at, b.how
           from core.fct_gate_bypasses as b inner join core.dim_projects as p using (project_id)"""
    )
    people = dict(demo.query("select account_login, person_id from core.bridge_people_accounts where system = 'github'"))
    planted = {
        (row["repository"], people[row["actor"]], row["after_sha"], datetime.fromisoformat(row["at"]))
        for row in demo.truth["rule_bypasses"]
    }
    assert {tuple(row[:4]) for row in rows if row[4] == "recorded"} == planted
    assert planted
    red = demo.query("select count(distinct pull_request_id) from core.fct_gate_catches where outcome = 'merged_on_red' and is_required")
    assert len(rows) == red[0][0]
