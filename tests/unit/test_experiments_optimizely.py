"""Optimizely over real HTTP on loopback: significance as p-value, variance as deviation, 204 as none yet, and what is left open."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft4Validator
from pydantic import SecretStr

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed
from connectors.experiments.optimizely_client import OptimizelyClient
from connectors.experiments.options import ExperimentsOptions, OptimizelyStore
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from pipelines.gates import check_records
from tests.contract.npm import npm_file
from tests.unit.scripted_site import Answer, Site, always, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = "2:very"
NONE_YET = Answer("", 204)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/v2/")


def experiment(native_id: int = 42, **changes: Any) -> dict[str, Any]:
    return {
        "id": native_id,
        "project_id": 7,
        "name": "Ranker",
        "description": "More buy. https://github.com/acme/search/pull/118",
        "status": "running",
        "type": "a/b",
        "earliest": "2026-02-02T00:00:00.000000Z",
        "last_modified": "2026-03-01T00:00:00.000000Z",
        "holdback": 2_000,
        "metrics": [{"event_id": 9, "aggregator": "unique", "scope": "visitor", "winning_direction": "increasing"}],
        "variations": [
            {"variation_id": 100, "name": "Original", "weight": 5_000, "status": "active"},
            {"variation_id": 101, "name": "v2", "weight": 5_000, "status": "active"},
        ],
    } | changes


def arm(rate: float, samples: Any = 400, **changes: Any) -> dict[str, Any]:
    return {
        "name": "x",
        "rate": rate,
        "samples": samples,
        "value": rate * 400,
        "variance": rate * (1 - rate),
        "is_baseline": False,
    } | changes


def lifted(**changes: Any) -> dict[str, Any]:
    lift = {"value": 0.45, "confidence_interval": [-0.1, 1.0], "is_significant": False, "significance": 0.8, "lift_status": "equal"}
    return arm(0.145, lift=lift | changes)


def metric(*, treated: Any = None, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": 9,
        "name": "Bought",
        "aggregator": "unique",
        "scope": "visitor",
        "winning_direction": "increasing",
        "results": {"100": arm(0.1, is_baseline=True), "101": treated or lifted()},
    } | changes


def results(*metrics: Any, **changes: Any) -> dict[str, Any]:
    return {
        "experiment_id": 42,
        "confidence_threshold": 0.9,
        "end_time": "2026-03-01T00:00:00Z",
        "stats_config": {"difference_type": "relative"},
        "metrics": list(metrics) or [metric()],
    } | changes


def script(*experiments: Any, told: Answer | None = None) -> Any:
    def answer(path: str, parameters: dict[str, str]) -> Answer:
        if path != "experiments":
            return told or Answer(results())
        size, number = int(parameters["per_page"]), int(parameters["page"])
        return Answer(list(experiments[size * (number - 1) : size * number]))

    return answer


def read(site: Site, cursors: dict[str, Any] | None = None) -> list[Event]:
    store = OptimizelyStore(kind="optimizely", token=SecretStr(TOKEN), project=7, url=site.url)
    openers = Openers(vendor=lambda found, meter: OptimizelyClient(found, meter, lambda _: None))
    return list(ExperimentsReader(ExperimentsOptions(stores=(store,)), openers).read(ReadContext(now=NOW, cursors=cursors or {})))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def finished(events: list[Event]) -> Finished:
    return next(event for event in events if isinstance(event, Finished))


def test_an_experiment_with_its_results_against_the_original(site: Site):
    site.script = script(experiment())
    events = read(site)
    [found], [phase], [result] = (records(events, table) for table in ("experiments", "phases", "results"))
    assert [(one["key"], one["is_control"]) for one in found["variations"]] == [("100", True), ("101", False)]
    assert (found["alpha"], found["sequential_method"], found["n_looks"]) == (0.1, "optimizely_stats_engine", None)
    assert (found["randomization_unit"], found["analysis_unit"], found["repository_raw"]) == ("visitor", "visitor", "acme/search")
    assert (phase["split"], phase["coverage"], found["has_holdout"]) == ({"100": 0.5, "101": 0.5}, pytest.approx(0.8), True)
    assert (result["metric_key"], result["metric_kind"], result["metric_role"]) == ("9:unique:visitor", "proportion", "primary")
    assert (result["n_variant"], result["numerator_baseline"], result["sd_variant"]) == (400, 40, pytest.approx(math.sqrt(0.145 * 0.855)))
    assert (result["vendor_effect_relative"], result["vendor_ci_low"], result["vendor_ci_level"]) == (0.45, -0.1, 0.9)
    assert (result["vendor_p"], result["vendor_engine"], result["direction"]) == (pytest.approx(0.2), "sequential", "increase")
    assert ("experiments/42/results", {"baseline_variation_id": "100"}) in [one[:2] for one in site.requests]
    assert site.requests[0][2]["authorization"] == f"Bearer {TOKEN}"
    assert finished(events).tables == ("experiments", "phases", "results")
    for table in ("experiments", "phases", "results"):
        assert check_records(records(events, table), CONNECTOR.table(table)).quarantined == [], table


def test_none_yet_is_no_result_and_no_fault(site: Site):
    site.script = script(experiment(), told=NONE_YET)
    events = read(site)
    assert (len(records(events, "experiments")), records(events, "results")) == (1, [])
    assert [event for event in events if isinstance(event, Rejected | Failed)] == []
    assert "results" in finished(events).tables


def test_missing_numbers_stay_missing_and_zeros_stay(site: Site):
    untold = arm(0.0, lift={"value": 0.0, "confidence_interval": [None, None], "significance": None})
    site.script = script(
        experiment(), told=Answer(results(metric(treated=untold), metric(event_id=8, treated=arm(0.2, variance=None, lift=None))))
    )
    first, second = records(read(site), "results")
    assert (first["vendor_effect_relative"], first["mean_variant"], first["vendor_p"], first["vendor_ci_low"]) == (0, 0, None, None)
    assert (second["vendor_effect_relative"], second["sd_variant"], second["metric_role"]) == (None, None, "secondary")


def test_a_metric_of_another_unit_says_so_and_is_no_proportion(site: Site):
    by_session = {"event_id": 9, "aggregator": "unique", "scope": "session"}
    site.script = script(experiment(metrics=[by_session]), told=Answer(results(metric(scope="session"))))
    events = read(site)
    assert records(events, "experiments")[0]["analysis_unit"] is None
    [result] = records(events, "results")
    assert (result["metric_kind"], result["units_note"]) == (None, "counted by session, while visitors were assigned")


def test_an_absolute_difference_is_not_taken_for_a_relative_one(site: Site):
    site.script = script(experiment(), told=Answer(results(stats_config={"difference_type": "absolute"})))
    [result] = records(read(site), "results")
    assert (result["vendor_effect_relative"], result["vendor_ci_high"], result["vendor_p"]) == (None, None, pytest.approx(0.2))
    assert "in the metric's own unit" in result["units_note"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (metric(treated=arm(0.1, samples=-4)), "samples of the variant is -4; expected a count"),
        (metric(treated=lifted(significance="NaN")), "significance is 'NaN'; expected a finite number"),
        (metric(treated=arm(0.1, variance=-1)), "variance of the variant is -1; expected 0 or more"),
        (metric(results={"100": arm(0.1), "101": lifted()}), "0 of its variations are the baseline; expected one"),
    ],
)
def test_a_faulty_metric_is_set_aside_alone(site: Site, told: dict[str, Any], why: str):
    site.script = script(experiment(), told=Answer(results(told, metric(event_id=8))))
    events = read(site)
    assert [found["metric_key"] for found in records(events, "results")] == ["8:unique:visitor"]
    assert [why in event.reason for event in events if isinstance(event, Rejected)] == [True]
    assert "results" not in finished(events).tables


def test_results_that_are_none_are_told_and_the_experiment_stays(site: Site):
    site.script = script(experiment(), told=Answer({"oops": 1}))
    events = read(site)
    assert len(records(events, "experiments")) == 1
    assert ["expected an object with 'metrics'" in event.reason for event in events if isinstance(event, Rejected)] == [True]


@pytest.mark.parametrize(
    ("changes", "is_asked"),
    [
        ({"status": "concluded"}, False),
        ({"status": "running"}, True),
        ({"status": "concluded", "last_modified": "2026-11-12T00:00:00Z"}, True),
        ({"status": "not_started"}, False),
    ],
)
def test_results_that_cannot_move_are_not_asked_for_again(site: Site, changes: dict[str, Any], is_asked: bool):
    site.script = script(experiment(**changes))
    events = read(site, {"optimizely:7": {"read_at": "2026-11-20T00:00:00+00:00"}})
    assert ("experiments/42/results" in site.paths()) is is_asked
    if changes["status"] == "concluded":
        assert ("results" in finished(events).tables) is is_asked, "results that were not asked for are not gone"


def test_every_page_is_read_and_what_is_listed_is_counted(site: Site):
    site.script = script(*(experiment(number, status="not_started", earliest=None) for number in range(1, 151)))
    events = read(site)
    assert len(records(events, "experiments")) == 150
    assert [(event.count, event.how) for event in events if isinstance(event, Counted)] == [(150, "experiments listed")]


@pytest.mark.parametrize("body", [{"message": "no such plan"}, {"error": {"message": "no such plan"}}, {"error": "no such plan"}])
def test_a_refusal_is_told_in_the_sites_own_words_wherever_it_puts_them(site: Site, body: dict[str, Any]):
    site.script = always(Answer(body, 403))
    [failed] = read(site)
    assert isinstance(failed, Failed)
    assert "no such plan" in str(failed.error)


def test_an_account_that_may_not_see_the_project_is_told_which(site: Site):
    site.script = always(Answer({"message": f"no access with {TOKEN}"}, 403))
    [failed] = read(site)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, AuthFailed)
    assert "project 7" in str(failed.error)
    assert TOKEN not in repr(failed)


def faults(described: dict[str, Any], name: str, answer: Any) -> list[str]:
    """What an answer breaks of a definition; a field that the description does not know is a fault too."""
    closed = {name: {"additionalProperties": False} | schema for name, schema in described["definitions"].items()}
    validator = Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": closed})
    return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:200]}" for fault in validator.iter_errors(answer)]


@pytest.mark.node
@pytest.mark.slow
def test_the_scripted_answers_are_as_optimizely_describes_them():
    # Optimizely's own description of its API (version 2.0), which this package carries.
    path = npm_file("@simonecoelhosfo/optimizely-mcp-server", "2.2.78", "dist/api-reference/swagger-web.json")
    described = json.loads(path.read_bytes())
    assert faults(described, "Experiment", experiment()) == []
    assert faults(described, "ExperimentResults", results(metric(), metric(treated=lifted(value=0.0)))) == []
    asked = {"/experiments": {"project_id", "per_page", "page"}, "/experiments/{experiment_id}/results": {"baseline_variation_id"}}
    for place, parameters in asked.items():
        told = [
            described["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            for one in described["paths"][place]["get"]["parameters"]
        ]
        assert parameters <= {one["name"] for one in told}
    assert faults(described, "ExperimentResults", results(invented=1, confidence_threshold="0.9")) != []
