"""Texts in order, each once, in bounded memory: what does not fit is sorted onto disk, piece by piece, and merged when asked for."""

import heapq
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from typing import IO

HELD = 200_000
"""Texts held in memory; hashes of so many items take about 40 MB."""


class SortedTexts:
    """A set of texts that is only ever added to and then gone through in order.

    Args:
        held: how many texts are kept in memory before they go to disk.
    """

    def __init__(self, held: int = HELD) -> None:
        self.held = held
        self._recent: set[str] = set()
        self._pieces: list[IO[str]] = []
        self._open = ExitStack()
        weakref.finalize(self, self._open.close)

    def add(self, text: str) -> None:
        """Add a text without line ends."""
        self._recent.add(text)
        if len(self._recent) >= self.held:
            self._spill()

    def __iter__(self) -> Iterator[str]:
        """Every text once, in order."""
        for piece in self._pieces:
            piece.seek(0)
        on_disk = ((line.rstrip("\n") for line in piece) for piece in self._pieces)
        merged = heapq.merge(*on_disk, sorted(self._recent))
        return (text for text, _ in groupby(merged))

    def _spill(self) -> None:
        piece = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - open as long as the set is
        self._open.enter_context(piece)
        piece.writelines(f"{text}\n" for text in sorted(self._recent))
        self._pieces.append(piece)
        self._recent = set()
