"""From one evidence row or KPI value down: the calculation and its version, the source rows, their raw answers, their addresses."""

import json
from dataclasses import dataclass, field
from typing import Any

import duckdb

from connectors import registry
from pipelines import transform, warehouse
from pipelines.evidence import kpis
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
    """Everything that an evidence row or a KPI value stands on."""

    row: dict[str, Any]
    definition: str
    model: str
    sql: str
    sources: list[SourceRow]
    n_sources: int
    """How many source records there are, opened or not."""
    observations: list[dict[str, Any]] = field(default_factory=list)
    """Of a KPI: the rows that it is a GROUP BY over."""


def find(connection: duckdb.DuckDBPyConnection, row_id: str) -> dict[str, Any]:
    """The evidence row or KPI value whose id begins with the text.

    Raises:
        NoSuchEvidence: when there is not exactly one, with what to do.
    """
    queries = ("select * from evidence.evidence_all where starts_with(evidence_id, ?)", f"{kpis.VALUES} where starts_with(kpi_value_id, ?)")
    rows = [row for query in queries for row in records(connection, f"{query} limit 2", [row_id.lower()])]
    if len(rows) == 1:
        return rows[0]
    problem = "more than one evidence row or KPI value begins with" if rows else "no evidence row and no KPI value has the id"
    raise NoSuchEvidence(
        f"{problem} {row_id!r}; ids stand in the last column of `fulcrum evidence PERSON` and of `fulcrum kpi`, and in their --format json"
    )


def explain(connection: duckdb.DuckDBPyConnection, home: Home, row_id: str, most: int | None = None) -> Explanation:
    """Open one row down to its raw answers.

    Args:
        connection: the named snapshot.
        home: where the private warehouse with the raw answers lies.
        row_id: the id of an evidence row or a KPI value, or its beginning.
        most: open at most this many source rows; all by default.
    """
    row = find(connection, row_id)
    return _of_kpi(connection, home, row, most) if "kpi_id" in row else _of_evidence(connection, home, row, most)


def _of_evidence(connection: duckdb.DuckDBPyConnection, home: Home, row: dict[str, Any], most: int | None) -> Explanation:
    model = f"evidence_{row['review_line']}"
    described = connection.execute(
        "select comment from duckdb_tables() where schema_name = 'evidence' and table_name = ?", [model]
    ).fetchone()
    sources = row["sources"] or []
    return Explanation(
        row,
        definition=(described[0] if described else "") or "",
        model=f"evidence.{model}",
        sql=_sql_of(model),
        sources=_opened(home, sources[:most]),
        n_sources=len(sources),
    )


def _of_kpi(connection: duckdb.DuckDBPyConnection, home: Home, row: dict[str, Any], most: int | None) -> Explanation:
    observations = kpis.observations(connection, row)
    names = {"system": "source_system", "kind": "source_kind", "id": "source_record_id", "url": "source_url"}
    sources = [each | {name: each[column] for name, column in names.items()} for each in observations]
    return Explanation(
        row,
        definition=f"{row['sentence']} Formula: {row['formula']}.",
        model=f"kpi.kpi_values over the records of {row['model']}",
        sql="\n\n".join(map(_sql_of, (row["model"], "int_kpi_scoped", "int_kpi_grouped", "int_kpi_measured", "kpi_values"))),
        sources=_opened(home, sources[:most]),
        n_sources=len(sources),
        observations=observations,
    )


def _sql_of(model: str) -> str:
    """A model's SQL as it stands in the project."""
    return next((path.read_text(encoding="utf-8") for path in transform.project_dir().rglob(f"models/**/{model}.sql")), "")


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
