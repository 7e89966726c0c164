"""Answers of a server that were listed and are still to be read, on disk: a listing may be larger than memory."""

import os
import tempfile
import weakref
from collections.abc import Iterator

CHUNK = 1 << 20


class Waiting:
    """Bytes by name, written one name after the other, then read by several threads."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        weakref.finalize(self, self._file.close)
        self._places: dict[str, tuple[int, int]] = {}
        self._name = ""

    def begin(self, name: str) -> None:
        """What is added from now on belongs to a name."""
        self._name = name
        self._places[name] = (self._file.tell(), 0)

    def add(self, piece: bytes) -> None:
        """Keep a piece of what was begun last."""
        start, size = self._places[self._name]
        self._file.write(piece)
        self._places[self._name] = (start, size + len(piece))

    def pieces(self, name: str) -> Iterator[bytes]:
        """What was kept under a name, in pieces that fit in memory."""
        self._file.flush()
        start, size = self._places[name]
        for offset in range(0, size, CHUNK):
            # Without moving the file's own position, which the threads share.
            yield os.pread(self._file.fileno(), min(CHUNK, size - offset), start + offset)
