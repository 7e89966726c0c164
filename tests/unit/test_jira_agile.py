"""Sprints, epics, remote links, work logs and moves: what a reading of Jira makes of them on sites of every kind and language."""

import json
from typing import Any

import pytest

from connectors.contract import Event, Failed, Gone, Page, ReadContext, Rejected
from connectors.errors import Unavailable
from connectors.jira.agile import EPIC_LINK, EPIC_NAME, SPRINT
from connectors.jira.fake import FakeJira, make_issue, make_project
from connectors.jira.fields import plain
from connectors.jira.options import IncidentOptions
from tests.unit.jira_reading import INC, ML, NOW, PARTITION, finished, history, read, rows, warehouse

FIELDS = [
    {"id": "customfield_20", "name": "Iteración", "schema": {"type": "array", "custom": SPRINT}},
    {"id": "customfield_21", "name": "Enlace de épica", "schema": {"type": "any", "custom": EPIC_LINK}},
    {"id": "customfield_22", "name": "Nombre de épica", "schema": {"type": "string", "custom": EPIC_NAME}},
    {"id": "customfield_30", "name": "Sprint", "schema": {"type": "string", "custom": "com.atlassian.jira:textfield"}},
]
WEEK_9 = {
    "id": 9,
    "name": "Week 9",
    "state": "closed",
    "boardId": 2,
    "startDate": "2026-02-23T08:00:00.000Z",
    "endDate": "2026-03-01T16:00:00.000Z",
    "completeDate": "2026-03-02T09:00:00.000Z",
}
OLD_FORM = (
    "com.atlassian.greenhopper.service.sprint.Sprint@1f2a[id=9,rapidViewId=2,state=CLOSED,name=Week 9, [calm], goal=none,"
    "startDate=2026-02-23T09:00:00.000+01:00,endDate=2026-03-01T17:00:00.000+01:00,completeDate=2026-03-02T10:00:00.000+01:00,sequence=9,goal=<null>]"
)
PAGE = {"url": "https://wiki.acme.example/1", "title": "Post-mortem", "summary": "of the outage", "status": {"resolved": False}}


def agile_site(*issues: Any, **more: Any) -> FakeJira:
    return FakeJira([ML], list(issues), site_fields=FIELDS, **more)


def changed(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    issue = make_issue(7, "ML-7", **fields)
    issue["changelog"] = {"histories": [history("31", *items)], "total": 1}
    return issue


def again(site: FakeJira, cursor: Any, loaded: Any, **changes: Any) -> list[Event]:
    site.asked.clear()
    return read(site, ReadContext(now=NOW, cursors={PARTITION: cursor}, loaded=loaded), **changes)


def told(events: list[Event], kind: Any, table: str) -> Any:
    return [event for event in events if isinstance(event, kind) and event.table == table]


@pytest.mark.parametrize(
    ("value", "name", "start"), [(WEEK_9, "Week 9", "2026-02-23T08"), (OLD_FORM, "Week 9, [calm], goal=none", "2026-02-23T09")]
)
def test_a_sprint_is_found_by_its_fields_schema_in_the_form_of_cloud_and_of_server(value: Any, name: str, start: str):
    events = read(
        agile_site(make_issue(7, "ML-7", customfield_20=[value], customfield_30="not a sprint"), make_issue(8, "ML-8", customfield_20=None))
    )
    (sprint,) = rows(events, "sprints")
    assert (sprint["sprint_id"], sprint["name"], sprint["state"], sprint["board_id"]) == ("9", name, "closed", "2")
    assert sprint["started_at"].startswith(start)
    assert sprint["completed_at"]
    assert [row["sprint_ids"] for row in rows(events, "issues")] == [["9"], []]


def test_a_site_without_sprints_or_epics_observes_none_and_is_read_as_ever():
    (row,) = rows(read(FakeJira([ML], [make_issue(7, "ML-7", customfield_20=[WEEK_9])])), "issues")
    assert (row["sprint_ids"], row["epic_key"], row["is_epic"]) == (None, None, None)


@pytest.mark.parametrize(
    ("value", "identity", "ids"),
    [
        (OLD_FORM[:-60], "9", ["9"]),
        (OLD_FORM[:50], "issue 7", []),
        ("Week 9", "issue 7", []),
        ({"name": "Week 9"}, "issue 7", []),
        (5, "issue 7", []),
    ],
)
def test_a_sprint_cut_short_is_set_aside_once_and_its_issue_stays_in_it_if_the_id_is_there(value: Any, identity: str, ids: list[str]):
    events = read(
        agile_site(make_issue(7, "ML-7", customfield_20=[value, value]), make_issue(8, "ML-8", customfield_20=[WEEK_9 | {"id": 10}]))
    )
    (aside,) = told(events, Rejected, "sprints")
    assert (aside.identity, aside.raw) == (identity, value)
    assert "a sprint of issue ML-7" in aside.reason
    assert [row["sprint_ids"] for row in rows(events, "issues")] == [ids, ["10"]]
    assert [row["sprint_id"] for row in rows(events, "sprints")] == ["10"]


def test_a_change_says_what_it_is_about_whatever_the_site_calls_its_fields():
    items = [
        {"field": "Iteración", "fieldtype": "custom", "fieldId": "customfield_20", "from": "8", "to": "8, 9"},
        {"field": "Iteración", "fieldtype": "custom", "from": "8", "to": "8, 9"},
        {"field": "Epic Link", "fieldtype": "custom", "from": "5", "to": None},
        {"field": "Sprint", "fieldtype": "custom", "fieldId": "customfield_30", "from": None, "to": None},
        {"field": "IssueParentAssociation", "fieldtype": "jira", "from": None, "to": "5"},
        {"field": "Key", "fieldtype": "jira", "fromString": "OLD-1", "toString": "ML-7"},
        {"field": "project", "fieldtype": "jira", "fieldId": "project", "from": "1", "to": "2"},
        {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": "1", "to": "2"},
        {"field": "status", "fieldtype": "custom", "fieldId": "customfield_31", "from": "1", "to": "2"},
        {"field": "labels", "fieldtype": "jira", "fieldId": "labels"},
    ]
    found = [row["subject"] for row in rows(read(agile_site(changed(*items))), "issue_changes")]
    assert found == ["sprint", "sprint", "epic", None, "parent", "key", "project", "status", None, None]


def test_an_epic_is_the_parent_above_ordinary_issues_or_what_the_epic_link_names():
    def parent(level: int) -> dict[str, Any]:
        return {"id": "5", "key": "ML-5", "fields": {"issuetype": {"name": "Épopée", "hierarchyLevel": level}}}

    site = agile_site(
        make_issue(1, "ML-1", parent=parent(1), issuetype={"name": "Tâche", "hierarchyLevel": 0}),
        make_issue(2, "ML-2", parent=parent(0), issuetype={"name": "Sous-tâche", "hierarchyLevel": -1}),
        make_issue(3, "ML-3", customfield_21="ML-5"),
        make_issue(5, "ML-5", issuetype={"name": "Épopée", "hierarchyLevel": 1}),
        make_issue(6, "ML-6", customfield_22="Search that answers"),
    )
    found = [(row["epic_id"], row["epic_key"], row["is_epic"]) for row in rows(read(site), "issues")]
    assert found == [("5", "ML-5", False), (None, None, False), (None, "ML-5", False), (None, None, True), (None, None, True)]


def test_a_sprint_that_ends_while_no_issue_of_it_changes_is_seen_to_end():
    site = agile_site(make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000", customfield_20=[WEEK_9]))
    site.sprints["11"] = WEEK_9 | {"id": 11}
    del site.sprints["11"]["boardId"]
    site.sprints["11"]["originBoardId"] = 4
    known = warehouse("7", sprints=[("9", "active"), ("11", "active"), ("12", "future"), ("3", "closed")])
    events = again(site, finished(read(site)).cursor, known)
    assert [asked for asked in site.asked if asked.startswith("sprint")] == ["sprint 11", "sprint 12"], "9 came with its issue, 3 is over"
    assert {row["sprint_id"]: (row["state"], row["board_id"]) for row in rows(events, "sprints")} == {
        "9": ("closed", "2"),
        "11": ("closed", "4"),
    }
    assert [event.keys for event in told(events, Gone, "sprints")] == [[("12",)]]


def test_every_status_is_known_by_its_category_even_one_that_no_issue_is_in():
    statuses = [{"id": "3", "name": "Erledigt", "statusCategory": {"key": "done", "name": "Fertig"}}, {"id": "4", "name": "??"}]
    found = rows(read(FakeJira([ML], known_statuses=statuses)), "statuses")
    assert [(row["status_id"], row["name"], row["status_category"]) for row in found] == [("3", "Erledigt", "done"), ("4", "??", None)]


def test_what_belongs_to_the_site_can_fail_alone():
    class Closed(FakeJira):
        def statuses(self) -> Any:
            raise Unavailable("jira", "the statuses", "status 502")

    events = read(Closed([ML], [make_issue(7, "ML-7")]))
    assert [event.partition for event in events if isinstance(event, Failed)] == ["jira:site"]
    assert finished(events).partition == PARTITION


REMOTE = {"id": 10, "globalId": "page=1", "relationship": "post-mortem", "application": {"type": "wiki", "name": "Wiki"}, "object": PAGE}
LINKED = {"field": "RemoteWorkItemLink", "fieldtype": "jira", "from": None, "to": "10"}


def test_remote_links_are_asked_for_only_of_incidents_and_of_issues_whose_history_names_one():
    incident = make_issue(8, "INC-8", issuetype={"name": "Incident"})
    site = FakeJira([ML, INC], [changed(LINKED), make_issue(9, "ML-9", issuetype={"name": "Incident"}), make_issue(6, "INC-6"), incident])
    site.remote = {"7": [REMOTE], "8": []}
    wanted = {"projects": ("ML",), "incidents": IncidentOptions(projects=("INC",), issue_types=("Incident",))}
    assert rows(read(site, **wanted), "remote_links") == []
    assert not [asked for asked in site.asked if asked.startswith("remote")]
    events = read(site, remote_links=True, **wanted)
    assert sorted(asked for asked in site.asked if asked.startswith("remote")) == ["remote links 7", "remote links 8"]
    (row,) = rows(events, "remote_links")
    assert (row["remote_link_id"], row["issue_id"], row["url"], row["application_name"]) == ("10", "7", PAGE["url"], "Wiki")
    assert (row["relationship"], row["is_resolved"]) == ("post-mortem", False)
    assert "of the outage" not in json.dumps(row)


def test_a_remote_link_without_its_object_is_set_aside_and_counts_as_unread_not_as_gone():
    site = FakeJira([ML], [changed(LINKED)])
    site.remote["7"] = [{"id": 11}, REMOTE, "odd"]
    events = read(site, remote_links=True)
    assert [(aside.identity, aside.raw) for aside in told(events, Rejected, "remote_links")] == [("11", {"id": 11}), ("issue 7", "odd")]
    assert [row["remote_link_id"] for row in rows(events, "remote_links")] == ["10"]
    assert "remote_links" not in finished(events).tables
    site.remote["7"] = [REMOTE]
    assert "remote_links" in finished(read(site, remote_links=True)).tables
    assert "remote_links" not in finished(read(site)).tables, "what is not read is not known to be gone"


def test_links_that_an_issue_has_no_more_are_gone_at_once():
    link = {"id": "900", "type": {"name": "Problem", "inward": "is caused by"}, "inwardIssue": {"id": "8", "key": "ML-8"}}
    site = FakeJira([ML], [changed(LINKED, issuelinks=[link])])
    site.remote["7"] = [REMOTE]
    cursor = finished(read(site, remote_links=True)).cursor
    held = warehouse("7", issue_links=[("7", "900", "7"), ("7", "901", "7"), ("5", "901", "5")], remote_links=[("7", "10"), ("7", "12")])
    events = again(site, cursor, held, remote_links=True)
    assert [event.keys for event in told(events, Gone, "issue_links")] == [[("901", "7")]]
    assert [event.keys for event in told(events, Gone, "remote_links")] == [[("12",)]]


WORKLOG = {
    "id": "80",
    "author": {"accountId": "acc-ben"},
    "started": "2026-03-02T09:30:00.000+0100",
    "timeSpentSeconds": 3600,
    "comment": "hush",
}
SPENT = {"field": "timespent", "fieldtype": "jira", "from": None, "fromString": None, "to": "3600", "toString": "3600"}


def test_who_worked_how_long_is_nowhere_unless_asked_for():
    issue = changed(
        SPENT,
        worklog={"worklogs": [WORKLOG], "total": 1},
        timespent=3600,
        timetracking={"timeSpentSeconds": 3600},
        progress={"total": 3600},
    )
    without = json.dumps([event.records for event in read(FakeJira([ML], [issue])) if isinstance(event, Page)])
    assert "3600" not in without
    assert "acc-ben" not in without
    events = read(FakeJira([ML], [issue]), worklogs=True)
    (row,) = rows(events, "worklogs")
    assert (row["worklog_id"], row["author_id"], row["time_spent_seconds"]) == ("80", "acc-ben", 3600)
    assert [change["to_text"] for change in rows(events, "issue_changes")] == ["3600"]
    assert {user["account_id"] for user in rows(events, "users")} == {"acc-ana", "acc-ben"}
    assert "hush" not in json.dumps([event.records for event in events if isinstance(event, Page)])


def test_work_logs_that_did_not_come_with_the_issue_are_fetched_and_deleted_ones_are_gone():
    many = [WORKLOG | {"id": str(number)} for number in range(30)]
    site = FakeJira([ML], [make_issue(7, "ML-7", worklog={"worklogs": many, "total": 30})], deleted=["44"])
    events = read(site, ReadContext(now=NOW, cursors={"jira:site": {"worklogs_ms": 1_000}}), worklogs=True)
    assert len(rows(events, "worklogs")) == 30
    assert [asked for asked in site.asked if "worklogs" in asked] == ["worklogs 7", "deleted worklogs 1000"]
    assert [event.keys for event in told(events, Gone, "worklogs")] == [[("44",)]]
    assert [event for event in events if getattr(event, "cursor", None) == {"worklogs_ms": 61_000}]


def test_asking_for_more_of_each_issue_reads_every_issue_again():
    site = FakeJira([ML], [make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000")])
    cursor = finished(read(site)).cursor
    for more in ({"worklogs": True}, {"remote_links": True}):
        again(site, cursor, warehouse("7"), **more)
        assert f"issues {ML['id']} since None" in site.asked


def moved(issue: dict[str, Any], key: str) -> dict[str, Any]:
    project = make_project(key.partition("-")[0])
    return issue | {"key": key, "fields": issue["fields"] | {"project": {"id": project["id"], "key": project["key"]}}}


def test_an_issue_moved_to_a_project_that_is_not_read_says_where_it_went():
    issue = make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000")
    stay = make_issue(8, "ML-8", "2026-03-02T10:00:00.000+0000")
    site = FakeJira([ML], [issue, stay])
    cursor = finished(read(site)).cursor
    site.stored[:] = [moved(issue, "OPS-3"), stay]
    events = again(site, cursor, warehouse("7", "8", "9"))
    (gone,) = told(events, Gone, "issues")
    assert (gone.keys, gone.reason) == ([("7",)], "moved to project OPS, which is not read, as OPS-3")
    assert [asked for asked in site.asked if asked.startswith("where")] == ["whereabouts 7", "whereabouts 9"], (
        "9 is deleted: the listing says so"
    )

    site.stored[:] = [moved(issue, "INC-3"), stay]
    site.projects.append(INC)
    events = again(site, cursor, warehouse("7", "8"), projects=("ML", "INC"))
    assert told(events, Gone, "issues") == []
    row = next(row for row in rows(events, "issues") if row["issue_id"] == "7")
    assert (row["issue_key"], row["project_id"]) == ("INC-3", INC["id"])


def test_a_mass_of_vanished_issues_is_not_looked_for_one_by_one():
    site = FakeJira([ML], [make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000")])
    cursor = finished(read(site)).cursor
    again(site, cursor, warehouse("7", *map(str, range(100, 200))))
    assert not [asked for asked in site.asked if asked.startswith("where")]


DOCUMENT: list[tuple[dict[str, Any], str | None]] = [
    ({"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "strong"}]}, {"type": "hardBreak"}]}, "a"),
    ({"type": "mention", "attrs": {"id": "acc-ana", "text": "@Ana"}}, "@Ana"),
    ({"type": "emoji", "attrs": {"shortName": ":fire:", "text": "\U0001f525"}}, "\U0001f525"),
    ({"type": "status", "attrs": {"text": "SEV1", "color": "red"}}, "SEV1"),
    ({"type": "date", "attrs": {"timestamp": "1772409600000"}}, "2026-03-02"),
    ({"type": "date", "attrs": {"timestamp": "soon"}}, None),
    ({"type": "inlineCard", "attrs": {"url": "https://wiki.acme.example/1"}}, "https://wiki.acme.example/1"),
    ({"type": "expand", "attrs": {"title": "More"}, "content": [{"type": "text", "text": "b"}]}, "More b"),
    ({"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "text", "text": one}]} for one in "xy"]}, "x y"),
    (
        {
            "type": "table",
            "content": [{"type": "tableRow", "content": [{"type": "tableCell", "content": [{"type": "text", "text": "c"}]}]}],
        },
        "c",
    ),
    ({"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "1", "type": "file"}}]}, None),
    ({"type": "panel", "attrs": None, "content": "odd"}, None),
    ({"type": "rule"}, None),
]


@pytest.mark.parametrize(("node", "said"), DOCUMENT)
def test_a_document_says_what_each_of_its_nodes_shows(node: dict[str, Any], said: str | None):
    assert plain({"type": "doc", "version": 1, "content": [node]}) == said
