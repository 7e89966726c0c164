"""Writing the tables of `raw_statistics`."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb


def replace(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[dict[str, Any]]]) -> int:
    """Replace the rows of some tables, all of them or none; rows written."""
    connection.execute("begin")
    for table, rows in tables.items():
        connection.execute(f"delete from raw_statistics.{table}")
        if rows:
            named = ", ".join(f"? as {name}" for name in rows[0])
            connection.executemany(f"insert into raw_statistics.{table} by name select {named}", [list(row.values()) for row in rows])
    connection.execute("commit")
    return sum(map(len, tables.values()))
