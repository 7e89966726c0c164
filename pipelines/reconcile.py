"""What the source says it holds, against what the warehouse holds: a row for every entity and partition."""

from collections.abc import Sequence
from datetime import datetime

import duckdb

from connectors.contract import Connector, Counted
from pipelines.warehouse import quote


def record(connection: duckdb.DuckDBPyConnection, connector: Connector, run_id: str, now: datetime, counted: Sequence[Counted]) -> None:
    """Compare each of the source's own totals with live plus quarantined rows, and journal the result.

    A record in quarantine was read and is accounted for; only rows that are nowhere make a difference.
    """
    for count in counted:
        row = connection.execute(
            f"""select (select count(*) from {connector.dataset}.{quote(count.table)} where _deleted_at is null and _partition = ?)
              + (select count(distinct identity) from raw_ops.quarantine
                 where source = ? and table_name = ? and partition = ? and released_at is null)""",
            [count.partition, connector.name, count.table, count.partition],
        ).fetchone()
        held = int(row[0]) if row else 0
        state = "matched" if held == count.count else "differs"
        connection.execute(
            "insert into raw_ops.reconciliations values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [run_id, connector.name, count.table, count.partition, count.count, held, count.how, state, now],
        )


def failures(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[tuple[str, str, str, int, int, str]]:
    """Source, table, partition, source count, warehouse count and basis of every difference of a run."""
    return connection.execute(
        """select source, table_name, partition, source_count, warehouse_count, how from raw_ops.reconciliations
           where run_id = ? and state = 'differs' order by all""",
        [run_id],
    ).fetchall()
