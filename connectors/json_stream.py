"""JSON documents an entry at a time, so that a file of millions is never held as a whole; what the entries mean is not decided here.

Numbers with a fraction are decimals: told to make floats of them, the parser refuses whole numbers of more than 64 bits.
"""

import codecs
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

import ijson

BEGINNING = 4096
"""Bytes in which a file of JSON shows its first brace."""


class BadJson(ValueError):
    """A document that is broken or of another shape; what stands before the fault has been given out already."""


def begins_with(body: BinaryIO, brace: bytes) -> bool:
    """Whether a document begins with this brace. A byte-order mark, which parsers of JSON refuse, is passed over for good."""
    start = body.read(BEGINNING)
    body.seek(len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0)
    return start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(brace)


def entries(body: BinaryIO) -> Iterator[Any]:
    """Entries of a document that is a list.

    Raises:
        BadJson: where the document is no list, and where it breaks or is cut short.
    """
    if not begins_with(body, b"["):
        raise BadJson("it is no JSON list")
    try:
        yield from ijson.items(body, "item")
    except ijson.JSONError as error:
        raise _broken(error) from None


def entries_by_key(body: BinaryIO, keys: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Entries of a document that is an object of lists under some of these keys, each with its key.

    Raises:
        BadJson: where the document is no such object, and where it breaks or is cut short.
    """
    if not begins_with(body, b"{"):
        raise BadJson("it is no JSON object")
    key, depth, entry = "", 0, ijson.ObjectBuilder()
    try:
        for event, value in ijson.basic_parse(body):
            depth -= event.startswith("end_")
            if depth > 1:
                entry.event(event, value)
                if depth == 2 and not event.startswith("start_"):
                    yield key, entry.value
                    entry = ijson.ObjectBuilder()
            elif event == "map_key":
                key = value
            elif depth == 1 and not (key in keys and event.endswith("_array")):
                raise BadJson(f"it has {key!r}, which is no such list")
            depth += event.startswith("start_")
    except ijson.JSONError as error:
        raise _broken(error) from None
    if not key:
        raise BadJson("it is an empty JSON object")


def _broken(error: Exception) -> BadJson:
    [told] = error.args
    # Where text is not UTF-8, the parser tells so in bytes. Its lines after the first show what stands in the file, which nobody may keep.
    first = (told.decode(errors="replace") if isinstance(told, bytes) else told).partition("\n")[0]
    return BadJson(f"it is no whole JSON document ({first.rstrip('.')})")
