"""Reading GitHub over the in-memory client: what comes the first time, and what a changed or damaged source brings later."""

import copy
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Counted, Event, Failed, Finished, Gone, Meter, Page, ReadContext, Rejected
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, Unavailable
from connectors.github import fake_objects as make
from connectors.github import fates
from connectors.github.fake import FakeGithub, FakeRepository
from connectors.github.options import GithubOptions
from connectors.github.protocol import Denied, Graph, GraphError, Refused
from connectors.github.resources import CONNECTOR, GithubReader
from connectors.github.schema_surroundings import SURROUNDINGS

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
REPOSITORY = "github:1"


class Warehouse:
    """Keeps what a caller keeps between readings: rows by key, and the cursors of finished partitions."""

    def __init__(self, github: FakeGithub, **options: Any) -> None:
        self.github = github
        self.options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}, **options})
        self.cursors: dict[str, dict[str, Any]] = {}
        self.said: list[str] = []
        self.meter = Meter()

    def sync(self, now: datetime = NOW, **context: Any) -> list[Event]:
        """Read once; cursors go through JSON, as they do in a warehouse."""
        self.github.asked.clear()
        self.meter = Meter()
        reader = GithubReader(self.options, self.github.connect)
        reading = ReadContext(now=now, cursors=self.cursors, meter=self.meter, progress=self.said.append, **context)
        events = list(reader.read(reading))
        self.cursors |= {event.partition: json.loads(json.dumps(event.cursor)) for event in events if isinstance(event, Finished)}
        return events


def rows(events: list[Event], table: str) -> list[dict[str, Any]]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def ids(events: list[Event], table: str, *keys: str) -> list[Any]:
    found = [tuple(record[key] for key in keys) for record in rows(events, table)]
    return [one[0] for one in found] if len(keys) == 1 else found


def of_type(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def whole_tables(events: list[Event], partition: str = REPOSITORY) -> tuple[str, ...]:
    """What the reading of a partition told to have listed wholly."""
    return next(event.tables for event in of_type(events, Finished) if event.partition == partition)


def counts(events: list[Event]) -> dict[str, int]:
    """The source's own totals of whole partitions."""
    return {event.table: event.count for event in of_type(events, Counted) if not event.by}


def totals(events: list[Event]) -> dict[str, int]:
    """The source's own totals parent by parent, added up."""
    found: Counter[str] = Counter()
    for event in of_type(events, Counted):
        if event.by:
            found[event.table] += sum(event.each.values())
    return dict(found)


def search() -> FakeRepository:
    """A repository with one of everything."""
    repository = make.repository(1, "acme/search")
    review = make.review(501, comments=[make.review_comment(551)])
    repository.pulls = [make.pull_request(1, "2026-06-01T10:00:00Z", reviews=[review], timelineItems=[make.event("EV_1", "ClosedEvent")])]
    repository.statuses = {make.sha(1): [make.status(801)]}
    repository.required = {1: [make.required("evals")]}
    repository.issues = [make.issue(31, "2026-06-01T09:00:00Z")]
    repository.runs = [make.workflow_run(71, "2026-06-01T08:00:00Z", head_sha=make.sha(1))]
    repository.jobs = {71: [make.job(901, 71)]}
    repository.suites = {make.sha(1): [make.suite(61, make.check_run(901))]}
    repository.rules = [
        {
            "type": "required_status_checks",
            "ruleset_id": 5,
            "parameters": {"required_status_checks": [{"context": "evals", "integration_id": 15368}]},
        }
    ]
    return repository


@pytest.fixture
def repository() -> FakeRepository:
    return search()


@pytest.fixture
def warehouse(repository: FakeRepository) -> Warehouse:
    return Warehouse(FakeGithub([repository]))


def test_a_first_reading_brings_every_table(warehouse: Warehouse):
    events = warehouse.sync()
    assert Counter(event.table for event in of_type(events, Page)) == {
        "repositories": 1,
        "pull_requests": 1,
        "reviews": 1,
        "pull_request_commits": 1,
        "pull_request_files": 1,
        "pull_request_events": 1,
        "review_comments": 1,
        "commit_statuses": 1,
        "pull_request_required_checks": 1,
        "issues": 1,
        "workflow_runs": 1,
        "workflow_jobs": 1,
        "check_runs": 1,
        "required_checks": 1,
        "branch_rule_snapshots": 1,
        "repository_lifecycle": 1,
    }
    partitions = [event.partition for event in of_type(events, Finished)]
    assert (partitions[0], sorted(partitions[1:])) == ("repositories", [REPOSITORY, "organisation:1"])
    assert counts(events) == dict.fromkeys(("repositories", "pull_requests", "issues", "workflow_runs"), 1) | {"teams": 0}
    nested = ("reviews", "review_comments", "pull_request_commits", "pull_request_files", "pull_request_events")
    assert totals(events) == dict.fromkeys((*nested, "workflow_runs", "workflow_jobs", "check_runs"), 1)
    assert all(
        record["_source_url"].startswith("https://github.com/acme/search") for page in of_type(events, Page) for record in page.records
    )


def test_nothing_changed_yields_no_record_and_costs_a_question_for_all_repositories_and_one_for_teams(warehouse: Warehouse):
    warehouse.sync()
    before = copy.deepcopy(warehouse.cursors)
    events = warehouse.sync(now=NOW + timedelta(days=1))
    assert of_type(events, Page) == []
    assert before[REPOSITORY]["rules"]["suites"].pop("read_on") != warehouse.cursors[REPOSITORY]["rules"]["suites"].pop("read_on")
    assert warehouse.cursors == before
    assert counts(events) == {"repositories": 1, "pull_requests": 1, "issues": 1, "workflow_runs": 1, "teams": 0}
    assert [asked for asked in warehouse.github.asked if not asked.startswith("/")] == ["repository surroundings", "acme teams"]
    # That there is no classic protection is remembered: its 404 would not be free.
    assert (warehouse.meter.made, warehouse.meter.saved) == (7 + 2, 7)


def test_the_last_check_listing_is_not_taken_for_complete_when_it_was_not_read(warehouse: Warehouse):
    first, second = warehouse.sync(), warehouse.sync()
    assert "required_checks" in whole_tables(first)
    tables = whole_tables(second)
    assert tables
    assert "required_checks" not in tables


def test_a_pull_request_updated_later_comes_again_and_older_ones_do_not(warehouse: Warehouse, repository: FakeRepository):
    repository.pulls.append(make.pull_request(2, "2026-05-01T00:00:00Z"))
    warehouse.sync()
    repository.pulls[0]["updatedAt"] = "2026-06-02T10:00:00Z"
    repository.pulls[0]["reviews"].append(make.review(502, "CHANGES_REQUESTED"))
    events = warehouse.sync()
    assert ids(events, "pull_requests", "number") == [1]
    assert ids(events, "reviews", "review_id") == [501, 502]
    assert ids(events, "check_runs", "head_sha") == [make.sha(1)]
    assert counts(events)["pull_requests"] == 2


def test_updates_within_the_overlap_are_read_again(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    late = make.pull_request(2, "2026-06-01T08:30:00Z")
    repository.pulls.append(late)
    events = warehouse.sync()
    assert set(ids(events, "pull_requests", "number")) == {1, 2}


def test_stars_and_other_news_of_the_repository_are_no_change_of_pull_requests(warehouse: Warehouse):
    warehouse.sync()
    warehouse.cursors[REPOSITORY]["pull_requests"]["etag"] = "of an answer with fewer stars"
    events = warehouse.sync()
    assert rows(events, "pull_requests") == []
    assert "acme/search pull requests" not in warehouse.github.asked
    assert counts(events)["pull_requests"] == 1


def test_pull_requests_are_paged_and_reading_stops_at_the_cursor(warehouse: Warehouse, repository: FakeRepository):
    repository.pulls = [make.pull_request(n, f"2026-01-{1 + n // 10:02d}T0{n % 10}:00:00Z") for n in range(120)]
    events = warehouse.sync()
    assert len(rows(events, "pull_requests")) == 120
    assert warehouse.github.asked.count("acme/search pull requests") == 3
    repository.pulls.append(make.pull_request(200, "2026-06-01T00:00:00Z"))
    events = warehouse.sync()
    assert warehouse.github.asked.count("acme/search pull requests") == 1
    assert 200 in ids(events, "pull_requests", "number")


def test_nested_pages_are_followed(warehouse: Warehouse, repository: FakeRepository):
    pull = repository.pulls[0]
    pull["reviews"] = [make.review(n) for n in range(230)]
    pull["commits"] = [make.commit(make.sha(n)) for n in range(170)]
    pull["files"] = [{"path": f"p{n}", "changeType": "ADDED", "additions": 1, "deletions": 0} for n in range(350)]
    events = warehouse.sync()
    assert [len(rows(events, table)) for table in ("reviews", "pull_request_commits", "pull_request_files")] == [230, 170, 350]
    assert ids(events, "pull_request_commits", "position") == list(range(1, 171))


def test_a_request_too_heavy_for_github_is_asked_again_in_smaller_pages(warehouse: Warehouse, repository: FakeRepository):
    repository.pulls = [make.pull_request(n, f"2026-01-01T00:00:{n:02d}Z") for n in range(40)]
    sizes: list[int] = []

    def too_heavy(_: str, variables: Any) -> Unavailable | None:
        sizes.append(variables["first"])
        return Unavailable("github", "pull requests", "502") if variables["first"] > 20 else None

    warehouse.github.fail["acme/search pull requests"] = too_heavy
    assert len(rows(warehouse.sync(), "pull_requests")) == 40
    assert sizes == [50, 25, 12, 12, 12, 12]


def test_github_that_stays_unavailable_fails_the_partition_and_not_the_others(repository: FakeRepository):
    other = make.repository(2, "acme/other")
    warehouse = Warehouse(FakeGithub([repository, other]))
    warehouse.github.fail["acme/search pull requests"] = Unavailable("github", "pull requests", "502")
    events = warehouse.sync()
    assert [(event.partition, type(event.error)) for event in of_type(events, Failed)] == [(REPOSITORY, Unavailable)]
    assert "github:2" in warehouse.cursors
    assert REPOSITORY not in warehouse.cursors


def test_every_attempt_of_a_run_is_kept_with_the_jobs_of_all(warehouse: Warehouse, repository: FakeRepository):
    repository.runs = [make.workflow_run(71, "2026-06-01T08:00:00Z", attempt=3)]
    repository.attempts = {(71, n): make.workflow_run(71, "2026-06-01T08:00:00Z", attempt=n, conclusion="failure") for n in (1, 2)}
    repository.jobs = {71: [make.job(900 + n, 71, attempt=n) for n in (1, 2, 3)]}
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_attempt", "conclusion")) == [(1, "failure"), (2, "failure"), (3, "success")]
    assert ids(events, "workflow_jobs", "run_attempt") == [1, 2, 3]
    assert (totals(events)["workflow_runs"], totals(events)["workflow_jobs"]) == (3, 3)


def test_a_rerun_in_the_window_brings_the_new_attempt_only(warehouse: Warehouse, repository: FakeRepository):
    repository.runs.append(make.workflow_run(72, "2026-06-01T08:30:00Z"))
    warehouse.sync()
    repository.runs[0] |= {"run_attempt": 2, "updated_at": "2026-06-02T00:00:00Z"}
    events = warehouse.sync()
    assert ids(events, "workflow_runs", "run_id", "run_attempt") == [(71, 2)]
    assert [asked for asked in warehouse.github.asked if "/jobs" in asked] == [
        "/repos/acme/search/actions/runs/71/jobs?filter=all&per_page=100"
    ]
    assert not [asked for asked in warehouse.github.asked if "/attempts/" in asked]


def test_an_attempt_last_seen_unfinished_is_read_once_more(warehouse: Warehouse, repository: FakeRepository):
    repository.runs[0] |= {"status": "in_progress", "conclusion": None}
    warehouse.sync()
    repository.attempts = {(71, 1): make.workflow_run(71, "2026-06-01T08:00:00Z", conclusion="failure")}
    repository.runs[0] = make.workflow_run(71, "2026-06-01T08:00:00Z", attempt=2, updated_at="2026-06-01T09:00:00Z")
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_attempt", "conclusion")) == [(1, "failure"), (2, "success")]


def test_an_unfinished_run_is_followed_after_it_has_left_the_window(warehouse: Warehouse, repository: FakeRepository):
    repository.runs[0] |= {"status": "waiting", "conclusion": None}
    warehouse.sync()
    repository.runs.append(make.workflow_run(72, "2026-07-03T08:00:00Z"))
    assert ids(warehouse.sync(), "workflow_runs", "run_id") == [72]
    repository.runs[0] |= {"status": "completed", "conclusion": "success", "updated_at": "2026-07-04T08:00:00Z"}
    repository.runs.append(make.workflow_run(73, "2026-07-04T08:00:00Z"))
    assert sorted(ids(warehouse.sync(), "workflow_runs", "run_id", "status")) == [(71, "completed"), (73, "completed")]
    assert "71" not in warehouse.cursors[REPOSITORY]["runs"]["known"]


def test_a_deleted_unfinished_run_is_forgotten(warehouse: Warehouse, repository: FakeRepository):
    repository.runs[0] |= {"status": "queued"}
    warehouse.sync()
    repository.runs[:] = [make.workflow_run(72, "2026-07-04T08:00:00Z")]
    warehouse.sync()
    warehouse.sync()
    assert "71" not in warehouse.cursors[REPOSITORY]["runs"]["known"]


def many_runs(count: int) -> list[dict[str, Any]]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [make.workflow_run(n, f"{start + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ}") for n in range(1, count + 1)]


def test_more_runs_than_any_cap_are_all_read(warehouse: Warehouse, repository: FakeRepository):
    repository.runs = many_runs(1250)
    events = warehouse.sync()
    assert len(set(ids(events, "workflow_runs", "run_id"))) == 1250
    assert counts(events)["workflow_runs"] == 1250
    assert sum("/actions/runs?" in asked for asked in warehouse.github.asked) == 13


@pytest.mark.parametrize("most", [50, 25])
def test_a_page_of_a_listing_too_heavy_for_github_is_asked_again_in_halves(warehouse: Warehouse, repository: FakeRepository, most: int):
    repository.runs = many_runs(330)
    repository.issues = [make.issue(n, f"2026-01-{1 + n % 28:02}T00:00:00Z") for n in range(1, 231)]

    def heavy(asked: str, _: Any) -> Unavailable | None:
        size = re.search(r"per_page=(\d+)", asked)
        is_second = "page=2&" in asked or most < 50
        return Unavailable("github", asked, "502") if size and int(size[1]) > most and is_second else None

    warehouse.github.fail["/actions/runs?"] = warehouse.github.fail["/issues?"] = heavy
    events = warehouse.sync()
    assert of_type(events, Failed) == []
    assert sorted(ids(events, "workflow_runs", "run_id")) == list(range(1, 331))
    assert sorted(ids(events, "issues", "issue_id")) == list(range(1, 231))


def test_a_server_that_cuts_the_unfiltered_listing_is_read_on_below_the_oldest_run(repository: FakeRepository):
    repository.runs = many_runs(3300)
    warehouse = Warehouse(FakeGithub([repository], page_cap=1000))
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_id")) == list(range(1, 3301))
    assert sum("/actions/runs?" in asked for asked in warehouse.github.asked) <= 37


def test_a_capped_listing_that_cannot_be_continued_is_an_error_and_not_a_hole(repository: FakeRepository):
    repository.runs = [make.workflow_run(n, "2026-01-01T00:00:00Z") for n in range(1, 1200)]
    events = Warehouse(FakeGithub([repository], page_cap=1000)).sync()
    (failure,) = of_type(events, Failed)
    assert isinstance(failure.error, ContractBroken)
    assert "1000 of 1199 runs" in str(failure.error)


def test_a_run_that_retention_removed_while_reading_costs_only_itself(warehouse: Warehouse, repository: FakeRepository):
    repository.runs[0]["run_attempt"] = 2
    warehouse.github.fail["/actions/runs/71/jobs"] = NotFound("github", "jobs", "404")
    events = warehouse.sync()
    assert ids(events, "workflow_runs", "run_attempt") == [2]
    assert rows(events, "workflow_jobs") == []
    assert of_type(events, Failed) == []


def test_issues_leave_pull_requests_out(warehouse: Warehouse):
    assert ids(warehouse.sync(), "issues", "issue_id") == [31]


def test_a_new_issue_is_added_and_counted_without_listing_the_old_ones(warehouse: Warehouse, repository: FakeRepository):
    repository.issues = [make.issue(n, f"2026-02-01T{n // 60:02d}:{n % 60:02d}:00Z") for n in range(1, 301)]
    warehouse.sync()
    repository.issues.append(make.issue(900, "2026-06-05T00:00:00Z", created_at="2026-06-05T00:00:00Z"))
    events = warehouse.sync()
    assert 900 in ids(events, "issues", "issue_id")
    assert counts(events)["issues"] == 301
    assert sum("/issues?" in asked for asked in warehouse.github.asked) == 1
    assert "issues" not in whole_tables(events)


def test_an_update_of_an_issue_that_appears_late_below_newer_ones_is_read(warehouse: Warehouse, repository: FakeRepository):
    repository.issues.append(make.issue(32, "2026-01-05T00:00:00Z"))
    warehouse.sync()
    repository.issues[1] |= {"updated_at": "2026-06-01T08:30:00Z", "title": "Late"}
    assert "Late" in ids(warehouse.sync(), "issues", "title")
    assert sum("/issues?" in asked for asked in warehouse.github.asked) == 1


def test_a_deleted_issue_makes_the_reading_list_them_all(warehouse: Warehouse, repository: FakeRepository):
    repository.issues = [make.issue(n, f"2026-02-01T{n // 60:02d}:{n % 60:02d}:00Z") for n in range(1, 301)]
    warehouse.sync()
    del repository.issues[10]
    repository.issues[0]["updated_at"] = "2026-06-06T00:00:00Z"
    events = warehouse.sync()
    assert len(set(ids(events, "issues", "issue_id"))) == 299
    assert "issues" in whole_tables(events)
    assert counts(events)["issues"] == 299
    assert sum(bool(re.search(r"/issues/\d", asked)) for asked in warehouse.github.asked) == 1, "only the missing one is asked for"


def test_an_issue_that_is_not_listed_any_more_says_why(warehouse: Warehouse, repository: FakeRepository):
    repository.issues = [make.issue(n, f"2026-02-01T00:00:{n:02d}Z") for n in range(1, 41)]
    warehouse.sync()
    moved = make.issue(777, "2026-06-05T00:00:00Z", number=9, repository_url="https://api.github.com/repos/acme/tools")
    repository.gone_issues = {3: None, 4: moved, 6: {**make.issue(6, "2026-06-05T00:00:00Z"), "pull_request": {}}}
    missed = repository.issues[6]
    repository.issues = [issue for issue in repository.issues if issue["number"] not in (3, 4, 5, 6, 7)]
    repository.gone_issues[7] = missed
    repository.issues[0]["updated_at"] = "2026-06-06T00:00:00Z"
    events = warehouse.sync()
    assert {key[0]: gone.reason for gone in of_type(events, Gone) for key in gone.keys} == {
        3: "deleted",
        4: "transferred to acme/tools#9",
        5: "not visible",
        6: "became pull request #6",
    }
    assert 7 in ids(events, "issues", "issue_id"), "it answers where it always was: only the listing lacked it"
    assert of_type(warehouse.sync(), Gone) == []


def test_only_so_many_missing_issues_are_asked_for(warehouse: Warehouse, repository: FakeRepository, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fates, "MOST_ASKED", 2)
    repository.issues = [make.issue(n, f"2026-02-01T00:00:{n:02d}Z") for n in range(1, 41)]
    warehouse.sync()
    repository.issues = repository.issues[5:]
    repository.gone_issues = dict.fromkeys(range(1, 6))
    repository.issues[0]["updated_at"] = "2026-06-06T00:00:00Z"
    events = warehouse.sync()
    assert {key[0]: gone.reason for gone in of_type(events, Gone) for key in gone.keys} == {
        **dict.fromkeys((1, 2, 3), "no longer listed"),
        **dict.fromkeys((4, 5), "deleted"),
    }
    assert sum(bool(re.search(r"/issues/\d", asked)) for asked in warehouse.github.asked) == 2


def test_the_configured_start_leaves_out_what_is_older(repository: FakeRepository):
    repository.pulls.append(make.pull_request(2, "2025-01-01T00:00:00Z"))
    repository.issues.append(make.issue(32, "2025-01-01T00:00:00Z"))
    repository.runs.append(make.workflow_run(72, "2025-01-01T00:00:00Z"))
    warehouse = Warehouse(FakeGithub([repository]), since="2026-01-01")
    events = warehouse.sync()
    assert ids(events, "pull_requests", "number") == [1]
    assert ids(events, "issues", "issue_id") == [31]
    assert ids(events, "workflow_runs", "run_id") == [71]
    # What the source counts is more than was asked for: nothing to hold against the warehouse.
    assert counts(events) == {"repositories": 1, "teams": 0}
    assert totals(events)["workflow_runs"] == 1
    assert of_type(warehouse.sync(), Page) == []


def test_an_earlier_start_than_before_reads_the_history_that_is_missing(repository: FakeRepository):
    repository.pulls.append(make.pull_request(2, "2025-01-01T00:00:00Z"))
    warehouse = Warehouse(FakeGithub([repository]), since="2026-01-01")
    warehouse.sync()
    warehouse.options = warehouse.options.model_copy(update={"since": None})
    assert set(ids(warehouse.sync(), "pull_requests", "number")) == {1, 2}


def test_a_later_start_for_one_sync_skips_nothing_that_changed_in_between(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.pulls.append(make.pull_request(2, "2026-06-10T00:00:00Z"))
    events = warehouse.sync(since=datetime(2026, 11, 1, tzinfo=UTC))
    assert 2 in ids(events, "pull_requests", "number")
    assert ids(warehouse.sync(), "pull_requests", "number") == []


def test_a_full_reading_ignores_cursors(warehouse: Warehouse):
    warehouse.sync()
    assert {event.table for event in of_type(warehouse.sync(full=True), Page)} == {
        *(table.name for table in CONNECTOR.tables if table not in SURROUNDINGS and table.name != "issue_events"),
        "branch_rule_snapshots",
    }


def test_a_full_reading_does_not_hold_expired_runs_against_the_warehouse(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.runs.clear()
    # Fewer than the warehouse holds are no loss; only more would be.
    assert counts(warehouse.sync(full=True))["workflow_runs"] == 0


def test_check_runs_of_many_heads_are_asked_for_together(warehouse: Warehouse, repository: FakeRepository):
    repository.runs = many_runs(90)
    repository.suites = {make.sha(n): [make.suite(n, make.check_run(1000 + n))] for n in range(1, 91)}
    events = warehouse.sync()
    assert sorted(ids(events, "check_runs", "check_run_id")) == list(range(1001, 1091))
    asked = Counter(asked for asked in warehouse.github.asked if "acme/search check" in asked)
    assert asked == {"acme/search check suites": 1, "acme/search check runs": 1}


def test_check_suites_and_runs_beyond_the_first_page_are_followed(warehouse: Warehouse, repository: FakeRepository):
    suites = [make.suite(n, make.check_run(5000 + n)) for n in range(1, 80)]
    suites[0]["checkRuns"] = [make.check_run(n) for n in range(1, 321)]
    repository.suites = {make.sha(1): suites}
    events = warehouse.sync()
    assert len(set(ids(events, "check_runs", "check_run_id"))) == 320 + 78


def test_check_runs_too_heavy_for_one_request_are_asked_in_halves(warehouse: Warehouse, repository: FakeRepository):
    repository.runs = many_runs(30)
    repository.suites = {make.sha(n): [make.suite(n, make.check_run(1000 + n))] for n in range(1, 31)}
    warehouse.github.fail["acme/search check runs"] = lambda _, variables: (
        Unavailable("github", "check runs", "502") if len(variables["suites"]) > 12 else None
    )
    assert len(rows(warehouse.sync(), "check_runs")) == 30


def test_an_unfinished_check_run_is_asked_for_until_it_ends(warehouse: Warehouse, repository: FakeRepository):
    repository.suites[make.sha(1)] = [make.suite(61, make.check_run(901, "IN_PROGRESS", None))]
    assert ids(warehouse.sync(), "check_runs", "status", "conclusion") == [("in_progress", None)]
    repository.suites[make.sha(1)] = [make.suite(61, make.check_run(901))]
    assert ids(warehouse.sync(), "check_runs", "status", "conclusion") == [("completed", "success")]
    assert rows(warehouse.sync(), "check_runs") == []


def test_an_abandoned_check_run_is_not_asked_for_for_ever(warehouse: Warehouse, repository: FakeRepository):
    repository.suites[make.sha(1)] = [make.suite(61, make.check_run(901, "QUEUED", None))]
    warehouse.sync()
    warehouse.sync(now=NOW + timedelta(days=15))
    assert rows(warehouse.sync(now=NOW + timedelta(days=16)), "check_runs") == []


def test_required_checks_of_rulesets_and_of_classic_protection(warehouse: Warehouse, repository: FakeRepository):
    repository.classic = {"contexts": ["lint", "evals"], "checks": [{"context": "lint", "app_id": -1}, {"context": "evals", "app_id": 3}]}
    events = warehouse.sync()
    assert sorted(ids(events, "required_checks", "context", "how", "app_id")) == [("evals", "ruleset", 15368), ("lint", "classic", None)]
    assert rows(warehouse.sync(), "required_checks") == []


def test_a_changed_ruleset_lists_the_classic_checks_again(warehouse: Warehouse, repository: FakeRepository):
    repository.classic = {"contexts": ["lint"], "checks": []}
    warehouse.sync()
    repository.rules.clear()
    events = warehouse.sync()
    assert ids(events, "required_checks", "context") == ["lint"]
    assert "required_checks" in whole_tables(events)


def test_no_right_to_read_classic_protection_is_a_gap_that_names_the_right_and_ends_when_it_is_granted(warehouse: Warehouse):
    warehouse.github.fail["/protection"] = Denied("classic protection", "403 Resource not accessible", needed="Administration: read")
    events = warehouse.sync()
    assert ids(events, "required_checks", "context") == ["evals"]
    assert "required_checks" in whole_tables(events)
    gap = {"repository_id": 1, "subject": "classic branch protection", "status": 403, "missing_permission": "Administration: read"}
    assert [{key: row[key] for key in gap} for row in rows(events, "access_gaps")] == [gap]
    again = warehouse.sync(now=NOW + timedelta(days=1))
    assert [row["observed_at"] for row in rows(again, "access_gaps")] == [NOW.isoformat()], "since when it has been refused"
    assert not any("/protection" in asked for asked in warehouse.github.asked), "a refusal is never free, so it is not asked for each time"
    warehouse.github.fail.clear()
    granted = warehouse.sync(now=NOW + timedelta(days=4))
    assert rows(granted, "access_gaps") == []
    assert "access_gaps" in whole_tables(granted)


def test_a_right_that_was_lost_does_not_make_required_checks_look_gone(warehouse: Warehouse, repository: FakeRepository):
    repository.classic = {"contexts": ["lint"], "checks": []}
    warehouse.sync()
    warehouse.github.fail["/protection"] = AuthFailed("github", "classic protection", "403 Resource not accessible")
    repository.rules.clear()
    assert "required_checks" not in whole_tables(warehouse.sync())


def test_an_empty_repository_is_read_to_its_end():
    empty = make.repository(2, "acme/empty", details={"isEmpty": True}, pushed_at=None)
    events = Warehouse(FakeGithub([empty])).sync()
    assert of_type(events, Failed) == []
    assert ids(events, "repositories", "is_empty") == [True]


def test_an_empty_repository_is_looked_at_again_once_something_was_pushed():
    empty = make.repository(2, "acme/empty", details={"isEmpty": True}, pushed_at=None)
    warehouse = Warehouse(FakeGithub([empty]))
    warehouse.sync()
    empty.details["isEmpty"] = False
    empty.item["pushed_at"] = "2026-06-01T00:00:00Z"
    assert ids(warehouse.sync(), "repositories", "is_empty") == [False]


def test_a_repository_that_is_listed_and_does_not_answer_fails_once_and_is_recorded(repository: FakeRepository):
    gone = make.repository(3, "acme/gone")
    gone.is_gone = True
    warehouse = Warehouse(FakeGithub([repository, gone]))
    events = warehouse.sync()
    (failure,) = of_type(events, Failed)
    assert (failure.partition, type(failure.error)) == ("github:3", NotFound)
    assert sorted(ids(events, "repositories", "repository_id")) == [1, 3]
    assert [(event.table, list(event.keys)) for event in of_type(events, Gone)] == [("repositories", [(3,)])]
    assert (3, "access_lost") in ids(events, "repository_lifecycle", "repository_id", "state")
    assert REPOSITORY in {event.partition for event in of_type(events, Finished)}
    assert of_type(warehouse.sync(now=NOW + timedelta(days=1)), Failed) == []
    gone.is_gone = False
    back = warehouse.sync(now=NOW + timedelta(days=5))
    assert (3, "restored") in ids(back, "repository_lifecycle", "repository_id", "state")
    assert "github:3" in {event.partition for event in of_type(back, Finished)}
    assert ids(warehouse.sync(now=NOW + timedelta(days=6)), "repository_lifecycle", "state") == []


def test_a_name_that_now_belongs_to_another_repository_is_not_read_as_the_old_one(warehouse: Warehouse, repository: FakeRepository):
    def impostor(what: str, query: str, variables: Any) -> Graph:
        return (
            Graph({"repository": {"databaseId": 999}})
            if "PullRequests(" in query
            else FakeGithub.graphql(warehouse.github, what, query, variables)
        )

    warehouse.github.graphql = impostor
    (failure,) = of_type(warehouse.sync(), Failed)
    assert "belongs to repository 999" in str(failure.error)


@pytest.mark.parametrize(("kind", "expected"), [("NOT_FOUND", NotFound), ("FORBIDDEN", AuthFailed), ("", ContractBroken)])
def test_graphql_that_withholds_the_repository_fails_the_partition(warehouse: Warehouse, kind: str, expected: type):
    original = warehouse.github.graphql

    def withheld(what: str, query: str, variables: Any) -> Graph:
        if "PullRequests(" in query:
            return Graph({"repository": None}, (GraphError(kind, "Resource protected by SAML", ("repository",)),) if kind else ())
        return original(what, query, variables)

    warehouse.github.graphql = withheld
    (failure,) = of_type(warehouse.sync(), Failed)
    assert type(failure.error) is expected


def test_a_null_in_place_of_a_pull_request_is_rejected_and_the_rest_goes_on(warehouse: Warehouse):
    original = warehouse.github.graphql

    def with_hole(what: str, query: str, variables: Any) -> Graph:
        graph = original(what, query, variables)
        if "PullRequests(" in query:
            graph.data["repository"]["pullRequests"]["nodes"].append(None)
            return Graph(graph.data, (GraphError("FORBIDDEN", "hidden by policy", ("repository", "pullRequests", "nodes", 1)),))
        return graph

    warehouse.github.graphql = with_hole
    events = warehouse.sync()
    (rejected,) = of_type(events, Rejected)
    assert "hidden by policy" in rejected.reason
    assert ids(events, "pull_requests", "number") == [1]


@pytest.mark.parametrize("spoil", [lambda r: r.issues.append("nonsense"), lambda r: r.runs[0].update(run_attempt=None)])
def test_odd_answers_do_not_end_the_reading(repository: FakeRepository, spoil: Callable[[FakeRepository], None]):
    class Plain(FakeGithub):
        @staticmethod
        def _by_update(found: FakeRepository, rest: str, query: Any) -> list[Any]:
            return found.issues if rest == "/issues" else FakeGithub._by_update(found, rest, query)

    spoil(repository)
    events = Warehouse(Plain([repository])).sync()
    assert of_type(events, Failed) == []
    assert ids(events, "issues", "issue_id") == [31]


def test_a_record_without_its_fields_is_yielded_for_the_contract_to_judge(warehouse: Warehouse, repository: FakeRepository):
    repository.issues = [{"html_url": "https://github.com/acme/search/issues/1"}, {"html_url": "https://github.com/acme/search/issues/2"}]
    repository.runs = [{"head_sha": make.sha(4)}]
    events = warehouse.sync()
    assert ids(events, "issues", "issue_id") == [None, None]
    assert ids(events, "workflow_runs", "run_id") == [None]
    assert of_type(events, Failed) == []


def test_a_wrong_token_ends_the_whole_reading(repository: FakeRepository):
    warehouse = Warehouse(FakeGithub([repository]))
    warehouse.github.fail["/issues"] = Refused("github", "issues", "the token was refused (401 Bad credentials)")
    with pytest.raises(AuthFailed, match="the token was refused"):
        warehouse.sync()
    assert warehouse.github.is_closed


def test_a_rate_limit_beyond_the_cap_fails_partitions_with_the_time_to_come_back(warehouse: Warehouse):
    at = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    warehouse.github.fail["/issues"] = RateLimited("github", "issues", "used up", retry_at=at)
    (failure,) = of_type(warehouse.sync(), Failed)
    assert failure.error.retry_at == at


def test_forks_and_templates_say_what_they_came_from():
    fork = make.repository(
        2, "acme/fork", fork=True, details={"source": {"id": 77, "full_name": "upstream/lib"}, "templateRepository": None}
    )
    made = make.repository(3, "acme/made", details={"templateRepository": {"databaseId": 88, "nameWithOwner": "acme/template"}})
    warehouse = Warehouse(FakeGithub([fork, made]))
    found = {record["repository_id"]: record for record in rows(warehouse.sync(), "repositories")}
    assert (found[2]["fork_source_id"], found[2]["fork_source_full_name"]) == (77, "upstream/lib")
    assert (found[3]["template_repository_id"], found[3]["template_full_name"]) == (88, "acme/template")
    assert warehouse.github.asked.count("/repos/acme/fork") == 1
    assert "/repos/acme/made" not in warehouse.github.asked


def test_what_a_listing_leaves_out_is_remembered_when_another_repository_changes():
    fork = make.repository(2, "acme/fork", fork=True, details={"source": {"id": 77, "full_name": "upstream/lib"}})
    other = make.repository(3, "acme/other")
    warehouse = Warehouse(FakeGithub([fork, other]))
    warehouse.sync()
    other.item["description"] = "changed"
    events = warehouse.sync()
    assert ids(events, "repositories", "repository_id", "fork_source_id") == [(2, 77), (3, None)]
    assert "repository details" not in warehouse.github.asked


def test_raw_answers_do_not_depend_on_which_token_asked(repository: FakeRepository):
    (record,) = rows(Warehouse(FakeGithub([repository])).sync(), "repositories")
    assert "permissions" not in record["_raw"]


def test_patterns_choose_repositories(repository: FakeRepository):
    names = ["acme/archive-1", "acme/Search-Web", "acme/other", "beta/solo", "beta/rest"]
    github = FakeGithub([repository, *(make.repository(10 + n, name) for n, name in enumerate(names))])
    warehouse = Warehouse(github, repositories={"include": ["acme/*", "beta/solo"], "exclude": ["acme/archive-*", "acme/OTHER"]})
    assert ids(warehouse.sync(), "repositories", "full_name") == ["acme/search", "acme/Search-Web", "beta/solo"]


def test_repositories_of_a_user_are_listed_where_there_is_no_such_organisation(repository: FakeRepository):
    github = FakeGithub([repository])
    github.users.add("acme")
    assert ids(Warehouse(github).sync(), "repositories", "full_name") == ["acme/search"]


def test_a_repository_named_outright_that_does_not_exist_is_told_and_the_others_are_read(repository: FakeRepository):
    warehouse = Warehouse(FakeGithub([repository]), repositories={"include": ["acme/serach", "acme/search"]})
    events = warehouse.sync()
    (failure,) = of_type(events, Failed)
    assert failure.partition == "repositories"
    assert "acme/serach" in str(failure.error)
    assert REPOSITORY in warehouse.cursors


def test_a_changed_configuration_lists_again(repository: FakeRepository):
    other = make.repository(2, "acme/other")
    warehouse = Warehouse(FakeGithub([repository, other]), repositories={"include": ["acme/*"], "exclude": ["acme/other"]})
    warehouse.sync()
    warehouse.options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}})
    assert 2 in ids(warehouse.sync(), "repositories", "repository_id")


def test_a_renamed_repository_keeps_its_partition_and_cursor(warehouse: Warehouse, repository: FakeRepository):
    warehouse.sync()
    repository.item |= {"full_name": "acme/find", "name": "find"}
    events = warehouse.sync()
    assert ids(events, "repositories", "repository_id", "full_name") == [(1, "acme/find")]
    assert rows(events, "pull_requests") == []


def test_giving_up_early_closes_the_client_and_ends_the_threads(repository: FakeRepository):
    many = [make.repository(n, f"acme/r{n}") for n in range(2, 40)]
    for one in many:
        one.runs = many_runs(250)
    github = FakeGithub([repository, *many])
    reader = GithubReader(Warehouse(github).options, github.connect)
    reading = reader.read(ReadContext(now=NOW))
    for _ in range(5):
        next(reading)
    reading.close()
    assert github.is_closed


def test_details_of_repositories_that_cannot_be_asked_fail_the_listing_but_not_the_reading(warehouse: Warehouse):
    warehouse.github.fail["repository details"] = Unavailable("github", "repository details", "502")
    events = warehouse.sync()
    assert [event.partition for event in of_type(events, Failed)] == ["repositories"]
    assert ids(events, "pull_requests", "number") == [1]


def test_a_late_review_and_its_comment_come_with_the_next_reading(warehouse: Warehouse, repository: FakeRepository):
    pull = repository.pulls[0]
    pull |= {"state": "MERGED", "mergedAt": "2026-06-01T10:00:00Z", "closedAt": "2026-06-01T10:00:00Z"}
    warehouse.sync()
    comment = make.review_comment(552, "Shorter:\r\n```suggestion\r\nx\r\n```", replyTo={"fullDatabaseId": "551"})
    pull["reviews"].append(make.review(502, "COMMENTED", submittedAt="2026-06-10T10:00:00Z", comments=[comment]))
    pull["updatedAt"] = "2026-06-10T10:00:00Z"
    events = warehouse.sync()
    assert ids(events, "reviews", "review_id", "submitted_at")[-1] == (502, "2026-06-10T10:00:00Z")
    assert ids(events, "review_comments", "review_comment_id", "in_reply_to_id", "has_suggestion") == [(551, None, False), (552, 551, True)]


def test_an_edited_and_a_dismissed_review_say_so(warehouse: Warehouse, repository: FakeRepository):
    pull = repository.pulls[0]
    pull["reviews"] = [make.review(501, "DISMISSED", lastEditedAt="2026-06-02T00:00:00Z", updatedAt="2026-06-03T00:00:00Z")]
    dismissal = {"previousReviewState": "CHANGES_REQUESTED", "review": {"fullDatabaseId": "501"}}
    pull["timelineItems"] = [make.event("EV_2", "ReviewDismissedEvent", **dismissal)]
    events = warehouse.sync()
    assert ids(events, "reviews", "state", "edited_at", "updated_at") == [("DISMISSED", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z")]
    assert ids(events, "pull_request_events", "kind", "review_id", "reason") == [("review_dismissed", 501, "changes_requested")]


def test_heads_that_a_force_push_took_away_and_trial_merges_are_read_when_they_are_news(warehouse: Warehouse, repository: FakeRepository):
    lost, trial = make.sha(66), make.sha(67)
    pushed = make.event("EV_2", "HeadRefForcePushedEvent", beforeCommit={"oid": lost}, afterCommit={"oid": make.sha(1)})
    removed = make.event("EV_3", "RemovedFromMergeQueueEvent", reason="failed_checks", beforeCommit={"oid": trial})
    repository.pulls[0]["timelineItems"] = [pushed, removed]
    repository.suites |= {lost: [make.suite(62, make.check_run(902))], trial: [make.suite(63, make.check_run(903))]}
    repository.statuses[lost] = [make.status(802, state="failure")]
    events = warehouse.sync()
    assert set(ids(events, "check_runs", "head_sha")) == {make.sha(1), lost, trial}
    assert (lost, "failure") in ids(events, "commit_statuses", "sha", "state")
    found = ids(events, "pull_request_events", "kind", "before_sha", "after_sha", "reason")
    assert found[0] == ("head_ref_force_pushed", lost, make.sha(1), None)
    assert found[1] == ("removed_from_merge_queue", trial, None, "failed_checks")
    repository.pulls[0]["updatedAt"] = "2026-06-05T10:00:00Z"
    assert set(ids(warehouse.sync(), "check_runs", "head_sha")) == {make.sha(1)}, "what was read once is no news"


def test_references_from_other_repositories_name_the_other_side(warehouse: Warehouse, repository: FakeRepository):
    pull = repository.pulls[0]
    issue = {"__typename": "Issue", "number": 9, "url": "https://github.com/other/tool/issues/9", "repository": {"databaseId": 77}}
    itself = {"__typename": "PullRequest", "number": 1, "url": pull["url"], "repository": {"databaseId": 1}}
    pull["timelineItems"] = [
        make.event("EV_2", "CrossReferencedEvent", source=issue, isCrossRepository=True),
        make.event("EV_3", "ConnectedEvent", source=itself, subject=issue, isCrossRepository=True),
    ]
    found = ids(warehouse.sync(), "pull_request_events", "source_kind", "source_repository_id", "source_number", "is_cross_repository")
    assert found == [("issue", 77, 9, True)] * 2


def test_pages_of_many_pull_requests_are_continued_together(warehouse: Warehouse, repository: FakeRepository):
    many = [make.review(1000 * n + m, comments=[make.review_comment(100_000 * n + m)]) for n in range(1, 13) for m in range(15)]
    repository.pulls = [make.pull_request(n, f"2026-01-01T00:00:{n:02d}Z", reviews=many[15 * n - 15 : 15 * n]) for n in range(1, 13)]
    long = make.review(99, comments=[make.review_comment(n) for n in range(1, 31)])
    repository.pulls[0]["reviews"].append(long)
    events = warehouse.sync()
    assert len(set(ids(events, "reviews", "review_id"))) == 12 * 15 + 1
    assert len(set(ids(events, "review_comments", "review_comment_id"))) == 12 * 15 + 30
    assert [asked for asked in warehouse.github.asked if "further" in asked] == [
        "acme/search further reviews",
        "acme/search further comments",
    ]


def test_a_review_that_vanishes_while_being_read_fails_the_partition_instead_of_leaving_a_hole(
    warehouse: Warehouse, repository: FakeRepository
):
    repository.pulls[0]["reviews"] = [make.review(n) for n in range(30)]
    original = warehouse.github.graphql

    def forgetful(what: str, query: str, variables: Any) -> Graph:
        if "further" in what:
            return Graph({"m0": None}, (GraphError("NOT_FOUND", "Could not resolve to a node", ("m0",)),))
        return original(what, query, variables)

    warehouse.github.graphql = forgetful
    (failure,) = of_type(warehouse.sync(), Failed)
    assert type(failure.error) is NotFound


def test_statuses_come_with_their_history_and_pending_ones_are_asked_for_again(warehouse: Warehouse, repository: FakeRepository):
    repository.statuses = {make.sha(1): [make.status(803, state="pending"), make.status(802, state="failure"), make.status(801)]}
    assert ids(warehouse.sync(), "commit_statuses", "status_id", "state") == [("803", "pending"), ("802", "failure"), ("801", "success")]
    repository.statuses[make.sha(1)].insert(0, make.status(804))
    assert ids(warehouse.sync(), "commit_statuses", "status_id")[0] == "804"
    assert rows(warehouse.sync(), "commit_statuses") == []
    assert not [asked for asked in warehouse.github.asked if "/statuses" in asked]


def test_what_was_required_of_an_open_pull_request_is_asked_while_it_is_open(warehouse: Warehouse, repository: FakeRepository):
    repository.required = {1: [make.required("evals"), make.required("docs", False), make.required("ci/build", kind="StatusContext")]}
    found = ids(warehouse.sync(), "pull_request_required_checks", "context", "kind", "app_id", "is_required", "observed_at")
    assert found == [
        ("evals", "check_run", 15368, True, NOW),
        ("docs", "check_run", 15368, False, NOW),
        ("ci/build", "status", None, True, NOW),
    ]
    later = NOW + timedelta(days=1)
    repository.runs.append(make.workflow_run(72, "2026-06-02T08:00:00Z", head_sha=make.sha(1)))
    assert len(rows(warehouse.sync(later), "pull_request_required_checks")) == 3, "the checks of its head changed"
    repository.pulls[0] |= {"state": "MERGED", "updatedAt": "2026-06-05T10:00:00Z"}
    repository.required = {1: [make.required("evals", False)]}
    assert rows(warehouse.sync(later), "pull_request_required_checks") == [], "closed: what was seen last stays"


def test_checks_expected_but_never_reported_have_no_kind_yet(warehouse: Warehouse, repository: FakeRepository):
    repository.required = {1: [{**make.required("evals", kind="StatusContext"), "state": "EXPECTED"}]}
    assert rows(warehouse.sync(), "pull_request_required_checks") == []


def test_many_checks_of_an_open_pull_request_are_read_to_the_end(warehouse: Warehouse, repository: FakeRepository):
    repository.required = {1: [make.required(f"check {n}") for n in range(230)]}
    assert len(rows(warehouse.sync(), "pull_request_required_checks")) == 230


def test_a_thousand_pull_requests_take_twenty_requests(warehouse: Warehouse, repository: FakeRepository):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    repository.pulls = [
        make.pull_request(n, (moment + timedelta(minutes=n)).isoformat(), state="MERGED", reviews=[make.review(n)]) for n in range(1000)
    ]
    events = warehouse.sync()
    assert len(rows(events, "reviews")) == 1000
    about_pulls = [asked for asked in warehouse.github.asked if "pull requests" in asked or "further" in asked or "required" in asked]
    assert [asked for asked in about_pulls if not asked.startswith("/")] == ["acme/search pull requests"] * 20
    assert totals(events)["reviews"] == 1000


def test_pages_that_miss_something_are_told_by_the_sources_own_total(warehouse: Warehouse):
    original = warehouse.github.graphql

    def short(what: str, query: str, variables: Any) -> Graph:
        graph = original(what, query, variables)
        if "PullRequests(" in query:
            graph.data["repository"]["pullRequests"]["nodes"][0]["reviews"]["totalCount"] = 4
        return graph

    warehouse.github.graphql = short
    assert totals(warehouse.sync())["reviews"] == 4
