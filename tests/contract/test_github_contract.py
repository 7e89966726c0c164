"""What the GitHub connector promises to the pipeline: tables, keys, and records that pass their own contract."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from connectors import registry
from connectors.contract import Page, ReadContext, Table
from connectors.github import fake_objects as make
from connectors.github import fake_surroundings as make_around
from connectors.github import pull_request_queries, queries
from connectors.github.fake import FakeGithub
from connectors.github.options import GithubOptions
from connectors.github.resources import CONNECTOR, GithubReader
from pipelines import gates

KEYS = {
    "repositories": ("repository_id",),
    "pull_requests": ("pull_request_id",),
    "reviews": ("review_id",),
    "pull_request_commits": ("pull_request_id", "sha"),
    "pull_request_files": ("pull_request_id", "path"),
    "pull_request_events": ("event_id",),
    "review_comments": ("review_comment_id",),
    "commit_statuses": ("status_id",),
    "pull_request_required_checks": ("pull_request_id", "head_sha", "context", "kind"),
    "issues": ("issue_id",),
    "issue_events": ("event_id",),
    "workflow_runs": ("run_id", "run_attempt"),
    "workflow_jobs": ("job_id",),
    "check_runs": ("check_run_id",),
    "required_checks": ("repository_id", "branch", "context"),
    "branch_rule_snapshots": ("repository_id", "branch", "observed_at"),
    "ruleset_versions": ("ruleset_id", "version_id"),
    "rule_suites": ("rule_suite_id",),
    "releases": ("release_id",),
    "deployments": ("deployment_id",),
    "deployment_statuses": ("deployment_status_id",),
    "environments": ("environment_id",),
    "labels": ("label_id",),
    "teams": ("team_id",),
    "team_members": ("team_id", "user_id"),
    "team_repositories": ("team_id", "repository_id"),
    "dependency_packages": ("repository_id", "package_url"),
    "dependency_changes": ("repository_id", "base_sha", "head_sha", "manifest", "package_url", "change_type"),
    "access_gaps": ("repository_id", "subject"),
    "repository_lifecycle": ("repository_id", "state", "observed_at"),
}

LATER = ("dependency_changes", "access_gaps")
"""Tables that a first reading with every right leaves empty."""


def everything() -> FakeGithub:
    """A repository with one of everything, as GitHub answers it."""
    repository = make.repository(1, "acme/search")
    repository.pulls = [make.pull_request(1, "2026-06-01T10:00:00Z", reviews=[make.review(501, comments=[make.review_comment(551)])])]
    repository.pulls[0]["timelineItems"] = [
        make.event("PFP_1", "HeadRefForcePushedEvent", beforeCommit=None, afterCommit={"oid": make.sha(1)})
    ]
    repository.statuses = {make.sha(1): [make.status(801, state="success"), make.status(800, state="pending")]}
    repository.required = {1: [make.required("evals"), make.required("ci/build", kind="StatusContext")]}
    repository.issues = [make.issue(31, "2026-06-01T09:00:00Z", labels=[{"name": "incident"}])]
    repository.timelines = {31: [make.event("AE_1", "AssignedEvent", assignee=make.actor(8, "ben"))]}
    repository.runs = [make.workflow_run(71, "2026-06-01T08:00:00Z", attempt=2, head_sha=make.sha(1))]
    repository.attempts = {(71, 1): make.workflow_run(71, "2026-06-01T08:00:00Z", conclusion="failure")}
    repository.jobs = {71: [make.job(901, 71), make.job(902, 71, attempt=2)]}
    repository.suites = {make.sha(1): [make.suite(61, make.check_run(901), make.check_run(902, "QUEUED", None))]}
    repository.classic = {"contexts": ["lint"], "checks": [{"context": "lint", "app_id": -1}]}
    repository.around = make_around.everything(make.sha(1))
    repository.rules = [make_around.rule("evals")]
    github = FakeGithub([repository])
    github.teams = [make_around.team()]
    return github


def records() -> dict[str, list[dict[str, Any]]]:
    incidents = {"labels": ["incident"]}
    options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}, "incidents": incidents})
    found: dict[str, list[dict[str, Any]]] = {}
    for event in GithubReader(options, everything().connect).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))):
        if isinstance(event, Page):
            found.setdefault(event.table, []).extend(event.records)
    return found


def test_the_registry_finds_it():
    assert registry.get("github") is CONNECTOR
    assert CONNECTOR.dataset == "raw_github"


def test_pygithub_is_loaded_only_when_something_is_read():
    code = "import sys, connectors.github.resources; sys.exit('github' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0


def test_tables_have_durable_keys_and_say_what_a_row_is():
    assert {table.name: table.key for table in CONNECTOR.tables} == KEYS
    for table in CONNECTOR.tables:
        assert table.grain
        assert set(table.key) <= set(table.columns)
        assert set(table.pii) <= set(table.columns)
        assert not [name for name in table.key if table.columns[name].nullable]


@pytest.mark.parametrize("table", [table for table in CONNECTOR.tables if table.name not in LATER], ids=lambda table: table.name)
def test_records_have_exactly_the_contract_columns_and_pass_it(table: Table):
    rows = records()[table.name]
    assert {*rows[0]} == {*table.columns, "_raw", "_source_url"}
    checked = gates.check_records(rows, table)
    assert checked.quarantined == []
    assert checked.frame.height == len(rows)
    assert all(row["_source_url"].startswith("https://github.com/") for row in rows)


def test_the_same_source_gives_the_same_records_and_hashes():
    for table in [table for table in CONNECTOR.tables if table.name not in LATER]:
        one, two = (gates.check_records(records()[table.name], table).frame["_row_hash"].to_list() for _ in range(2))
        assert sorted(one) == sorted(two)


def test_seeing_the_same_again_later_is_no_change():
    table = CONNECTOR.table("pull_request_required_checks")
    rows = records()[table.name]
    later = [{**row, "observed_at": row["observed_at"] + timedelta(days=1)} for row in rows]
    other = [{**row, "is_required": not row["is_required"]} for row in rows]
    first, second, third = (gates.check_records(each, table).frame["_row_hash"].to_list() for each in (rows, later, other))
    assert first == second
    assert not {*first} & {*third}


def test_a_broken_record_is_quarantined_with_its_reason_and_the_good_one_loads():
    good, bad = make.issue(31, "2026-06-01T09:00:00Z"), {"html_url": "https://github.com/acme/search/issues/9", "number": "nine"}
    github = everything()
    github.repositories[0].issues = [good, bad]
    options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}})
    events = list(GithubReader(options, github.connect).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))
    rows = [row for event in events if isinstance(event, Page) and event.table == "issues" for row in event.records]
    checked = gates.check_records(rows, CONNECTOR.table("issues"))
    assert checked.frame["issue_id"].to_list() == [31]
    (quarantined,) = checked.quarantined
    assert "issue_id: missing" in quarantined.reason
    assert "number: 'nine' is not an integer" in quarantined.reason


def test_every_endpoint_that_the_code_asks_for_is_in_the_readme():
    readme = (Path(__file__).parents[2] / "connectors" / "github" / "README.md").read_text()
    github = everything()
    options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}})
    list(GithubReader(options, github.connect).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))
    for asked in github.asked:
        if asked.startswith("/"):
            path = asked.partition("?")[0].replace("/acme/search", "/{owner}/{repo}").replace("/orgs/acme", "/orgs/{owner}")
            path = (
                path.replace("/runs/71", "/runs/{id}")
                .replace(f"/commits/{make.sha(1)}", "/commits/{sha}")
                .replace("/attempts/1", "/attempts/{n}")
                .replace("/branches/main", "/branches/{branch}")
                .replace("/rulesets/5", "/rulesets/{id}")
                .replace("/history/51", "/history/{version}")
                .replace("/rule-suites/61", "/rule-suites/{id}")
            )
            assert f"`{path}`" in readme, path


@pytest.fixture(scope="session")
def github_schema(tmp_path_factory: pytest.TempPathFactory) -> GraphQLSchema:
    """GitHub's own published GraphQL schema, from npm."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("octokit")
    packed = subprocess.run(["npm", "pack", "--json", "@octokit/graphql-schema@15.26.1"], cwd=folder, capture_output=True, text=True)
    if packed.returncode:
        pytest.skip("the npm registry cannot be reached")
    subprocess.run(["tar", "xzf", json.loads(packed.stdout)[0]["filename"]], cwd=folder, check=True)
    # The published text defines a field of an enterprise type twice; nothing of that is asked for here.
    return build_schema((folder / "package" / "schema.graphql").read_text(), assume_valid=True, assume_valid_sdl=True)


@pytest.mark.node
@pytest.mark.parametrize(
    "text",
    [
        pull_request_queries.PULL_REQUESTS,
        pull_request_queries.more([*pull_request_queries.NESTED, "comments"]),
        pull_request_queries.required_checks(pull_request_queries.OPEN_A_REQUEST),
        pull_request_queries.MORE_REQUIRED_CHECKS,
        queries.ISSUE_COUNT,
        queries.repository_details(queries.DETAILS_A_REQUEST),
        queries.check_suites(queries.HEADS_A_REQUEST),
        queries.CHECK_RUNS,
        queries.MORE_CHECK_SUITES,
        queries.MORE_CHECK_RUNS,
    ],
)
def test_queries_are_valid_in_githubs_own_schema(github_schema: GraphQLSchema, text: str):
    assert validate(github_schema, parse(text)) == []
