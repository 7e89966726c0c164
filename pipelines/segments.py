"""Durable pieces of one source's event stream: what a reading has brought survives a kill at any moment, also in the middle of a write.

Each piece is a folder of Parquet files with a manifest, written under another name and moved to its own at the end, so that it is
there wholly or not at all. A piece holds a prefix's continuation: every row that came before a cursor of its manifest is in it or in
an earlier piece. Hence cursors are never ahead of rows, whichever piece is the last one.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from connectors.contract import Connector, Cursor, polars_type

_MANIFEST = "manifest.json"
_FORMAT = 2
"""Of manifests; pieces of another one are given up."""


@dataclass
class Manifest:
    """What a piece says beside its rows, in the order in which it came.

    Attributes:
        cursors: by partition, what a next reading goes on from.
        finished: `[partition, tables listed completely]` of each partition that was read to its end.
        counted: `[table, partition, count, how, distinct columns]` of each total of a whole partition.
        bad: `[table, partition, identity, reason, raw, source_url]` of each record set aside.
        gone: `[table, partition, keys, reason]` of rows that the source told to be gone.
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

    def of(self, partitions: Collection[str]) -> "Manifest":
        """What it says of some partitions, without the counts of records: the reading that landed them has journalled those."""
        return Manifest(
            cursors={name: cursor for name, cursor in self.cursors.items() if name in partitions},
            finished=[item for item in self.finished if item[0] in partitions],
            counted=[item for item in self.counted if item[1] in partitions],
            bad=[item for item in self.bad if item[1] in partitions],
            gone=[item for item in self.gone if item[1] in partitions],
        )


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
        self._end_keeping()
        found = self._stored()
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
        self._write(self.folder / f"{self.reading:04d}-{self._written:06d}", frames, manifest)

    def _write(self, target: Path, frames: Mapping[tuple[str, str], pl.DataFrame], manifest: Manifest) -> None:
        part = target.with_suffix(".part")
        for (kind, table), frame in frames.items():
            path = part / kind / f"{table}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path, compression="zstd", compression_level=1)
            _flush(path)
        part.mkdir(parents=True, exist_ok=True)
        (part / _MANIFEST).write_bytes(orjson.dumps({"contract": self._contract, **vars(manifest)}, option=orjson.OPT_NON_STR_KEYS))
        _flush(part / _MANIFEST)
        for folder in (*(path for path in part.iterdir() if path.is_dir()), part):
            _flush(folder)
        part.rename(target)
        _flush(target.parent)

    def files(self, kind: str, table: str, reading: int | None = None) -> str | None:
        """Pattern of the Parquet files of one table, of all readings or of one; None where there are none."""
        pattern = f"{'*' if reading is None else f'{reading:04d}'}-*/{kind}/{table}.parquet"
        return str(self.folder / pattern) if next(self.folder.glob(pattern), None) else None

    def keep(self, partitions: Collection[str]) -> None:
        """Forget every piece of other partitions, in one step: the next reading adopts what is kept."""
        if partitions:
            shutil.rmtree(self._kept, ignore_errors=True)
            for path, stored in self._stored():
                del stored["contract"]
                manifest = Manifest(**stored).of(partitions)
                frames = {(file.parent.name, file.stem): _rows_of(file, partitions) for file in sorted(path.glob("*/*.parquet"))}
                self._write(self._kept / path.name, {name: frame for name, frame in frames.items() if frame.height}, manifest)
        self.discard()
        self._end_keeping()

    @property
    def _kept(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.kept")

    def _end_keeping(self) -> None:
        """What was kept takes the place of all pieces; while these are still there, it was not complete."""
        if self._kept.exists() and not self.folder.exists():
            self._kept.rename(self.folder)
            _flush(self.folder.parent)
        shutil.rmtree(self._kept, ignore_errors=True)

    def _stored(self) -> list[tuple[Path, dict[str, Any]]]:
        """Every piece with its manifest, oldest first."""
        pieces = [path for path in sorted(self.folder.glob("*-*")) if path.suffix != ".part"]
        return [(path, orjson.loads((path / _MANIFEST).read_bytes())) for path in pieces]

    def discard(self) -> None:
        """Forget every piece, in one step: half of a reading would look like a listing that lost the other half."""
        if self.folder.exists():
            leaving = self.folder.with_name(f"{self.folder.name}.leaving-{uuid.uuid4().hex[:8]}")
            self.folder.rename(leaving)
            shutil.rmtree(leaving, ignore_errors=True)


def _rows_of(file: Path, partitions: Collection[str]) -> pl.DataFrame:
    return pl.read_parquet(file, hive_partitioning=False).filter(pl.col("_partition").is_in(list(partitions)))


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
    return hashlib.blake2b(repr((_FORMAT, tables)).encode(), digest_size=8).hexdigest()
