"""What readers get: whole new files, by audience, swapped in at once and never locked.

Each publication builds `published/<audience>-<run>.duckdb` and then points the symlink `published/<audience>.duckdb` at it. A
reader keeps the file that it opened; a plain rename would replay a stale write-ahead log and serve old data to open processes.
Files are mode 0444 and in a storage version that every DuckDB since 1.2 opens.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipelines import warehouse
from pipelines.warehouse import Home, quote

Audience = Literal["analyst", "restricted"]
AUDIENCES: tuple[Audience, ...] = ("analyst", "restricted")
PUBLIC_SCHEMAS = ("core", "evidence", "kpi", "ops", "governance")
STORAGE_VERSION = "v1.2.0"
HIDDEN_FROM_ANALYSTS = ("identity", "text")
"""Sensitivities of columns that the analysts' file leaves out: names, e-mails and logins; free text."""


@dataclass(frozen=True)
class Column:
    """One published column, as its model's yml describes it."""

    name: str
    kind: str
    description: str
    sensitivity: str


@dataclass(frozen=True)
class Relation:
    """One table to publish."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]


class NotPublishable(Exception):
    """The build holds something that may not leave as it is."""


def publish(home: Home, snapshot_id: str, built_at: datetime, facts: dict[str, str], keep: int = 7) -> dict[str, Path]:
    """Build a snapshot for every audience, swap the links, and remove all but the newest `keep`.

    Args:
        home: where the warehouse lies and the snapshots go.
        snapshot_id: name of the publication; run ids sort by time.
        built_at: moment of the build.
        facts: what else `meta.snapshot` says of the organisation.
        keep: snapshots of each audience that stay.

    Returns:
        The link that each audience opens.

    Raises:
        NotPublishable: when a column that names a person is of a type that cannot be masked.
    """
    home.published.mkdir(parents=True, exist_ok=True)
    _sweep(home.published)
    relations = describe(home)
    facts = {"snapshot_id": snapshot_id, "built_at": built_at.isoformat()} | facts
    paths: dict[Audience, Path] = {audience: home.published / f"{audience}-{snapshot_id}.duckdb" for audience in AUDIENCES}
    _build_all(home, paths, relations, facts)
    links = {str(audience): _swap(home.published / f"{audience}.duckdb", path) for audience, path in paths.items()}
    for audience in AUDIENCES:
        _prune(home.published, audience, keep)
    return links


def _sweep(folder: Path) -> None:
    """Remove what a publication that was killed has left; a snapshot is whole once it is read-only."""
    for path in folder.iterdir():
        is_half = path.suffix == ".duckdb" and not path.is_symlink() and bool(path.stat().st_mode & 0o222)
        if is_half or path.suffix in {".wal", ".next"}:
            path.unlink()


def current(home: Home, audience: Audience) -> Path:
    """The snapshot that an audience reads.

    Raises:
        FileNotFoundError: when nothing was published yet, with what to do.
    """
    link = home.published / f"{audience}.duckdb"
    if not link.exists():
        raise FileNotFoundError(f"{link}: nothing was published yet; run `fulcrum sync` (or `fulcrum demo`) first")
    return link


def describe(home: Home) -> list[Relation]:
    """Every public table with its columns, from the warehouse's catalogue and the models' yml."""
    nodes = json.loads(home.manifest.read_text())["nodes"].values()
    models = {(node["schema"], node["alias"]): node for node in nodes if node["resource_type"] == "model"}
    with warehouse.connect(home.warehouse) as connection:
        found = connection.execute(
            """select schema_name, table_name, column_name, data_type from duckdb_columns()
               where list_contains(?, schema_name) and not internal order by schema_name, table_name, column_index""",
            [list(PUBLIC_SCHEMAS)],
        ).fetchall()
    relations: dict[tuple[str, str], list[Column]] = {}
    for schema, table, column, kind in found:
        declared = models.get((schema, table), {}).get("columns", {}).get(column, {})
        sensitivity = declared.get("config", {}).get("meta", {}).get("sensitivity", "none")
        relations.setdefault((schema, table), []).append(Column(column, kind, declared.get("description", ""), sensitivity))
    return [
        Relation(schema, name, models[(schema, name)]["description"], tuple(columns))
        for (schema, name), columns in relations.items()
        if (schema, name) in models
    ]


def _build_all(home: Home, paths: dict[Audience, Path], relations: list[Relation], facts: dict[str, str]) -> None:
    """Write the files of all audiences side by side, as DuckDB writes each of them with one thread; none stays where one fails."""
    try:
        with ThreadPoolExecutor(len(paths)) as pool:
            building = [
                pool.submit(_build, home, path, audience, relations, facts | {"audience": audience}) for audience, path in paths.items()
            ]
        for one in building:
            one.result()
    except Exception:
        for path in paths.values():
            path.unlink(missing_ok=True)
        raise
    for path in paths.values():
        path.chmod(0o444)


def _build(home: Home, path: Path, audience: Audience, relations: list[Relation], facts: dict[str, str]) -> None:
    """Write one audience's file anew; a half-written one is never reopened."""
    path.unlink(missing_ok=True)
    snapshot = _attached(audience)
    with warehouse.connect(home.warehouse) as connection:
        connection.execute(f"attach '{path}' as {snapshot} (storage_version '{STORAGE_VERSION}')")
        connection.execute("begin")  # one commit: hundreds of comments would each wait for the disk
        for relation in relations:
            _copy(connection, relation, audience)
        _write_meta(connection, relations, audience, facts)
        connection.execute("commit")
        connection.execute(f"checkpoint {snapshot}")
        connection.execute(f"detach {snapshot}")


def _attached(audience: Audience) -> str:
    """How an audience's file is called while it is written: connections to one warehouse share the names of what is attached."""
    return f"snapshot_{audience}"


def _copy(connection: duckdb.DuckDBPyConnection, relation: Relation, audience: Audience) -> None:
    shown = [column for column in relation.columns if audience == "restricted" or column.sensitivity not in HIDDEN_FROM_ANALYSTS]
    snapshot = _attached(audience)
    target = f"{snapshot}.{relation.schema}.{quote(relation.name)}"
    connection.execute(f"create schema if not exists {snapshot}.{relation.schema}")
    spelled = ", ".join(_expression(column, audience, relation) for column in shown)
    connection.execute(f"create table {target} as select {spelled} from {relation.schema}.{quote(relation.name)} as source")
    comments = [f"comment on table {target} is {_literal(relation.description)}"]
    comments += [f"comment on column {target}.{quote(column.name)} is {_literal(column.description)}" for column in shown]
    connection.execute(";".join(comments))


def _expression(column: Column, audience: Audience, relation: Relation) -> str:
    """How a column is copied: a person's id becomes the pseudonym for analysts; an id without one becomes null, never itself."""
    if audience == "restricted" or column.sensitivity != "person":
        return f"source.{quote(column.name)}"
    if column.kind != "VARCHAR":
        raise NotPublishable(f"{relation.schema}.{relation.name}.{column.name}: a person column of type {column.kind} cannot be masked")
    masked = f"(select max(p.pseudonym) from core.dim_people p where p.person_id = source.{quote(column.name)})"
    return f"{masked} as {quote(column.name)}"


def _write_meta(connection: duckdb.DuckDBPyConnection, relations: list[Relation], audience: Audience, facts: dict[str, str]) -> None:
    """`meta.snapshot` says what this file is, `meta.dictionary` what is in it: tools that show no comments read these."""
    snapshot = _attached(audience)
    connection.execute(f"create schema {snapshot}.meta")
    connection.execute(f"create table {snapshot}.meta.snapshot (key varchar, value varchar)")
    connection.executemany(f"insert into {snapshot}.meta.snapshot values (?, ?)", [list(fact) for fact in facts.items()])
    connection.execute(
        f"""create table {snapshot}.meta.dictionary (schema_name varchar, table_name varchar, column_name varchar, column_type varchar,
           table_description varchar, description varchar, sensitivity varchar)"""
    )
    lines: list[list[Any]] = [
        [relation.schema, relation.name, column.name, column.kind, relation.description, column.description, column.sensitivity]
        for relation in relations
        for column in relation.columns
        if audience == "restricted" or column.sensitivity not in HIDDEN_FROM_ANALYSTS
    ]
    connection.executemany(f"insert into {snapshot}.meta.dictionary values (?, ?, ?, ?, ?, ?, ?)", lines)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _swap(link: Path, target: Path) -> Path:
    """Point the link at the new file in one step."""
    fresh = link.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target.name)
    fresh.replace(link)
    return link


def _prune(folder: Path, audience: Audience, keep: int) -> None:
    """Keep the newest snapshots: run ids sort by time."""
    snapshots = sorted(path for path in folder.glob(f"{audience}-*.duckdb") if not path.is_symlink())
    for old in snapshots[: max(0, len(snapshots) - keep)]:
        old.unlink()
