"""What a landing holds that the warehouse does not: rows that are new, different, or gone, as Parquet files."""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

from connectors.contract import Table, polars_type
from pipelines import gates, raw_tables, warehouse
from pipelines.landing import Landing
from pipelines.warehouse import quote

_HOW_TO_WRITE = "format parquet, compression lz4_raw, row_group_size 2048, row_group_size_bytes '32MB', row_groups_per_file 10"
"""A group of rows is held whole while it is written and read, and an answer of GitHub is 5 to 20 kB; what DuckDB inserts from one file it
holds until the end. Both bound the memory of a load."""


@dataclass(frozen=True)
class Change:
    """Rows of one table that differ from the warehouse.

    Attributes:
        files: Parquet files with the columns of the raw table; none where there are no rows.
    """

    files: list[Path]
    kept: int
    changed: int
    tombstoned: int
    is_first: bool
    """The warehouse holds no row of the table yet."""

    @property
    def rows(self) -> int:
        """Rows to load."""
        return self.changed + self.tombstoned


def changed_rows(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table) -> Change:
    """Write rows that are new, different or gone to files; the last of several readings of one key wins.

    Only keys and hashes are held in memory; the answers go from file to file.
    """
    connector = landing.connector
    if _is_untouched(landing, table):
        return Change([], kept=0, changed=0, tombstoned=0, is_first=False)
    target = f"{connector.dataset}.{quote(table.name)}"
    columns = ", ".join(quote(name) for name in raw_tables.columns_of(connector, table.name))
    landed = _land(connection, landing, table)
    _note_told(connection, landing, table)
    if table.census:
        _find_gone(connection, landing, table, target)
    # Keeping or making an order would hold whole answers in memory.
    connection.execute("set preserve_insertion_order = false")
    parts = [*_from_files(landed, table, target), *_from_warehouse(table, target)]
    moment, run_id = landing.run.now.isoformat(), landing.run.run_id
    buried = f"replace ('{moment}'::timestamptz as _deleted_at, _reason as _deleted_reason, '{run_id}' as _load_id)"
    rows = " union all ".join(f"select {columns} from ({part.format(buried=buried)})" for part in parts)
    files, changed, tombstoned = _written(connection, f"select * from ({rows})", _folder(landing, table))
    is_first = not warehouse.one(connection, f"select count(*) from (select 1 from {target} limit 1)")
    kept = warehouse.one(connection, "select count(*) from landed")
    return Change(files, kept, changed, tombstoned, is_first)


def _is_untouched(landing: Landing, table: Table) -> bool:
    """Nothing was read of the table: no row, no word that one is gone, and no listing that could miss one."""
    landed = landing.segments.files("rows", table.name) or landing.gone.get(table.name)
    return not landed and not (table.census and landing.listed_wholly(table.name))


def without(connection: duckdb.DuckDBPyConnection, change: Change, partitions: Collection[str]) -> Change:
    """The change without the rows of some partitions."""
    if not partitions or not change.files:
        return change
    whole = change.files[0].parent
    rows = f"select * from '{whole}/*.parquet' where not list_contains(?::varchar[], _partition)"
    files, changed, tombstoned = _written(connection, rows, whole.with_name(f"{whole.name}.loaded"), [list(partitions)])
    return replace(change, files=files, changed=changed, tombstoned=tombstoned)


def _folder(landing: Landing, table: Table) -> Path:
    return landing.folder / "changed" / table.name


def _written(
    connection: duckdb.DuckDBPyConnection, rows: str, folder: Path, parameters: Sequence[object] = ()
) -> tuple[list[Path], int, int]:
    """Write a query's rows into a folder: the files, and how many rows are live and how many tombstones."""
    shutil.rmtree(folder, ignore_errors=True)  # a load that was killed left its files
    folder.mkdir(parents=True)
    written = warehouse.one(connection, f"copy ({rows}) to '{folder}' ({_HOW_TO_WRITE})", parameters)
    if not written:
        return [], 0, 0
    tombstoned = warehouse.one(connection, f"select count(*) from '{folder}/*.parquet' where _deleted_at is not null")
    return sorted(folder.glob("*.parquet")), written - tombstoned, tombstoned


def _from_files(landed: str | None, table: Table, target: str) -> list[str]:
    """Queries of landed rows that are new or different, and of those that were told to be gone: they are kept as tombstones."""
    if landed is None:
        return []
    newest = f"""read_parquet('{landed}', filename = true, file_row_number = true) f
        semi join landed l on f.filename = l.filename and f.file_row_number = l.file_row_number"""
    told, same = _same_key(table, "g", "f"), _same_key(table, "t", "f")
    return [
        f"""select f.* from {newest} where not exists (select 1 from told g where {told}) and not exists (
            select 1 from {target} t where t._deleted_at is null and t._row_hash = f._row_hash and {same})""",
        f"""select * {{buried}} from (select f.*, g._reason from {newest} join told g on {told} where not exists (
            select 1 from {target} t where t._deleted_reason = g._reason and t._row_hash = f._row_hash and {same}))""",
    ]


def _from_warehouse(table: Table, target: str) -> list[str]:
    """Queries of live rows that are gone: told so by the source, or no longer listed."""
    told, landed, gone = (_same_key(table, "t", name) for name in ("g", "l", "n"))
    live = f"select t.*, _reason from {target} t join"
    return [
        f"""select * {{buried}} from ({live} told g on {told} where t._deleted_at is null
            and not exists (select 1 from landed l where {landed}))""",
        f"""select * {{buried}} from ({live} (select *, 'no longer listed' as _reason from gone) n on {gone})""",
    ]


def _note_told(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table) -> None:
    """Temp table `told` of the keys that the source told to be gone, with the reason; an empty `gone` for listings to fill."""
    keys = {name: polars_type(table.columns[name]) for name in table.key}
    told = [[*key, reason] for key, reason in landing.gone.get(table.name, {}).items()]
    path = _folder(landing, table).with_suffix(".told.parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(told, schema=keys | {"_reason": pl.String}, orient="row").write_parquet(path)
    connection.execute(f"create or replace temp table told as select * from '{path}'")
    spelled = ", ".join(quote(name) for name in table.key)
    connection.execute(f"create or replace temp table gone as select {spelled}, '' as _partition from told limit 0")


def _land(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table) -> str | None:
    """Find the newest reading of each key: temp table `landed` of keys and places; the pattern of the files that hold the rows."""
    landed = landing.segments.files("rows", table.name)
    key = ", ".join(quote(name) for name in table.key)
    source = f"read_parquet('{landed}', filename = true, file_row_number = true)"
    if landed is None:
        source = f"(select *, '' as filename, 0 as file_row_number from {landing.connector.dataset}.{quote(table.name)} limit 0)"
    connection.execute(f"""create or replace temp table landed as select * exclude (newest) from (
        select {key}, _partition, filename, file_row_number, {_READING} as reading,
            row_number() over (partition by {key} order by filename desc, file_row_number desc) as newest
        from {source}) where newest = 1""")
    return landed


_READING = "cast(nullif(regexp_extract(filename, '/([0-9]+)-[0-9]+/[a-z]+/[^/]+$', 1), '') as integer)"
"""Number of the reading that wrote a piece, from the piece's name."""


def _find_gone(connection: duckdb.DuckDBPyConnection, landing: Landing, table: Table, target: str) -> None:
    """Compare complete listings with what is live: fill temp table `gone` with keys.

    A listing speaks for the reading that made it: what an earlier reading had listed and this one did not is gone as well, and
    leaves `landed`.
    """
    ended = [(item.partition, item.reading) for item in landing.listed_wholly(table.name)]
    if not ended:
        return
    key = ", ".join(quote(name) for name in table.key)
    listed = landing.segments.files("keys", table.name)
    keys = f"select {key}, {_READING} as reading from read_parquet('{listed}', filename = true)"
    connection.execute(f"create or replace temp table listed as {keys if listed else f'select {key}, 0 as reading from {target} limit 0'}")
    connection.execute("create or replace temp table ended (partition varchar, reading integer)")
    connection.executemany("insert into ended values (?, ?)", ended)
    not_listed = f"not exists (select 1 from listed k where k.reading = e.reading and {_same_key(table, 'k', 't')})"
    connection.execute(f"""delete from landed t using ended e
        where t._partition = e.partition and t.reading <= e.reading and {not_listed}""")
    connection.execute(f"""create or replace temp table gone as select {key}, _partition from {target} t
        join ended e on t._partition = e.partition where t._deleted_at is null and {not_listed}
        and not exists (select 1 from landed l where {_same_key(table, "l", "t")})
        and not exists (select 1 from told g where {_same_key(table, "g", "t")})""")
    if not landing.run.accept_removals:
        _guard(connection, table, target)


def _guard(connection: duckdb.DuckDBPyConnection, table: Table, target: str) -> None:
    """Refuse the listings of partitions that lost too much."""
    found = connection.execute(f"""select _partition, count(*), (
        select count(*) from {target} t where t._deleted_at is null and t._partition = gone._partition)
        from gone group by _partition order by _partition""").fetchall()
    for partition, missing, live in found:
        gates.guard_tombstones(table.name, partition, live, missing)


def _same_key(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{quote(name)} = {right}.{quote(name)}" for name in table.key)
