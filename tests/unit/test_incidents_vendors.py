"""PagerDuty and Opsgenie over real HTTP on loopback: logs, re-openings, shifts with overrides, depth limits, refusals, bad answers."""

import ast
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.incidents.client import OpsgenieClient, PagerDutyClient
from connectors.incidents.options import IncidentsOptions, PagerDutyStore
from connectors.incidents.resources import CONNECTOR, IncidentsReader, Openers
from pipelines.gates import check_records
from tests.contract.pypi import pypi_folder
from tests.unit.scripted_site import Answer, Site, serving

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TOKEN = "very-secret"


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/")


def user(native_id: str) -> dict[str, str]:
    return {"id": native_id, "type": "user_reference", "summary": native_id}


def account(native_id: str) -> dict[str, Any]:
    return {"id": native_id, "name": native_id, "email": f"{native_id}@Acme.example", "role": "user", "teams": []}


def incident(native_id: str = "P1", **changes: Any) -> dict[str, Any]:
    return {
        "id": native_id,
        "type": "incident",
        "incident_number": 7,
        "title": "Search answers nothing",
        "created_at": "2026-03-02T09:00:00Z",
        "updated_at": "2026-03-02T12:00:00Z",
        "status": "resolved",
        "urgency": "high",
        "priority": {"id": "PR", "type": "priority_reference", "summary": "P2", "name": "SEV2"},
        "service": {"id": "S1", "type": "service_reference", "summary": "search-api"},
        "description": "what somebody wrote",
        "external_references": [
            {"id": "X", "type": "external_reference", "external_id": "INC-4", "external_url": "https://j/browse/INC-4"}
        ],
        "html_url": f"https://acme.pagerduty.com/incidents/{native_id}",
    } | changes


def entry(native_id: str, kind: str, at: str, who: str | None, **also: Any) -> dict[str, Any]:
    agent = user(who) if who else {"id": "S1", "type": "service_reference"}
    told = {"id": native_id, "self": f"https://api.pagerduty.com/log_entries/{native_id}", "created_at": f"2026-03-02T{at}:00Z"}
    return told | {"type": f"{kind}_log_entry", "agent": agent} | also


LOG = [
    entry("E1", "trigger", "09:00", None),
    entry("E2", "assign", "09:00", None, assignees=[user("UA"), user("UB")]),
    entry("E3", "notify", "09:01", None),
    entry("E4", "acknowledge", "09:10", "UA"),
    entry("E5", "acknowledge", "09:20", "UB"),
    entry("E6", "resolve", "10:00", "UB"),
    entry("E7", "reopen", "11:00", "UA"),
    entry("E8", "resolve", "12:00", None),
]
TURNS = [("2026-02-23T08:00:00Z", "2026-03-02T08:00:00Z", "UA"), ("2026-03-02T08:00:00Z", "2026-03-09T08:00:00Z", "UB")]
TURNS += [("2026-03-09T08:00:00Z", "2026-03-16T08:00:00Z", "UA"), ("2026-03-16T08:00:00Z", "2026-03-23T08:00:00Z", "UB")]


def pagerduty(*incidents: Any, log: Any = LOG, turns: Any = TURNS, depth: int = 0) -> Callable[[str, dict[str, str]], Answer]:
    """An account; `depth` is what it says to hold in spans of more than a day."""

    def shifts(since: str, until: str) -> list[Any]:
        return [{"start": start, "end": end, "user": user(who)} for start, end, who in turns if start < until and end > since]

    def answer(path: str, asked: dict[str, str]) -> Answer:
        if path == "incidents":
            start, end = datetime.fromisoformat(asked["since"]), datetime.fromisoformat(asked["until"])
            found = [
                one
                for one in incidents
                if not isinstance(one, dict) or asked["since"] <= one.get("created_at", asked["since"]) < asked["until"]
            ]
            total = depth if end - start > timedelta(days=1) and depth else len(found)
            offset, limit = int(asked["offset"]), int(asked["limit"])
            if total > 10_000 and limit > 1:
                return Answer({"error": {"message": "Arguments Caused Error", "code": 2001}}, 400)
            return Answer({"incidents": found[offset : offset + limit], "more": offset + limit < len(found), "total": total})
        if path.endswith("/log_entries"):
            return Answer({"log_entries": log, "more": False}) if log is not None else Answer({"error": {"message": "Not Found"}}, 404)
        if path.startswith("incidents/"):
            [found] = [one for one in incidents if one["id"] == path.partition("/")[2]]
            return Answer({"incident": found})
        if path == "users":
            return Answer({"users": [account(who) for who in ("UA", "UB")], "more": False})
        if path == "schedules":
            return Answer({"schedules": [{"id": "SC", "summary": "Search"}], "more": False})
        entries = shifts(asked["since"], asked["until"])
        return Answer({"schedule": {"id": "SC", "name": "Search", "final_schedule": {"rendered_schedule_entries": entries}}})

    return answer


def store(site: Site, kind: str = "pagerduty") -> IncidentsOptions:
    return IncidentsOptions.model_validate({"stores": [{"kind": kind, "token": TOKEN, "url": site.url, "since": "2026-02-01"}]})


def read(site: Site, kind: str = "pagerduty", cursor: Any = None, now: datetime = NOW) -> list[Event]:
    def client(found: Any, meter: Meter) -> Any:
        return (PagerDutyClient if isinstance(found, PagerDutyStore) else OpsgenieClient)(found, meter, lambda _: None)

    options = store(site, kind)
    cursors = {options.stores[0].partition: cursor} if cursor else {}
    return list(IncidentsReader(options, Openers(vendor=client)).read(ReadContext(now=now, cursors=cursors)))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def cursor_of(events: list[Event]) -> Any:
    [finished] = [event for event in events if isinstance(event, Finished)]
    return finished.cursor


def kept(events: list[Event]) -> None:
    for table in CONNECTOR.tables:
        assert check_records(records(events, table.name), table).quarantined == [], table.name


def test_the_first_acknowledgement_and_resolution_count_and_everybody_who_responded_is_there(site: Site):
    site.script = pagerduty(incident())
    events = read(site)
    [found] = records(events, "incidents")
    assert (found["acknowledged_at"].hour, found["acknowledged_at"].minute) == (9, 10)
    assert (found["resolved_at"].hour, found["resolved_how"], found["n_reopened"]) == (10, "history", 1)
    assert (found["severity"], found["urgency"], found["service"], found["started_at"]) == ("SEV2", "high", "search-api", None)
    assert found["links"] == ["INC-4", "https://j/browse/INC-4"]
    assert "somebody wrote" not in str(found["_raw"]), "what was written about it is kept nowhere"
    did = [(one["account"], one["action"]) for one in records(events, "incident_responders")]
    assert did == [
        ("UA", "assigned"),
        ("UB", "assigned"),
        ("UA", "acknowledged"),
        ("UB", "acknowledged"),
        ("UB", "resolved"),
        ("UA", "reopened"),
    ]
    headers = site.requests[-1][2]
    assert (headers["authorization"], headers["accept"]) == (f"Token token={TOKEN}", "application/vnd.pagerduty+json;version=2")
    assert [one["email"] for one in records(events, "users")] == ["UA@Acme.example", "UB@Acme.example"]
    kept(events)


def test_a_log_that_is_gone_leaves_its_times_not_observed_and_the_incident_there(site: Site):
    site.script = pagerduty(incident(), log=None)
    events = read(site)
    [found] = records(events, "incidents")
    assert (found["has_history"], found["n_reopened"], found["acknowledged_at"]) == (False, None, None)
    assert not [event for event in events if isinstance(event, Failed)]


def test_shifts_are_those_that_happened_with_overrides_and_the_running_one_has_no_end(site: Site):
    turns = [
        *TURNS[:1],
        ("2026-03-02T08:00:00Z", "2026-03-04T08:00:00Z", "UB"),
        ("2026-03-04T08:00:00Z", "2026-03-09T08:00:00Z", "UC"),
        *TURNS[2:],
    ]
    site.script = pagerduty(turns=turns)
    events = read(site)
    shifts = records(events, "on_call_shifts")
    assert [(one["account"], one["started_at"].day, one["ended_at"] and one["ended_at"].day) for one in shifts] == [
        ("UA", 23, 2),
        ("UA", 9, None),
        ("UB", 2, 4),
        ("UC", 4, 9),
    ]
    kept(events)
    again = read(site, cursor=cursor_of(events), now=NOW + timedelta(days=7))
    ended = [one for one in records(again, "on_call_shifts") if one["account"] == "UA" and one["started_at"].day == 9]
    assert [one["ended_at"].day for one in ended] == [16], "the same row gets its end"


def test_the_second_reading_asks_no_closed_incidents_log_again_and_finds_old_open_ones(site: Site):
    old = incident("P0", status="acknowledged", created_at="2026-02-02T09:00:00Z")
    site.script = pagerduty(old, incident())
    first = read(site)
    site.requests.clear()
    site.script = pagerduty(old | {"status": "resolved"}, incident())
    second = read(site, cursor=cursor_of(first), now=NOW + timedelta(days=20))
    assert [one["native_id"] for one in records(second, "incidents")] == ["P0"]
    assert [path for path in site.paths() if path.endswith("log_entries")] == ["incidents/P0/log_entries"]
    site.script = pagerduty(incident(updated_at="2026-03-09T00:00:00Z", status="triggered"))
    third = read(site, cursor=cursor_of(first), now=NOW + timedelta(days=1))
    assert [one["status"] for one in records(third, "incidents")] == ["triggered"], "opened again"


def test_more_incidents_than_can_be_paged_through_are_asked_for_in_smaller_spans(site: Site):
    found = [incident(f"P{day}", created_at=f"2026-03-{day:02}T09:00:00Z") for day in range(1, 10)]
    site.script = pagerduty(*found, depth=10_001)
    assert {one["native_id"] for one in records(read(site), "incidents")} == {one["id"] for one in found}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("text", "expected an object with its id"),
        ({"id": "PX"}, "created_at is missing"),
        (incident("PX", created_at="2026-02-30T00:00:00Z"), "created_at is '2026-02-30T00:00:00Z'; expected a time"),
    ],
)
def test_a_bad_incident_is_set_aside_with_its_reason_and_the_rest_goes_on(site: Site, bad: Any, said: str):
    site.script = pagerduty(bad, incident())
    events = read(site)
    assert [one["native_id"] for one in records(events, "incidents")] == ["P1"]
    assert said in reasons(events)[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"status": "snoozing"}, "status"), ({"created_at": "2026-03-02T11:30:00Z"}, "resolved_at is not before created_at")],
)
def test_an_unknown_status_and_a_resolution_before_the_beginning_are_quarantined(site: Site, changes: Any, said: str):
    site.script = pagerduty(incident(**changes), incident("P2"))
    result = check_records(records(read(site), "incidents"), CONNECTOR.table("incidents"))
    assert result.frame["native_id"].to_list() == ["P2"]
    assert said in result.quarantined[0].reason


def test_a_log_entry_without_time_is_set_aside_alone(site: Site):
    site.script = pagerduty(incident(), log=[{"id": "E", "type": "resolve_log_entry"}, 5, *LOG])
    events = read(site)
    assert len(records(events, "incident_responders")) == 6
    assert ["created_at is missing" in reasons(events)[0], "with its id, type and time" in reasons(events)[1]] == [True, True]


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_a_refused_key_fails_its_store_without_showing_the_key(site: Site, kind: str):
    site.script = lambda *_: Answer({"message": f"no {TOKEN}"}, 401)
    [failed] = [event for event in read(site, kind) if isinstance(event, Failed)]
    assert "does not accept the token" in str(failed.error)
    assert TOKEN not in str(failed.error)


def timeline(*entries: tuple[str, str, str | None]) -> list[Any]:
    return [
        {"id": f"{number}", "group": "incident", "type": kind, "eventTime": f"2026-03-02T{at}:00Z"}
        | ({"actor": {"name": who, "type": "user"}} if who else {"actor": {"name": "System", "type": "system"}})
        for number, (kind, at, who) in enumerate(entries)
    ]


STORY = timeline(
    ("IncidentCreated", "09:00", None),
    ("ResponderAlertAcknowledged", "09:05", "Ana@Acme.example"),
    ("ResponderAlertUnacknowledged", "09:06", "Ana@Acme.example"),
    ("IncidentResolved", "10:00", "ben@acme.example"),
    ("IncidentReopened", "10:30", "ana@acme.example"),
    ("IncidentResolved", "11:00", None),
)
PERIODS = [("2026-02-01T00:01:01Z", "2026-02-10T08:00:00Z", "ua"), ("2026-02-10T08:00:00Z", "2026-03-09T08:00:00Z", "ub")]


def opsgenie(*incidents: Any, entries: Any = STORY) -> Callable[[str, dict[str, str]], Answer]:
    """An account that, as the real one, cuts periods off at the bounds of what is asked for."""

    def periods(since: datetime, until: datetime) -> Iterator[Any]:
        for start, end, who in PERIODS:
            begin, finish = max(datetime.fromisoformat(start), since), min(datetime.fromisoformat(end), until)
            if begin < finish:
                yield {
                    "startDate": begin.isoformat(),
                    "endDate": finish.isoformat(),
                    "type": "historical",
                    "recipient": {"type": "user", "id": who},
                }

    def answer(path: str, asked: dict[str, str]) -> Answer:
        if path == "v1/incidents":
            offset = int(asked["offset"])
            page = incidents[offset : offset + 100]
            paging = {"next": "more"} if offset + 100 < len(incidents) else {}
            return Answer({"data": page, "paging": paging, "totalCount": len(incidents), "took": 0.1, "requestId": "r"})
        if path.startswith("v2/incident-timelines/"):
            half = entries[:3] if "offset" not in asked else entries[3:]
            return Answer({"data": {"entries": half} | ({"nextOffset": "3"} if "offset" not in asked else {})})
        if path == "v2/users":
            return Answer({"data": [{"id": "ua", "username": "ana@acme.example", "fullName": "Ana"}], "paging": {}})
        if path == "v1/services":
            return Answer({"message": "no right"}, 403)
        if path == "v2/schedules":
            return Answer({"data": [{"id": "sc", "name": "Search", "enabled": True}]})
        since = datetime.fromisoformat(asked["date"])
        found = list(periods(since, since + timedelta(days=int(asked["interval"]))))
        return Answer({"data": {"_parent": {"id": "sc"}, "finalTimeline": {"rotations": [{"id": "r", "periods": found}]}}})

    return answer


def og_incident(native_id: str = "o1", **changes: Any) -> dict[str, Any]:
    return {
        "id": native_id,
        "tinyId": "64",
        "message": "Answers are slow (INC-4)",
        "status": "resolved",
        "createdAt": "2026-03-02T09:00:00Z",
        "updatedAt": "2026-03-02T11:00:00Z",
        "impactStartDate": "2026-03-02T08:50:00Z",
        "impactedServices": ["sv"],
        "priority": "P2",
        "responders": [{"type": "user", "id": "ua"}, {"type": "team", "id": "t"}],
        "tags": ["eval-gap"],
        "extraProperties": {"jira": "https://acme.atlassian.net/browse/INC-4"},
        "links": {"web": "https://acme.app.opsgenie.com/incident/detail/o1"},
    } | changes


def test_an_opsgenie_incident_with_its_timeline_and_accounts_by_their_ids(site: Site):
    site.script = opsgenie(og_incident())
    events = read(site, "opsgenie")
    [found] = records(events, "incidents")
    assert (found["acknowledged_at"].minute, found["resolved_at"].hour, found["n_reopened"]) == (5, 10, 1)
    assert (found["started_at"].minute, found["severity"], found["service_id"], found["service"]) == (50, "P2", "sv", None)
    did = [(one["account"], one["action"], one["responded_at"] is None) for one in records(events, "incident_responders")]
    assert did == [
        ("ua", "acknowledged", False),
        ("ben@acme.example", "resolved", False),
        ("ua", "reopened", False),
        ("ua", "assigned", True),
    ]
    assert site.requests[-1][2]["authorization"] == f"GenieKey {TOKEN}"
    kept(events)


def test_a_period_that_was_cut_at_the_bounds_of_the_questions_is_one_shift(site: Site):
    site.script = opsgenie()
    events = read(site, "opsgenie")
    shifts = [
        (one["account"], one["started_at"].date().isoformat(), one["ended_at"].date().isoformat())
        for one in records(events, "on_call_shifts")
    ]
    assert shifts == [("ua", "2026-02-01", "2026-02-10"), ("ub", "2026-02-10", "2026-03-09")]
    again = records(read(site, "opsgenie", cursor_of(events), NOW + timedelta(days=20)), "on_call_shifts")
    assert again == records(events, "on_call_shifts")[1:], "what was cut off at the first bound is known with its true start already"


def test_a_resolved_incident_without_such_an_entry_has_the_stores_own_end_or_none(site: Site):
    site.script = opsgenie(og_incident(impactEndDate="2026-03-02T12:00:00Z"), og_incident("o2"), entries=STORY[:3])
    found = [(one["resolved_at"] and one["resolved_at"].hour, one["resolved_how"]) for one in records(read(site, "opsgenie"), "incidents")]
    assert found == [(12, "reported"), (None, None)]


def test_reading_stops_at_the_first_page_that_is_older_than_what_is_asked_for(site: Site):
    old = [og_incident(f"old{number}", createdAt="2026-01-01T00:00:00Z") for number in range(250)]
    site.script = opsgenie(og_incident(), *old)
    assert [one["native_id"] for one in records(read(site, "opsgenie"), "incidents")] == ["o1"]
    assert site.paths().count("v1/incidents") == 1


def test_pagerduty_is_asked_for_what_its_own_client_knows(site: Site):
    site.script = pagerduty(incident(status="triggered"))
    read(site)
    source = (pypi_folder("pagerduty", "7.2.0") / "pagerduty" / "rest_api_v2_client.py").read_text(encoding="utf-8")
    [known] = [
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CANONICAL_PATHS"
    ]
    asked = {f"/{path}" for path in site.paths()}
    assert asked >= {"/incidents", "/incidents/P1/log_entries", "/users", "/schedules", "/schedules/SC"}
    shapes = [re.sub(r"\{[^}]+\}", "[^/]+", path) for path in known]
    assert [path for path in asked if not any(re.fullmatch(shape, path) for shape in shapes)] == []


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Types of PagerDuty's answers by name, out of the MCP server that PagerDuty publishes.

    It is written for Python 3.12; its module of limits and lists, which alone needs that, stands in here with its numbers.
    """
    folder = pypi_folder("pagerduty-mcp", "1.1.0", "--ignore-requires-python") / "pagerduty_mcp"
    limits = {"MAX_RESULTS": 1000, "DEFAULT_PAGINATION_LIMIT": 20, "MAXIMUM_PAGINATION_LIMIT": 100}
    for name, told in (("pagerduty_mcp", folder), ("pagerduty_mcp.models", folder / "models"), ("pagerduty_mcp.models.base", limits)):
        module = ModuleType(name)
        vars(module).update(told if isinstance(told, dict) else {"__path__": [str(told)]})
        monkeypatch.setitem(sys.modules, name, module)
    places = {"Incident": "incidents", "LogEntry": "log_entries", "User": "users"}
    for place in ("references", *places.values()):
        monkeypatch.delitem(sys.modules, f"pagerduty_mcp.models.{place}", raising=False)
    return lambda kind: getattr(importlib.import_module(f"pagerduty_mcp.models.{places[kind]}"), kind)


def test_pagerduty_answers_are_of_the_types_that_pagerduty_publishes(published: Callable[[str], Any]):
    for kind, answers in (("Incident", [incident(), incident(status="triggered")]), ("LogEntry", LOG), ("User", [account("UA")])):
        for answer in answers:
            published(kind).model_validate(answer)
    for kind, broken in (("Incident", incident(status="snoozing")), ("LogEntry", {"id": "E"}), ("User", account("UA") | {"role": "king"})):
        with pytest.raises(ValidationError):
            published(kind).model_validate(broken)


def test_opsgenies_own_client_accepts_our_answers(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(pypi_folder("opsgenie-sdk", "2.1.5")))
    from opsgenie_sdk import ApiClient  # type: ignore[import-not-found]
    from opsgenie_sdk.api.incident.incident import Incident  # type: ignore[import-not-found]

    body = opsgenie(og_incident())("v1/incidents", {"offset": "0"}).body
    [told] = ApiClient().deserialize(SimpleNamespace(data=json.dumps(body)), "ListIncidentsResponse").data
    assert (told.tiny_id, told.status, told.priority, told.created_at.hour) == ("64", "resolved", "P2", 9)
    # These three are documented and newer than the client.
    assert og_incident().keys() - set(Incident.attribute_map.values()) == {"impactStartDate", "impactedServices", "links"}
