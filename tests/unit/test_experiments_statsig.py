"""Statsig over real HTTP on loopback: what its percentages, standard errors, intervals and p-values become, and what it refuses."""

import ast
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Counted, Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, ContractBroken, RateLimited
from connectors.experiments.options import ExperimentsOptions, StatsigStore
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from connectors.experiments.statsig_client import StatsigClient
from pipelines.gates import check_records
from pipelines.statistics import checks, reported
from tests.contract.pypi import pypi_folder
from tests.unit.scripted_site import Answer, Site, always, first_then, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = "console-very"
PARTITION = "statsig:search"


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/console/v1/")


def experiment(native_id: str = "ranker", **changes: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": native_id,
        "name": "Ranker",
        "hypothesis": "Revenue rises. https://github.com/acme/search/pull/118",
        "status": "decision_made",
        "idType": "userID",
        "groups": [{"id": "g1", "name": "Control", "size": 50}, {"id": "g2", "name": "Test", "size": 50}],
        "allocation": 80,
        "duration": 21,
        "startTime": 1_769_990_400_000,
        "endTime": 1_771_804_800_000,
        "decisionTime": 1_771_891_200_000,
        "decisionReason": "Up.",
        "launchedGroupID": "g2",
        "defaultConfidenceInterval": "95",
        "bonferroniCorrection": True,
        "owner": {"ownerName": "Ana", "ownerEmail": "ana@acme.example"},
        "holdoutIDs": [],
    }
    return known | changes


def metric(**changes: Any) -> dict[str, Any]:
    """12.9 against 12.0, standard errors of the means 0.3 and 0.28."""
    error = math.hypot(0.3, 0.28)
    known: dict[str, Any] = {
        "metricID": "revenue::sum",
        "metricName": "Revenue",
        "directionality": "increase",
        "absoluteChange": 0.9,
        "confidenceIntervalDelta": 1.959964 * error,
        "percentChange": 7.5,
        "percentConfidenceIntervalDelta": 7.1,
        "testMean": 12.9,
        "controlMean": 12.0,
        "testStd": 0.3,
        "controlStd": 0.28,
        "testUnits": 9000,
        "controlUnits": 9100,
        "pValue": math.erfc(0.9 / error / math.sqrt(2)),
    }
    return known | changes


def script(*experiments: Any, metrics: list[Any] | None = None, **more: Any) -> Any:
    """A project of these experiments, two on a page, all with the same results."""
    data = {"ds": "2026-02-22", "primaryMetrics": [metric()] if metrics is None else metrics, "secondaryMetrics": []} | more

    def answer(path: str, parameters: dict[str, str]) -> Answer:
        if path != "experiments":
            return Answer({"message": "ok", "data": data})
        number = int(parameters["page"])
        shown = list(experiments[2 * number - 2 : 2 * number])
        following = f"/console/v1/experiments?page={number + 1}" if 2 * number < len(experiments) else None
        return Answer({"message": "ok", "data": shown, "pagination": {"totalItems": len(experiments), "nextPage": following}})

    return answer


def store(site: Site) -> StatsigStore:
    return StatsigStore(kind="statsig", token=SecretStr(TOKEN), url=site.url, project="search")


def read(site: Site, cursors: dict[str, Any] | None = None) -> list[Event]:
    openers = Openers(vendor=lambda found, meter: StatsigClient(found, meter, lambda _: None))
    reader = ExperimentsReader(ExperimentsOptions(stores=(store(site),)), openers)
    return list(reader.read(ReadContext(now=NOW, cursors=cursors or {})))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def test_an_experiment_with_its_groups_dates_and_decision(site: Site):
    site.script = script(
        experiment(), experiment("second", launchedGroupID="g1"), experiment("third", status="abandoned", launchedGroupID=None)
    )
    events = read(site)
    found = records(events, "experiments")
    assert [(one["native_id"], one["decision"]) for one in found] == [("ranker", "ship"), ("second", "no_ship"), ("third", "dnf")]
    first = found[0]
    assert [(one["key"], one["is_control"]) for one in first["variations"]] == [("Control", True), ("Test", False)]
    assert (first["started_at"], first["ended_at"]) == (datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 23, tzinfo=UTC))
    assert (first["owner_raw"], first["alpha"], first["correction_method"], first["planned_days"]) == (
        "ana@acme.example",
        0.05,
        "bonferroni",
        21,
    )
    assert (first["repository_raw"], first["pull_request_numbers"], first["is_cuped"]) == ("acme/search", [118], False)
    assert first["_source_url"] == "https://console.statsig.com/search/experiments/ranker"
    assert records(events, "phases")[0]["split"] == {"Control": 0.5, "Test": 0.5}
    assert records(events, "phases")[0]["coverage"] == 0.8
    assert [event.count for event in events if isinstance(event, Counted)] == [3]
    assert next(event.tables for event in events if isinstance(event, Finished)) == ("experiments", "phases", "results")
    for table in ("experiments", "phases", "results"):
        assert check_records(records(events, table), CONNECTOR.table(table)).quarantined == [], table


def test_results_are_asked_for_by_group_at_a_said_level_and_without_cuped(site: Site):
    site.script = script(experiment())
    read(site)
    assert site.requests[-1][:2] == (
        "experiments/ranker/pulse_results",
        {"control": "g1", "test": "g2", "cuped": "false", "confidence": "95"},
    )
    assert site.requests[-1][2]["statsig-api-key"] == TOKEN
    assert site.requests[-1][2]["statsig-api-version"] == "20240601"


def test_percent_become_fractions_and_standard_errors_deviations(site: Site):
    site.script = script(experiment())
    [found] = records(read(site), "results")
    assert found["vendor_effect_relative"] == pytest.approx(0.075)
    assert (found["vendor_ci_low"], found["vendor_ci_high"]) == (pytest.approx(0.004), pytest.approx(0.146))
    assert found["vendor_ci_level"] == pytest.approx(0.95, abs=1e-4)
    assert (found["n_variant"], found["sd_variant"]) == (9000, pytest.approx(0.3 * math.sqrt(9000)))
    assert found["units_note"] == "the store's relative change is percent: so are its own means; its p-value is two-sided"
    effect = reported.effect_of(found)
    assert effect.standard_error == pytest.approx(math.hypot(0.3, 0.28))
    assert effect.p_two_sided == pytest.approx(found["vendor_p"], rel=0.01)
    assert checks.agreement(effect, found["vendor_effect_relative"]) == "match"


@pytest.mark.parametrize(
    ("changes", "effect", "words"),
    [
        ({"percentChange": 0.075}, 0.075, "relative change is a fraction"),
        ({"percentChange": 30.0}, 0.3, "own means give another number"),
        ({"testMean": None}, 0.075, "cannot be tested"),
        ({"pValue": math.erfc(0.9 / math.hypot(0.3, 0.28) / math.sqrt(2)) / 2}, 0.075, "its p-value is one-sided, for an increase"),
    ],
)
def test_units_are_settled_by_the_answers_own_means(site: Site, changes: dict[str, Any], effect: float, words: str):
    site.script = script(experiment(), metrics=[metric(**changes)])
    [found] = records(read(site), "results")
    assert words in found["units_note"]
    assert found["vendor_effect_relative"] == pytest.approx(effect)


def test_older_spelling_is_read_the_same(site: Site):
    import re

    older = {re.sub(r"(?<=[a-z])[A-Z]+", lambda match: f"_{match.group()}", name).lower(): value for name, value in metric().items()}
    assert "p_value" in older
    site.script = script(experiment(), metrics=[older])
    [found] = records(read(site), "results")
    site.script = script(experiment())
    [new] = records(read(site), "results")
    assert {name: value for name, value in found.items() if name != "_raw"} == {
        name: value for name, value in new.items() if name != "_raw"
    }


def test_what_is_left_out_is_null_and_a_true_zero_stays(site: Site):
    without = {name: value for name, value in metric(percentChange=0, testMean=12.0).items() if name not in {"pValue", "testStd"}}
    site.script = script(experiment(), metrics=[without])
    [found] = records(read(site), "results")
    assert (found["vendor_p"], found["sd_variant"], found["vendor_ci_level"]) == (None, None, None)
    assert found["vendor_effect_relative"] == 0


@pytest.mark.parametrize(
    ("faulty", "why"),
    [
        (metric(testUnits=-5), "testUnits is -5; expected a count"),
        (metric(testMean="NaN"), "testMean is 'NaN'; expected a finite number"),
        (metric(pValue={}), "pValue is {}; expected a number"),
        (metric(metricID="other::sum") | {"metricID": None, "metricName": None}, "it has neither id nor name"),
    ],
)
def test_a_faulty_metric_is_set_aside_alone(site: Site, faulty: dict[str, Any], why: str):
    site.script = script(experiment(), metrics=[faulty, metric(metricID="sound::sum")])
    events = read(site)
    assert [found["metric_key"] for found in records(events, "results")] == ["sound::sum"]
    assert why in reasons(events)[0]
    assert next(event.tables for event in events if isinstance(event, Finished)) == ("experiments", "phases")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"groups": [{"id": "g1", "name": "Control", "size": 50}, {"id": "g2", "name": "Test", "size": 40}]}, "which sums to 0.9"),
        ({"allocation": "all"}, "allocation is 'all'; expected a number"),
        ({"id": None}, "without its id"),
    ],
)
def test_a_faulty_experiment_leaves_the_others(site: Site, changes: dict[str, Any], why: str):
    site.script = script(experiment(**changes), experiment("sound"))
    events = read(site)
    assert why in reasons(events)[0]
    assert "sound" in [found["native_id"] for found in records(events, "experiments")]


def test_no_results_yet_are_no_rows_and_no_fault(site: Site):
    listed = script(experiment(status="active"))
    site.script = lambda path, parameters: listed(path, parameters) if path == "experiments" else Answer({"message": "none"}, 404)
    events = read(site)
    assert (records(events, "results"), reasons(events)) == ([], [])
    site.script = script(experiment(status="setup"))
    site.requests.clear()
    read(site)
    assert [path for path, _, _ in site.requests] == ["experiments"]


def test_results_that_cannot_be_read_are_told_and_the_experiment_stays(site: Site):
    listed = script(experiment())
    site.script = lambda path, parameters: listed(path, parameters) if path == "experiments" else Answer({"message": "bad group"}, 400)
    events = read(site)
    assert "results of experiment ranker, group g2 against g1: status 400: bad group" in reasons(events)[0]
    assert len(records(events, "experiments")) == 1


def test_results_of_what_ended_long_ago_are_not_asked_for_again(site: Site):
    site.script = script(experiment())
    ended = datetime(2026, 2, 23, tzinfo=UTC)
    for days, asked in ((13, 2), (15, 1)):
        site.requests.clear()
        events = read(site, {PARTITION: {"read_at": (ended + timedelta(days=days)).isoformat()}})
        assert len(site.requests) == asked
    assert "results" not in next(event.tables for event in events if isinstance(event, Finished))


@pytest.mark.parametrize(("status", "said"), [(401, "Statsig does not accept the token"), (403, "the key may not see it")])
def test_a_refused_key_fails_the_store_and_stays_unseen(site: Site, status: int, said: str):
    site.script = always(Answer({"message": f"not for {TOKEN}"}, status))
    [failed] = [event for event in read(site) if isinstance(event, Failed)]
    assert isinstance(failed.error, AuthFailed)
    assert said in str(failed.error)
    assert TOKEN not in repr(failed) + repr(store(site))


def test_a_limit_is_waited_out_as_long_as_it_says(site: Site):
    waits: list[float] = []
    site.script = first_then(Answer({"message": "slow down"}, 429, {"Retry-After": "9"}), Answer({"data": [], "pagination": {}}))
    assert [page.total for page in StatsigClient(store(site), Meter(), waits.append).experiments()] == [0]
    assert waits == [pytest.approx(9, abs=2)]
    site.script = always(Answer({"message": "slow down"}, 429, {"Retry-After": "3600"}))
    with pytest.raises(RateLimited):
        next(StatsigClient(store(site), Meter(), waits.append).experiments())


@pytest.mark.parametrize("body", [{"data": {}}, {"message": "ok"}, {"data": [], "pagination": {"nextPage": "/more"}}])
def test_a_list_of_another_shape_is_told_and_never_read_for_ever(site: Site, body: Any):
    site.script = always(Answer(body))
    with pytest.raises(ContractBroken, match="the list of experiments"):
        list(StatsigClient(store(site), Meter(), lambda _: None).experiments())


OF_PROVIDER = {"builtins.str": str, "builtins.float": int | float, "builtins.int": int, "builtins.bool": bool}
NOT_MANAGED = {"id", "startTime", "endTime", "decisionTime", "decisionReason", "owner", "holdoutIDs"}
"""What a provider of infrastructure has no say in: identity, times, decisions."""


def types_of(module: str, kind: str) -> dict[str, str]:
    """Names, without case and underscores, and types of what Statsig's own provider for Pulumi says of one kind of thing."""
    source = (pypi_folder("pulumi-statsig", "0.0.1") / "pulumi_statsig" / f"{module}.py").read_text(encoding="utf-8")
    [found] = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == kind]
    methods = [node for node in found.body if isinstance(node, ast.FunctionDef) and node.returns is not None]
    return {node.name.replace("_", ""): ast.unparse(node.returns) for node in methods if node.returns is not None}


def faults(told: dict[str, Any], types: dict[str, str]) -> set[str]:
    """Names that the provider does not know, or of whose values it says something else."""

    def fits(value: Any, kind: str) -> bool:
        return isinstance(value, list if "Sequence" in kind else next(python for name, python in OF_PROVIDER.items() if name in kind))

    return {name for name, value in told.items() if name.lower() not in types or not fits(value, types[name.lower()])}


def test_what_is_configured_is_named_and_typed_as_statsigs_own_provider_has_it():
    told, group = types_of("experiment", "Experiment"), types_of("outputs", "ExperimentGroup")
    assert faults(experiment(), told) == NOT_MANAGED
    assert [faults(one, group) for one in experiment()["groups"]] == [set(), set()]
    assert faults(experiment(allocation="80", launched_group="g2"), told) == NOT_MANAGED | {"allocation", "launched_group"}
