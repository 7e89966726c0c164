"""Durable pieces of one source's event stream: what a reading has brought survives a kill at any moment, also in the middle of a write.

Each piece is a folder of Parquet files with a manifest, written under another name and moved to its own at the end, so that it is
there wholly or not at all. A piece holds a prefix's continuation: every row that came before a cursor of its manifest is in it or in
an earlier piece. Hence cursors are never ahead of rows, whichever piece is the last one.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from connectors.contract import Connector, Cursor, polars_type

_MANIFEST = "manifest.json"


@dataclass
class Manifest:
    """What a piece says beside its rows, in the order in which it came.

    Attributes:
        cursors: by partition, what a next reading goes on from.
        finished: `[partition, tables listed completely]` of each partition that was read to its end.
        counted: `[table, partition, count, how, distinct columns]` of each total of a whole partition.
        bad: `[table, partition, identity, reason, raw, source_url]` of each record set aside.
        gone: `[table, keys, reason]` of rows that the source told to be gone.
        seen: `[table, partition, records]`.
    """

    cursors: dict[str, Cursor] = field(default_factory=dict[str, Cursor])
    finished: list[list[Any]] = field(default_factory=list[list[Any]])
    counted: list[list[Any]] = field(default_factory=list[list[Any]])
    bad: list[list[str]] = field(default_factory=list[list[str]])
    gone: list[list[Any]] = field(default_factory=list[list[Any]])
    seen: list[list[Any]] = field(default_factory=list[list[Any]])

    @property
    def is_empty(self) -> bool:
        """Nothing worth keeping."""
        return not (self.cursors or self.finished or self.counted or self.bad or self.gone or self.seen)


class Segments:
    """The pieces of one source, those of earlier readings that were not loaded included."""

    def __init__(self, folder: Path, connector: Connector) -> None:
        self.folder, self._contract = folder, _contract_of(connector)
        self.reading = 1
        """Number of this reading; 1 more than that of the last one whose pieces are still here."""
        self._written = 0

    def adopt(self) -> Iterator[tuple[int, Manifest]]:
        """Every manifest that earlier readings left, oldest first, with the number of its reading.

        Pieces under other contracts of the tables (another version of the code) are given up: what they hold is read again.
        """
        for leaving in self.folder.parent.glob(f"{self.folder.name}.leaving-*"):
            shutil.rmtree(leaving, ignore_errors=True)
        found = [
            (path, orjson.loads((path / _MANIFEST).read_bytes())) for path in sorted(self.folder.glob("*-*")) if path.suffix != ".part"
        ]
        if any(stored.pop("contract") != self._contract for _, stored in found):
            self.discard()
            found = []
        self.folder.mkdir(parents=True, exist_ok=True)
        for part in self.folder.glob("*.part"):
            shutil.rmtree(part)
        for path, stored in found:
            reading = int(path.name.partition("-")[0])
            self.reading = max(self.reading, reading + 1)
            yield reading, Manifest(**stored)

    def write(self, frames: Mapping[tuple[str, str], pl.DataFrame], manifest: Manifest) -> None:
        """Add one piece: `frames` by kind and table, durable once this returns."""
        self._written += 1
        target = self.folder / f"{self.reading:04d}-{self._written:06d}"
        part = target.with_suffix(".part")
        for (kind, table), frame in frames.items():
            path = part / kind / f"{table}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path, compression="zstd", compression_level=1)
            _flush(path)
        part.mkdir(exist_ok=True)
        (part / _MANIFEST).write_bytes(orjson.dumps({"contract": self._contract, **vars(manifest)}, option=orjson.OPT_NON_STR_KEYS))
        _flush(part / _MANIFEST)
        for folder in (*(path for path in part.iterdir() if path.is_dir()), part):
            _flush(folder)
        part.rename(target)
        _flush(self.folder)

    def files(self, kind: str, table: str, reading: int | None = None) -> str | None:
        """Pattern of the Parquet files of one table, of all readings or of one; None where there are none."""
        pattern = f"{'*' if reading is None else f'{reading:04d}'}-*/{kind}/{table}.parquet"
        return str(self.folder / pattern) if next(self.folder.glob(pattern), None) else None

    def discard(self) -> None:
        """Forget every piece, in one step: half of a reading would look like a listing that lost the other half."""
        if self.folder.exists():
            leaving = self.folder.with_name(f"{self.folder.name}.leaving-{uuid.uuid4().hex[:8]}")
            self.folder.rename(leaving)
            shutil.rmtree(leaving, ignore_errors=True)


def _flush(path: Path) -> None:
    """Have a file or a folder on the disk, not only in the machine's memory."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _contract_of(connector: Connector) -> str:
    """What the stored columns depend on, as a digest."""
    tables = [
        (table.name, table.key, table.census, [(name, str(polars_type(column))) for name, column in table.columns.items()])
        for table in connector.tables
    ]
    return hashlib.blake2b(repr(tables).encode(), digest_size=8).hexdigest()
