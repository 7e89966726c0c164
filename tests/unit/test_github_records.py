"""From GitHub's answers to records: spellings, identities, and what happens to odd values."""

import pytest

from connectors.github import fake_objects as make
from connectors.github import pull_request_records, records


def test_bots_are_spelled_as_in_rest():
    node = make.pull_request(1, "2026-01-01T00:00:00Z", author=make.actor(49699333, "dependabot", "Bot"), mergedBy=make.actor(7, "ana"))
    record = pull_request_records.pull_request(node, 1)
    assert (record["author_login"], record["author_type"], record["author_id"]) == ("dependabot[bot]", "Bot", 49699333)
    assert (record["merged_by_login"], record["merged_by_type"]) == ("ana", "User")


def test_a_deleted_account_leaves_nulls():
    record = pull_request_records.pull_request(make.pull_request(1, "2026-01-01T00:00:00Z", author=None), 1)
    assert (record["author_id"], record["author_login"], record["author_type"]) == (None, None, None)


def test_ids_beyond_32_bits_keep_their_value():
    record = pull_request_records.pull_request(make.pull_request(1, "2026-01-01T00:00:00Z", fullDatabaseId="98765432109"), 1)
    assert record["pull_request_id"] == 98765432109


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"databaseId": 5, "url": "https://github.com/a/b/runs/6"}, 5),
        ({"databaseId": None, "url": "https://github.com/a/b/actions/runs/1/job/41234567890"}, 41234567890),
        ({"url": "https://github.com/a/b/runs/41234567890"}, 41234567890),
        ({"url": None}, None),
    ],
)
def test_the_id_of_a_check_run_is_taken_from_its_url_where_the_schema_cannot_hold_it(node: dict[str, object], expected: int | None):
    assert records.check_run(node, {}, "s", 1)["check_run_id"] == expected


def test_the_raw_pull_request_holds_the_body_but_not_what_has_tables_of_its_own():
    raw = pull_request_records.pull_request(make.pull_request(1, "2026-01-01T00:00:00Z", body="Why"), 1)["_raw"]
    assert raw["body"] == "Why"
    assert not {"reviews", "commits", "files"} & set(raw)


def test_a_run_links_to_its_attempt_and_keeps_the_workflows_it_used():
    record = records.workflow_run(make.workflow_run(7, "2026-01-01T00:00:00Z", attempt=2), 1)
    assert record["_source_url"].endswith("/actions/runs/7/attempts/2")
    assert record["referenced_workflows"] == [
        {"path": "acme/eval-harness/.github/workflows/gate.yml@v1", "sha": make.sha(9), "ref": "refs/tags/v1"}
    ]
    assert record["pull_request_numbers"] == [1]


def test_co_authors_come_from_trailers_once_each():
    message = (
        "Tune the judge\n\nA line that says co-authored-by nobody\n\n"
        "Co-authored-by: Ben Ode <ben@acme.example>\r\nco-authored-by:  Robo  <bot@tool.example>\n"
        "Co-Authored-By: Ben O. <BEN@acme.example>\n"
    )
    assert pull_request_records.co_authors(message) == [
        {"name": "Ben O.", "email": "BEN@acme.example"},
        {"name": "Robo", "email": "bot@tool.example"},
    ]
    assert pull_request_records.co_authors(None) == []


def test_classic_checks_for_any_app_have_none():
    protection = {"contexts": ["a", "b"], "checks": [{"context": "a", "app_id": -1}]}
    found = {row["context"]: row["app_id"] for row in records.classic_checks(protection, 1, "main", "https://x")}
    assert found == {"a": None, "b": None}


def test_rules_of_other_kinds_require_no_check():
    rules = [{"type": "deletion"}, {"type": "required_status_checks", "ruleset_id": 3, "parameters": {}}, "odd"]
    assert list(records.ruleset_checks(rules, 1, "main", "https://x")) == []
