"""Every dbt test of the project lets good rows pass and finds each bad one, on the tables of the demo organisation."""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from pipelines import warehouse
from tests.conftest import Demo
from tests.integration.dbt_mutations import Mutation
from tests.integration.dbt_tests import DbtTest, read_tests, shortcomings

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def connection(demo: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse.connect(demo.home.warehouse, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def dbt_tests(demo: Demo, connection: duckdb.DuckDBPyConnection) -> list[DbtTest]:
    return list(read_tests(demo.home, connection))


@pytest.fixture(scope="module")
def one_of_each(dbt_tests: list[DbtTest]) -> dict[str, DbtTest]:
    """A test of every kind, and all singular ones."""
    return {test.kind or test.name: test for test in dbt_tests}


def test_every_dbt_test_finds_its_bad_rows(connection, dbt_tests):
    assert dbt_tests
    assert [said for test in dbt_tests for said in shortcomings(connection, test, test.mutation())] == []


def test_bad_rows_that_are_not_bad_are_reported(connection, one_of_each):
    for test in one_of_each.values():
        mutation = test.mutation()
        harmless = replace(mutation, bad={"nothing is wrong": mutation.good})
        assert list(shortcomings(connection, test, harmless)) == [f"{test.name}: it does not find that nothing is wrong"]


def test_good_rows_that_are_bad_are_reported(connection, one_of_each):
    for test in one_of_each.values():
        mutation = test.mutation()
        spoiled = replace(mutation, good=next(iter(mutation.bad.values())))
        assert list(shortcomings(connection, test, spoiled)) == [f"{test.name}: it finds failures where nothing is wrong"]


def test_a_test_that_cannot_fail_is_reported(connection, one_of_each):
    whole = one_of_each["not_null"]
    relation = whole.relations[""]
    blind = replace(whole, sql=whole.sql.replace(relation, f"(select * from {relation} where false)"))
    patient = replace(whole, failing="count(*) > 1000000")
    for test in (blind, patient):
        assert list(shortcomings(connection, test, test.mutation())) == [
            f"{test.name}: it does not find that {test.subject.column} is null"
        ]


def test_a_test_without_mutation_or_without_its_relation_is_reported(connection, one_of_each):
    new = replace(one_of_each["accepted_values"], name="new_here", kind="recently")
    unbuilt = replace(one_of_each["accepted_values"], name="unbuilt", sql="")
    assert "new_here: no mutation" in next(shortcomings(connection, new, new.mutation()))
    assert "unbuilt: it reads no relation" in next(shortcomings(connection, unbuilt, unbuilt.mutation()))


def test_a_kind_may_have_several_mutations_and_each_counts(connection, one_of_each):
    test = one_of_each["not_null"]
    column = test.subject.column
    both = Mutation(test.mutation().good, {"it is null": [{column: "null"}], "it is there": test.mutation().good})
    assert list(shortcomings(connection, test, both)) == [f"{test.name}: it does not find that it is there"]
