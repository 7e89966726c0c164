"""Runs single dbt tests as a build compiled them, on the relations of a warehouse with rows added."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.warehouse import Home, quote
from tests.integration.dbt_mutations import BY_KIND, BY_NAME, Mutation, Row, Subject


@dataclass(frozen=True)
class DbtTest:
    """A test as dbt compiled it."""

    name: str
    kind: str
    """Name of the generic test; empty for a singular one."""
    subject: Subject
    sql: str
    failing: str
    """Whether dbt would speak up, as an expression over the rows that the SQL finds."""
    relations: dict[str, str]
    """What it reads, by name of the model or seed; the one that a generic test is attached to has no name."""

    def mutation(self) -> Mutation | None:
        """The rows to hold it against; None where the list has none."""
        if self.name in BY_NAME:
            return BY_NAME[self.name]
        return BY_KIND[self.kind](self.subject) if self.kind in BY_KIND else None


def read_tests(home: Home, connection: duckdb.DuckDBPyConnection) -> Iterator[DbtTest]:
    """Every test of the project that was last built in a home; a disabled one too, whose SQL nobody compiled."""
    manifest = json.loads(home.manifest.read_text(encoding="utf-8"))
    readable = {**manifest["sources"], **manifest["nodes"]}
    types = _types(connection)
    for node in (*manifest["nodes"].values(), *(node for versions in manifest["disabled"].values() for node in versions)):
        if node["resource_type"] == "test":
            yield _read(home, node, readable, types)


def _types(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Type of every column, by relation as dbt writes it."""
    types: dict[str, dict[str, str]] = {}
    columns = "select database_name, schema_name, table_name, column_name, data_type from duckdb_columns()"
    for *relation, column, kind in connection.execute(columns).fetchall():
        types.setdefault(".".join(map(quote, relation)), {})[column] = kind
    return types


def _read(home: Home, node: dict[str, Any], readable: dict[str, Any], types: dict[str, dict[str, str]]) -> DbtTest:
    generic, config = node.get("test_metadata") or {}, node["config"]
    own = readable[node["attached_node"]]["relation_name"] if node.get("attached_node") else ""
    relations = {readable[parent]["name"]: readable[parent]["relation_name"] for parent in node["depends_on"]["nodes"]}
    compiled = home.target / "compiled" / node["package_name"] / node["original_file_path"]
    file = compiled / node["path"] if generic else compiled
    sql = file.read_text(encoding="utf-8") if file.exists() else ""
    return DbtTest(
        name=node["name"],
        kind=generic.get("name", ""),
        subject=Subject(
            arguments=generic.get("kwargs", {}),
            types=types.get(own, {}),
            parent=next((relation for relation in relations.values() if relation != own), own),
        ),
        sql=f"{sql}\nlimit {config['limit']}" if config.get("limit") else sql,
        failing=f"{config['fail_calc']} {config['error_if' if config['severity'].lower() == 'error' else 'warn_if']}",
        relations={**relations, "": own},
    )


def shortcomings(connection: duckdb.DuckDBPyConnection, test: DbtTest, mutation: Mutation | None) -> Iterator[str]:
    """What the test does not find, or finds where nothing is wrong; and why it cannot be held against anything."""
    if mutation is None:
        yield f"{test.name}: no mutation of tests/integration/dbt_mutations.py is for it (kind: {test.kind or 'singular'})"
        return
    relation = test.relations.get(mutation.relation, "")
    if not relation or relation not in test.sql:
        yield f"{test.name}: it reads no {mutation.relation or 'relation that it is attached to'}, or was not built"
        return
    if _finds(connection, test, relation, mutation.good):
        yield f"{test.name}: it finds failures where nothing is wrong"
    for wrong, rows in mutation.bad.items():
        if not _finds(connection, test, relation, rows):
            yield f"{test.name}: it does not find that {wrong}"


def _finds(connection: duckdb.DuckDBPyConnection, test: DbtTest, relation: str, rows: Sequence[Row]) -> bool:
    """Whether dbt would speak up with these rows added; a view of this connection takes the relation's place."""
    view = f"temp.main.{relation.rpartition('.')[2]}"
    added = "".join(f"\nunion all by name select {_columns(row)}" for row in rows)
    connection.execute(f"create or replace temporary view {view} as select * from {relation}{added}")
    answer = connection.execute(f"select {test.failing} from (\n{test.sql.replace(relation, view)}\n) as found").fetchone()
    return bool(answer and answer[0])


def _columns(row: Row) -> str:
    return ", ".join(f"{expression} as {quote(column)}" for column, expression in row.items())
