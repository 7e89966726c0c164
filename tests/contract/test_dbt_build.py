"""The dbt project stands on empty tables, keeps its promises to readers, and reads every column that connectors promise."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from connectors import registry
from pipelines import publish, raw_tables, transform, warehouse
from pipelines.warehouse import Home

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
PUBLIC_FOLDERS = ("core", "kpi", "ops")
NAMES_OF_PEOPLE = re.compile(r"(^|_)person_id$")
IDENTIFYING = {"display_name", "shown_name", "email", "account", "account_login"}

pytestmark = pytest.mark.filterwarnings("ignore")  # dbt's imports warn about their own dependencies


def on_the_build(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that asks for the whole build, which one process makes for all of them."""
    return pytest.mark.slow(pytest.mark.xdist_group("empty_build")(test))


def public_models() -> dict[str, dict[str, Any]]:
    paths = [path for folder in PUBLIC_FOLDERS for path in sorted((PROJECT / "models" / "marts" / folder).glob("*.yml"))]
    models = [model for path in paths for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])]
    return {model["name"]: model for model in models}


def empty_warehouse(root: Path) -> Home:
    """A warehouse with every raw table and no row."""
    home = Home(root)
    root.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [registry.get(name) for name in registry.MODULES])
    return home


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, list[transform.NodeResult]]]:
    """Everything built once on empty tables, unit tests included."""
    before = dict(os.environ)
    home = empty_warehouse(tmp_path_factory.mktemp("dbt") / "home")
    try:
        yield home, transform.invoke(home, ["build"])
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def connection(built: tuple[Home, list[transform.NodeResult]]) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(built[0].warehouse, read_only=True) as opened:
        yield opened


@on_the_build
def test_the_whole_project_builds_on_empty_tables_and_its_unit_tests_hold(built):
    results = built[1]
    assert {node.name: node.message for node in results if node.is_bad} == {}
    assert sum(node.kind == "unit_test" for node in results) > 50


@on_the_build
def test_no_sources_means_no_people_and_no_claims(connection):
    counted = {name: connection.execute(f"select count(*) from {schema}.{name}").fetchone()[0] for schema, name in tables(connection)}
    filled = {name for name, count in counted.items() if count and not name.startswith(("ai_agents", "bots"))}
    assert filled & public_models().keys() == set()


def tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("select schema_name, table_name from duckdb_tables() where schema_name in ('core', 'ops')").fetchall()


@on_the_build
def test_every_public_table_and_column_is_explained(built):
    relations = publish.describe(built[0])
    assert {relation.schema for relation in relations} >= {"core", "evidence", "kpi", "ops"}
    silent = [f"{relation.schema}.{relation.name}" for relation in relations if not relation.description]
    silent += [
        f"{relation.schema}.{relation.name}.{column.name}"
        for relation in relations
        for column in relation.columns
        if not column.description
    ]
    assert silent == []


@on_the_build
def test_no_table_has_an_index(connection):
    """A table with a secondary index lost rows on look-up after a crash in this DuckDB version."""
    assert connection.execute("select table_name, index_name from duckdb_indexes()").fetchall() == []


@on_the_build
def test_all_kpis_are_defined_and_one_whose_review_is_overdue_is_named_without_failing_the_build(built, monkeypatch):
    with warehouse.connect(built[0].warehouse, read_only=True) as opened:
        kpis = [row[0] for row in opened.execute("select kpi_id from kpi.kpi_definitions order by 1").fetchall()]
    assert kpis == [f"K{number:02}" for number in range(1, 24)]
    reviews = ["test", "--select", "kpi_definitions_are_reviewed"]
    monkeypatch.setenv("FULCRUM_BUILD_AT", "2026-11-01T00:00:00+00:00")
    assert [node.state for node in transform.invoke(built[0], reviews)] == ["pass"]
    monkeypatch.setenv("FULCRUM_BUILD_AT", "2099-01-01T00:00:00+00:00")
    [overdue] = transform.invoke(built[0], reviews)
    assert (overdue.state, overdue.is_bad) == ("warn", False)
    assert overdue.message.startswith("Got 23 results")


@on_the_build
def test_schemas_are_named_exactly(connection):
    schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    assert {schema for schema in schemas if not schema.startswith("raw_")} <= {"intermediate", "core", "evidence", "kpi", "ops"}


@pytest.mark.parametrize("source", list(registry.MODULES))
def test_staging_reads_every_column_that_a_connector_promises(source):
    unread = {}
    for table in registry.get(source).tables:
        text = (PROJECT / "models" / "staging" / source / f"stg_{source}__{table.name}.sql").read_text(encoding="utf-8")
        assert f"source('raw_{source}', '{table.name}')" in text
        missing = [name for name in table.columns if not re.search(rf"(?m)(^\s+|\bas ){name},?$", text)]
        if missing:
            unread[table.name] = missing
    assert unread == {}


@pytest.mark.parametrize("source", [*registry.MODULES, "config", "statistics", "ops"])
def test_staging_describes_what_it_selects_and_nothing_else(source):
    folder = PROJECT / "models" / "staging" / source
    files = sorted(folder.glob(f"_{source}__models*.yml"))
    described = [model for file in files for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]]
    assert {model["name"] for model in described} == {path.stem for path in folder.glob("stg_*.sql")}
    for model in described:
        text = (folder / f"{model['name']}.sql").read_text(encoding="utf-8")
        selected = re.findall(r"(\w+),?$", text.partition("select\n")[2].partition("\n    from")[0], re.MULTILINE)
        assert [column["name"] for column in model["columns"]] == selected, model["name"]


def test_columns_about_people_are_marked_for_the_analysts_snapshot():
    unmarked = []
    for model in public_models().values():
        for column in model["columns"]:
            mark = column.get("config", {}).get("meta", {}).get("sensitivity")
            wanted = "person" if NAMES_OF_PEOPLE.search(column["name"]) else "identity" if column["name"] in IDENTIFYING else mark
            if mark != wanted:
                unmarked.append(f"{model['name']}.{column['name']}: {mark}, expected {wanted}")
    assert unmarked == []


def test_no_core_table_ranks_or_scores_anybody():
    forbidden = re.compile(r"(^|_)(rank|percentile|quartile|score_total|rating)(_|$)")
    named = [f"{model['name']}.{column['name']}" for model in public_models().values() for column in model["columns"]]
    assert [name for name in named if forbidden.search(name.partition(".")[2])] == []
