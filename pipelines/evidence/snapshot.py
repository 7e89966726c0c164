"""A read-only, locked-down connection to a published snapshot."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from pipelines import publish, warehouse
from pipelines.publish import Audience
from pipelines.warehouse import Home


@contextmanager
def reading(home: Home, audience: Audience = "restricted") -> Generator[duckdb.DuckDBPyConnection]:
    """Open an audience's snapshot; nothing outside it can be read or written through the connection.

    Raises:
        FileNotFoundError: when nothing was published yet, with what to do.
    """
    path = publish.current(home, audience).resolve()
    with warehouse.connect(path, read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def records(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    cursor = connection.execute(query, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
