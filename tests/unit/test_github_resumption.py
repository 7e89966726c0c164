"""A reading that is cut short anywhere goes on from its last checkpoint, and ends with what one undisturbed reading brings."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Checkpoint, Cursor, Event, Failed, Finished, Page, ReadContext
from connectors.errors import Unavailable
from connectors.github import fake_objects as make
from connectors.github.fake import FakeGithub, FakeRepository
from connectors.github.options import GithubOptions
from connectors.github.resources import GithubReader
from tests.unit.test_github_reading import NOW, REPOSITORY, of_type

OPTIONS = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}, "concurrency": 1})
START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = {
    "pull_requests": ("pull_request_id",),
    "reviews": ("review_id",),
    "issues": ("issue_id",),
    "workflow_runs": ("run_id", "run_attempt"),
    "workflow_jobs": ("job_id",),
    "check_runs": ("check_run_id",),
    "commit_statuses": ("status_id",),
    "pull_request_required_checks": ("pull_request_id", "context"),
    "required_checks": ("context",),
}


def at(hours: int) -> str:
    return f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def large() -> FakeRepository:
    """Several pages of everything."""
    found = make.repository(1, "acme/search")
    found.runs = [make.workflow_run(n, at(n), check_suite_node_id=f"CS_{n}") for n in range(1, 251)]
    found.runs[3] |= {"run_attempt": 2}
    found.attempts = {(4, 1): make.workflow_run(4, at(4), conclusion="failure")}
    found.jobs = {n: [make.job(10_000 + n, n)] for n in range(1, 251)}
    found.suites = {make.sha(n): [make.suite(n, *map(make.check_of_job, found.jobs[n]))] for n in range(1, 251)}
    found.pulls = [make.pull_request(n, at(n), headRefOid=make.sha(n), reviews=[make.review(n)]) for n in range(1, 61)]
    found.issues = [make.issue(n, at(n)) for n in range(1000, 1130)]
    found.statuses = {make.sha(n): [make.status(n)] for n in range(1, 6)}
    found.required = {n: [make.required("evals")] for n in (1, 2)}
    return found


class Warehouse:
    """Keeps rows by key and cursors at their last checkpoint; what came after it is kept as well, as landing keeps it."""

    def __init__(self, found: FakeRepository) -> None:
        self.github = FakeGithub([found])
        self.cursors: dict[str, Cursor] = {}
        self.rows: dict[str, dict[tuple[Any, ...], Any]] = {}

    def sync(self) -> list[Event]:
        self.github.asked.clear()
        events: list[Event] = []
        for event in GithubReader(OPTIONS, self.github.connect).read(ReadContext(now=NOW, cursors=self.cursors)):
            events.append(event)
            if isinstance(event, Page) and event.table in KEYS:
                for row in event.records:
                    key = tuple(row[column] for column in KEYS[event.table])
                    self.rows.setdefault(event.table, {})[key] = {name: value for name, value in row.items() if name != "observed_at"}
            elif isinstance(event, Checkpoint | Finished):
                self.cursors[event.partition] = json.loads(json.dumps(event.cursor))
        return events

    def break_at(self, request: int) -> None:
        """Have the request of that number, and every later one, fail until the next reading."""
        count = 0

        def failing(_asked: str, _variables: Any) -> Unavailable | None:
            nonlocal count
            count += 1
            return Unavailable("github", "anything", "503") if count >= request else None

        self.github.fail[""] = failing


@pytest.fixture(scope="module")
def undisturbed() -> Warehouse:
    warehouse = Warehouse(large())
    warehouse.sync()
    return warehouse


def test_a_reading_cut_short_after_any_request_ends_equal_to_an_undisturbed_one(undisturbed: Warehouse):
    for request in range(3, 22, 2):
        warehouse = Warehouse(large())
        warehouse.break_at(request)
        assert of_type(warehouse.sync(), Failed)
        warehouse.github.fail.clear()
        warehouse.sync()
        assert warehouse.rows == undisturbed.rows, request
        assert "waiting" not in warehouse.cursors[REPOSITORY]


def test_a_resumed_reading_asks_for_few_pages_again(undisturbed: Warehouse):
    whole = len(undisturbed.github.asked)
    warehouse = Warehouse(large())
    warehouse.break_at(10)
    warehouse.sync()
    warehouse.github.fail.clear()
    warehouse.sync()
    # Of ten requests, the page that it stood at and the newest pages are asked for again, and what is asked once for all repositories.
    assert len(warehouse.github.asked) <= whole - 10 + 8


def test_a_reading_cut_short_again_and_again_comes_to_its_end(undisturbed: Warehouse):
    warehouse = Warehouse(large())
    for _ in range(40):
        warehouse.break_at(14)
        warehouse.sync()
        if "waiting" not in warehouse.cursors.get(REPOSITORY, {"waiting": {}}):
            break
    assert "waiting" not in warehouse.cursors[REPOSITORY]
    assert warehouse.rows == undisturbed.rows


def test_what_changed_between_the_two_halves_is_not_missed():
    found = large()
    warehouse = Warehouse(found)
    warehouse.break_at(9)
    warehouse.sync()
    found.runs.append(make.workflow_run(900, at(900), check_suite_node_id="CS_900"))
    found.suites[make.sha(900)] = [make.suite(900, make.check_of_job(make.job(10_900, 900)))]
    found.pulls[20] |= {"updatedAt": at(901), "title": "Changed"}
    found.issues[0] |= {"updated_at": at(902), "title": "Changed"}
    found.issues.append(make.issue(2000, at(903), at(903)))
    warehouse.github.fail.clear()
    warehouse.sync()
    expected = Warehouse(found)
    expected.sync()
    assert warehouse.rows == expected.rows


def test_a_census_of_two_readings_is_none(undisturbed: Warehouse):
    """Issues that were listed completely before the cut are not told as listed completely by the reading that only went on."""
    warehouse = Warehouse(large())
    warehouse.cursors = json.loads(json.dumps(undisturbed.cursors))
    repository = warehouse.github.repositories[0]
    del repository.issues[5]
    repository.issues[0] |= {"updated_at": at(1300)}
    warehouse.github.fail["/rules/branches"] = Unavailable("github", "rules", "503")
    assert of_type(warehouse.sync(), Failed)
    warehouse.github.fail.clear()
    tables = [event.tables for event in of_type(warehouse.sync(), Finished) if event.partition == REPOSITORY]
    assert "issues" in tables[0]


def test_rules_that_did_not_change_are_recorded_once_although_the_reading_was_cut_short_after_them():
    found = large()
    found.rules = [{"type": "required_status_checks", "ruleset_id": 5, "parameters": {"required_status_checks": [{"context": "evals"}]}}]
    warehouse = Warehouse(found)
    warehouse.github.fail["/rulesets/"] = Unavailable("github", "anything", "503")
    first = warehouse.sync()
    assert of_type(first, Failed)
    warehouse.github.fail.clear()
    second = warehouse.sync()
    snapshots = [len(event.records) for event in of_type([*first, *second], Page) if event.table == "branch_rule_snapshots"]
    assert snapshots == [1]
