"""Experiments out of a SQL database: arms and units, what cannot be counted and is told, and a password that stays unseen."""

import json
import logging
import math
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.experiments.options import ExperimentsOptions, FilesStore, SqlStore
from connectors.experiments.resources import ExperimentsReader, Openers
from connectors.experiments.sql import SqlReading
from connectors.experiments.sql_client import SqlQuery
from connectors.experiments.taking import Taking

NOW = datetime(2026, 11, 21, tzinfo=UTC)
UNITS = "native_id, metric_key, variant_key, unit, value"
ARMS = "native_id, metric_key, variant_key, n, numerator"


@dataclass
class Told:
    """What one reading gave."""

    events: list[Event]

    def table(self, name: str) -> list[Record]:
        return [record for event in self.events if isinstance(event, Page) and event.table == name for record in event.records]

    @property
    def reasons(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, Rejected)]

    @property
    def failures(self) -> list[str]:
        return [str(event.error) for event in self.events if isinstance(event, Failed)]

    @property
    def complete(self) -> tuple[str, ...]:
        return next(event.tables for event in self.events if isinstance(event, Finished))

    def result(self, **wanted: Any) -> Record:
        [found] = [record for record in self.table("results") if {**{"dimension": ""}, **wanted}.items() <= record.items()]
        return found


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Told]:
    """Reads rows of a SQLite table as a store; `query` may say something else than all of it."""

    def reading(columns: str, rows: Sequence[Sequence[Any]], query: str = "select * from told", batch: int = 50_000, **more: Any) -> Told:
        database = tmp_path / "told.db"
        with sqlite3.connect(database) as connection:
            connection.execute(f"create table told ({columns})")
            connection.executemany(f"insert into told values ({', '.join('?' * len(columns.split(',')))})", rows)
        connection.close()
        (tmp_path / "experiments.sql").write_text(query, encoding="utf-8")
        kind = "units" if "unit" in columns else "arms"
        known = {"name": "warehouse", "dsn": SecretStr(f"sqlite:///{database}"), "query": tmp_path / "experiments.sql", "rows": kind}
        store = SqlStore.model_validate({"kind": "sql"} | known | more)
        context = ReadContext(now=NOW)
        return Told(list(SqlReading(SqlQuery(store, context.meter), store, Taking({}), batch).events(context)))

    return reading


def units(arm: str, values: Sequence[Any], start: int = 0, metric: str = "revenue") -> list[tuple[Any, ...]]:
    return [("exp", metric, arm, f"u{start + number}", value) for number, value in enumerate(values)]


def test_arms_become_comparisons_with_the_control(read: Callable[..., Told]):
    columns = f"{ARMS}, phase, metric_role, metric_kind, is_control, split, name, owner_raw, phase_started_at"
    rest = (0, "primary", "proportion")
    described = ('{"v1": 0.5, "v2": 0.25, "v3": 0.25}', "Ranker", "ana@acme.example", "2026-02-02T00:00:00Z")
    rows = [
        ("exp", "hit", key, n, hits, *rest, key == "v1", *described)
        for key, n, hits in (("v1", 1000, 627), ("v2", 500, 354), ("v3", 510, 320))
    ]
    told = read(columns, rows)
    assert told.reasons == []
    [experiment] = told.table("experiments")
    assert (experiment["kind"], experiment["name"], experiment["owner_raw"]) == ("sql", "Ranker", "ana@acme.example")
    assert [(one["key"], one["is_control"]) for one in experiment["variations"]] == [("v1", True), ("v2", False), ("v3", False)]
    assert told.table("phases")[0]["split"] == {"v1": 0.5, "v2": 0.25, "v3": 0.25}
    result = told.result(variant_key="v3")
    assert (result["n_variant"], result["numerator_variant"], result["n_baseline"], result["numerator_baseline"]) == (510, 320, 1000, 627)
    assert (result["baseline_key"], result["metric_role"], len(told.table("results"))) == ("v1", "primary", 2)
    assert told.complete == ("experiments", "phases", "results", "metric_days")


def test_units_are_reduced_to_the_moments_of_all_of_them_whatever_the_batch(read: Callable[..., Told]):
    values = [(number * 37 % 101) / 7 + 1e6 for number in range(400)]
    rows = [*units("control", values[:180]), *units("treatment", values[180:], 180)]
    found = read(UNITS, rows, batch=7).result(variant_key="treatment")
    for role, part in (("baseline", values[:180]), ("variant", values[180:])):
        mean = math.fsum(part) / len(part)
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in part) / (len(part) - 1))
        assert found[f"n_{role}"] == len(part)
        assert found[f"mean_{role}"] == pytest.approx(mean, rel=1e-12)
        assert found[f"sd_{role}"] == pytest.approx(sd, rel=1e-9)
    assert found["numerator_variant"] is None


def test_values_of_nothing_but_0_and_1_are_a_proportion(read: Callable[..., Told]):
    found = read(UNITS, [*units("control", [0, 1, 1]), *units("treatment", [0, 0, 1, 1], 3)]).result(variant_key="treatment")
    assert (found["metric_kind"], found["numerator_variant"], found["n_variant"], found["numerator_baseline"]) == ("proportion", 2, 4, 2)


def test_days_give_an_effect_a_day_and_one_of_each_units_days_together(read: Callable[..., Told]):
    days = [("control", "a", (1, 2)), ("control", "b", (3, 0)), ("treatment", "c", (5, 5)), ("treatment", "d", (2, 4))]
    rows = [("exp", "spent", arm, unit, value, f"2026-02-0{day}") for arm, unit, values in days for day, value in enumerate(values, 1)]
    told = read(f"{UNITS}, day", rows)
    whole = told.result(variant_key="treatment")
    assert (whole["mean_variant"], whole["mean_baseline"], whole["n_variant"]) == (8.0, 3.0, 2)
    second = told.result(dimension="day", dimension_value="2026-02-02")
    assert (second["mean_variant"], second["mean_baseline"]) == (4.5, 1.0)


def test_what_units_did_before_is_kept_as_moments_where_all_have_it(read: Callable[..., Told]):
    before = {"control": [1.0, 2.0, 4.0], "treatment": [2.0, 3.0, 7.0]}
    rows = [("exp", "spent", arm, f"{arm}{n}", 2 * value + 1, value) for arm, values in before.items() for n, value in enumerate(values)]
    found = read(f"{UNITS}, covariate", rows, batch=2).result(variant_key="treatment")
    assert found["covariate_mean_variant"] == pytest.approx(4)
    assert found["covariate_covariance_variant"] == pytest.approx(2 * found["covariate_sd_variant"] ** 2)
    assert found["covariate_sd_variant"] == pytest.approx(math.sqrt(7))


def test_a_unit_without_a_covariate_leaves_the_arm_without_one(read: Callable[..., Told]):
    rows = [
        ("exp", "spent", arm, f"{arm}{n}", n, None if (arm, n) == ("control", 0) else n)
        for arm in ("control", "treatment")
        for n in range(3)
    ]
    found = read(f"{UNITS}, covariate", rows).result(variant_key="treatment")
    assert found["covariate_mean_baseline"] is None
    assert found["covariate_mean_variant"] == pytest.approx(1)


def test_a_ratio_keeps_the_moments_of_what_it_is_divided_by(read: Callable[..., Told]):
    queries = {"control": [(1, 2), (3, 4), (2, 6)], "treatment": [(2, 2), (3, 5), (8, 11)]}
    rows = [("exp", "hit", arm, f"{arm}{n}", *pair, "ratio") for arm, pairs in queries.items() for n, pair in enumerate(pairs)]
    found = read(f"{UNITS}, denominator, metric_kind", rows, batch=2).result(variant_key="treatment")
    assert (found["metric_kind"], found["n_variant"]) == ("ratio", 3)
    assert (found["mean_variant"] * 3, found["denominator_mean_variant"] * 3) == (pytest.approx(13), pytest.approx(18))
    assert found["denominator_sd_baseline"] == pytest.approx(2)
    assert found["denominator_covariance_baseline"] == pytest.approx(1)


def test_the_days_of_a_ratio_are_summed_below_the_line_too(read: Callable[..., Told]):
    days = [("control", "a", ((1, 2), (0, 3))), ("control", "b", ((1, 1), (1, 1))), ("treatment", "c", ((2, 2), (1, 4)))]
    rows = [("exp", "hit", arm, unit, *pair, "ratio", f"2026-02-0{day}") for arm, unit, pairs in days for day, pair in enumerate(pairs, 1)]
    found = read(f"{UNITS}, denominator, metric_kind, day", [*rows, ("exp", "hit", "treatment", "d", 1, 6, "ratio", "2026-02-01")])
    whole = found.result(variant_key="treatment")
    assert (whole["mean_baseline"], whole["denominator_mean_baseline"], whole["denominator_mean_variant"]) == (1.5, 3.5, 6.0)


def test_a_ratio_without_a_denominator_and_a_mean_with_one_are_told(read: Callable[..., Told]):
    rows = [("exp", "hit", arm, f"{arm}{n}", n, n + 1, "ratio") for arm in ("control", "treatment") for n in range(3)]
    rows += [("exp", "spent", arm, f"{arm}{n}", n, None, "mean") for arm in ("control", "treatment") for n in range(3)]
    rows += [("exp", "hit", "control", "none", 1, None, "ratio"), ("exp", "hit", "control", "odd", 1, math.inf, "ratio")]
    rows += [("exp", "spent", "control", "none", 1, 7, "mean")]
    told = read(f"{UNITS}, denominator, metric_kind", rows)
    assert [told.result(metric_key=metric)["n_baseline"] for metric in ("hit", "spent")] == [3, 3]
    assert [reason.partition("metric ")[2][:40] for reason in told.reasons] == [
        "hit: 2 units have no denominator, or one",
        "spent: 1 units have a denominator in wha",
    ]


def test_a_unit_in_two_arms_counts_in_none_and_is_told(read: Callable[..., Told]):
    rows = [*units("control", [5, 6, 7, 8]), *units("treatment", [9, 9, 9], 3)]  # u3 is in both
    told = read(UNITS, rows, batch=2)
    found = told.result(variant_key="treatment")
    assert (found["n_variant"], found["n_baseline"], found["mean_variant"], found["mean_baseline"]) == (2, 3, 9.0, 6.0)
    assert told.reasons == ["experiments.sql experiment exp: phase 0: 1 units were seen in several variants and count in none"]
    assert found["units_note"] == "1 units were seen in several variants and count in none"
    assert "u3" not in json.dumps([str(event) for event in told.events])
    assert "results" in told.complete


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "have no value"),
        (math.inf, "no finite number"),
        ("NaN", "no finite number"),
        ("-Infinity", "no finite number"),
        ("much", "no finite number"),
    ],
)
def test_a_value_that_is_no_number_is_left_out_and_told(read: Callable[..., Told], value: Any, fault: str):
    told = read(UNITS, [*units("control", [1, 2, 3, value]), *units("treatment", [4, 5], 4)])
    assert told.result(variant_key="treatment")["n_baseline"] == 3
    [reason] = told.reasons
    assert f"phase 0, metric revenue: 1 units have {'' if value is None else 'a value that is '}{fault.removeprefix('have ')}" in reason


def test_what_else_keeps_a_unit_out(read: Callable[..., Told]):
    rows = [
        ("exp", "hit", arm, f"{arm}{number}", number % 2, "2026-02-01", "proportion", 1)
        for arm in ("control", "treatment")
        for number in range(6)
    ]
    faulty = [
        ("exp", "hit", "control", "control0", 1, "2026-02-01", "proportion", 1),  # a second row of that day
        ("exp", "hit", "control", "strange", 2, "2026-02-01", "proportion", 1),
        ("exp", "hit", "control", "dateless", 1, "soon", "proportion", 1),
        ("exp", "hit", "control", "control1", 1, "2026-02-02", "proportion", 7),  # another covariate
        ("exp", "hit", "control", None, 1, "2026-02-02", "proportion", 1),
    ]
    told = read(f"{UNITS}, day, metric_kind, covariate", rows + faulty)
    assert told.result(variant_key="treatment")["n_baseline"] == 4
    for words in ("several rows", "other than 0 and 1", "no date", "several values of the covariate", "1 rows lack native_id"):
        assert any(words in reason for reason in told.reasons), words


def test_a_negative_count_is_set_aside_and_the_rest_goes_on(read: Callable[..., Told]):
    rows = [("exp", metric, arm, n, 1) for metric, n in (("good", 10), ("bad", -10)) for arm in ("control", "treatment")]
    told = read(ARMS, rows)
    assert [result["metric_key"] for result in told.table("results")] == ["good"]
    [reason] = told.reasons
    assert "metric bad, arm treatment: n_variant is -10; expected greater than or equal to 0" in reason
    assert "results" not in told.complete


@pytest.mark.parametrize(
    ("arms", "why"),
    [
        ({"a": 10, "b": 10}, "expected exactly one of its 2 variations to be the control, none is"),
        ({"control": 10, "only": None}, "metric hit, arm only: n is null; expected a value"),
        ({"control": 10}, "only the control 'control' has a row: there is nothing to compare"),
    ],
)
def test_without_a_control_or_anything_beside_it_nothing_is_compared(read: Callable[..., Told], arms: dict[str, int | None], why: str):
    rows = [*(("exp", "hit", arm, n, 1) for arm, n in arms.items()), ("sound", "hit", "control", 9, 1), ("sound", "hit", "b", 9, 1)]
    told = read(ARMS, rows)
    assert any(why in reason for reason in told.reasons), told.reasons
    assert len(told.table("results")) == 1


def test_the_control_may_be_named_in_the_configuration(read: Callable[..., Told]):
    told = read(ARMS, [("exp", "hit", arm, 10, 1) for arm in ("a", "b")], control="b")
    assert told.result(variant_key="a")["baseline_key"] == "b"


def test_a_split_that_does_not_sum_to_one_is_set_aside_with_its_results(read: Callable[..., Told]):
    split = '{"control": 0.5, "treatment": 0.4}'
    told = read(f"{ARMS}, split", [("exp", "hit", arm, 10, 1, split) for arm in ("control", "treatment")])
    [reason] = told.reasons
    assert "sums to 0.9; expected weights of 0 or more that sum to 1; its 1 results wait with it" in reason
    assert told.table("results") == []


def test_rows_that_contradict_each_other_are_told(read: Callable[..., Told]):
    rows = [("exp", "m", arm, f"{arm}{number}", number, "A" if number else "B") for arm in ("control", "t") for number in range(3)]
    told = read(f"{UNITS}, name", rows)
    assert "name is 'A' and 'B' in rows of metric m, arm control; expected one value: 'A' counts" in told.reasons[0]


def test_an_arm_given_twice_counts_once(read: Callable[..., Told]):
    told = read(ARMS, [("exp", "hit", arm, n, 1) for arm, n in (("control", 10), ("control", 11), ("b", 10))])
    assert told.result(variant_key="b")["n_baseline"] == 10
    assert "another row says the same of this arm already" in told.reasons[0]


@pytest.mark.parametrize("end", [";", " ;\n", " -- the end"])
def test_a_query_may_hold_colons_percents_a_semicolon_and_a_last_comment(read: Callable[..., Told], end: str):
    query = f"with t as (select * from told where native_id like 'e%' and metric_key <> ':x')\nselect * from t{end}"
    assert read(ARMS, [("exp", "hit", arm, 10, 1) for arm in ("control", "b")], query).table("results")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select * from elsewhere", "the database does not run experiments.sql: no such table: elsewhere (correct the query)"),
        ("selec 1", "syntax error"),
        ("select native_id, metric_key, variant_key as variant, unit, value from told", "column 'variant_key' is missing; column 'variant' is not known (nearest: 'variant_key')"),
        ("", "is empty (expected one SELECT)"),
    ],
)  # fmt: skip
def test_a_wrong_query_fails_its_store_alone(read: Callable[..., Told], tmp_path: Path, query: str, told: str):
    database = tmp_path / "told.db"
    with sqlite3.connect(database) as connection:
        connection.execute(f"create table told ({UNITS})")
    connection.close()
    (tmp_path / "experiments.sql").write_text(query, encoding="utf-8")
    (tmp_path / "sound.yaml").write_text("native_id: launch\n", encoding="utf-8")
    dsn = SecretStr(f"sqlite:///{database}")
    broken = SqlStore(kind="sql", name="w", dsn=dsn, query=tmp_path / "experiments.sql", rows="units")
    options = ExperimentsOptions(stores=(broken, FilesStore(kind="files", path=str(tmp_path / "sound.yaml"))))
    found = Told(list(ExperimentsReader(options, Openers()).read(ReadContext(now=NOW))))
    assert told in found.failures[0]
    assert [record["native_id"] for record in found.table("experiments")] == ["launch"]
    assert [finding.state for finding in ExperimentsReader(options, Openers()).probe()] == ["fail", "ok"]


@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        ("postgresql://reader:hush-hush@127.0.0.1:1/none", "the database does not answer"),
        ("postgresql://127.0.0.1:1/none?user=reader&password=hush-hush", "the database does not answer"),
        ("nonsense hush-hush", "its dsn is no address"),
        ("unknown://reader:hush-hush@db/none", "no driver for unknown is installed"),
        ("sqlite:///nowhere/none.db", "there is no database file nowhere/none.db"),
    ],
)
def test_a_dsn_that_refuses_is_told_without_its_password(tmp_path: Path, dsn: str, told: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    (tmp_path / "q.sql").write_text("select 1", encoding="utf-8")
    store = SqlStore(kind="sql", name="w", dsn=SecretStr(dsn), query=tmp_path / "q.sql", rows="arms")
    found = Told(list(ExperimentsReader(ExperimentsOptions(stores=(store,)), Openers()).read(ReadContext(now=NOW))))
    assert told in found.failures[0]
    assert "hush" not in repr(found.events) + caplog.text + repr(store)
