"""Canonical dumps of a home, raw and published: the same evidence gives the same text, whenever and however often it was read."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from connectors.contract import Connector
from pipelines import warehouse
from pipelines.evidence import snapshot
from pipelines.warehouse import Home, quote

MOMENTS = {"built_at", "snapshot_id", "extracted_at", "load_id", "first_extracted_at", "last_extracted_at"}
"""Columns that say when a row was read or built, not what it says."""
RAW_MOMENTS = {"_extracted_at", "_load_id", "_row_hash", "observed_at"}
"""The same of raw rows; the hash covers one of them."""


def plain(value: Any) -> Any:
    """A value without the moments inside it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name not in MOMENTS}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def canonical_dump(home: Home, schemas: tuple[str, ...] = ("core", "evidence")) -> dict[str, str]:
    """Digest of every published table's rows, sorted, without columns that hold moments of reading."""
    return {table: hashlib.sha256("\n".join(rows).encode()).hexdigest() for table, rows in published_rows(home, schemas).items()}


def published_rows(home: Home, schemas: tuple[str, ...] = ("core", "evidence")) -> dict[str, list[str]]:
    """Every row of every published table, as text, in order, without moments of reading."""
    dumped: dict[str, list[str]] = {}
    with snapshot.reading(home) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all", [list(schemas)]
        ).fetchall()
        for schema, table in tables:
            rows = snapshot.records(connection, f'select * from {schema}."{table}"')
            kept = ({name: plain(value) for name, value in row.items() if name not in MOMENTS} for row in rows)
            dumped[f"{schema}.{table}"] = sorted(map(repr, kept))
    return dumped


def raw_rows(home: Home, connectors: Iterable[Connector], without: Iterable[str] = ()) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """Every live row of every raw table by its key, without moments of reading and other columns that do not matter."""
    dropped = RAW_MOMENTS | set(without)
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    with warehouse.connect(home.warehouse) as connection:
        for connector in connectors:
            for table in connector.tables:
                cursor = connection.execute(f"select * from {connector.dataset}.{quote(table.name)} where _deleted_at is null")
                names = [column[0] for column in cursor.description or ()]
                rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
                found[f"{connector.dataset}.{table.name}"] = {
                    tuple(row[name] for name in table.key): {name: value for name, value in row.items() if name not in dropped}
                    for row in rows
                }
    return found


def raw_contents(home: Home, connectors: Sequence[Connector]) -> dict[str, list[str]]:
    """Every live row of every raw table as text, without the moments at which it was seen.

    A home that read several times may have seen the same state more than once, in tables whose key has the moment.
    """
    repeated = {f"{connector.dataset}.{table.name}" for connector in connectors for table in connector.tables if "observed_at" in table.key}
    found = {table: list(map(repr, rows.values())) for table, rows in raw_rows(home, connectors).items()}
    return {table: sorted(set(rows) if table in repeated else rows) for table, rows in found.items()}


def built_rows(home: Home, tables: Iterable[str], without: Iterable[str] = ()) -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row of built tables by its first column, which is its id, without moments of building and other columns that do not matter."""
    dropped = MOMENTS | set(without)
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    with warehouse.connect(home.warehouse, read_only=True) as connection:
        for table in tables:
            cursor = connection.execute(f"select * from {table}")
            names = [column[0] for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = {row[names[0]]: {name: plain(value) for name, value in row.items() if name not in dropped} for row in rows}
    return found
