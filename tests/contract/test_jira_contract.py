"""Every record that the Jira connector yields keeps the contract of its table, and odd ones are caught by it with a reason."""

from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from connectors.contract import Page, ReadContext
from connectors.jira.agile import SPRINT
from connectors.jira.fake import ANA, FakeJira, make_issue, make_project
from connectors.jira.options import IncidentOptions, JiraOptions
from connectors.jira.resources import CONNECTOR, JiraReader
from pipelines.gates import Checked, check_records

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def checked(*issues: Any) -> dict[str, Checked]:
    fields = [
        {"id": "customfield_2", "name": "Impact start", "schema": {"type": "datetime"}},
        {"id": "customfield_3", "name": "Sprint", "schema": {"type": "array", "custom": SPRINT}},
    ]
    incidents = IncidentOptions(projects=("INC",), issue_types=("Incident",), impact_start_field="Impact start")
    options = JiraOptions(
        url="https://acme.atlassian.net",
        token=SecretStr("x"),
        projects=("INC",),
        incidents=incidents,
        remote_links=True,
        worklogs=True,
    )
    site = FakeJira([make_project("INC")], list(issues), site_fields=fields, known_statuses=[STATUS])
    site.remote["7"] = [{"id": 10, "object": {"url": "https://wiki.acme.example/post-mortem", "title": "Post-mortem"}}]
    found: dict[str, list[Any]] = {table.name: [] for table in CONNECTOR.tables}
    for event in JiraReader(options, lambda _: site).read(ReadContext(now=NOW)):
        if isinstance(event, Page):
            found[event.table] += event.records
    return {name: check_records(records, CONNECTOR.table(name)) for name, records in found.items()}


STATUS = {"id": "3", "name": "Offen", "statusCategory": {"key": "new"}}
SPRINT_VALUE = {"id": 5, "name": "Week 9", "state": "closed", "boardId": 2, "completeDate": "2026-03-02T09:30:00.000Z"}
WORKLOG = {"id": "80", "author": ANA, "started": "2026-03-02T09:30:00.000+0100", "timeSpentSeconds": 3600}


def whole_issue() -> Any:
    item = {"field": "status", "fieldId": "status", "from": "1", "fromString": "Open", "to": "3", "toString": "Done"}
    link = {
        "id": "900",
        "type": {"name": "Problem", "inward": "is caused by", "outward": "causes"},
        "outwardIssue": {"id": "8", "key": "ML-8"},
    }
    comment = {"id": "70", "author": ANA, "created": "2026-03-03T00:00:00.000+0000", "updated": "2026-03-03T00:00:00.000+0000"}
    issue = make_issue(
        7,
        "INC-7",
        customfield_2="2026-03-02T09:30:00.000+0100",
        resolutiondate="2026-03-02T10:30:00.000+0100",
        issuelinks=[link],
        comment={"comments": [comment], "total": 1},
        issuetype={"name": "Incident"},
        customfield_3=[SPRINT_VALUE],
        worklog={"worklogs": [WORKLOG], "total": 1},
    )
    issue["changelog"] = {
        "histories": [{"id": "31", "author": ANA, "created": "2026-03-02T10:00:00.000+0000", "items": [item]}],
        "total": 1,
    }
    return issue


def test_what_is_read_keeps_the_contract():
    for name, result in checked(whole_issue()).items():
        assert not result.quarantined, name
        assert result.frame.height == 1, name
        assert result.frame["_source_url"][0].startswith("https://acme.atlassian.net/"), name


def test_times_are_stored_in_utc():
    frame = checked(whole_issue())["issues"].frame
    assert frame["impact_started_at"][0] == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def test_an_issue_without_dates_is_quarantined_naming_what_is_missing():
    issue = make_issue(9, "INC-9")
    del issue["fields"]["created"]
    issue["fields"]["updated"] = "yesterday"
    (bad,) = checked(issue)["issues"].quarantined
    assert bad.identity == "9"
    assert "created_at: missing" in bad.reason
    assert "updated_at: 'yesterday' is not a timestamp with a zone" in bad.reason


def test_an_unreadable_impact_start_is_quarantined_with_its_value():
    (bad,) = checked(make_issue(9, "INC-9", customfield_2="about noon"))["issues"].quarantined
    assert "impact_started_at: 'about noon'" in bad.reason


def test_negative_time_is_quarantined_with_its_value_and_the_rest_stays():
    issue = whole_issue()
    issue["fields"]["worklog"] = {"worklogs": [WORKLOG | {"id": "81", "timeSpentSeconds": -60}, WORKLOG], "total": 2}
    found = checked(issue)
    (bad,) = found["worklogs"].quarantined
    assert (bad.identity, found["worklogs"].frame["worklog_id"].to_list()) == ("81", ["80"])
    assert "time_spent_seconds" in bad.reason
    assert "-60" in bad.reason


def test_a_sprint_in_a_state_that_nobody_knows_is_quarantined():
    issue = whole_issue()
    issue["fields"]["customfield_3"] = [SPRINT_VALUE | {"state": "paused"}]
    found = checked(issue)
    assert "state" in found["sprints"].quarantined[0].reason
    assert found["issues"].frame["sprint_ids"].to_list() == ['["5"]']
