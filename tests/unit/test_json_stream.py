"""JSON documents an entry at a time: what is given out, how a fault is told, and that nothing is read ahead of what is taken."""

import io
import json
from decimal import Decimal
from typing import Any

import pytest

from connectors.json_stream import BadJson, entries, entries_by_key

KEYS = ("incidents", "on_call_shifts")
MARK = b"\xef\xbb\xbf"
ODD = [1, -2.5, None, True, "é", [], {}, [[1], {"a": {"b": [None]}}], {"item": [{"item": 1}], "": 0}, 2**70]


def taken(body: bytes, keys: tuple[str, ...] | None = None) -> tuple[list[Any], str]:
    """What came, and what was said at the end."""
    found: list[Any] = []
    try:
        for entry in entries(io.BytesIO(body)) if keys is None else entries_by_key(io.BytesIO(body), keys):
            found.append(entry)
    except BadJson as error:
        return found, str(error)
    return found, ""


@pytest.mark.parametrize("start", [b"", MARK, b" \n", MARK + b"\r\n"])
def test_entries_of_every_kind_come_as_they_stand(start: bytes):
    assert taken(start + json.dumps(ODD).encode()) == (ODD, "")
    told = json.dumps({"on_call_shifts": ODD, "incidents": ODD}).encode()
    assert taken(start + told, KEYS) == ([(key, entry) for key in ("on_call_shifts", "incidents") for entry in ODD], "")


def test_fractions_lose_no_digit():
    assert taken(b"[0.1000000000000000000001]")[0] == [Decimal("0.1000000000000000000001")]


@pytest.mark.parametrize(
    ("body", "keys", "came", "said"),
    [
        (b"", None, 0, "it is no JSON list"),
        (b'{"item": [1]}', None, 0, "it is no JSON list"),
        (b"[1, 2", None, 2, "it is no whole JSON document (parse error: premature EOF)"),
        (b'["a", secret]', None, 1, "it is no whole JSON document (lexical error: invalid char in json text)"),
        (b'["a", "secret\xff"]', None, 1, "it is no whole JSON document (lexical error: invalid bytes in UTF8 string)"),
        (b'["a"] secret', None, 1, "it is no whole JSON document (parse error: trailing garbage)"),
        (b"[]", KEYS, 0, "it is no JSON object"),
        (b"{}", KEYS, 0, "it is an empty JSON object"),
        (b'{"incidents": [1], "notes": []}', KEYS, 1, "it has 'notes', which is no such list"),
        (b'{"incidents": [1], "on_call_shifts": {"a": []}}', KEYS, 1, "it has 'on_call_shifts', which is no such list"),
        (b'{"incidents": 3}', KEYS, 0, "it has 'incidents', which is no such list"),
        (b'{"incidents": [1, [2], {"a": "secr', KEYS, 2, "it is no whole JSON document (parse error: premature EOF)"),
    ],
)
def test_what_stands_before_a_fault_is_given_out_and_the_fault_shows_no_entry(
    body: bytes, keys: tuple[str, ...] | None, came: int, said: str
):
    found, told = taken(body, keys)
    assert (len(found), told) == (came, said)


def test_an_object_of_empty_lists_has_no_entries_and_no_fault():
    assert taken(b'{"incidents": []}', KEYS) == ([], "")
