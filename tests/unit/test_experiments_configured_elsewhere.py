"""Numbers out of SQL whose experiments LaunchDarkly configures: one experiment, each part with the source that tells it."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import Unavailable
from connectors.experiments.bundles import experiment_id
from connectors.experiments.fake import FakeGrowthBook
from connectors.experiments.options import ExperimentsOptions, LaunchDarklyStore, SqlStore
from connectors.experiments.resources import ExperimentsReader, Openers
from connectors.experiments.sql_client import SqlQuery
from tests.unit.test_experiments_launchdarkly import NOW, experiment, treatment

LAUNCHDARKLY = LaunchDarklyStore(kind="launchdarkly", token=SecretStr("x"), project="search", environment="production")
NUMBERS = "sql:warehouse"
RANKER = experiment_id("launchdarkly", "search/production/ranker")
COLUMNS = "native_id, metric_key, variant_key, n, numerator, name, phase"
Read = Callable[..., list[Event]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads both stores; `listed` is what LaunchDarkly lists, or the error that it ends with."""

    def reading(rows: Sequence[Sequence[Any]], listed: Any, columns: str = COLUMNS) -> list[Event]:
        with sqlite3.connect(tmp_path / "told.db") as connection:
            connection.execute(f"create table told ({columns})")
            connection.executemany(f"insert into told values ({', '.join('?' * len(columns.split(',')))})", rows)
        connection.close()
        query = tmp_path / "experiments.sql"
        query.write_text("select * from told", encoding="utf-8")
        known = {
            "kind": "sql",
            "name": "warehouse",
            "query": query,
            "configured_in": "search/production",
            "url": "https://db.acme.example/x",
        }
        kind = "units" if "unit" in columns else "arms"
        numbers = SqlStore.model_validate(known | {"dsn": SecretStr(f"sqlite:///{tmp_path}/told.db"), "rows": kind})
        configuration = FakeGrowthBook(failing={"experiments": listed}) if isinstance(listed, Exception) else FakeGrowthBook(listed)
        openers = Openers(query=SqlQuery, vendor=lambda *_: configuration)
        return list(ExperimentsReader(ExperimentsOptions(stores=(numbers, LAUNCHDARKLY)), openers).read(ReadContext(now=NOW)))

    return reading


def told(events: list[Event], table: str, partition: str = "") -> list[Record]:
    pages = (event for event in events if isinstance(event, Page) and event.table == table and partition in ("", event.partition))
    return [record for page in pages for record in page.records]


def arms(native_id: str = "ranker", arms_of: tuple[str, str] = ("off", "on"), phase: int = 0) -> list[tuple[Any, ...]]:
    return [(native_id, "hit", arm, 1000, hits, "Named in the query", phase) for arm, hits in zip(arms_of, (627, 709), strict=True)]


def test_the_experiment_is_launchdarklys_and_its_numbers_are_the_querys(read: Read):
    events = read(arms(), [experiment()])
    [record] = told(events, "experiments")
    assert (record["experiment_id"], record["name"], record["kind"]) == (RANKER, "Ranker", "launchdarkly")
    assert record["_source_url"].startswith("https://app.launchdarkly.com/")
    [result] = told(events, "results", NUMBERS)
    assert (result["experiment_id"], result["_source_url"]) == (RANKER, "https://db.acme.example/x")
    assert (result["variant_key"], result["baseline_key"], result["numerator_variant"]) == ("on", "off", 709)
    assert told(events, "phases", NUMBERS) == []
    assert [event for event in events if isinstance(event, Rejected | Failed)] == []


def test_units_are_compared_with_launchdarklys_baseline(read: Read):
    rows = [("ranker", "revenue", arm, f"{arm}{n}", float(n)) for arm in ("on", "off") for n in range(5)]
    [result] = told(read(rows, [experiment()], "native_id, metric_key, variant_key, unit, value"), "results")
    assert (result["experiment_id"], result["baseline_key"], result["n_baseline"]) == (RANKER, "off", 5)


def test_an_experiment_that_launchdarkly_does_not_have_is_one_of_its_own(read: Read):
    events = read([*arms(), *arms("homemade", ("control", "new"))], [experiment()])
    assert {record["native_id"]: record["kind"] for record in told(events, "experiments")} == {"ranker": "launchdarkly", "homemade": "sql"}
    counted = {event.partition: event.count for event in events if isinstance(event, Counted)}
    assert counted[NUMBERS] == 1, "each store counts what it tells"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [(arms(arms_of=("off", "onn")), "variant_key is 'onn'; expected one of off, on"), (arms(phase=4), "phase is 4; expected one of 0")],
)
def test_rows_of_treatments_or_iterations_that_launchdarkly_does_not_have_are_set_aside(read: Read, rows: list[Any], reason: str):
    events = read(rows, [experiment()])
    assert told(events, "results") == []
    assert any(reason in event.reason for event in events if isinstance(event, Rejected))


def test_numbers_wait_while_launchdarkly_cannot_be_read(read: Read):
    events = read(arms(), Unavailable("experiments", "launchdarkly", "503"))
    failed = {event.partition: str(event.error) for event in events if isinstance(event, Failed)}
    assert "search/production could not be read" in failed[NUMBERS]
    assert not [event for event in events if isinstance(event, Page | Finished)], "what was read before stays"


def test_numbers_wait_with_a_configuration_that_was_set_aside(read: Read):
    uncontrolled = experiment()
    uncontrolled["currentIteration"]["treatments"] = [treatment("off", "50"), treatment("on", "50")]
    events = read(arms(), [uncontrolled])
    assert told(events, "results") == []
    assert any("its configuration in search/production was set aside" in event.reason for event in events if isinstance(event, Rejected))


def test_a_configuration_that_is_read_nowhere_is_a_fault_of_the_file(tmp_path: Path):
    known = {"kind": "sql", "name": "warehouse", "dsn": "sqlite://", "query": tmp_path / "x.sql", "rows": "arms"}
    numbers = SqlStore.model_validate(known | {"configured_in": "search/staging"})
    with pytest.raises(ValidationError, match=r"'search/staging'; expected one of search/production"):
        ExperimentsOptions(stores=(numbers, LAUNCHDARKLY))
    with pytest.raises(ValidationError, match="no store of the kind launchdarkly"):
        ExperimentsOptions(stores=(numbers,))
