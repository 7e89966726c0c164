"""What a reading of Jira brings, and what it brings the next time: over a site in memory."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Counted, Failed, Finished, Meter, Page, ReadContext, Rejected
from connectors.errors import AuthFailed, ContractBroken, Unavailable
from connectors.jira.fake import ANA, FakeJira, make_issue
from connectors.jira.options import IncidentOptions
from connectors.jira.resources import JiraReader
from tests.unit.jira_reading import INC, ML, NOW, PARTITION, STATUS, finished, history, options, read, rows, warehouse


def test_an_issue_comes_with_its_changes_links_comments_and_people():
    link = {
        "id": "900",
        "type": {"name": "Problem", "inward": "is caused by", "outward": "causes"},
        "inwardIssue": {"id": "8", "key": "ML-8"},
    }
    comment = {
        "id": "70",
        "author": {"accountId": "acc-ben", "displayName": "Ben"},
        "created": "2026-03-03T00:00:00.000+0000",
        "body": "secret words",
    }
    issue = make_issue(
        7,
        "ML-7",
        assignee={"accountId": "acc-ben", "displayName": "Ben"},
        status={"name": "Done", "statusCategory": {"key": "done"}},
        labels=["eval-gap"],
        parent={"id": "5", "key": "ML-5"},
        issuelinks=[link],
        comment={"comments": [comment], "total": 1},
    )
    issue["changelog"] = {"histories": [history("31", STATUS, {"field": "labels", "from": None, "to": None})], "total": 1}
    events = read(FakeJira([ML], [issue]))

    (project,) = rows(events, "projects")
    assert (project["project_id"], project["project_key"], project["_source_url"]) == (
        ML["id"],
        "ML",
        "https://acme.atlassian.net/browse/ML",
    )
    (row,) = rows(events, "issues")
    assert (row["issue_id"], row["issue_key"], row["status_category"], row["assignee_id"]) == ("7", "ML-7", "done", "acc-ben")
    assert (row["labels"], row["parent_id"]) == (["eval-gap"], "5")
    assert row["_source_url"] == "https://acme.atlassian.net/browse/ML-7"
    assert [(c["history_id"], c["item"], c["field"], c["to_text"]) for c in rows(events, "issue_changes")] == [
        ("31", 0, "status", "Done"),
        ("31", 1, "labels", None),
    ]
    (linked,) = rows(events, "issue_links")
    assert (linked["direction"], linked["description"], linked["other_issue_id"]) == ("inward", "is caused by", "8")
    (commented,) = rows(events, "issue_comments")
    assert (commented["comment_id"], commented["author_id"]) == ("70", "acc-ben")
    assert commented["_source_url"] == "https://acme.atlassian.net/browse/ML-7?focusedCommentId=70"
    assert {user["account_id"]: user["email"] for user in rows(events, "users")} == {"acc-ana": "ana@acme.example", "acc-ben": None}


def test_no_text_of_a_comment_is_kept_anywhere_and_the_description_is():
    comment = {
        "id": "70",
        "author": ANA,
        "created": "2026-03-03T00:00:00.000+0000",
        "body": {"type": "doc", "content": [{"text": "secret words"}]},
    }
    worklog = {"worklogs": [{"id": "1", "comment": "secret words", "timeSpentSeconds": 60}], "total": 1}
    issue = make_issue(
        7, "ML-7", comment={"comments": [comment | {"renderedBody": "secret words"}], "total": 1}, worklog=worklog, description="uses evals"
    )
    issue["renderedFields"] = {"comment": {"comments": [{"body": "secret words"}]}}
    edited = {"field": "Comment", "from": "70", "fromString": "secret words", "to": None, "toString": "secret words too"}
    issue["changelog"] = {"histories": [history("31", edited)], "total": 1}
    events = read(FakeJira([ML], [issue]))
    everything = json.dumps([record for event in events if isinstance(event, Page) for record in event.records])
    assert "secret words" not in everything
    assert "uses evals" in everything
    assert "worklog" not in rows(events, "issues")[0]["_raw"]["fields"], "who worked how long is read only if asked for"


def test_a_changelog_or_comments_that_the_search_cut_off_are_fetched_whole():
    long = make_issue(7, "ML-7", comment={"comments": [{"id": str(i)} for i in range(30)], "total": 30})
    long["changelog"]["histories"] = [history(str(i), STATUS) for i in range(150)]
    site = FakeJira([ML], [long, make_issue(8, "ML-8")])
    events = read(site)
    assert len(rows(events, "issue_changes")) == 150
    assert len(rows(events, "issue_comments")) == 30
    assert [asked for asked in site.asked if asked.startswith(("histories", "comments"))] == ["histories 7", "comments 7"]


def test_the_next_reading_starts_two_hours_before_the_last_issue_seen():
    site = FakeJira([ML], [make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000"), make_issue(8, "ML-8", "2026-03-02T14:30:00.000+0200")])
    first = finished(read(site))
    assert first.cursor["updated_ms"] == int(datetime(2026, 3, 2, 12, 30, tzinfo=UTC).timestamp() * 1000)
    assert set(first.tables) == {"projects", "issues", "issue_changes", "issue_links", "issue_comments"}

    site.asked.clear()
    site.stored.append(make_issue(9, "ML-9", "2026-03-02T15:00:00.000+0000"))
    events = read(site, ReadContext(now=NOW, cursors={PARTITION: first.cursor}, loaded=warehouse("7", "8")))
    bound = int(datetime(2026, 3, 2, 10, 30, tzinfo=UTC).timestamp() * 1000)
    assert [asked for asked in site.asked if asked.startswith("issues")] == [f"issues {ML['id']} since {bound}"]
    assert [row["issue_key"] for row in rows(events, "issues")] == ["ML-8", "ML-9"]
    assert finished(events).tables == ("projects",)
    assert finished(events).cursor["updated_ms"] == int(datetime(2026, 3, 2, 15, tzinfo=UTC).timestamp() * 1000)


def test_full_and_since_are_honoured():
    site = FakeJira([ML], [make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000")])
    cursor = finished(read(site)).cursor
    assert rows(read(site, ReadContext(now=NOW, cursors={PARTITION: cursor | {"updated_ms": 2 * 10**12}}, full=True)), "issues")
    since = read(site, ReadContext(now=NOW, since=datetime(2026, 6, 1, tzinfo=UTC)))
    assert rows(since, "issues") == []
    assert finished(since).tables == ("projects",)


@pytest.mark.parametrize("written_meanwhile", [False, True])
def test_a_deleted_issue_makes_the_project_be_read_whole(written_meanwhile: bool):
    """One issue deleted and one written leave the count as it was; ids tell."""
    site = FakeJira([ML], [make_issue(i, f"ML-{i}") for i in (7, 8, 9)])
    cursor = finished(read(site)).cursor
    site.stored.pop(0)
    if written_meanwhile:
        site.stored.append(make_issue(10, "ML-10", "2026-03-05T10:00:00.000+0000"))
    site.asked.clear()
    said: list[str] = []
    events = read(site, ReadContext(now=NOW, cursors={PARTITION: cursor}, loaded=warehouse("7", "8", "9"), progress=said.append))
    assert [asked.rpartition(" ")[2] == "None" for asked in site.asked if asked.startswith("issues")] == [False, True]
    assert "issues" in finished(events).tables
    assert {row["issue_id"] for row in rows(events, "issues")} == ({"8", "9", "10"} if written_meanwhile else {"8", "9"})
    assert any("to find what is gone" in text for text in said)


def test_other_custom_fields_make_every_issue_be_read_again():
    fields = [{"id": "customfield_1", "name": "Severity"}, {"id": "customfield_2", "name": "Impact"}]
    site = FakeJira([ML], [make_issue(7, "ML-7", "2026-03-02T10:00:00.000+0000")], site_fields=fields)
    cursor = finished(read(site, incidents=IncidentOptions(severity_field="Severity"))).cursor
    site.asked.clear()
    read(site, ReadContext(now=NOW, cursors={PARTITION: cursor}), incidents=IncidentOptions(severity_field="Impact"))
    assert f"issues {ML['id']} since None" in site.asked


def test_custom_fields_are_found_by_name_or_id_whatever_shape_their_value_has():
    fields = [
        {"id": "customfield_1", "name": "Severity"},
        {"id": "customfield_2", "name": "Impact start", "schema": {"type": "datetime"}},
        {"id": "customfield_3", "name": "Customer impact"},
        {"id": "customfield_4", "name": "Eval gap"},
        {"id": "customfield_5", "name": "Caused by"},
    ]
    chosen = IncidentOptions(
        projects=("INC",),
        severity_field="severity",
        impact_start_field="customfield_2",
        customer_impact_field="Customer impact",
        eval_attributable_field="Eval gap",
        cause_field="Caused by",
    )
    text = {"type": "doc", "content": [{"type": "paragraph", "content": [{"text": "Search was"}, {"text": "down"}]}]}
    values = {
        "customfield_1": {"value": "SEV1"},
        "customfield_2": "2026-03-02T09:30:00.000+0100",
        "customfield_3": text,
        "customfield_4": [{"value": "yes"}, {"value": "late"}],
        "customfield_5": ["ML-50", "ML-51"],
    }
    site = FakeJira(
        [ML, INC],
        [make_issue(7, "INC-7", **values), make_issue(8, "INC-8"), make_issue(9, "INC-9", customfield_2="2026-03-02")],
        site_fields=fields,
    )
    first, second, third = rows(read(site, incidents=chosen), "issues")
    assert (first["severity"], first["impact_started_at"]) == ("SEV1", "2026-03-02T09:30:00.000+0100")
    assert (first["customer_impact"], first["eval_attributable"], first["cause"]) == ("Search was down", "yes, late", "ML-50, ML-51")
    told = ("severity", "impact_started_at", "customer_impact", "eval_attributable", "cause")
    assert [second[name] for name in told] == [None] * 5
    assert third["impact_started_at"] is None, "a bare day is no instant"


def test_a_field_that_the_site_has_not_is_named_with_the_nearest():
    site = FakeJira([ML], site_fields=[{"id": "customfield_1", "name": "Severity"}])
    with pytest.raises(ContractBroken, match=r"'Sevrity' of incidents\.severity_field.*nearest: Severity"):
        read(site, incidents=IncidentOptions(severity_field="Sevrity"))


def test_a_field_name_that_two_fields_have_is_refused_with_their_ids():
    site = FakeJira([ML], site_fields=[{"id": "customfield_1", "name": "Severity"}, {"id": "customfield_9", "name": "Severity"}])
    with pytest.raises(ContractBroken, match="customfield_1, customfield_9"):
        read(site, incidents=IncidentOptions(severity_field="Severity"))


@pytest.mark.parametrize("broken", [{"id": "10042", "key": "ML-9"}, {"id": "10042", "key": "ML-9", "fields": None}])
def test_an_issue_without_fields_is_set_aside_by_name_and_the_rest_loads(broken: dict[str, Any]):
    events = read(FakeJira([ML], [make_issue(7, "ML-7"), broken, make_issue(8, "ML-8")]))
    (aside,) = [event for event in events if isinstance(event, Rejected)]
    assert (aside.table, aside.identity, aside.source_url) == ("issues", "10042", "https://acme.atlassian.net/browse/ML-9")
    assert "issue ML-9 (id 10042) of project ML came without its `fields`" in aside.reason
    assert [row["issue_key"] for row in rows(events, "issues")] == ["ML-7", "ML-8"]
    assert finished(events).tables == ("projects",), "what could not be read must not count as gone"


def test_fields_of_unexpected_kinds_do_not_stop_a_reading():
    odd = make_issue(
        7, "ML-7", status=None, project=None, assignee="ana", labels=None, issuelinks=None, comment=None, parent=None, updated=None
    )
    del odd["changelog"]
    (row,) = rows(read(FakeJira([ML], [odd])), "issues")
    assert (row["status"], row["project_id"], row["assignee_id"], row["labels"]) == (None, ML["id"], None, [])


def test_one_project_failing_leaves_the_others():
    site = FakeJira([ML, INC], [make_issue(7, "ML-7"), make_issue(8, "INC-8")], failing={"ML": Unavailable("jira", "issues", "status 502")})
    events = read(site, projects=("ML", "GONE", "INC"))
    failed = {event.partition: event.error for event in events if isinstance(event, Failed)}
    assert set(failed) == {PARTITION, "jira:GONE"}
    assert "No project could be found" in str(failed["jira:GONE"])
    assert [row["issue_key"] for row in rows(events, "issues")] == ["INC-8"]
    assert [event.partition for event in events if isinstance(event, Finished)] == [f"jira:{INC['id']}", "jira:site"]


def test_a_closed_project_is_that_projects_failure_a_refused_token_is_everyones():
    closed = AuthFailed("jira", "issues of ML", "the account may not see it")
    site = FakeJira([ML, INC], [make_issue(8, "INC-8")], failing={"ML": closed})
    events = read(site, projects=("ML", "INC"))
    assert [event.error for event in events if isinstance(event, Failed)] == [closed]
    assert [row["issue_key"] for row in rows(events, "issues")] == ["INC-8"]
    anonymous = FakeJira([ML], [make_issue(7, "ML-7")], refuses=True)
    with pytest.raises(AuthFailed, match="does not accept the token"):
        read(anonymous)
    assert anonymous.asked == ["myself"], "a search without an account would answer with fewer issues"


def test_a_token_refused_half_way_ends_the_whole_reading():
    class Expiring(FakeJira):
        def issues(self, project_id: str, since_ms: int | None) -> Any:
            self.refuses = True
            raise AuthFailed("jira", "issues", "Jira does not accept the token")

    with pytest.raises(AuthFailed, match="the account of the token"):
        read(Expiring([ML], [make_issue(7, "ML-7")]))


def test_the_sites_own_count_is_told_only_when_it_held_still():
    class Growing(FakeJira):
        def count(self, project_id: str) -> tuple[int, str]:
            self.stored.append(make_issue(100 + len(self.stored), "ML-100"))
            return super().count(project_id)

    still = read(FakeJira([ML], [make_issue(7, "ML-7")]))
    assert [event for event in still if isinstance(event, Counted)] == [Counted("issues", PARTITION, 1, "approximate count")]
    assert not [event for event in read(Growing([ML])) if isinstance(event, Counted)]


def test_the_same_account_is_one_row_with_everything_told_anywhere():
    sparse, full = (
        {"accountId": "acc-ben", "displayName": "Ben"},
        {"accountId": "acc-ben", "displayName": "Ben", "emailAddress": "ben@acme.example"},
    )
    pictured = full | {"avatarUrls": {"48x48": "https://pictures.example/1"}}
    site = FakeJira([ML], [make_issue(7, "ML-7", assignee=pictured), make_issue(8, "ML-8", assignee=sparse)])
    users = {row["account_id"]: row for row in rows(read(site), "users")}
    assert users["acc-ben"]["email"] == "ben@acme.example"
    assert "avatarUrls" not in users["acc-ben"]["_raw"]


def test_a_server_account_is_known_by_its_key():
    ben = {"key": "JIRAUSER1", "name": "ben", "displayName": "Ben", "emailAddress": "ben@acme.example", "active": False}
    (user,) = [row for row in rows(read(FakeJira([ML], [make_issue(7, "ML-7", assignee=ben)])), "users") if row["display_name"] == "Ben"]
    assert (user["account_id"], user["is_active"]) == ("JIRAUSER1", False)
    assert user["_source_url"] == "https://acme.atlassian.net/secure/ViewProfile.jspa?name=ben"


def test_reading_an_unchanged_site_twice_gives_equal_records():
    issue = make_issue(7, "ML-7", lastViewed="2026-03-01")
    again = make_issue(7, "ML-7", lastViewed="2026-09-09")
    assert rows(read(FakeJira([ML], [issue])), "issues") == rows(read(FakeJira([ML], [again])), "issues")


def test_closing_a_reading_early_is_fine():
    reading = JiraReader(options(projects=("ML", "INC")), lambda _: FakeJira([ML, INC], [make_issue(7, "ML-7")])).read(ReadContext(now=NOW))
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert list(reading) == [], "nothing more is read"


def test_doctor_names_what_is_wrong_line_by_line():
    fields = [{"id": "customfield_2", "name": "Impact start", "schema": {"type": "date"}}]
    site = FakeJira(
        [ML],
        [make_issue(7, "ML-7")],
        site_fields=fields,
        info={"version": "8.1", "serverTime": "2020-01-01T00:00:00.000+0000"},
        is_cloud=False,
    )
    chosen = options(projects=("ML", "GONE"), incidents=IncidentOptions(impact_start_field="Impact start"))
    findings = [(finding.name, finding.state) for finding in JiraReader(chosen, lambda _: site).probe()]
    assert findings == [
        ("jira site", "warn"),
        ("jira clock", "warn"),
        ("jira account", "ok"),
        ("jira fields", "warn"),
        ("jira project ML", "ok"),
        ("jira project GONE", "fail"),
    ]
    site.refuses = True
    assert [finding.state for finding in JiraReader(chosen, lambda _: site).probe()][-1] == "fail"


def test_the_meter_is_handed_to_the_client():
    meters: list[Meter] = []

    def connect(meter: Meter) -> FakeJira:
        meters.append(meter)
        return FakeJira([ML])

    meter = Meter()
    list(JiraReader(options(), connect).read(ReadContext(now=NOW, meter=meter)))
    assert meters == [meter]
    assert meters[0] is meter


@pytest.mark.parametrize("url", ["acme.atlassian.net", "ftp://acme.example", "https://bot:s3cret@acme.example"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str):
    with pytest.raises(ValidationError) as caught:
        options(url=url)
    assert "no address" in str(caught.value) or "give them as email and token" in str(caught.value)


def test_the_token_is_in_no_printed_form_of_the_options():
    assert "s3cret" not in repr(options()) + str(options()) + options().model_dump_json()
