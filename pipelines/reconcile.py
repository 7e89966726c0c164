"""What the source says it holds, against what the warehouse holds: a row for every entity and partition."""

from dataclasses import dataclass

import duckdb

from connectors.contract import Connector, Counted
from pipelines import warehouse
from pipelines.landing import Landing
from pipelines.warehouse import quote


@dataclass(frozen=True)
class Difference:
    """Rows that a source says it has and the warehouse has not."""

    source: str
    table: str
    partition: str
    source_count: int
    warehouse_count: int
    how: str

    def __str__(self) -> str:
        missing = self.source_count - self.warehouse_count
        return f"{self.source}.{self.table} in {self.partition}: {missing} of {self.source_count} rows are missing ({self.how})"


def record(connection: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Compare each of the source's own totals with live plus quarantined rows, and journal the result.

    A record in quarantine was read and is accounted for. More rows than counted (`ahead`) is ordinary: the source went on
    working between its count and its pages, or has forgotten what the warehouse keeps. Fewer (`differs`) means that rows were lost.
    A partition that was not read to its end has no total of its own, and its last result stays.
    """
    for told in landing.counted.values():
        held = _held(connection, landing.connector, told) + _set_aside(connection, landing.connector.name, told.table, told.partition)
        _journal(connection, landing, told.table, told.partition, told.how, told.count, held)
    unmet = _unmet(connection, landing.connector)
    for table in landing.connector.tables:
        if table.name not in unmet and not landing.segments.files("totals", table.name):
            continue
        for partition, how, count, held, missing in _by_parent(connection, landing, table.name):
            excused = min(missing, _set_aside(connection, landing.connector.name, table.name, partition))
            _journal(connection, landing, table.name, partition, how, count, count - missing + excused if missing else held)


def _held(connection: duckdb.DuckDBPyConnection, connector: Connector, told: Counted) -> int:
    what = f"distinct ({', '.join(map(quote, told.distinct))})" if told.distinct else "*"
    query = f"select count({what}) from {connector.dataset}.{quote(told.table)} where _deleted_at is null and _partition = ?"
    return warehouse.one(connection, query, [told.partition])


def _set_aside(connection: duckdb.DuckDBPyConnection, source: str, table: str, partition: str) -> int:
    query = """select count(distinct identity) from raw_ops.quarantine
        where source = ? and table_name = ? and partition = ? and released_at is null"""
    return warehouse.one(connection, query, [source, table, partition])


def _unmet(connection: duckdb.DuckDBPyConnection, connector: Connector) -> set[str]:
    """Tables with totals of single parents that were not met so far."""
    query = "select distinct table_name from raw_ops.unmet_totals where source = ?"
    return {name for (name,) in connection.execute(query, [connector.name]).fetchall()}


def _by_parent(connection: duckdb.DuckDBPyConnection, landing: Landing, table: str) -> list[tuple[str, str, int, int, int]]:
    """Totals that were told parent by parent: partition, how, sum of the totals, rows held, rows missing.

    One that is not met is remembered and compared again by every later reading until it is: the next reading tells of other parents.
    """
    source, files = landing.connector.name, landing.segments.files("totals", table)
    told = "select _partition, how, parent, key, count, filename, file_row_number"
    connection.execute(f"""create or replace temp table told as
        select * exclude (filename, file_row_number) from (
            select partition as _partition, how, parent, key, count, '' as filename, 0 as file_row_number
            from raw_ops.unmet_totals where source = '{source}' and table_name = '{table}'
            {f"union all {told} from read_parquet('{files}', filename = true, file_row_number = true)" if files else ""})
        qualify row_number() over (partition by _partition, parent, key order by filename desc, file_row_number desc) = 1""")
    connection.execute("create or replace temp table held (parent varchar, key varchar, count bigint)")
    for (parent,) in connection.execute("select distinct parent from told").fetchall():
        connection.execute(
            f"""insert into held select ?, cast({quote(parent)} as varchar), count(*)
            from {landing.connector.dataset}.{quote(table)} where _deleted_at is null group by all""",
            [parent],
        )
    connection.execute("""create or replace temp table compared as select told.*, coalesce(held.count, 0) as held
        from told left join held on told.parent = held.parent and told.key = held.key""")
    connection.execute("delete from raw_ops.unmet_totals where source = ? and table_name = ?", [source, table])
    connection.execute(
        "insert into raw_ops.unmet_totals select ?, ?, _partition, how, parent, key, count from compared where held < count",
        [source, table],
    )
    return connection.execute("""select _partition, max(how), sum(count)::bigint, sum(held)::bigint, sum(greatest(count - held, 0))::bigint
        from compared group by _partition order by _partition""").fetchall()


def _journal(connection: duckdb.DuckDBPyConnection, landing: Landing, table: str, partition: str, how: str, count: int, held: int) -> None:
    state = "matched" if held == count else "ahead" if held > count else "differs"
    run = landing.run
    connection.execute(
        "insert into raw_ops.reconciliations values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [run.run_id, landing.connector.name, table, partition, count, held, how, state, run.now],
    )


def failures(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> list[Difference]:
    """Every difference that the newest check of its partition found, of one source or of all."""
    found = connection.execute(
        """select source, table_name, partition, source_count, warehouse_count, how from (
             select *, row_number() over (partition by source, table_name, partition order by checked_at desc) as newest
             from raw_ops.reconciliations) where newest = 1 and state = 'differs' and source = coalesce(?, source) order by all""",
        [source],
    ).fetchall()
    return [Difference(*row) for row in found]
