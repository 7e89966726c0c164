"""What the source says it holds, against what the warehouse holds: a row for every entity and partition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from connectors.contract import Connector, Counted
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


def record(connection: duckdb.DuckDBPyConnection, connector: Connector, run_id: str, now: datetime, counted: Sequence[Counted]) -> None:
    """Compare each of the source's own totals with live plus quarantined rows, and journal the result.

    A record in quarantine was read and is accounted for. More rows than counted (`ahead`) is ordinary: the source went on
    working between its count and its pages, or rows await their census. Fewer (`differs`) means that rows were lost.
    """
    for count in counted:
        row = connection.execute(
            f"""select (select count(*) from {connector.dataset}.{quote(count.table)} where _deleted_at is null and _partition = ?)
              + (select count(distinct identity) from raw_ops.quarantine
                 where source = ? and table_name = ? and partition = ? and released_at is null)""",
            [count.partition, connector.name, count.table, count.partition],
        ).fetchone()
        held = int(row[0]) if row else 0
        state = "matched" if held == count.count else "ahead" if held > count.count else "differs"
        connection.execute(
            "insert into raw_ops.reconciliations values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [run_id, connector.name, count.table, count.partition, count.count, held, count.how, state, now],
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
