"""What may pass into the warehouse: records against their contract, loads against what was there before.

A record that breaks its contract is set aside with its reasons; the rest of the batch goes on. A load that would wipe out most
of a table is refused as a whole.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
import pandera.errors
import polars as pl

from connectors.contract import UTC_TIMESTAMP, Record, Table, polars_type

TOMBSTONE_FLOOR = 50
"""Below this many rows a table may lose them all: small tables change wholly in ordinary life."""
TOMBSTONE_SHARE = 0.5
"""A census that would tombstone more than this share of a partition is taken for a truncated listing."""


@dataclass(frozen=True)
class Quarantined:
    """A record that broke its contract, whole, with every reason."""

    identity: str
    reason: str
    raw: str
    source_url: str


@dataclass(frozen=True)
class Checked:
    """A batch after its contract: what may load, and what may not."""

    frame: pl.DataFrame
    quarantined: list[Quarantined]
    listed_keys: pl.DataFrame
    """Keys of every record, good or bad, as far as it has them: what a census must not take for gone."""
    is_good: pl.Series
    """For each record in order, whether it is in `frame`."""


class SuspiciousLoad(Exception):
    """A load that looks like a truncated extract; the last good data stays."""


def check_records(records: Sequence[Record], table: Table) -> Checked:
    """Hold records against the table's contract.

    Returns:
        A frame of contract columns plus `_raw`, `_row_hash`, `_source_url` for good records; one `Quarantined` per bad one.
    """
    reasons: dict[int, list[str]] = {}
    columns = {name: _column(name, polars_type(column), [r.get(name) for r in records], reasons) for name, column in table.columns.items()}
    frame = pl.DataFrame(columns)
    unreadable = {(index, text.partition(":")[0]) for index, texts in reasons.items() for text in texts}
    for index, reason in _contract_failures(frame, table):
        # A value that could not be read became null: its first reason says more than "missing".
        if (index, reason.partition(":")[0]) not in unreadable:
            reasons.setdefault(index, []).append(reason)
    raws = [as_json(record.get("_raw")) for record in records]
    urls = [str(record.get("_source_url") or "") for record in records]
    frame = frame.with_columns(
        pl.Series("_raw", raws, pl.String),
        pl.Series("_row_hash", list(map(_row_hash, records, raws)), pl.String),
        pl.Series("_source_url", urls, pl.String),
    )
    bad = [
        Quarantined(identity(records[i], table), "; ".join(dict.fromkeys(texts)), raws[i], urls[i]) for i, texts in sorted(reasons.items())
    ]
    keep = pl.Series([i not in reasons for i in range(len(records))], dtype=pl.Boolean)
    return Checked(frame.filter(keep) if bad else frame, bad, frame.select(*table.key), keep)


def identity(record: Record, table: Table) -> str:
    """What names a record in quarantine: its key values, as far as it has them."""
    return "|".join("?" if record.get(name) is None else str(record[name]) for name in table.key)


def guard_tombstones(table: str, partition: str, live: int, gone: int) -> None:
    """Refuse a census that would remove most of what is known.

    Raises:
        SuspiciousLoad: naming table, partition and numbers.
    """
    if live >= TOMBSTONE_FLOOR and gone > live * TOMBSTONE_SHARE:
        raise SuspiciousLoad(
            f"{table} in {partition}: the source listed {live - gone} of {live} known rows; more than half gone looks like a truncated "
            "listing. Nothing was removed. If they are really gone, run `fulcrum sync --full --accept-removals`."
        )


def as_json(value: Any) -> str:
    """A value as canonical JSON text; text stays as it is."""
    return value if isinstance(value, str) else _canonical(value).decode()


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)


_BESIDE_CONTENT = {"_raw", "_source_url", "observed_at"}
"""The answer is hashed by itself; where something was seen and when is no part of what was seen: else every look would be a change."""


def _row_hash(record: Record, raw: str) -> str:
    body = {name: value for name, value in record.items() if name not in _BESIDE_CONTENT}
    hashed = hashlib.blake2b(_canonical(body), digest_size=16)
    hashed.update(b"\0")
    hashed.update(raw.encode())
    return hashed.hexdigest()


def _column(name: str, kind: Any, values: list[Any], reasons: dict[int, list[str]]) -> pl.Series:
    """Values as a typed series; a value that is not of the type becomes null and a reason."""
    ready = _as_they_come(name, kind, values)
    if ready is not None:
        return ready
    convert = _CONVERTERS[kind]
    typed: list[Any] = []
    for index, value in enumerate(values):
        converted = None if value is None else convert(value)
        if converted is _WRONG:
            reasons.setdefault(index, []).append(f"{name}: {str(value)[:80]!r} is not {_NAMES[kind]}")
            converted = None
        typed.append(converted)
    return pl.Series(name, typed, dtype=kind)


def _as_they_come(name: str, kind: Any, values: list[Any]) -> pl.Series | None:
    """Values that are of the type already, as nearly all are; None where each has to be looked at, which costs ten times as much."""
    found = set(map(type, values)) - {type(None)}
    try:
        if kind == UTC_TIMESTAMP and found == {str}:
            return _moments(pl.Series(name, values, dtype=pl.String))
        return pl.Series(name, values, dtype=kind) if found <= {_OF_PYTHON.get(kind)} else None
    except (TypeError, ValueError):  # an integer of more than 64 bits, half a surrogate pair
        return None


def _moments(texts: pl.Series) -> pl.Series | None:
    """Instants in the one spelling that nearly all sources use; None where one is spelled otherwise or does not exist."""
    if not texts.str.contains(_UTC_SECONDS).all():
        return None
    moments = texts.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    return moments if moments.null_count() == texts.null_count() else None


def _contract_failures(frame: pl.DataFrame, table: Table) -> list[tuple[int, str]]:
    """Row index and reason of every contract failure; a schema-level failure concerns every row."""
    if frame.is_empty():
        return []
    try:
        table.demands.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        failures: list[tuple[int, str]] = []
        for case in errors.failure_cases.to_dicts():
            indexes = range(frame.height) if case["index"] is None else [int(case["index"])]
            failures += [(index, _reason(case)) for index in indexes]
        return failures
    return []


def _reason(case: dict[str, Any]) -> str:
    check, value = str(case["check"]), case["failure_case"]
    if check == "not_nullable":
        return f"{case['column']}: missing, and the contract needs it"
    return f"{case['column']}: {value!r} breaks {check}"


_WRONG = object()


def _as_text(value: Any) -> Any:
    return value if isinstance(value, str) else as_json(value)


def _as_integer(value: Any) -> Any:
    if isinstance(value, bool):
        return _WRONG
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else _WRONG
    try:
        number = float(value)
        return int(value) if isinstance(value, str) else (int(number) if number.is_integer() else _WRONG)
    except (TypeError, ValueError, OverflowError):
        return _WRONG


def _as_number(value: Any) -> Any:
    if isinstance(value, bool):
        return _WRONG
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _WRONG
    return number if number == number and abs(number) != float("inf") else _WRONG


def _as_boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else _WRONG


def _as_timestamp(value: Any) -> Any:
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return _WRONG
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else _WRONG


def _as_day(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return _WRONG


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    pl.String: _as_text,
    pl.Int64: _as_integer,
    pl.Float64: _as_number,
    pl.Boolean: _as_boolean,
    UTC_TIMESTAMP: _as_timestamp,
    pl.Date: _as_day,
}
_OF_PYTHON: dict[Any, type] = {pl.String: str, pl.Int64: int, pl.Boolean: bool}
"""Types whose values need no look at each."""
_UTC_SECONDS = r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}Z$"
_NAMES = {
    pl.String: "text",
    pl.Int64: "an integer",
    pl.Float64: "a finite number",
    pl.Boolean: "true or false",
    UTC_TIMESTAMP: "a timestamp with a zone",
    pl.Date: "a date (YYYY-MM-DD)",
}
