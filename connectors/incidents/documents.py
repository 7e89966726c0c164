"""The documented shape of exported incidents and shifts, as JSON or CSV: what each row means, and why one cannot be taken."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from connectors.contract import Record
from connectors.incidents.schema import ACTIONS, STATUSES
from connectors.json_stream import BadJson, entries_by_key

NOT_TEXT = re.compile("[\udc80-\udcff]")


class BadFile(ValueError):
    """A file that is not what its name says, as a whole; the message says where and what was expected."""


def _cells(value: Any) -> Any:
    """A list, or a cell with its items separated by semicolons."""
    return [item.strip() for item in value.split(";") if item.strip()] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_cells)]
Account = Annotated[str, Field(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Responder(_Row):
    """Somebody who did something, or was assigned."""

    account: Account
    action: Literal[ACTIONS] = "responded"  # type: ignore[valid-type] - the contract's own values
    at: AwareDatetime | None = None


def _responders(value: Any) -> Any:
    """Objects, or bare accounts of whom only is known that they responded."""
    cells = _cells(value)
    return [{"account": item} if isinstance(item, str) else item for item in cells] if isinstance(cells, list) else cells


class Incident(_Row):
    """One incident."""

    native_id: Account
    number: str | None = None
    title: str | None = None
    status: Literal[STATUSES]  # type: ignore[valid-type] - the contract's own values
    severity: str | None = None
    urgency: str | None = None
    service_id: str | None = None
    service: str | None = None
    started_at: AwareDatetime | None = None
    created_at: AwareDatetime
    acknowledged_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    n_reopened: int | None = Field(default=None, ge=0)
    customer_impact: str | None = None
    eval_attributable: Literal["yes", "no"] | None = None
    eval_attributable_by: Account | None = None
    causes: Texts = ()
    labels: Texts = ()
    links: Texts = ()
    url: str | None = Field(default=None, pattern="^https?://")
    responders: Annotated[tuple[Responder, ...], BeforeValidator(_responders)] = ()


class Shift(_Row):
    """One time on call."""

    schedule: Account
    account: Account
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None


ROWS: dict[str, type[_Row]] = {"incidents": Incident, "on_call_shifts": Shift}


def take_apart(name: str, body: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """Rows of a file: their table, where each stands in it, and what stands there.

    Raises:
        BadFile: when nothing of the file can be used.
    """
    return _from_csv(body) if name.lower().endswith(".csv") else _from_json(body)


def _from_json(body: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """Rows as they come: a file of millions is never held as a whole."""
    n_rows: Counter[str] = Counter()
    try:
        for table, row in entries_by_key(body, ROWS.keys()):
            yield table, f"{table}[{n_rows[table]}]", row
            n_rows[table] += 1
    except BadJson as error:
        raise BadFile(f"{error}; expected an object with a list in 'incidents', 'on_call_shifts' or both") from None


def _from_csv(body: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """Lines as they come: a file of millions is never held as a whole."""
    # What is no text comes through as lone surrogates, so that the line it is on can be told.
    with io.TextIOWrapper(body, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, strict=True)
        try:
            yield from _rows_of_csv(reader)
        except csv.Error as error:
            raise BadFile(f"line {reader.line_num} is no well-formed CSV: {error}") from error


def _rows_of_csv(reader: Any) -> Iterator[tuple[str, str, Any]]:
    header = [cell.strip() for cell in next(reader, [])]
    table = "incidents" if "native_id" in header else "on_call_shifts"
    legal = ROWS[table].model_fields
    unknown = [name for name in header if name not in legal]
    missing = [name for name, field in legal.items() if field.is_required() and name not in header]
    if unknown or missing or len(set(header)) < len(header):
        raise BadFile(
            f"its columns are {', '.join(header) or 'none'}; expected, each once, some of {', '.join(legal)}, and {', '.join(missing)}"
        )
    for cells in reader:
        if any(NOT_TEXT.search(cell) for cell in cells):
            raise BadFile(f"line {reader.line_num} holds bytes that are not UTF-8 text")
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
        place = f"line {reader.line_num}"
        if len(cells) not in (0, len(header)):
            yield table, place, f"{len(cells)} cells, the header has {len(header)}"
        elif row:
            yield table, place, row


def read_row(table: str, row: Any, url: str) -> dict[str, list[Record]]:
    """Records of one row, by table.

    Raises:
        ValueError: naming every fault: field, value, what was expected.
    """
    try:
        found = TypeAdapter(ROWS[table]).validate_python(row)
    except ValidationError as error:
        raise ValueError("; ".join(_fault(fault) for fault in error.errors(include_url=False))) from None
    return _incident(found, row, url) if isinstance(found, Incident) else {table: [_shift(found, row, url)]}


def _incident(found: Incident, row: Any, url: str) -> dict[str, list[Record]]:
    incident_id, where = f"files:{found.native_id}", found.url or url
    record = found.model_dump(exclude={"responders", "url"})
    record |= {name: list(getattr(found, name)) for name in ("causes", "labels", "links")}
    record |= {"incident_id": incident_id, "kind": "files", "resolved_how": "reported" if found.resolved_at else None}
    record |= {"has_history": True, "_raw": row, "_source_url": where}
    responders = [
        {"incident_id": incident_id, "entry_id": f"#{number}", "kind": "files", "account": one.account.lower(), "action": one.action}
        | {"responded_at": one.at, "_raw": one.model_dump(mode="json"), "_source_url": where}
        for number, one in enumerate(found.responders)
    ]
    return {"incidents": [record], "incident_responders": responders}


def _shift(found: Any, row: Any, url: str) -> Record:
    about = {"schedule_id": f"files:{found.schedule}", "kind": "files", "schedule": found.schedule, "account": found.account.lower()}
    moments: dict[str, datetime | None] = {"started_at": found.started_at, "ended_at": found.ended_at}
    return about | moments | {"_raw": row, "_source_url": url}


def _fault(fault: Any) -> str:
    place = ".".join(str(step) for step in fault["loc"])
    if fault["type"] == "missing":
        return f"{place} is missing"
    if fault["type"] == "extra_forbidden":
        return f"{place} is no field"
    expected = re.sub("Input should (be|have)", "expected", fault["msg"])
    return f"{place or 'it'} is {fault['input']!r:.60}; {expected}"
