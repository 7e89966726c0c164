"""Jobs of workflow runs: by GraphQL with the check runs where it tells them, by REST where only that knows."""

from typing import Any

import pytest

from connectors.contract import Page, ReadContext
from connectors.github import fake_objects as make
from connectors.github.check_runs import best_size
from connectors.github.fake import FakeGithub, FakeRepository
from connectors.github.options import GithubOptions
from connectors.github.resources import GithubReader
from tests.unit.test_github_reading import NOW, of_type, rows

OPTIONS = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}})


def repository(runs: int, **changes: Any) -> FakeRepository:
    """Runs of two jobs each, in a suite of their own."""
    found = make.repository(1, "acme/search")
    found.runs = [make.workflow_run(n, "2026-06-01T08:00:00Z", check_suite_node_id=f"CS_{n}", **changes) for n in range(1, runs + 1)]
    found.jobs = {n: [make.job(10 * n, n), make.job(10 * n + 1, n, conclusion="failure")] for n in range(1, runs + 1)}
    found.suites = {make.sha(n): [make.suite(n, *map(make.check_of_job, jobs))] for n, jobs in found.jobs.items()}
    return found


def read(found: FakeRepository) -> tuple[FakeGithub, list[Any]]:
    github = FakeGithub([found])
    return github, list(GithubReader(OPTIONS, github.connect).read(ReadContext(now=NOW)))


def jobs(events: list[Any]) -> list[dict[str, Any]]:
    found = [{key: value for key, value in row.items() if key != "_raw"} for row in rows(events, "workflow_jobs")]
    return sorted(found, key=lambda row: row["job_id"])


def asked_by_rest(github: FakeGithub) -> list[str]:
    return [asked for asked in github.asked if "/jobs" in asked]


def test_jobs_are_the_same_rows_by_graphql_and_by_rest():
    by_graphql = repository(3)
    by_rest = repository(3)
    for run in by_rest.runs:
        del run["check_suite_node_id"]
    (first, told), (second, expected) = read(by_graphql), read(by_rest)
    assert asked_by_rest(first) == []
    assert len(asked_by_rest(second)) == 3
    assert jobs(told) == jobs(expected)
    assert len(jobs(told)) == 6


def test_the_jobs_of_two_hundred_runs_take_two_requests():
    github, events = read(repository(200))
    assert len(jobs(events)) == 400
    assert github.asked.count("acme/search check runs") == 2
    assert asked_by_rest(github) == []


def test_which_attempt_a_job_belongs_to_is_asked_by_rest():
    found = repository(1, attempt=2)
    found.attempts = {(1, 1): make.workflow_run(1, "2026-06-01T08:00:00Z", conclusion="failure")}
    found.jobs = {1: [make.job(10, 1, attempt=1, conclusion="failure"), make.job(11, 1, attempt=2)]}
    github, events = read(found)
    assert [(row["job_id"], row["run_attempt"]) for row in jobs(events)] == [(10, 1), (11, 2)]
    assert len(asked_by_rest(github)) == 1


def test_a_check_run_that_a_workflow_reports_itself_is_no_job():
    found = repository(1)
    reported = make.check_run(77) | {"name": "test report", "detailsUrl": "https://github.com/acme/search/runs/77"}
    found.suites[make.sha(1)][0]["checkRuns"].append(reported)
    _, events = read(found)
    assert [row["job_id"] for row in jobs(events)] == [10, 11]
    assert sorted(row["check_run_id"] for row in rows(events, "check_runs")) == [10, 11, 77]


@pytest.mark.parametrize("spoil", ["many steps", "no suite", "empty suite"])
def test_what_graphql_does_not_show_wholly_is_asked_by_rest(spoil: str):
    found = repository(2)
    suite = found.suites[make.sha(1)][0]
    if spoil == "many steps":
        steps = [{**found.jobs[1][0]["steps"][0], "number": number} for number in range(60)]
        found.jobs[1][0]["steps"] = steps
        suite["checkRuns"][0] = make.check_of_job(found.jobs[1][0])
    elif spoil == "no suite":
        found.suites[make.sha(1)] = []
    else:
        suite["checkRuns"] = []
    github, events = read(found)
    assert asked_by_rest(github) == ["/repos/acme/search/actions/runs/1/jobs?filter=all&per_page=100"]
    assert [len(row["steps"]) for row in jobs(events)] == [60 if spoil == "many steps" else 1, 1, 1, 1]


def test_more_jobs_than_a_page_holds_are_read_to_the_end():
    found = repository(1)
    found.jobs = {1: [make.job(1000 + n, 1) for n in range(130)]}
    found.suites = {make.sha(1): [make.suite(1, *map(make.check_of_job, found.jobs[1]))]}
    github, events = read(found)
    assert len(jobs(events)) == 130
    assert asked_by_rest(github) == []
    assert sum(len(page.records) for page in of_type(events, Page) if page.table == "check_runs") == 130


@pytest.mark.parametrize(
    ("sizes", "best"),
    [
        ({}, 10),
        ({1: 50, 4: 50}, 10),
        # One suite in a hundred with many more is not worth 20 points for each hundred.
        ({4: 99, 30: 1}, 10),
        ({4: 60, 20: 40}, 20),
        ({400: 10}, 10),
    ],
)
def test_as_many_check_runs_of_a_suite_are_asked_for_as_cost_least(sizes: dict[int, int], best: int):
    assert best_size(sizes) == best


def test_suites_of_many_check_runs_cost_requests_of_their_own_only_until_their_size_is_known():
    found = make.repository(1, "acme/search")
    found.pulls = [make.pull_request(n, "2026-06-01T08:00:00Z", headRefOid=make.sha(n)) for n in range(1, 301)]
    found.suites = {make.sha(n): [make.suite(n, *(make.check_run(100 * n + m) for m in range(12)))] for n in range(1, 301)}
    github, events = read(found)
    assert len(rows(events, "check_runs")) == 300 * 12
    # A hundred suites at first, each with a second page; then a hundred a request, each whole.
    assert github.asked.count("acme/search check runs") == 1 + 100 + 2
