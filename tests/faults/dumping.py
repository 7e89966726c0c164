"""A canonical dump of what a home publishes: the same evidence gives the same bytes, whenever and however often it was read."""

import hashlib
from typing import Any

from pipelines.evidence import snapshot
from pipelines.warehouse import Home

MOMENTS = {"built_at", "snapshot_id", "extracted_at", "load_id", "first_extracted_at", "last_extracted_at"}
"""Columns that say when a row was read or built, not what it says."""


def plain(value: Any) -> Any:
    """A value without the moments inside it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name not in MOMENTS}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def canonical_dump(home: Home, schemas: tuple[str, ...] = ("core", "evidence")) -> dict[str, str]:
    """Digest of every published table's rows, sorted, without columns that hold moments of reading."""
    digests: dict[str, str] = {}
    with snapshot.reading(home) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where list_contains(?, schema_name) order by all", [list(schemas)]
        ).fetchall()
        for schema, table in tables:
            rows = snapshot.records(connection, f'select * from {schema}."{table}"')
            kept = ({name: plain(value) for name, value in row.items() if name not in MOMENTS} for row in rows)
            digests[f"{schema}.{table}"] = hashlib.sha256("\n".join(sorted(map(repr, kept))).encode()).hexdigest()
    return digests
