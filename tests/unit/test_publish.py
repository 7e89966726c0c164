"""What leaves the warehouse: a publication is whole for every audience, or it is none."""

import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines import publish, warehouse
from pipelines.warehouse import Home

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _home(root: Path) -> Home:
    """A built warehouse of two tables."""
    home = Home(root)
    home.target.mkdir(parents=True)
    with warehouse.connect(home.warehouse) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.dim_people as select '1' as person_id, 'p-7f' as pseudonym")
        connection.execute("create table core.fct_reviews as select '1' as person_id")
    _declare(home, "dim_people", "identity")
    _declare(home, "fct_reviews", "person")
    return home


def _declare(home: Home, table: str, sensitivity: str) -> None:
    nodes = json.loads(home.manifest.read_text())["nodes"] if home.manifest.exists() else {}
    columns = {"person_id": {"description": "Whose.", "config": {"meta": {"sensitivity": sensitivity}}}}
    nodes[table] = {"resource_type": "model", "schema": "core", "alias": table, "description": "Rows.", "columns": columns}
    home.manifest.write_text(json.dumps({"nodes": nodes}))


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_each_audience_gets_its_own_view_of_people(tmp_path: Path) -> None:
    links = publish.publish(_home(tmp_path), "20260101", NOW, {})
    assert _rows(links["restricted"], "select person_id from core.fct_reviews") == [("1",)]
    assert _rows(links["analyst"], "select person_id from core.fct_reviews") == [("p-7f",)]
    assert _rows(links["analyst"], "select value from meta.snapshot where key = 'audience'") == [("analyst",)]


def test_what_one_audience_may_not_see_as_it_is_is_published_for_none(tmp_path: Path) -> None:
    home = _home(tmp_path)
    links = publish.publish(home, "20260101", NOW, {})
    with warehouse.connect(home.warehouse) as connection:
        connection.execute("create or replace table core.fct_reviews as select 1::bigint as person_id")
    with pytest.raises(publish.NotPublishable, match=r"core\.fct_reviews\.person_id: a person column of type BIGINT"):
        publish.publish(home, "20260102", NOW, {})
    assert {link.resolve().name for link in links.values()} == {"analyst-20260101.duckdb", "restricted-20260101.duckdb"}
    assert not list(home.published.glob("*20260102*"))
