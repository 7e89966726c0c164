"""Which small slips in a model's SQL its unit tests would let through.

./run mutants                                every model that has unit tests
./run mutants int_kill_decisions             one, with what is let through
./run mutants --demo .fulcrum/demo           beside it, which of them change a row of that demo organisation
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import cast

import duckdb
from rich.console import Console
from rich.table import Column, Table
from sqlglot import exp, parse_one

from benchmarks.slips import DIALECT, slips
from connectors import registry
from pipelines import raw_tables, transform, warehouse
from pipelines.warehouse import Home

INPUT = "__dbt__cte__"
"""How dbt calls what stands for a model's input in a unit test."""

Rows = list[str]


@dataclass
class Case:
    """One unit test: its inputs as tables of a schema, the model's query over them, and the rows that it must give."""

    schema: str
    query: exp.Expr
    columns: str
    expected: Rows

    def holds(self, connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
        """The query gives the rows; one that fails gives none."""
        connection.execute(f"use {self.schema}")
        try:
            return _rows(connection, f"select {self.columns} from ({sql})") == self.expected
        except duckdb.Error:
            return False


def case(connection: duckdb.DuckDBPyConnection, schema: str, compiled: str) -> Case:
    """A unit test as dbt compiled it, taken apart."""
    whole = cast("exp.Query", parse_one(compiled, dialect=DIALECT))
    steps = {step.alias: step.this for step in whole.ctes}
    actual, expected = steps["dbt_internal_unit_test_actual"], steps["dbt_internal_unit_test_expected"]
    query, wanted = (side.args["from_"].this.this for side in (actual, expected))
    connection.execute(f"create schema {schema}")
    connection.execute(f"use {schema}")
    for step in list(query.ctes):
        if step.alias.startswith(INPUT):
            connection.execute(f'create table "{step.alias}" as {step.this.sql(DIALECT)}')
            step.pop()
    if not query.ctes:
        query.set("with_", None)
    columns = ", ".join(column.sql(DIALECT) for column in actual.expressions[:-1])
    return Case(schema, query, columns, _rows(connection, f"select {columns} from ({wanted.sql(DIALECT)})"))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    found = connection.execute(sql).fetchall()
    return sorted(repr(tuple(round(value, 9) if isinstance(value, float) else value for value in row)) for row in found)


def let_through(compiled: Iterable[str]) -> tuple[int, list[tuple[str, str]], exp.Expr]:
    """How many slips a model's query has, those that none of its unit tests notices with their SQL, and the query.

    Raises:
        ValueError: when a test does not hold as it is.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        cases = [case(connection, f"case_{number}", one) for number, one in enumerate(compiled)]
        for one in cases:
            if not one.holds(connection, one.query.sql(DIALECT)):
                raise ValueError(f"{one.schema}: the unit test does not hold before anything was changed")
        unnoticed: dict[tuple[int, str], str] = {}
        made: set[tuple[int, str]] = set()
        for one in cases:
            for number, (slip, sql) in enumerate(slips(one.query)):
                key = (number, slip)
                holds = (key in unnoticed or key not in made) and one.holds(connection, sql)
                made.add(key)
                if holds:
                    unnoticed[key] = sql
                else:
                    unnoticed.pop(key, None)
    return len(made), [(f"{number} {slip}", sql) for (number, slip), sql in unnoticed.items()], cases[0].query


def changing(demo: Home, relations: dict[str, str], query: exp.Expr, told: list[tuple[str, str]]) -> set[str]:
    """Which slips change what the model says of a demo organisation."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in {table.name for table in query.find_all(exp.Table) if table.name.startswith(INPUT)}:
            connection.execute(f'create temp view "{name}" as from {relations[name.removeprefix(INPUT)]}')

        def content(sql: str) -> object:
            try:
                return connection.execute(f"select count(*), bit_xor(hash(row)) from ({sql}) as row").fetchone()
            except duckdb.Error as error:
                return type(error)

        before = content(query.sql(DIALECT))
        return {slip for slip, sql in told if content(sql) != before}


def unit_tests(home: Home, wanted: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Each model with unit tests, and their SQL; the project is built on empty tables for it."""
    home.root.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [registry.get(name) for name in registry.MODULES])
    transform.refuse_failures(transform.invoke(home, ["build"]))
    tests = sorted(transform.parse(home).unit_tests.values(), key=lambda test: test.model)
    for model, of_model in groupby(tests, key=lambda test: test.model):
        if not wanted or model in wanted:
            folders = [(home.target / "run" / "fulcrum" / test.original_file_path, test.name) for test in of_model]
            yield model, [next(folder.rglob(f"{name}.sql")).read_text(encoding="utf-8") for folder, name in folders]


def main() -> None:
    """Print, per model, how many slips there are, and how many nobody notices."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", help="only these, with every slip that is let through")
    parser.add_argument("--demo", type=Path, help="home of a demo organisation that is built")
    asked = parser.parse_args()
    console, talk, total = Console(), Console(stderr=True), Counter[str]()
    table = Table(Column("model", no_wrap=True), "unit tests", "slips", "noticed", "change the demo", "let through")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        talk.print("the project on empty tables ...")
        for model, compiled in unit_tests(home, set(asked.models)):
            talk.print(f"{model} ...", markup=False)
            made, told, query = let_through(compiled)
            nodes = transform.parse(home).nodes.values()
            relations = {node.name: f"{node.schema}.{node.name}" for node in nodes if node.resource_type in {"model", "seed"}}
            shown = changing(Home(asked.demo), relations, query, told) if asked.demo else set[str]()
            counted = {"slips": made, "noticed": made - len(told), "demo": len(shown), "let through": len(told) - len(shown)}
            total.update(counted)
            table.add_row(model, str(len(compiled)), *map(str, counted.values()))
            for slip, _ in told if asked.models else []:
                console.print(f"{model} {slip}" + (" (changes the demo)" if slip in shown else ""), soft_wrap=True, markup=False)
    table.add_section()
    table.add_row("all", "", *map(str, total.values()))
    console.print(table)


if __name__ == "__main__":
    main()
