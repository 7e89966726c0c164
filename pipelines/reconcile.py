"""What the source says it holds, against what the warehouse would hold with a reading: a row for every entity and partition.

A partition that differs is held back: none of its rows are loaded, its pieces stay in landing, and every later reading compares it
again, until it agrees. What depends on it goes on showing its last reading that agreed. A source may count wrongly for good: whoever
runs the sync can accept a difference, and the partition is loaded as long as no more rows are missing than were accepted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from connectors.contract import Counted, Table
from pipelines import warehouse
from pipelines.landing import Landing, Run
from pipelines.warehouse import quote


@dataclass(frozen=True)
class Comparison:
    """One of the source's own totals, beside the rows that the warehouse holds once the reading is loaded."""

    source: str
    table: str
    partition: str
    source_count: int
    warehouse_count: int
    how: str
    accepted: int = 0
    """How many rows may be missing, because someone accepted that."""

    @property
    def missing(self) -> int:
        """Rows that the source counts and the warehouse would not hold; negative for more rows than counted."""
        return self.source_count - self.warehouse_count

    @property
    def state(self) -> str:
        """`matched`; `ahead` for more rows than counted; `differs` where rows are missing, `accepted` where that was accepted.

        More is ordinary: the source went on working between its count and its pages, or has forgotten what the warehouse keeps.
        """
        if self.missing <= 0:
            return "ahead" if self.missing else "matched"
        return "accepted" if self.missing <= self.accepted else "differs"

    def __str__(self) -> str:
        place = f" in {self.partition}" if self.partition else ""
        return f"{self.source}.{self.table}{place}: {self.missing} of {self.source_count} rows are missing ({self.how})"


@dataclass(frozen=True)
class HeldBack:
    """A comparison that differs, and for how long."""

    difference: Comparison
    since: datetime
    shown_as_of: datetime | None
    """Last comparison of the whole partition that agreed: what is shown is not newer. None: nothing of it is shown."""

    def __str__(self) -> str:
        shown = f"its reading of {self.shown_as_of:%Y-%m-%d %H:%M} is shown" if self.shown_as_of else "nothing of it is shown"
        return f"{self.difference}; held back since {self.since:%Y-%m-%d %H:%M}, {shown}"


def compare(connection: duckdb.DuckDBPyConnection, landing: Landing, changed: Mapping[str, Sequence[Path]]) -> list[Comparison]:
    """Each of the source's own totals beside live plus quarantined rows, as they will be with `changed` (files by table) loaded.

    A record in quarantine was read and is accounted for. A partition that was not read to its end has no total of its own, and its
    last result stays.
    """
    found: list[Comparison] = []
    for table in landing.connector.tables:
        whole = [told for told in landing.counted.values() if told.table == table.name]
        files = landing.segments.files("totals", table.name)
        if whole or files:
            _make_loaded(connection, landing, table, changed[table.name])
            found += _by_partition(connection, landing, whole)
            found += _by_parent(connection, landing, table.name, files) if files else []
    accepted = _accepted(connection, landing.connector.name)
    return [replace(item, accepted=accepted.get((item.table, item.partition, item.how), 0)) for item in found]


def accept(connection: duckdb.DuckDBPyConnection, run: Run, compared: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons with every difference accepted as it is now, which is journalled."""
    found = [replace(item, accepted=item.missing) if item.state == "differs" else item for item in compared]
    for item in found:
        if item.state == "accepted":
            _journal_acceptance(connection, run, item, item.accepted)
    return found


def _accepted(connection: duckdb.DuckDBPyConnection, source: str) -> dict[tuple[str, str, str], int]:
    """Missing rows that were accepted last, by table, partition and the total's origin."""
    rows = connection.execute(
        """select table_name, partition, how, arg_max(n_missing, accepted_at) from raw_ops.accepted_differences
           where source = ? group by all""",
        [source],
    ).fetchall()
    return {(table, partition, how): missing for table, partition, how, missing in rows}


def _journal_acceptance(connection: duckdb.DuckDBPyConnection, run: Run, item: Comparison, missing: int) -> None:
    row = [run.run_id, item.source, item.table, item.partition, item.how, missing, run.now]
    connection.execute("insert into raw_ops.accepted_differences values (?, ?, ?, ?, ?, ?, ?)", row)


def record(connection: duckdb.DuckDBPyConnection, landing: Landing, compared: Iterable[Comparison]) -> None:
    """Journal the comparisons, which partitions are held back, and which acceptances have ended."""
    run, source = landing.run, landing.connector.name
    known = {
        partition: (since, shown)
        for partition, since, shown in connection.execute(
            "select partition, min(held_since), max(shown_as_of) from raw_ops.held_back where source = ? group by partition", [source]
        ).fetchall()
    }
    compared = list(compared)
    for partition in {item.partition for item in compared}:
        since, shown = known.get(partition) or (run.now, _last_compared(connection, source, partition))
        connection.execute("delete from raw_ops.held_back where source = ? and partition = ?", [source, partition])
        for item in compared:
            if item.partition == partition and item.state == "differs":
                row = [source, item.table, partition, item.source_count, item.warehouse_count, item.how, since, shown]
                connection.execute("insert into raw_ops.held_back values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    for item in compared:
        if item.accepted and item.missing <= 0:
            _journal_acceptance(connection, run, item, 0)  # The total is met: rows that are missing later were accepted by nobody.
        row = [run.run_id, source, item.table, item.partition, item.source_count, item.warehouse_count, item.how, item.state, run.now]
        connection.execute("insert into raw_ops.reconciliations values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def held_back(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> list[HeldBack]:
    """What is held back now, of one source or of all."""
    found = connection.execute(
        """select source, table_name, partition, source_count, warehouse_count, how, held_since, shown_as_of
           from raw_ops.held_back where source = coalesce(?, source) order by all""",
        [source],
    ).fetchall()
    return [HeldBack(Comparison(*row[:6]), *row[6:]) for row in found]


def _last_compared(connection: duckdb.DuckDBPyConnection, source: str, partition: str) -> datetime | None:
    row = connection.execute(
        "select max(checked_at) from raw_ops.reconciliations where source = ? and partition = ?", [source, partition]
    ).fetchone()
    return row[0] if row else None


def _make_loaded(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table, changed: Sequence[Path]) -> None:
    """Temp view `loaded`: the table's live rows as they will be with the reading."""
    columns = ", ".join(map(quote, ("_partition", *table.columns)))
    rows = f"select {columns} from {landing.connector.dataset}.{quote(table.name)} t where _deleted_at is null"
    if changed:
        files = f"read_parquet({[str(path) for path in changed]})"
        same = " and ".join(f"c.{quote(name)} = t.{quote(name)}" for name in table.key)
        rows += f" and not exists (select 1 from {files} c where {same}) union all select {columns} from {files} where _deleted_at is null"
    connection.execute(f"create or replace temp view loaded as {rows}")


def _by_partition(connection: duckdb.DuckDBPyConnection, landing: Landing, whole: list[Counted]) -> Iterator[Comparison]:
    """Totals of whole partitions."""
    held: dict[tuple[str, ...], dict[str, int]] = {}
    for told in whole:
        if told.distinct not in held:
            what = f"distinct ({', '.join(map(quote, told.distinct))})" if told.distinct else "*"
            counts = connection.execute(f"select _partition, count({what}) from loaded group by _partition").fetchall()
            held[told.distinct] = dict(counts)
        count = held[told.distinct].get(told.partition, 0) + _set_aside(connection, landing, told.table, told.partition)
        yield Comparison(landing.connector.name, told.table, told.partition, told.count, count, told.how)


def _by_parent(connection: duckdb.DuckDBPyConnection, landing: Landing, table: str, files: str) -> Iterator[Comparison]:
    """Totals that were told parent by parent: one row too many of one does not make up for one too few of another."""
    connection.execute(f"""create or replace temp table told as
        select _partition, how, parent, key, count from read_parquet('{files}', filename = true, file_row_number = true)
        qualify row_number() over (partition by _partition, parent, key order by filename desc, file_row_number desc) = 1""")
    connection.execute("create or replace temp table held (parent varchar, key varchar, count bigint)")
    for (parent,) in connection.execute("select distinct parent from told").fetchall():
        connection.execute(f"insert into held select ?, cast({quote(parent)} as varchar), count(*) from loaded group by all", [parent])
    totals = connection.execute("""
        select _partition, max(how), sum(count)::bigint, sum(held)::bigint, sum(greatest(count - held, 0))::bigint
        from (select told.*, coalesce(held.count, 0) as held from told left join held on told.parent = held.parent and told.key = held.key)
        group by _partition order by _partition""").fetchall()
    for partition, how, count, held, missing in totals:
        excused = min(missing, _set_aside(connection, landing, table, partition))
        there = count - missing + excused if missing else held
        yield Comparison(landing.connector.name, table, partition, count, there, how)


def _set_aside(connection: duckdb.DuckDBPyConnection, landing: Landing, table: str, partition: str) -> int:
    query = """select count(distinct identity) from raw_ops.quarantine
        where source = ? and table_name = ? and partition = ? and released_at is null"""
    return warehouse.one(connection, query, [landing.connector.name, table, partition])
