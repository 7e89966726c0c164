"""What one reading has brought: checked, on disk as Parquet, and compared with what the warehouse holds.

Nothing here changes the warehouse; `load.py` does, with the files that this module writes.
"""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from connectors.contract import Connector, Counted, Event, Failed, Finished, Gone, Page, Record, Rejected, Table, polars_type
from pipelines import gates, warehouse
from pipelines.warehouse import Home, quote

LANDING_ROWS = 20_000
"""Records held per table before they are written out; GitHub-sized answers make this about 100 MB at worst."""


@dataclass(frozen=True)
class Run:
    """One sync: its id, its moment, and what the caller asked for."""

    home: Home
    run_id: str
    now: datetime
    full: bool = False
    since: datetime | None = None
    accept_removals: bool = False
    progress: Callable[[str], None] = lambda _: None

    @classmethod
    def start(cls, home: Home, **options: Any) -> "Run":
        """A new run, named by its start and a random tail."""
        now = datetime.now(UTC)
        return cls(home, f"{now:%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}", now, **options)


@dataclass
class Landing:
    """What one reading has brought so far, on disk and in counts."""

    folder: Path
    connector: Connector
    run: Run
    buffers: dict[tuple[str, str], list[Record]] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    bad: list[tuple[str, str, gates.Quarantined]] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    chunks: int = 0

    def __enter__(self) -> "Landing":
        """Start from an empty folder: what a killed run left is worth nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, event: Event) -> None:
        """Put one event where it belongs."""
        match event:
            case Page():
                self._buffer(event)
            case Rejected():
                self._reject(event)
            case Counted():
                self.counted.append(event)
            case Gone():
                self.gone.append(event)
            case Finished():
                self.finished.append(event)
                self.run.progress(f"{self.connector.name}: {event.partition}")
            case Failed():
                self.failed.append(event)
                self.run.progress(f"{self.connector.name}: {event.partition} failed: {event.error}")

    def _buffer(self, page: Page) -> None:
        key = (page.table, page.partition)
        self.seen[key] = self.seen.get(key, 0) + len(page.records)
        self.buffers.setdefault(key, []).extend(page.records)
        if len(self.buffers[key]) >= LANDING_ROWS:
            self.flush(key)

    def _reject(self, event: Rejected) -> None:
        key = (event.table, event.partition)
        self.seen[key] = self.seen.get(key, 0) + 1
        raw = gates.as_json(event.raw)
        self.bad.append((*key, gates.Quarantined(event.identity, event.reason, raw, event.source_url)))

    def flush(self, key: tuple[str, str]) -> None:
        """Check and write out one table's buffered records of one partition."""
        table, (name, partition) = self.connector.table(key[0]), key
        records = self.buffers.pop(key, [])
        if not records:
            return
        checked = gates.check_records(records, table)
        self.bad += [(name, partition, item) for item in checked.quarantined]
        self._write("keys", name, checked.listed_keys.with_columns(pl.lit(partition).alias("_partition")))
        if checked.frame.height:
            self._write("rows", name, self._with_provenance(checked.frame, partition))

    def _with_provenance(self, frame: pl.DataFrame, partition: str) -> pl.DataFrame:
        return frame.with_columns(
            pl.lit(partition).alias("_partition"),
            pl.lit(self.run.now).cast(pl.Datetime("us", "UTC")).alias("_extracted_at"),
            pl.lit(self.run.run_id).alias("_load_id"),
            pl.lit(None, pl.Datetime("us", "UTC")).alias("_deleted_at"),
            pl.lit(None, pl.String).alias("_deleted_reason"),
        )

    def _write(self, kind: str, table: str, frame: pl.DataFrame) -> None:
        folder = self.folder / kind / table
        folder.mkdir(parents=True, exist_ok=True)
        self.chunks += 1
        frame.write_parquet(folder / f"{self.chunks:08d}.parquet", compression="zstd", compression_level=1)

    def flush_all(self) -> None:
        """Write out whatever is still buffered."""
        for key in list(self.buffers):
            self.flush(key)


@dataclass(frozen=True)
class Change:
    """Rows of one table that differ from the warehouse, as one Parquet file."""

    path: Path
    kept: int
    changed: int
    tombstoned: int

    @property
    def rows(self) -> int:
        """Rows to load."""
        return self.changed + self.tombstoned


def changed_rows(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table) -> Change:
    """Write rows that are new, different or gone to one file; the last of several readings of one key wins."""
    connector = landing.connector
    target, path = f"{connector.dataset}.{quote(table.name)}", landing.folder / "changed" / f"{table.name}.parquet"
    path.parent.mkdir(exist_ok=True)
    columns = ", ".join(quote(name) for name in warehouse.columns_of(connector, table.name))
    key = ", ".join(quote(name) for name in table.key)
    landed = landing.folder / "rows" / table.name
    connection.execute(f"create or replace temp table changed as select {columns} from {target} limit 0")
    kept = 0
    if landed.exists():
        connection.execute(f"""create or replace temp table landed as select {columns} from (
            select *, row_number() over (partition by {key} order by filename desc, file_row_number desc) as newest
            from read_parquet('{landed}/*.parquet', filename = true, file_row_number = true)) where newest = 1""")
        kept = _count(connection, "landed")
        connection.execute(f"""insert into changed select {columns} from landed l where not exists (
            select 1 from {target} t where t._deleted_at is null and t._row_hash = l._row_hash and {_same_key(table, "t", "l")})""")
    told = _tombstone_told(connection, landing, table, target, columns)
    changed = _count(connection, "changed") - told
    tombstoned = told + (_tombstone(connection, landing, table, target, columns) if table.census else 0)
    connection.execute(f"copy (select * from changed order by {key}) to '{path}' (format parquet, compression zstd)")
    return Change(path, kept, changed, tombstoned)


def _tombstone_told(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table, target: str, columns: str) -> int:
    """Put tombstones in place of whatever was read of the rows that the source told to be gone."""
    told = {tuple(key): event.reason for event in landing.gone if event.table == table.name for key in event.keys}
    if not told:
        return 0
    rows = [[*key, reason] for key, reason in told.items()]
    schema = {name: polars_type(table.columns[name]) for name in table.key} | {"reason": pl.String}
    gone = pl.DataFrame(rows, schema=schema, orient="row")
    path = landing.folder / "changed" / f"{table.name}.gone.parquet"
    gone.write_parquet(path)
    connection.execute(f"create or replace temp table told as select * from read_parquet('{path}')")
    # A row that came new in the same reading is kept as a tombstone: it was there.
    connection.execute(f"""create or replace temp table buried as
        select l.* exclude (_deleted_at, _deleted_reason, _load_id), g.reason from (
            select * from changed union all by name
            select t.* from {target} t where t._deleted_at is null and not exists (
                select 1 from changed c where {_same_key(table, "t", "c")})) l
        inner join told g on {_same_key(table, "l", "g")}
        where not exists (
            select 1 from {target} t where t._deleted_reason = g.reason and t._row_hash = l._row_hash and {_same_key(table, "t", "l")})""")
    connection.execute(f"delete from changed c using told g where {_same_key(table, 'c', 'g')}")
    connection.execute(
        f"""insert into changed select {columns} from (
            select * exclude (reason), ?::timestamptz as _deleted_at, reason as _deleted_reason, ? as _load_id from buried)""",
        [landing.run.now, landing.run.run_id],
    )
    return _count(connection, "buried")


def _tombstone(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table, target: str, columns: str) -> int:
    """Add a tombstone for every live row of a wholly listed partition that was not listed."""
    partitions = [event.partition for event in landing.finished if table.name in event.tables]
    listed = landing.folder / "keys" / table.name
    source = f"read_parquet('{listed}/*.parquet')" if listed.exists() else f"(select * from {target} limit 0)"
    gone = f"""from {target} t where t._deleted_at is null and t._partition = ? and not exists (
        select 1 from {source} l where {_same_key(table, "t", "l")}) and not exists (
        select 1 from changed c where c._deleted_at is not null and {_same_key(table, "t", "c")})"""
    run, total = landing.run, 0
    for partition in partitions:
        missing = warehouse.one(connection, f"select count(*) {gone}", [partition])
        if not missing:
            continue
        live = warehouse.one(connection, f"select count(*) from {target} where _deleted_at is null and _partition = ?", [partition])
        if not run.accept_removals:
            gates.guard_tombstones(table.name, partition, live, missing)
        connection.execute(
            f"""insert into changed select {columns} from (select t.* replace (
            ?::timestamptz as _deleted_at, 'no longer listed' as _deleted_reason, ? as _load_id) {gone})""",
            [run.now, run.run_id, partition],
        )
        total += missing
    return total


def _same_key(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quote(name)} = {right}.{quote(name)}" for name in table.key)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return warehouse.one(connection, f"select count(*) from {table}")
