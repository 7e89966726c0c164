"""Runs that are started again weeks later are found, and looking for them costs no counted request where nothing happened."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from connectors.errors import Unavailable
from connectors.github import fake_objects as make
from connectors.github.fake import FakeGithub, FakeRepository
from connectors.github.weeks import Span, weeks
from tests.unit.test_github_reading import REPOSITORY, Warehouse, ids, rows

START = datetime(2026, 1, 1, tzinfo=UTC)


def run_at(number: int, hours: float, **changes: Any) -> dict[str, Any]:
    """A run of its own suite, created so many hours after the start."""
    return make.workflow_run(number, f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}", **changes)


@pytest.fixture
def repository() -> FakeRepository:
    """A run an hour for 1,250 hours, which are 52 days."""
    found = make.repository(1, "acme/search")
    found.runs = [run_at(n, n) for n in range(1, 1251)]
    return found


@pytest.fixture
def warehouse(repository: FakeRepository) -> Warehouse:
    made = Warehouse(FakeGithub([repository]))
    made.sync()
    return made


def listings(warehouse: Warehouse) -> list[str]:
    """What of the listing of runs was asked for, without the path."""
    return [asked.partition("?")[2] for asked in warehouse.github.asked if "/actions/runs?" in asked]


def counted(warehouse: Warehouse) -> int:
    """Requests that were not free."""
    return warehouse.meter.made - warehouse.meter.saved


def start_again(repository: FakeRepository, run_id: int) -> None:
    """A new attempt of a run, succeeding an hour after the newest run."""
    run = next(run for run in repository.runs if run["id"] == run_id)
    repository.attempts[(run_id, 1)] = {**run}
    run |= {"run_attempt": 2, "updated_at": max(run["created_at"] for run in repository.runs)}


def test_where_nothing_changed_a_month_is_looked_at_and_all_of_it_is_free(warehouse: Warehouse):
    events = warehouse.sync()
    # 30 days of a run an hour are 720 runs: eight pages, and no week has to be asked for.
    assert listings(warehouse) == ["per_page=100", *(f"page={n}&per_page=100" for n in range(2, 9))]
    assert counted(warehouse) == 2, "one question about all repositories, one about teams"
    assert rows(events, "workflow_runs") == []
    assert 720 <= len(warehouse.cursors[REPOSITORY]["runs"]["known"]) <= 722


def test_a_late_rerun_in_an_otherwise_quiet_repository_costs_its_page(warehouse: Warehouse, repository: FakeRepository):
    start_again(repository, 1250 - 29 * 24)
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_id", "run_attempt")) == [(554, 2)]
    # The page, and the jobs of a re-run, of which only REST tells the attempt; check suites of its head.
    assert (len(listings(warehouse)), counted(warehouse)) == (8, 2 + 1 + 2)


def test_weeks_below_a_listing_that_moved_are_read_once_and_free_from_then_on(warehouse: Warehouse, repository: FakeRepository):
    repository.runs.append(run_at(1251, 1251))
    assert ids(warehouse.sync(), "workflow_runs", "run_id") == [1251]
    newest, closed = listings(warehouse)[:2], listings(warehouse)[2:]
    assert newest == ["per_page=100", "page=2&per_page=100"]
    weeks_read = {one.partition("&")[0] for one in closed}
    assert sorted(weeks_read) == [
        f"created=2026-{first}T00%3A00%3A00Z..2026-{last}T23%3A59%3A59Z"
        for first, last in (("01-22", "01-28"), ("01-29", "02-04"), ("02-05", "02-11"), ("02-12", "02-18"))
    ]
    first = counted(warehouse)
    repository.runs.append(run_at(1252, 1252))
    assert ids(warehouse.sync(), "workflow_runs", "run_id") == [1252]
    assert listings(warehouse)[2:] == closed
    assert counted(warehouse) == first - len(closed)


def test_a_late_rerun_is_found_on_a_busy_night_for_one_more_page(warehouse: Warehouse, repository: FakeRepository):
    for number in (1251, 1252):
        repository.runs.append(run_at(number, number))
        warehouse.sync()
    busy = counted(warehouse)
    repository.runs.append(run_at(1253, 1253))
    start_again(repository, 1253 - 30 * 24)
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_id", "run_attempt")) == [(533, 2), (1253, 1)]
    assert counted(warehouse) == busy + 1 + 1, "its page, and its jobs"
    assert rows(warehouse.sync(), "workflow_runs") == []


def test_a_night_after_weeks_were_read_that_brings_nothing_is_free(warehouse: Warehouse, repository: FakeRepository):
    repository.runs.append(run_at(1251, 1251))
    warehouse.sync()
    warehouse.sync()
    assert counted(warehouse) == 2


def test_a_week_of_more_runs_than_a_filtered_listing_shows_is_read_in_halves(repository: FakeRepository):
    repository.runs = [run_at(n, n / 10) for n in range(1, 3601)]
    warehouse = Warehouse(FakeGithub([repository]))
    warehouse.sync()
    repository.runs.append(run_at(8001, 360.1))
    for run_id in (100, 900, 1700):
        start_again(repository, run_id)
    events = warehouse.sync()
    assert sorted(ids(events, "workflow_runs", "run_id", "run_attempt")) == [(100, 2), (900, 2), (1700, 2), (8001, 1)]
    repository.runs.append(run_at(8002, 360.2))
    assert ids(warehouse.sync(), "workflow_runs", "run_id") == [8002]


def test_a_reading_cut_short_among_weeks_misses_none_of_them_later(warehouse: Warehouse, repository: FakeRepository):
    repository.runs.append(run_at(1251, 1251))
    start_again(repository, 1251 - 25 * 24)
    warehouse.github.fail["created="] = Unavailable("github", "runs", "503")
    assert ids(warehouse.sync(), "workflow_runs", "run_id") == [1251]
    warehouse.github.fail.clear()
    assert (1251 - 25 * 24, 2) in ids(warehouse.sync(), "workflow_runs", "run_id", "run_attempt")


def test_weeks_that_left_the_month_are_forgotten(warehouse: Warehouse, repository: FakeRepository):
    for week in range(6):
        repository.runs += [run_at(2000 + 90 * week + n, 1251 + 168 * week + n) for n in range(90)]
        warehouse.sync()
    remembered = [url for url in warehouse.cursors[REPOSITORY]["runs"]["pages"] if "created=" in url]
    assert len(remembered) == 3


def test_weeks_are_the_same_whatever_the_day_and_cover_both_ends():
    monday, friday = "2026-06-01T08:00:00Z", "2026-06-05T08:00:00+00:00"
    spans = list(weeks("2026-05-10T12:00:00Z", friday))
    assert spans[1:] == list(weeks("2026-05-10T12:00:00Z", monday))
    assert (spans[0].start <= friday <= spans[0].end, spans[-1].start <= "2026-05-10T12:00:00Z" <= spans[-1].end) == (True, True)
    assert all(later.first == earlier.last + 1 for later, earlier in pairwise(spans))
    assert list(weeks(None, monday)) == list(weeks(monday, None)) == list(weeks(friday, monday)) == []


def test_halves_leave_no_second_out():
    later, earlier = Span(10, 15).halves()
    assert (earlier.first, earlier.last + 1, later.last) == (10, later.first, 15)
    assert Span(10, 10).halves() == ()
