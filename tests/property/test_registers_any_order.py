"""Whole, split, shuffled, repeated, in any format: the same rows give the same entries, and an odd row never breaks the reading."""

import io
import json
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Event, Failed, Page, ReadContext, Rejected
from connectors.registers.options import RegistersOptions
from connectors.registers.resources import CONNECTOR

NAMES = st.text("abc äß,\"'", min_size=1, max_size=8).filter(str.strip)
SPEND = st.fixed_dictionaries(
    {
        "day": st.dates().map(str),
        "provider": NAMES,
        "project": st.none() | NAMES,
        "model": NAMES,
        "tokens_in": st.integers(0, 2**40),
        "tokens_out": st.none() | st.integers(0, 2**40),
        "amount": st.floats(-1e6, 1e6, allow_nan=False),
        "currency": st.sampled_from(["USD", "EUR"]),
    }
)
ODD = st.sampled_from([None, True, -1, 2**70, float("nan"), "", "x", "2026-13-45", [], [None], {}, {"x": 1}])


def read(files: dict[str, bytes]) -> list[Event]:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        options = RegistersOptions.model_validate({"registers": [{"name": "kept", "kind": "spend", "path": folder}]})
        return list(CONNECTOR.open(options).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))


def entries(events: list[Event]) -> dict[str, Any]:
    """Entries without where they stood."""
    told = [record for event in events if isinstance(event, Page) and event.table == "model_spend" for record in event.records]
    return {one["entry_id"]: {name: value for name, value in one.items() if name[0] != "_"} for one in told}


def written(rows: list[dict[str, Any]], suffix: str) -> bytes:
    if suffix == "jsonl":
        return "\n".join(map(json.dumps, rows)).encode()
    body = io.BytesIO()
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame.write_csv(body) if suffix == "csv" else frame.write_parquet(body)
    return body.getvalue()


@given(rows=st.lists(SPEND, min_size=1, max_size=12), seed=st.integers(0, 10_000), n_parts=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_rows_divided_among_files_in_any_order_are_the_same_entries(rows: list[dict[str, Any]], seed: int, n_parts: int):
    shuffle = random.Random(seed)
    whole = read({"all.jsonl": written(rows, "jsonl")})
    again = [*rows, *(row for row in rows if shuffle.random() < 0.3)]
    shuffle.shuffle(again)
    parts = [again[part::n_parts] for part in range(n_parts)]
    suffixes = [shuffle.choice(["csv", "jsonl", "parquet"]) for _ in parts]
    divided = read({f"{n}.{suffix}": written(part, suffix) for n, (part, suffix) in enumerate(zip(parts, suffixes, strict=True)) if part})
    assert not [event for event in (*whole, *divided) if isinstance(event, Rejected | Failed)]
    assert entries(divided) == entries(whole) != {}


@given(row=SPEND, column=st.sampled_from(["day", "provider", "tokens_in", "amount", "currency", "other"]), odd=ODD)
@settings(max_examples=40, deadline=None)
def test_an_odd_value_costs_its_own_row_at_most(row: dict[str, Any], column: str, odd: Any):
    events = read({"a.jsonl": written([row, row | {column: odd}, row | {"project": "the last"}], "jsonl")})
    assert not [event for event in events if isinstance(event, Failed)]
    assert {"the last", (row["project"] or "").strip() or None} <= {one["project"] for one in entries(events).values()}
    assert len([event for event in events if isinstance(event, Rejected)]) <= 1
