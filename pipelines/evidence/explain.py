"""From one evidence row down: the calculation and its version, the source rows, their raw answers, their addresses."""

import json
from dataclasses import dataclass
from typing import Any

import duckdb

from connectors import registry
from pipelines import transform, warehouse
from pipelines.evidence.snapshot import records
from pipelines.warehouse import Home, quote


class NoSuchEvidence(LookupError):
    """No row, or more than one, begins with the id."""


@dataclass(frozen=True)
class SourceRow:
    """One source record under an evidence row."""

    system: str
    kind: str
    id: str
    url: str
    extracted_at: str
    load_id: str
    raw: Any
    note: str = ""


@dataclass(frozen=True)
class Explanation:
    """Everything that an evidence row stands on."""

    row: dict[str, Any]
    definition: str
    model: str
    sql: str
    sources: list[SourceRow]


def find(connection: duckdb.DuckDBPyConnection, evidence_id: str) -> dict[str, Any]:
    """The row whose id begins with the text.

    Raises:
        NoSuchEvidence: when there is not exactly one, with what to do.
    """
    rows = records(connection, "select * from evidence.evidence_all where starts_with(evidence_id, ?) limit 2", [evidence_id.lower()])
    if len(rows) == 1:
        return rows[0]
    problem = "more than one evidence row begins with" if rows else "no evidence row has the id"
    raise NoSuchEvidence(f"{problem} {evidence_id!r}; ids stand in the last column of `fulcrum evidence PERSON` and in its --format json")


def explain(connection: duckdb.DuckDBPyConnection, home: Home, evidence_id: str, most: int | None = None) -> Explanation:
    """Open one row down to its raw answers.

    Args:
        connection: the named snapshot.
        home: where the private warehouse with the raw answers lies.
        evidence_id: the row's id or its beginning.
        most: open at most this many source rows; all by default.
    """
    row = find(connection, evidence_id)
    model = f"evidence_{row['review_line']}"
    described = connection.execute(
        "select comment from duckdb_tables() where schema_name = 'evidence' and table_name = ?", [model]
    ).fetchone()
    sources = row["sources"] or []
    return Explanation(
        row,
        definition=(described[0] if described else "") or "",
        model=f"evidence.{model}",
        sql=next((path.read_text() for path in transform.project_dir().rglob(f"models/**/{model}.sql")), ""),
        sources=_opened(home, sources if most is None else sources[:most]),
    )


def _opened(home: Home, sources: list[dict[str, Any]]) -> list[SourceRow]:
    """Source rows with their raw answers; without them, and saying so, while a sync holds the warehouse."""
    try:
        with warehouse.connect(home.warehouse, read_only=True) as connection:
            return [_source_row(source, *_raw_of(connection, source)) for source in sources]
    except duckdb.IOException:
        note = "the raw answer cannot be read while a sync is writing; try again when it has ended"
        return [_source_row(source, None, note) for source in sources]


def _source_row(source: dict[str, Any], raw: Any, note: str) -> SourceRow:
    plain = {name: str(source[name] or "") for name in ("system", "kind", "id", "url", "extracted_at", "load_id")}
    return SourceRow(**plain, raw=raw, note=note)


def _raw_of(connection: duckdb.DuckDBPyConnection, source: dict[str, Any]) -> tuple[Any, str]:
    """The raw answer behind a source reference, and a note where there is none."""
    if source["system"] not in registry.MODULES:
        return None, "not a loaded record: declared in the configuration"
    connector = registry.get(source["system"])
    if source["kind"] not in {table.name for table in connector.tables}:
        return None, f"{connector.dataset} has no table {source['kind']}"
    key = " || '|' || ".join(f"cast({quote(name)} as varchar)" for name in connector.table(source["kind"]).key)
    query = f"select _raw from {connector.dataset}.{quote(source['kind'])} where {key} = ?"
    for identity in (source["id"], str(source["id"]).removeprefix("github:")):
        found = connection.execute(query, [identity]).fetchone()
        if found:
            return _parsed(found[0]), ""
    return None, "the record is no longer in the warehouse (retention, or replaced since this snapshot)"


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return text
