"""Files that hold a record on each line, read one line at a time; a line that is no line sets only itself aside."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from connectors.evals.model import BadSample, OpenPart

LONGEST_LINE = 16 * 2**20
"""Bytes; what goes on for longer without a line end is no record, and is not held in memory to find out."""
TAIL = 2**20
"""Bytes at the end of a file among which its last line is looked for."""


def lines(part: OpenPart, begin: int = 1) -> Iterator[tuple[int, bytes | BadSample]]:
    """Number and content of every line that is not blank, from a number on; a faulty one stands in for a line that is too long."""
    part.body.seek(0)
    number = 0
    while line := part.body.readline(LONGEST_LINE):
        number += 1
        if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
            size = len(line) + _rest_of_line(part.body)
            if number >= begin:
                yield number, BadSample(place(part, number), f"a line of {size} bytes", {"size": size})
        elif number >= begin and line.strip():
            yield number, line


def last_line(part: OpenPart) -> bytes:
    """The last line that is not blank, if it is no longer than a mebibyte; else a part of it, which no reader takes for a record."""
    part.body.seek(max(0, part.size - TAIL))
    return part.body.read().rstrip().rpartition(b"\n")[2]


def ends_its_line(part: OpenPart) -> bool:
    """Whether the last line is whole, for tools that end each of them: a file cut between two lines shows no other trace."""
    part.body.seek(max(0, part.size - 1))
    return part.body.read() == b"\n"


def place(part: OpenPart, number: int) -> str:
    """What names a line in a rejection."""
    return f"{part.name}#{number}"


def bad_line(part: OpenPart, number: int, line: bytes, reason: str) -> BadSample:
    """A line that cannot be read, without its text."""
    return BadSample(place(part, number), reason, {"size": len(line), "sha256": hashlib.sha256(line).hexdigest()})


def _rest_of_line(body: BinaryIO) -> int:
    size = 0
    while piece := body.readline(LONGEST_LINE):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size
