"""The one writer's side of the warehouse file: where things lie, who may write, how it is opened.

Reading for people happens on published snapshots (`publish.py`), never on this file.
"""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout


class WarehouseBusy(Exception):
    """Another process is writing to this home."""


@dataclass(frozen=True)
class Home:
    """The data directory: one organisation, one writer."""

    root: Path

    @property
    def warehouse(self) -> Path:
        """The private file that the sync writes."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Where snapshots for readers lie."""
        return self.root / "published"

    @property
    def landing(self) -> Path:
        """Where a running sync keeps what it has read and not yet loaded."""
        return self.root / "landing"

    @property
    def target(self) -> Path:
        """Where dbt keeps its manifest and compiled SQL."""
        return self.root / "dbt"

    @property
    def manifest(self) -> Path:
        """Dbt's manifest of the project as it was last built here."""
        return self.target / "manifest.json"

    @property
    def logs(self) -> Path:
        """Where builds write what dbt says."""
        return self.root / "logs"

    @contextmanager
    def writing(self) -> Generator[None]:
        """Hold the right to write; DuckDB's own lock would only be met half-way through a sync.

        Raises:
            WarehouseBusy: at once, when another process holds it; names that process.
        """
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.root / "writer.lock"
        owner = self.root / "writer.pid"
        try:
            with FileLock(path, timeout=0):
                owner.write_text(str(os.getpid()))
                yield
        except Timeout:
            holder = owner.read_text() if owner.exists() else "unknown"
            raise WarehouseBusy(
                f"{self.root}: process {holder} is writing to this home; wait for it to end, or pass another --home"
            ) from None


def connect(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file without fetching extensions; a new file gets the storage version that published snapshots have."""
    is_new = not read_only and not path.exists()
    connection = duckdb.connect(str(path), read_only=read_only, config={"storage_compatibility_version": "v1.2.0"} if is_new else {})
    # Set afterwards, so that dlt, which knows nothing of them, may connect to the same file meanwhile.
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions"):
        connection.execute(f"set {setting} = false")
    connection.execute("set timezone = 'UTC'")
    # After two seconds it would draw into standard output, which belongs to the answer.
    connection.execute("set enable_progress_bar = false")
    return connection


def bound_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Have a load take about the same memory at any size: what DuckDB holds beyond its limit it writes beside the file.

    One thread, because each holds rows of its own; it takes a fifth less CPU as well.
    """
    connection.execute("set memory_limit = '256MB'")
    connection.execute("set threads = 1")


def quote(name: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def rows(connection: duckdb.DuckDBPyConnection, dataset: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Live rows of a raw table, in a stable order."""
    spelled = ", ".join(quote(column) for column in columns)
    return connection.execute(f"select {spelled} from {quote(dataset)}.{quote(table)} where _deleted_at is null order by all").fetchall()


def one(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | None = None) -> int:
    """The single number that a query answers with."""
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0


def row_count(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Rows of a table or view."""
    return one(connection, f"select count(*) from {quote(schema)}.{quote(table)}")
