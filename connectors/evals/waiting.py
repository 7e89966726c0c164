"""What a server answered about its runs, each a head line and the lines of its samples, until it is read.

Answers wait on disk: a listing may be larger than memory. Of a run that is younger than `SETTLED_AFTER` the samples are asked for
with the listing and belong to its entity tag, since people judge them later; of an older one when it is read.
"""

import hashlib
import itertools
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import orjson

from connectors.evals.shape import Json
from connectors.evals.store import CHUNK, Entry, Fetched, spooled

SETTLED_AFTER = timedelta(days=30)


class Answers:
    """The entries of a server.

    Args:
        samples: asks for the samples of a run, whose head it is given; one JSON object each.
        now: the moment of the reading.
    """

    def __init__(self, samples: Callable[[Json], Iterator[Json]], now: datetime) -> None:
        self._samples, self._now = samples, now
        self._waiting, self._whole = Waiting(), set[str]()

    def entry(self, name: str, path: str, head: Json, modified_at: datetime | None) -> Entry:
        """A run as it was listed: its entity tag is the hash of what it says, so that it is read again when any of it changes."""
        lines: Iterable[bytes] = [_line(head)]
        if modified_at is None or self._now - modified_at < SETTLED_AFTER:
            self._whole.add(name)
            lines = itertools.chain(lines, map(_line, self._samples(head)))
        size, sha = self._waiting.put(name, lines)
        return Entry(name, path, size, modified_at, sha)

    def fetch(self, name: str) -> Fetched:
        """The lines of a run: its head, then its samples."""
        return spooled(self._pieces(name))

    def _pieces(self, name: str) -> Iterator[bytes]:
        yield from self._waiting.pieces(name)
        if name not in self._whole:
            yield from map(_line, self._samples(orjson.loads(b"".join(self._waiting.pieces(name)))))


def _line(answer: Json) -> bytes:
    return orjson.dumps(answer, option=orjson.OPT_SORT_KEYS) + b"\n"


class Waiting:
    """Bytes by name, written one name after the other, then read by several threads."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        weakref.finalize(self, self._file.close)
        self._places: dict[str, tuple[int, int]] = {}

    def put(self, name: str, pieces: Iterable[bytes]) -> tuple[int, str]:
        """Keep pieces under a name; their size together and their hash."""
        start, digest = self._file.tell(), hashlib.sha256()
        for piece in pieces:
            self._file.write(piece)
            digest.update(piece)
        size = self._file.tell() - start
        self._places[name] = (start, size)
        return size, digest.hexdigest()

    def pieces(self, name: str) -> Iterator[bytes]:
        """What was kept under a name, in pieces that fit in memory."""
        self._file.flush()
        start, size = self._places[name]
        for offset in range(0, size, CHUNK):
            # Without moving the file's own position, which the threads share.
            yield os.pread(self._file.fileno(), min(CHUNK, size - offset), start + offset)
