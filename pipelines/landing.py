"""What one reading has brought: checked, and on disk as Parquet; `changes.py` compares it with what the warehouse holds.

Nothing here changes the warehouse; `load.py` does. What landed is durable piece by piece
(`segments.py`), so a reading that was killed is adopted by the next one, which goes on from its checkpoints.
"""

import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from connectors.contract import Budget, Checkpoint, Connector, Counted, Cursor, Event, Failed, Finished, Gone, Page, Record, Rejected
from pipelines import gates
from pipelines.segments import Manifest, Segments
from pipelines.warehouse import Home

LANDING_ROWS = 20_000
"""Records held before they are written out."""
LANDING_BYTES = 16 * 2**20
"""Characters of answers held before they are written out: an answer of GitHub is 5 to 20 kB, so this is met long before the rows."""


@dataclass(frozen=True)
class Pace:
    """When what was read is made durable as one more piece; a kill loses the reading since.

    Attributes:
        least_seconds: never sooner after the last piece.
        most_share: share of the time that pieces may cost; one is 5 ms for each table's contract and a few more for its files.
        share_of_time: never sooner than this share of the whole reading so far, so that the pieces of a long one stay few.
    """

    least_seconds: float = 1.0
    most_share: float = 0.05
    share_of_time: float = 0.01


@dataclass(frozen=True)
class Run:
    """One sync: its id, its moment, and what the caller asked for."""

    home: Home
    run_id: str
    now: datetime
    full: bool = False
    since: datetime | None = None
    accept_removals: bool = False
    accept_differences: bool = False
    budget: Budget = field(default_factory=Budget)
    pace: Pace = Pace()
    progress: Callable[[str], None] = lambda _: None

    @classmethod
    def start(cls, home: Home, **options: Any) -> "Run":
        """A new run, named by its start and a random tail."""
        now = datetime.now(UTC)
        return cls(home, f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}", now, **options)


@dataclass(frozen=True)
class Ended:
    """A partition that was read to its end by the reading of that number, and the tables that it listed completely."""

    partition: str
    tables: tuple[str, ...]
    reading: int


@dataclass
class _Clock:
    """When the next piece is due."""

    now: Callable[[], float]
    pace: Pace
    began: float = 0.0
    wrote: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        self.began = self.wrote = self.now()
        self.due = self.pace.least_seconds

    def is_due(self) -> bool:
        return self.now() - self.wrote >= self.due

    def note(self, seconds: float) -> None:
        """A piece took so long."""
        self.wrote = self.now()
        pace = self.pace
        self.due = max(pace.least_seconds, seconds / pace.most_share, (self.wrote - self.began) * pace.share_of_time)


@dataclass
class Landing:
    """What one reading and those that it adopted have brought so far, on disk and in counts."""

    folder: Path
    connector: Connector
    run: Run
    clock: Callable[[], float] = time.monotonic
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    bad: list[tuple[str, str, gates.Quarantined]] = field(default_factory=list)
    counted: dict[tuple[str, str], Counted] = field(default_factory=dict)
    """The newest total of each table and whole partition that was read to its end."""
    cursors: dict[str, Cursor] = field(default_factory=dict)
    finished: list[Ended] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    gone: dict[str, dict[tuple[Any, ...], str]] = field(default_factory=lambda: defaultdict(dict))
    """By table, keys of rows that the source told to be gone, and why."""
    held_back: frozenset[str] = frozenset()
    """Partitions that were compared with the source's own totals, differ, and so were not loaded."""
    segments: Segments = field(init=False)
    _buffers: dict[str, list[tuple[str, Record]]] = field(default_factory=lambda: defaultdict(list))
    _totals: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    _rows: int = 0
    _bytes: int = 0
    _told: dict[str, list[Counted]] = field(default_factory=lambda: defaultdict(list))
    """Totals of whole partitions that are not finished yet."""
    _fresh: Manifest = field(default_factory=Manifest)
    """What the next piece will say."""
    _timer: _Clock = field(init=False)

    def __post_init__(self) -> None:
        self.segments, self._timer = Segments(self.folder / "segments", self.connector), _Clock(self.clock, self.run.pace)

    def __enter__(self) -> "Landing":
        """Go on with what earlier readings left."""
        for reading, manifest in self.segments.adopt():
            self._adopt(reading, manifest)
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Forget what was loaded, and what was refused; keep what could not be read to its end or not be loaded."""
        shutil.rmtree(self.folder / "changed", ignore_errors=True)
        if kind is None:
            self.segments.keep(self.held_back)
        elif issubclass(kind, gates.SuspiciousLoad):
            self.segments.discard()

    def _adopt(self, reading: int, manifest: Manifest) -> None:
        self.cursors |= manifest.cursors
        self.finished += [Ended(partition, tuple(tables), reading) for partition, tables in manifest.finished]
        for table, partition, count, how, distinct in manifest.counted:
            self.counted[table, partition] = Counted(table, partition, count, how, tuple(distinct))
        self.bad += [(table, partition, gates.Quarantined(*item)) for table, partition, *item in manifest.bad]
        for table, _, keys, reason in manifest.gone:
            self._bury(table, keys, reason)
        for table, partition, records in manifest.seen:
            self.seen[table, partition] = self.seen.get((table, partition), 0) + records

    def take(self, event: Event) -> None:
        """Put one event where it belongs, and make it durable with what came before when it is time."""
        match event:
            case Page():
                self._buffer(event)
            case Rejected():
                self._reject(event)
            case Counted():
                self._count(event)
            case Gone():
                self._bury(event.table, event.keys, event.reason)
                self._fresh.gone.append([event.table, event.partition, event.keys, event.reason])
            case Checkpoint():
                self._reach(event.partition, event.cursor)
            case Finished():
                self._finish(event)
            case Failed():
                self.failed.append(event)
                self.run.progress(f"{self.connector.name}: {event.partition} failed: {event.error}")
        if self._rows >= LANDING_ROWS or self._bytes >= LANDING_BYTES or self._timer.is_due():
            self.flush()

    def _buffer(self, page: Page) -> None:
        self._see(page.table, page.partition, len(page.records))
        buffer = self._buffers[page.table]
        for record in page.records:
            # As text an answer takes a fifth of the memory of its objects, and it is stored as text anyway.
            raw = gates.as_json(record.get("_raw"))
            buffer.append((page.partition, {**record, "_raw": raw}))
            self._bytes += len(raw)
        self._rows += len(page.records)

    def _see(self, table: str, partition: str, records: int) -> None:
        self.seen[table, partition] = self.seen.get((table, partition), 0) + records
        self._fresh.seen.append([table, partition, records])

    def _reject(self, event: Rejected) -> None:
        self._see(event.table, event.partition, 1)
        item = gates.Quarantined(event.identity, event.reason, gates.as_json(event.raw), event.source_url)
        self._set_aside(event.table, event.partition, item)

    def _set_aside(self, table: str, partition: str, item: gates.Quarantined) -> None:
        self.bad.append((table, partition, item))
        self._fresh.bad.append([table, partition, item.identity, item.reason, item.raw, item.source_url])

    def _count(self, event: Counted) -> None:
        if event.by:
            self._totals[event.table] += [(event.partition, event.how, event.by, str(key), n) for key, n in event.each.items()]
        else:
            self._told[event.partition].append(event)

    def _bury(self, table: str, keys: Sequence[Sequence[Any]], reason: str) -> None:
        self.gone[table] |= {tuple(key): reason for key in keys}

    def _reach(self, partition: str, cursor: Cursor) -> None:
        self.cursors[partition] = self._fresh.cursors[partition] = cursor

    def _finish(self, event: Finished) -> None:
        self._reach(event.partition, event.cursor)
        self.finished.append(Ended(event.partition, event.tables, self.segments.reading))
        self._fresh.finished.append([event.partition, event.tables])
        for told in self._told.pop(event.partition, []):
            self.counted[told.table, told.partition] = told
            self._fresh.counted.append([told.table, told.partition, told.count, told.how, told.distinct])
        self.run.progress(f"{self.connector.name}: {event.partition}")

    def flush(self) -> None:
        """Check everything that is buffered and make it durable, with the cursors that it is complete down to."""
        began = self.clock()
        frames: dict[tuple[str, str], pl.DataFrame] = {}
        for name in [name for name, buffer in self._buffers.items() if buffer]:
            self._check(name, self._buffers.pop(name), frames)
        for name, totals in self._totals.items():
            columns = {"_partition": pl.String, "how": pl.String, "parent": pl.String, "key": pl.String, "count": pl.Int64}
            frames["totals", name] = pl.DataFrame(totals, schema=columns, orient="row")
        self._totals.clear()
        if frames or not self._fresh.is_empty:
            self.segments.write(frames, self._fresh)
        self._fresh, self._rows, self._bytes = Manifest(), 0, 0
        self._timer.note(self.clock() - began)

    def _check(self, name: str, buffered: list[tuple[str, Record]], frames: dict[tuple[str, str], pl.DataFrame]) -> None:
        """Hold one table's records of all partitions against the contract: each call of pandera costs the same few milliseconds."""
        table = self.connector.table(name)
        partitions = pl.Series("_partition", [partition for partition, _ in buffered], pl.String)
        checked = gates.check_records([record for _, record in buffered], table)
        for partition, item in zip(partitions.filter(~checked.is_good), checked.quarantined, strict=True):
            self._set_aside(name, partition, item)
        if table.census:
            frames["keys", name] = checked.listed_keys.with_columns(partitions).drop_nulls()
        if checked.frame.height:
            frames["rows", name] = self._with_provenance(checked.frame.with_columns(partitions.filter(checked.is_good)))

    def _with_provenance(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.lit(self.run.now).cast(pl.Datetime("us", "UTC")).alias("_extracted_at"),
            pl.lit(self.run.run_id).alias("_load_id"),
            pl.lit(None, pl.Datetime("us", "UTC")).alias("_deleted_at"),
            pl.lit(None, pl.String).alias("_deleted_reason"),
        )

    def listed_wholly(self, table: str) -> list[Ended]:
        """The newest complete listing of the table in each partition that has one."""
        return list({ended.partition: ended for ended in self.finished if table in ended.tables}.values())
