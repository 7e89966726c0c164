"""Timelines of issues that are incidents: which are asked for, what is kept of them, and what they cost."""

from typing import Any

import pytest

from connectors.github import fake_objects as make
from connectors.github.fake import FakeGithub, FakeRepository
from tests.unit.test_github_reading import Warehouse, ids, rows

INCIDENTS = {"labels": ["Incident"], "repositories": ["Acme/s*"]}


def incident(number: int, updated_at: str = "2026-06-01T09:00:00Z", label: str = "incident") -> dict[str, Any]:
    return make.issue(number, updated_at, labels=[{"name": "bug"}, {"name": label}])


@pytest.fixture
def repository() -> FakeRepository:
    found = make.repository(1, "acme/search")
    found.issues = [incident(31), make.issue(32, "2026-06-01T08:00:00Z")]
    found.timelines = {number: [make.event(f"RE_{number}", "ReopenedEvent")] for number in (31, 32)}
    return found


def reader(repository: FakeRepository, incidents: dict[str, Any] | None = None) -> Warehouse:
    return Warehouse(FakeGithub([repository]), incidents=incidents or INCIDENTS)


def asked_for_timelines(warehouse: Warehouse) -> int:
    return sum("issue timeline" in asked for asked in warehouse.github.asked)


def test_only_the_timelines_of_incidents_are_asked_for_and_none_where_there_are_none(repository: FakeRepository):
    warehouse = reader(repository)
    assert ids(warehouse.sync(), "issue_events", "event_id", "issue_id") == [("RE_31", 31)]
    assert asked_for_timelines(warehouse) == 1
    for others in ({"labels": ["outage"]}, {**INCIDENTS, "repositories": ["acme/tools"]}):
        elsewhere = reader(repository, others)
        assert ids(elsewhere.sync(), "issue_events", "event_id") == []
        assert asked_for_timelines(elsewhere) == 0


def test_who_did_what_is_kept_and_what_a_comment_says_is_not(repository: FakeRepository):
    comment = {"__typename": "IssueComment", "id": "IC_1", "createdAt": "2026-01-03T00:00:00Z", "url": "https://github.com/c1"}
    repository.timelines[31] = [
        make.event("AE_1", "AssignedEvent", assignee=make.actor(8, "ben")),
        comment | {"author": make.actor(9, "renovate", "Bot")},
        make.event("CE_1", "ClosedEvent", stateReason="NOT_PLANNED", url="https://github.com/e1"),
        make.event("LE_1", "LabeledEvent", label={"name": "eval-gap"}),
    ]
    found = rows(reader(repository).sync(), "issue_events")
    told = [(row["kind"], row["actor_login"], row["assignee_login"], row["label"], row["state_reason"]) for row in found]
    assert told == [
        ("assigned", "ana", "ben", None, None),
        ("issue_comment", "renovate[bot]", None, None, None),
        ("closed", "ana", None, None, "not_planned"),
        ("labeled", "ana", None, "eval-gap", None),
    ]
    issue_page = repository.issues[0]["html_url"]
    assert [row["_source_url"] for row in found] == [issue_page, "https://github.com/c1", "https://github.com/e1", issue_page]


def test_a_long_timeline_is_read_to_its_end(repository: FakeRepository):
    repository.timelines[31] = [make.event(f"LE_{n}", "LabeledEvent", label={"name": "x"}) for n in range(180)]
    warehouse = reader(repository)
    assert len(set(ids(warehouse.sync(), "issue_events", "event_id"))) == 180
    assert asked_for_timelines(warehouse) == 3


def test_a_hundred_incidents_are_two_requests(repository: FakeRepository):
    repository.issues = [incident(number) for number in range(1, 101)]
    repository.timelines = {number: [make.event(f"RE_{number}", "ReopenedEvent")] for number in range(1, 101)}
    warehouse = reader(repository)
    assert len(set(ids(warehouse.sync(), "issue_events", "event_id"))) == 100
    assert asked_for_timelines(warehouse) == 2


def test_a_quiet_night_asks_for_no_timeline_and_one_that_moved_is_read_again(repository: FakeRepository):
    warehouse = reader(repository)
    warehouse.sync()
    assert ids(warehouse.sync(), "issue_events", "event_id") == []
    assert asked_for_timelines(warehouse) == 0
    repository.timelines[31].append(make.event("CE_31", "ClosedEvent"))
    repository.issues[0]["updated_at"] = "2026-06-03T09:00:00Z"
    assert ids(warehouse.sync(), "issue_events", "event_id") == ["RE_31", "CE_31"]


def test_other_labels_in_the_configuration_bring_the_timelines_of_issues_that_did_not_change(repository: FakeRepository):
    repository.issues.append(incident(33, "2026-01-05T00:00:00Z", "outage"))
    repository.timelines[33] = [make.event("RE_33", "ReopenedEvent")]
    warehouse = reader(repository)
    warehouse.sync()
    later = reader(repository, {"labels": ["incident", "outage"]})
    later.cursors = warehouse.cursors
    assert ids(later.sync(), "issue_events", "event_id") == ["RE_31", "RE_33"]
    assert ids(later.sync(), "issue_events", "event_id") == []


def test_an_incident_that_goes_while_it_is_read_leaves_the_others(repository: FakeRepository):
    repository.issues.append(incident(33))
    repository.timelines[33] = [make.event("RE_33", "ReopenedEvent")]
    warehouse = reader(repository)
    listed = repository.issues[0]

    def gone(_asked: str, _variables: Any) -> None:
        if listed in repository.issues:
            repository.issues.remove(listed)

    warehouse.github.fail["issue timelines"] = gone
    assert ids(warehouse.sync(), "issue_events", "event_id") == ["RE_33"]
