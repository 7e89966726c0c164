"""Registers out of kept files: what each kind says, columns of other names, and what is set aside while the rest goes on."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.registers.files import BATCH
from connectors.registers.options import RegistersOptions
from connectors.registers.resources import CONNECTOR, PAGE
from connectors.registers.schema import BY_KIND
from pipelines.gates import check_records

GOOD: dict[str, dict[str, Any]] = {
    "slices": {"product": "support", "slice": "refunds", "tasks": "qa; answers", "owner": "ana@acme.example", "from": "2026-01-01"},
    "traffic": {"product": "support", "slice": "refunds", "share": 0.003, "basis": "measured", "from": "2026-01-01", "to": "2026-02-01"},
    "prices": {
        "provider": "acme",
        "model": "big",
        "token_kind": "input",
        "per_million": 2.5,
        "currency": "usd",
        "basis": "published",
        "from": "2026-01-01",
    },
    "spend": {"day": "2026-01-01", "provider": "acme", "model": "big", "tokens_in": 10, "tokens_out": 0, "amount": 0, "currency": "USD"},
    "contexts": {"project": "acme/shop", "ambiguity": "high", "reason": "nobody owned it", "by": "hugo@acme.example", "from": "2026-01-01"},
    "self_reports": {"report": "r1", "person": "ana", "by": "ana", "day": "2026-03-12", "hours": 3, "about": "a junior's design"},
    "checkpoints": {"model": "ranker", "checkpoint": "step-100", "project": "search", "makers": "ana;ben", "from": "2026-03-12"},
    "surveys": {"survey": "dx", "wave": "1", "question": "happy", "scale_low": 1, "scale_high": 5, "answer": 4, "respondents": 7},
}


def read(folder: Path, kind: str, files: dict[str, str | bytes], **options: Any) -> list[Event]:
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    given = RegistersOptions.model_validate({"registers": [{"name": "kept", "kind": kind, "path": str(folder)} | options]})
    return list(CONNECTOR.open(given).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))


def rows(events: list[Event], kind: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == BY_KIND[kind].name for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def files_of(events: list[Event]) -> list[tuple[Any, ...]]:
    told = [record for event in events if isinstance(event, Page) and event.table == "files" for record in event.records]
    return [(one["path"], one["state"], one["n_rows"], one["n_set_aside"]) for one in told]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def csv_of(*given: dict[str, Any]) -> str:
    frame = pl.DataFrame([{name: None if value is None else str(value) for name, value in row.items()} for row in given])
    return frame.write_csv()


def parquet_of(*given: dict[str, Any]) -> bytes:
    body = io.BytesIO()
    pl.DataFrame(list(given), infer_schema_length=None).write_parquet(body)
    return body.getvalue()


@pytest.mark.parametrize("kind", GOOD)
def test_a_row_says_the_same_in_every_format_and_is_one_in_two_files(kind: str, tmp_path: Path):
    row = GOOD[kind]
    typed = {name: date.fromisoformat(value) if name in {"from", "to", "day"} else value for name, value in row.items()}
    events = read(tmp_path, kind, {"a.csv": csv_of(row), "b.jsonl": json.dumps(row) + "\n\n", "c.parquet": parquet_of(typed)})
    found = rows(events, kind)
    assert reasons(events) == []
    assert (len(found), len({one["entry_id"] for one in found})) == (3, 1)
    assert [(event.table, event.count) for event in events if isinstance(event, Counted)] == [("files", 3), (BY_KIND[kind].name, 1)]
    assert complete(events) == ("files", BY_KIND[kind].name)
    assert check_records(found, BY_KIND[kind]).quarantined == []


def test_what_is_not_told_stays_apart_from_nothing(tmp_path: Path):
    events = read(tmp_path, "spend", {"a.csv": csv_of(GOOD["spend"], GOOD["spend"] | {"amount": None, "tokens_out": None})})
    assert [(one["tokens_out"], one["amount"], one["currency"]) for one in rows(events, "spend")] == [(0, 0.0, "USD"), (None, None, "USD")]
    assert [(one["project"], one["day"]) for one in rows(events, "spend")] == [(None, date(2026, 1, 1))] * 2


def test_a_providers_own_columns_are_read_by_their_names_and_others_are_passed_over(tmp_path: Path):
    export = "date,workspace,model,input,output,cost,api_key_owner\n2026-01-01,search,big,10,5,0.5,somebody\n"
    columns = {"day": "date", "project": "workspace", "tokens_in": "input", "tokens_out": "output", "amount": "cost"}
    told: dict[str, Any] = {"columns": columns, "values": {"provider": "acme", "currency": "USD"}}
    events = read(tmp_path, "spend", {"a.csv": export}, **told)
    [row] = rows(events, "spend")
    assert (row["provider"], row["project"], row["model"], row["tokens_in"], row["amount"]) == ("acme", "search", "big", 10, 0.5)
    assert "somebody" not in repr(events)
    missing = read(tmp_path, "spend", {"a.csv": export.replace("cost", "price")}, **told)
    assert ["cost is missing" in reason for reason in reasons(missing)] == [True]


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        ("slices", {"product": None}, "product is missing"),
        ("slices", {"importance": "huge"}, "importance is 'huge': input should be 'critical', 'high', 'normal' or 'low'"),
        ("slices", {"from": "2026-02-01", "to": "2026-02-01"}, "`to` is 2026-02-01, not after `from`"),
        ("traffic", {"share": 30}, "share is '30': input should be less than or equal to 1"),
        ("traffic", {"share": "nan"}, "share is 'nan'"),
        ("traffic", {"from": "20260101"}, "from is '20260101': expected a day such as 2026-01-31"),
        ("prices", {"per_million": -1}, "per_million is '-1': input should be greater than or equal to 0"),
        ("prices", {"currency": "dollars"}, "currency is 'DOLLARS'"),
        ("spend", {"tokens_in": 1.5}, "tokens_in is '1.5': input should be a valid integer"),
        ("spend", {"tokens_in": None, "tokens_out": None, "amount": None}, "neither tokens nor an amount"),
        ("spend", {"currency": None}, "the amount has no currency"),
        ("spend", {"amount": "Infinity"}, "amount is 'Infinity'"),
        ("surveys", {"answer": 6}, "the answer 6 is not on the scale from 1 to 5"),
        ("surveys", {"respondents": -1}, "respondents is '-1'"),
        ("surveys", {"invited": 3}, "7 gave the answer, but only 3 were invited"),
    ],
)
def test_a_row_that_cannot_be_is_set_aside_with_its_line_and_the_rest_goes_on(kind: str, change: dict[str, Any], why: str, tmp_path: Path):
    good = dict.fromkeys(change) | GOOD[kind]
    events = read(tmp_path, kind, {"a.csv": csv_of(good, good | change, good)})
    [reason] = reasons(events)
    assert reason.startswith("a.csv: row at line 3: ")
    assert why in reason
    assert len(rows(events, kind)) == 2
    assert files_of(events) == [("a.csv", "read", 3, 1)]
    assert complete(events) == ("files",), "the row may have been there before"


@pytest.mark.parametrize(
    ("name", "content", "why", "state"),
    [
        ("a.csv", "", "product is missing", "unreadable"),
        ("a.csv", "product,slize\nx,y\n", "'slize' is not known (did you mean 'slice'?)", "unreadable"),
        ("a.csv", "product,slice\nx,y,z\n", "it has 1 cells more than the header", "read"),
        ("a.csv", 'product,slice\nx,y\nx,"y\n', "it is no CSV from line", "partly_read"),
        ("a.csv", b"product,slice\nx,\xff\n", "it is no UTF-8 text", "unreadable"),
        ("a.jsonl", '{"product": "x", "sl', "it is no JSON", "read"),
        ("a.jsonl", '["x"]', "it is no JSON object", "read"),
        ("a.jsonl", '{"product": "x", "slice": "y", "note": "private"}', "'note' is no column of this kind", "read"),
        ("a.parquet", parquet_of({"product": "x", "slice": "y"})[:90], "it is no whole Parquet file", "unreadable"),
        ("a.parquet", parquet_of({"product": "x", "slize": "y"}), "'slize' is not known", "unreadable"),
    ],
)
def test_a_damaged_file_says_so_and_the_others_are_read(name: str, content: str | bytes, why: str, state: str, tmp_path: Path):
    events = read(tmp_path, "slices", {name: content, "z.csv": csv_of(GOOD["slices"])})
    assert [why in reason for reason in reasons(events)] == [True], reasons(events)
    assert [one[:2] for one in files_of(events)] == [(name, state), ("z.csv", "read")]
    assert "refunds" in {one["slice"] for one in rows(events, "slices")}
    assert complete(events) == ("files",)


def test_who_answered_is_refused_and_kept_nowhere(tmp_path: Path):
    row = GOOD["surveys"] | {"respondent": "ana@acme.example"}
    events = read(tmp_path, "surveys", {"a.csv": csv_of(row), "b.jsonl": json.dumps(row)})
    assert len(reasons(events)) == 2
    assert rows(events, "surveys") == []
    assert "ana@acme" not in repr(events)


def test_millions_of_rows_are_read_a_page_at_a_time(tmp_path: Path):
    """What a reading holds at once is a page and a batch, whatever the file's length."""
    n = 3 * PAGE + 1
    frame = pl.DataFrame({"day": [date(2026, 1, 1)] * n, "provider": "acme", "line": [str(i) for i in range(n)], "tokens_in": range(n)})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=BATCH)
    options = RegistersOptions.model_validate({"registers": [{"name": "kept", "kind": "spend", "path": str(tmp_path)}]})
    sizes = [
        len(event.records)
        for event in CONNECTOR.open(options).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC)))
        if isinstance(event, Page) and event.table == "model_spend"
    ]
    assert sizes == [PAGE, PAGE, PAGE, 1]


def test_a_register_without_a_file_fails_alone_and_doctor_says_so(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "prices.csv").write_text(csv_of(GOOD["prices"]), encoding="utf-8")
    told = [
        {"name": "none", "kind": "slices", "path": f"{tmp_path}/empty"},
        {"name": "p", "kind": "prices", "path": f"{tmp_path}/prices.csv"},
    ]
    reader = CONNECTOR.open(RegistersOptions.model_validate({"registers": told}))
    events = list(reader.read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))
    [failed] = [event for event in events if isinstance(event, Failed)]
    assert "no .csv or .jsonl or .parquet file" in str(failed.error)
    assert len(rows(events, "prices")) == 1
    assert [finding.state for finding in reader.probe()] == ["fail", "ok"]


def test_the_configuration_knows_the_columns_of_each_kind():
    with pytest.raises(ValidationError, match="rows of traffic have no column amount; their columns are product, slice, share"):
        RegistersOptions.model_validate({"registers": [{"name": "x", "kind": "traffic", "path": "x", "columns": {"amount": "cost"}}]})
    with pytest.raises(ValidationError, match="several registers are called x"):
        RegistersOptions.model_validate({"registers": [{"name": "x", "kind": "traffic", "path": "x"}] * 2})
