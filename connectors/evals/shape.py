"""Reading JSON that may have any shape: a missing or odd field is None or empty, never an exception.

What is no log at all is told apart before (`UnreadableLog`); inside a log, oddities become odd records, which their contract
sets aside one by one.
"""

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

Json = dict[str, Any]
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_INT64 = 2**63


class UnreadableLog(Exception):
    """A file that no run can be read from; `reason` says in a sentence what it is and what was expected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes) -> Any:
    """A JSON document; NaN and Infinity are taken as Python's own reader takes them, since the harnesses write them.

    Raises:
        UnreadableLog: saying where it breaks off.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return _storable(json.loads(body.decode("utf-8", "replace")))
    except json.JSONDecodeError as error:
        raise UnreadableLog(f"no whole JSON document: {error.msg} at character {error.pos} of {len(body)}") from None
    except RecursionError:
        raise UnreadableLog("JSON nested too deeply to be a log") from None


def mapping(value: Any, *path: str) -> Json:
    """The object at a path of keys; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def listing(value: Any, *path: str) -> list[Any]:
    """The list at a path of keys; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def objects(value: Any, *path: str) -> Iterator[Json]:
    """The objects of the list at a path of keys."""
    return (item for item in listing(value, *path) if isinstance(item, dict))


def at(value: Any, *path: str) -> Any:
    """Whatever is at a path of keys, or None."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, *path: str) -> str | None:
    """A text, or a number as text; None for anything else and for blank."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found).strip() or None


def number(value: Any, *path: str) -> float | None:
    """A finite number, also one written as a string; None for NaN, `N/A` and anything else."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    try:
        parsed = float(found)
    except (ValueError, OverflowError):
        return None
    return parsed if math.isfinite(parsed) else None


def integer(value: Any, *path: str) -> int | None:
    """A whole number that fits a column, also one written as a string or as `3.0`."""
    parsed = number(value, *path)
    return int(parsed) if parsed is not None and parsed.is_integer() and abs(parsed) < _INT64 else None


def boolean(value: Any, *path: str) -> bool | None:
    """True or false, or None."""
    found = at(value, *path)
    return found if isinstance(found, bool) else None


def worded(value: Any, *path: str) -> bool | None:
    """True or false, also written as a word; None for anything else."""
    return {"true": True, "false": False}.get(str(at(value, *path)).lower())


def moment(value: Any, *path: str) -> str | None:
    """An instant as ISO-8601 in UTC: from ISO text (without a zone taken as UTC, as the harnesses mean it) or epoch seconds."""
    found = at(value, *path)
    try:
        if isinstance(found, str):
            parsed = datetime.fromisoformat(found)
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        seconds = number(found)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def instant(value: Any, *path: str) -> datetime | None:
    """The same as a moment that can be reckoned with."""
    found = moment(value, *path)
    return None if found is None else datetime.fromisoformat(found)


def later(start: str | None, seconds: float | None) -> str | None:
    """The instant so many seconds after another one; None where either is missing or the calendar ends before."""
    if start is None or seconds is None:
        return None
    try:
        return (datetime.fromisoformat(start) + timedelta(seconds=seconds)).isoformat()
    except OverflowError:
        return None


def _storable(value: Any) -> Any:
    """What Python's reader takes and no table can: lone surrogates, whole numbers beyond 64 bits."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("�", value)
    if isinstance(value, dict):
        return {_LONE_SURROGATE.sub("�", key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _INT64 else value
