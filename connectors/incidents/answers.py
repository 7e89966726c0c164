"""What both vendors' records have in common: moments, ids, and logs put together to what an incident's row says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Record
from connectors.incidents.source import Json


@dataclass(frozen=True)
class Entry:
    """One entry of an incident's log that says what somebody did.

    Attributes:
        at: when; null where it is not told.
        accounts: who; empty where it was no person.
    """

    entry_id: str
    action: str
    at: datetime | None
    accounts: tuple[str, ...]
    raw: Any
    url: str


def moment(answer: Json, name: str) -> datetime | None:
    """A time (UTC); null where there is none.

    Raises:
        ValueError: for text that is no time with a zone.
    """
    value = answer.get(name)
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{name} is {value!r}; expected a time such as 2026-02-02T09:00:00Z") from None
    if found.tzinfo is None:
        raise ValueError(f"{name} is {value!r}; it has no zone")
    return found.astimezone(UTC)


def needed_moment(answer: Json, name: str) -> datetime:
    """A time that must be there."""
    found = moment(answer, name)
    if found is None:
        raise ValueError(f"{name} is missing; expected a time such as 2026-02-02T09:00:00Z")
    return found


def read_log(history: list[Any], read: Callable[[Json], Entry | None]) -> tuple[list[Entry], list[tuple[str, str, Any]]]:
    """What a log says that people did; and its entries that could not be read, as what names them, reason, and entry.

    Args:
        history: the entries as they came.
        read: an entry's meaning; None for one that says nothing of it, ValueError for one that cannot be read.
    """
    entries: list[Entry] = []
    faults: list[tuple[str, str, Any]] = []
    for position, found in enumerate(history):
        name = f"#{position}"
        try:
            if not isinstance(found, dict) or not found.get("id") or not found.get("type"):
                raise ValueError("expected an entry with its id, type and time")
            name = str(found["id"])
            entry = read(found)
        except ValueError as error:
            faults.append((name, str(error), found))
            continue
        if entry:
            entries.append(entry)
    return entries, faults


def from_log(entries: Iterable[Entry]) -> Record:
    """Columns of an incident that its log tells: the first acknowledgement and resolution, and how often it was opened again."""
    moments: dict[str, list[datetime]] = {}
    for entry in entries:
        if entry.at:
            moments.setdefault(entry.action, []).append(entry.at)
    resolved_at = min(moments.get("resolved", ()), default=None)
    return {
        "acknowledged_at": min(moments.get("acknowledged", ()), default=None),
        "resolved_at": resolved_at,
        "resolved_how": "history" if resolved_at else None,
        "n_reopened": len(moments.get("reopened", ())),
        "has_history": True,
    }


UNREAD_LOG: Record = {"acknowledged_at": None, "resolved_at": None, "resolved_how": None, "n_reopened": None, "has_history": False}


def responders(kind: str, incident_id: str, entries: Iterable[Entry]) -> list[Record]:
    """A row for each person of each entry."""
    return [
        {
            "incident_id": incident_id,
            "entry_id": entry.entry_id,
            "kind": kind,
            "account": account,
            "action": entry.action,
            "responded_at": entry.at,
        }
        | {"_raw": entry.raw, "_source_url": entry.url}
        for entry in entries
        for account in dict.fromkeys(entry.accounts)
    ]


def objects(value: Any) -> list[Json]:
    """The objects of a list; nothing where there is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
