"""The GitHub connector against the demo's GitHub: real HTTP, real GraphQL, real limits, and faults in the middle."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.contract import Counted, Event, Failed, Finished, Meter, Page, ReadContext, Rejected
from connectors.errors import AuthFailed, NotFound, RateLimited, Unavailable
from connectors.github import records
from connectors.github.options import GithubOptions
from connectors.github.resources import CONNECTOR
from pipelines import gates
from pipelines.demo.servers.faults import Fault, burst, limited
from pipelines.demo.servers.github_access import GithubApp
from pipelines.demo.servers.limits import Limits
from pipelines.demo.servers.serving import Endpoints, Settings, serve
from pipelines.demo.world import World
from tests.contract.demo_world import PULLS, TOKEN, small_world

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
HARNESS, VANISHED = "github:501", "github:506"


@pytest.fixture(scope="module")
def git_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("git")


@pytest.fixture(scope="module")
def original(git_root: Path) -> World:
    return small_world(git_root)


@pytest.fixture
def world(original: World) -> World:
    return copy.deepcopy(original)


@pytest.fixture
def served(world: World, git_root: Path) -> Iterator[Endpoints]:
    with serve(world, git_root, token=TOKEN) as endpoints:
        yield endpoints


class Reading:
    """What one reading brought."""

    def __init__(self, url: str, cursors: dict[str, Any] | None = None, **options: Any) -> None:
        credential = {} if "auth" in options else {"tokens": [TOKEN]}
        chosen = {"api_url": url, "repositories": {"include": ["acme/*"]}, "retry_wait": 0, **credential, **options}
        self.meter = Meter()
        context = ReadContext(now=NOW, cursors=cursors or {}, meter=self.meter)
        self.events: list[Event] = list(CONNECTOR.open(GithubOptions.model_validate(chosen)).read(context))
        finished = [event for event in self.events if isinstance(event, Finished)]
        self.cursors = (cursors or {}) | {event.partition: json.loads(json.dumps(event.cursor)) for event in finished}
        self.failed = {event.partition: event.error for event in self.events if isinstance(event, Failed)}

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [row for event in self.events if isinstance(event, Page) and event.table == table for row in event.records]

    def counts(self) -> Counter[str]:
        return Counter({table.name: len(self.rows(table.name)) for table in CONNECTOR.tables})

    def state(self) -> dict[str, list[str]]:
        """Every table's rows by their hash: what a warehouse would hold."""
        return {table.name: sorted(gates.check_records(self.rows(table.name), table).frame["_row_hash"]) for table in CONNECTOR.tables}


def test_everything_the_world_holds_is_read_and_passes_its_contract(served: Endpoints, world: World):
    reading = Reading(served.github_api_url)
    assert not [event for event in reading.events if isinstance(event, Rejected)]
    assert {partition: isinstance(error, NotFound) for partition, error in reading.failed.items()} == {VANISHED: True}
    attempts = sum(len(run.attempts) for run in world.runs)
    jobs = sum(len(attempt.jobs) for run in world.runs for attempt in run.attempts)
    read = {
        "repositories": 6,
        "pull_requests": PULLS,
        "reviews": 2,
        "pull_request_commits": PULLS + 1,
        "pull_request_files": sum(len(pull.files) for pull in world.pull_requests),
        "pull_request_events": 22,
        "review_comments": 2,
        "commit_statuses": 3,
        "pull_request_required_checks": 0,
        "issues": 5,
        "workflow_runs": attempts,
        "workflow_jobs": jobs,
        "check_runs": jobs + len(world.check_runs),
        "required_checks": 4,
        "branch_rule_snapshots": 5,
        "ruleset_versions": 5,
        "rule_suites": 1,
        "releases": 2,
        "deployments": 2,
        "deployment_statuses": 4,
        "environments": 2,
        "labels": 3,
        "teams": 2,
        "team_members": 2,
        "team_repositories": 2,
        "dependency_packages": 1,
        "repository_lifecycle": 6,
    }
    assert +reading.counts() == +Counter(read)
    for table in CONNECTOR.tables:
        assert gates.check_records(reading.rows(table.name), table).quarantined == []
    told = [event for event in reading.events if isinstance(event, Counted)]
    whole = {event.table: event.count for event in told if event.partition == HARNESS and not event.by}
    assert whole == {"pull_requests": PULLS, "issues": 5, "workflow_runs": len(world.runs)}
    by_parent = ("reviews", "review_comments", "pull_request_commits", "pull_request_files", "pull_request_events")
    by_parent = (*by_parent, "workflow_runs", "workflow_jobs", "check_runs")
    parents = {(event.table, key): count for event in told for key, count in event.each.items()}
    assert {table: sum(count for (name, _), count in parents.items() if name == table) for table in by_parent} == {
        table: reading.counts()[table] for table in by_parent
    }


def test_jobs_of_graphql_are_the_rows_that_rest_would_give(served: Endpoints, world: World):
    rows = {row["job_id"]: row for row in Reading(served.github_api_url).rows("workflow_jobs")}
    once = [run for run in world.runs if len(run.attempts) == 1]
    assert once
    for run in once:
        url = f"{served.github_api_url}/repos/{run.repository}/actions/runs/{run.run_id}/jobs"
        for job in requests.get(url, {"per_page": "100"}, auth=("x", TOKEN), timeout=30).json()["jobs"]:
            expected = records.workflow_job(job, rows[job["id"]]["repository_id"])
            assert {**rows[job["id"]], "_raw": None} == {**expected, "_raw": None}


def test_the_rows_say_what_the_world_says(served: Endpoints, world: World):
    reading = Reading(served.github_api_url)
    repositories = {row["full_name"]: row for row in reading.rows("repositories")}
    assert repositories["acme/harness-fork"]["fork_source_full_name"] == "acme/harness"
    assert repositories["acme/from-template"]["template_full_name"] == "acme/starter"
    assert repositories["acme/empty"]["is_empty"] is True
    merged = next(row for row in reading.rows("pull_requests") if row["number"] == 1)
    assert (merged["state"], merged["merged_by_login"], merged["merge_commit_sha"]) == ("merged", "ana", world.sha("harness:2"))
    assert merged["pull_request_id"] == 90_000_000_001
    run = [(row["run_attempt"], row["conclusion"]) for row in reading.rows("workflow_runs") if row["run_number"] == 3]
    assert sorted(run) == [(1, "failure"), (2, "failure"), (3, "success")]
    jobs = {row["job_id"]: row["name"] for row in reading.rows("workflow_jobs")}
    checks = {row["check_run_id"]: row for row in reading.rows("check_runs")}
    assert {check: row["name"] for check, row in checks.items() if row["app_slug"] == "github-actions"} == jobs
    assert sorted(row["conclusion"] for row in checks.values() if row["app_slug"] == "deepsource") == ["failure", "success"]


def test_the_second_reading_brings_nothing_and_costs_a_request_a_repository_at_most(served: Endpoints):
    first = Reading(served.github_api_url)
    served.control.clear_logs()
    second = Reading(served.github_api_url, first.cursors)
    assert sum(second.counts().values()) == 0
    assert second.cursors == first.cursors
    log = served.control.logs()["github"]
    assert log.total() == second.meter.made
    assert log.total("not_modified") == second.meter.saved
    assert second.meter.made - second.meter.saved <= 6


def test_a_change_is_read_and_little_else(served: Endpoints, world: World):
    first = Reading(served.github_api_url)
    pull, run = world.pull_requests[4], world.runs[-1]
    pull.title, pull.updated_at = "Renamed", pull.updated_at + timedelta(days=90)
    run.attempts.append(run.attempts[-1])
    served.control.show(world)
    second = Reading(served.github_api_url, first.cursors)
    titles = [row["title"] for row in second.rows("pull_requests")]
    assert titles[0] == "Renamed"
    assert len(titles) < 5, "the overlap is two hours"
    assert [(row["run_id"], row["run_attempt"]) for row in second.rows("workflow_runs")] == [(run.run_id, 2)]
    # A page each of pull requests (with the probe), issues and runs, the jobs of the run, a question for check runs and for what
    # open pull requests require.
    assert second.meter.made - second.meter.saved <= 6 + 7


FAULTS = [
    Fault(r"/repos/acme/harness/issues", "html", status=200, times=2),
    Fault(r"/actions/runs\?", "cut", times=2),
    Fault(r"/graphql", "drop", times=2, after=3),
    burst(r"/graphql", times=3),
    limited(r"/actions/runs/\d+/jobs", retry_after=0, times=3),
    limited(r"/graphql", status=403, retry_after=0),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind} {fault.status}")
def test_a_passing_fault_changes_nothing_of_what_is_read(served: Endpoints, fault: Fault):
    undisturbed = Reading(served.github_api_url)
    served.control.add_faults(fault)
    disturbed = Reading(served.github_api_url)
    assert served.control.struck() > 0
    assert set(disturbed.failed) == {VANISHED}
    assert disturbed.state() == undisturbed.state()


@pytest.mark.parametrize("kind", ["html", "cut", "drop", "answer"])
def test_a_fault_that_stays_fails_its_partition_and_the_next_reading_makes_up_for_it(served: Endpoints, kind: Any):
    whole = Reading(served.github_api_url)
    served.control.add_faults(Fault(r"/repos/acme/harness/issues", kind, status=200 if kind == "html" else 502, times=None))
    broken = Reading(served.github_api_url, retries=1)
    assert set(broken.failed) == {HARNESS, VANISHED}
    assert isinstance(broken.failed[HARNESS], Unavailable)
    assert HARNESS not in broken.cursors
    served.control.clear_faults()
    mended = Reading(served.github_api_url, broken.cursors)
    assert mended.rows("issues")
    assert sorted(row["number"] for row in mended.rows("pull_requests")) == sorted(row["number"] for row in whole.rows("pull_requests"))


def test_a_wrong_token_ends_the_reading_without_showing_it(served: Endpoints):
    with pytest.raises(AuthFailed, match="the token was refused") as caught:
        Reading(served.github_api_url, tokens=["wrong-token-1234"])
    assert "wrong-token-1234" not in str(caught.value)


def test_a_spent_budget_fails_partitions_with_the_time_and_another_token_helps(world: World, git_root: Path):
    settings = Settings(limits=Limits(core=20), more_tokens=("second-token", "third-token"))
    with serve(world, git_root, token=TOKEN, settings=settings) as served:
        poor = Reading(served.github_api_url, max_wait=1)
        limited_by = [error for error in poor.failed.values() if isinstance(error, RateLimited)]
        assert limited_by
        assert all(error.retry_at and error.retry_at > datetime.now(UTC) for error in limited_by)
    with serve(world, git_root, token=TOKEN, settings=settings) as served:
        rich = Reading(served.github_api_url, max_wait=1, tokens=[TOKEN, "second-token", "third-token"])
        assert set(rich.failed) == {VANISHED}


def test_a_github_app_reads_the_same(world: World, git_root: Path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with serve(world, git_root, token=TOKEN, settings=Settings(app=GithubApp(12, public))) as served:
        by_app = Reading(served.github_api_url, auth={"app_id": 12, "private_key": private})
        by_token = Reading(served.github_api_url)
    assert by_app.state() == by_token.state()


def test_doctor_finds_all_well(served: Endpoints):
    options = {"api_url": served.github_api_url, "tokens": [TOKEN], "repositories": {"include": ["acme/*"]}}
    findings = list(CONNECTOR.open(options).probe())
    assert {finding.state for finding in findings} == {"ok"}, findings
