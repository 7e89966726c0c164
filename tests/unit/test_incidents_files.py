"""Incidents and shifts out of exported files: both formats mean the same, each fault is told, and the rest goes on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.incidents.options import IncidentsOptions
from connectors.incidents.resources import CONNECTOR
from pipelines.gates import check_records

NOW = datetime(2026, 3, 10, tzinfo=UTC)
CSV = """native_id,title,status,severity,created_at,resolved_at,n_reopened,labels,responders,eval_attributable
41,Index stale,resolved,SEV1,2026-02-02T09:00:00Z,2026-02-02T11:00:00Z,0,index;search,Ana@acme.example;ben@acme.example,yes
"""
JSON = """{"incidents": [{"native_id": 41, "title": "Index stale", "status": "resolved", "severity": "SEV1",
  "created_at": "2026-02-02T09:00:00Z", "resolved_at": "2026-02-02T11:00:00Z", "n_reopened": 0, "labels": ["index", "search"],
  "responders": ["Ana@acme.example", {"account": "ben@acme.example"}], "eval_attributable": "yes"}],
 "on_call_shifts": [{"schedule": "Search", "account": "ana@acme.example", "started_at": "2026-02-02T08:00:00+01:00"}]}"""


def read(folder: Path, **files: str) -> list[Event]:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    options = IncidentsOptions.model_validate({"stores": [{"kind": "files", "path": str(folder)}]})
    return list(CONNECTOR.open(options).read(ReadContext(now=NOW)))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def test_both_formats_mean_the_same(tmp_path: Path):
    for name in ("csv", "json"):
        (tmp_path / name).mkdir()
    one, other = read(tmp_path / "csv", a_csv=CSV), read(tmp_path / "json", a_json=JSON)
    provenance = {"_raw", "_source_url"}
    for table in ("incidents", "incident_responders"):
        told = [[{k: v for k, v in record.items() if k not in provenance} for record in records(events, table)] for events in (one, other)]
        assert told[0] == told[1] != []
    assert [one["account"] for one in records(one, "incident_responders")] == ["ana@acme.example", "ben@acme.example"]
    assert records(other, "on_call_shifts")[0]["started_at"].astimezone(UTC).hour == 7
    assert complete(other) == ("incidents", "incident_responders", "on_call_shifts")
    assert [event.count for event in other if isinstance(event, Counted)] == [1]
    for table in CONNECTOR.tables:
        assert check_records(records(other, table.name), table).quarantined == []


def test_who_said_what_of_evals_and_what_caused_it_come_along(tmp_path: Path):
    row = "native_id,status,created_at,eval_attributable,eval_attributable_by,causes\n"
    events = read(tmp_path, a_csv=f"{row}41,resolved,2026-02-02T09:00:00Z,no,Ana@acme.example,acme/search#7;acme/search@0123abcd\n")
    [record] = records(events, "incidents")
    assert (record["eval_attributable"], record["eval_attributable_by"]) == ("no", "Ana@acme.example")
    assert record["causes"] == ["acme/search#7", "acme/search@0123abcd"]
    assert check_records([record], CONNECTOR.table("incidents")).quarantined == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("42,,snoozed,,2026-02-02T09:00:00Z,,,,,", "status is 'snoozed'; expected 'triggered'"),
        ("42,,open,,2026-02-02 09:00,,,,,", "created_at is '2026-02-02 09:00'; expected timezone info"),
        ("42,,open,,,,,,,", "created_at is missing"),
        (
            "42,,open,,2026-02-02T09:00:00Z,,-1,,,",
            "n_reopened is '-1'; expected greater than or equal to 0",
        ),
        ("42,,open,,2026-02-02T09:00:00Z,,,,,perhaps", "eval_attributable is 'perhaps'; expected 'yes' or 'no'"),
        ("41,,open,,2026-02-02T09:00:00Z,,,,,", "files:41 is in a.csv line 2 already"),
        ("42,,open", "3 cells, the header has 10"),
    ],
)
def test_a_faulty_row_is_set_aside_with_every_reason_and_takes_nothing_away(tmp_path: Path, row: str, said: str):
    events = read(tmp_path, a_csv=f"{CSV}{row}\n")
    assert [record["native_id"] for record in records(events, "incidents")] == ["41"]
    [reason] = reasons(events)
    assert reason.startswith("a.csv line 3: ")
    assert said in reason
    assert complete(events) == ("on_call_shifts",), "what is not listed may still be there"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"b_json": "{"}, "it is no whole JSON document"),
        ({"b_json": "[]"}, "it is no JSON object; expected an object with a list in 'incidents'"),
        ({"b_json": '{"incident": []}'}, "expected an object with a list in 'incidents', 'on_call_shifts' or both"),
        ({"b_csv": "native_id,state,created_at\n"}, "its columns are native_id, state, created_at; expected"),
    ],
)
def test_an_unreadable_file_is_told_and_the_others_are_read(tmp_path: Path, files: dict[str, str], said: str):
    events = read(tmp_path, a_csv=CSV, **files)
    assert said in reasons(events)[0]
    assert len(records(events, "incidents")) == 1
    assert complete(events) == ()


def test_incidents_before_the_place_where_a_file_was_cut_short_are_kept(tmp_path: Path):
    events = read(tmp_path, a_csv=CSV, b_json=JSON.replace("41,", "42,").removesuffix('T08:00:00+01:00"}]}'))
    assert [record["native_id"] for record in records(events, "incidents")] == ["41", "42"]
    assert ["b.json: it is no whole JSON document" in reason for reason in reasons(events)] == [True]
    assert complete(events) == ()


def test_negative_durations_are_quarantined(tmp_path: Path):
    shift = "schedule,account,started_at,ended_at\nSearch,ana,2026-02-03T00:00:00Z,2026-02-02T00:00:00Z\n"
    events = read(tmp_path, a_csv=CSV.replace("2026-02-02T11", "2026-02-01T11"), b_csv=shift)
    for table, said in (("incidents", "resolved_at is not before created_at"), ("on_call_shifts", "ended_at is not before started_at")):
        [bad] = check_records(records(events, table), CONNECTOR.table(table)).quarantined
        assert said in bad.reason


def test_a_folder_that_is_not_there_fails_its_store(tmp_path: Path):
    [failed] = [event for event in read(tmp_path) if isinstance(event, Failed)] or [None]
    assert failed is None
    options = IncidentsOptions.model_validate({"stores": [{"kind": "files", "path": str(tmp_path / "none")}]})
    [event] = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
    assert isinstance(event, Failed)
    assert "there is no such folder" in str(event.error)


def test_bytes_that_are_no_text_are_told_by_their_line_and_what_stands_before_is_kept(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(CSV.encode() + b"42,caf\xe9,resolved,,2026-02-02T09:00:00Z,,,,,\n")
    events = read(tmp_path)
    assert [one["native_id"] for one in records(events, "incidents")] == ["41"]
    assert ["line 3 holds bytes that are not UTF-8 text" in reason for reason in reasons(events)] == [True]
    assert complete(events) == ()


def test_rows_come_in_pages_and_a_row_that_came_pages_ago_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("connectors.incidents.files.PAGE", 2)
    rows = [f"{number},resolved,2026-02-02T09:00:00Z" for number in (1, 2, 3, 4, 5, 1)]
    events = read(tmp_path, a_csv="\n".join(["native_id,status,created_at", *rows]))
    pages = [len(event.records) for event in events if isinstance(event, Page) and event.table == "incidents"]
    assert pages == [2, 2, 1]
    assert ["files:1 is in a.csv line 2 already" in reason for reason in reasons(events)] == [True]
