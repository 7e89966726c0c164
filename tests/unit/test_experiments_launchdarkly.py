"""LaunchDarkly over real HTTP on loopback: iterations as phases, verdicts, what it leaves open, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed
from connectors.experiments.launchdarkly_client import LaunchDarklyClient
from connectors.experiments.options import ExperimentsOptions, LaunchDarklyStore
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from pipelines.gates import check_records
from tests.contract.pypi import pypi_folder
from tests.unit.scripted_site import Answer, Site, always, first_then, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = "api-very"
LINK = {"href": "/api/v2/x", "type": "application/json"}
FEBRUARY, MARCH, APRIL = 1_769_904_000_000, 1_772_323_200_000, 1_775_001_600_000


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/v2/projects/search/environments/production/")


def treatment(identity: str, share: str, is_baseline: bool = False) -> dict[str, Any]:
    return {"_id": identity, "name": identity.title(), "allocationPercent": share, "baseline": is_baseline}


def metric(**changes: Any) -> dict[str, Any]:
    return {"key": "hit", "_versionId": "v", "name": "Hit", "kind": "custom", "_links": {"self": LINK}, "isGroup": False} | changes


def iteration(**changes: Any) -> dict[str, Any]:
    return {
        "_id": "it-1",
        "hypothesis": "More are found.",
        "status": "stopped",
        "createdAt": FEBRUARY - 1,
        "startedAt": FEBRUARY,
        "endedAt": MARCH,
        "flags": {"rerank": {"targetingRule": "fallthrough", "flagConfigVersion": 3, "_links": {"self": LINK}}},
        "randomizationUnit": "user",
        "treatments": [treatment("off", "50", is_baseline=True), treatment("on", "50")],
        "metrics": [metric()],
    } | changes


def experiment(key: str = "ranker", **changes: Any) -> dict[str, Any]:
    return {
        "_id": f"id-{key}",
        "key": key,
        "name": "Ranker",
        "description": "https://github.com/acme/search/pull/118",
        "_maintainerId": "member-7",
        "_creationDate": FEBRUARY - 10,
        "environmentKey": "production",
        "methodology": "frequentist",
        "tags": ["search"],
        "_links": {"self": LINK},
        "type": "experiment",
        "analysisConfig": {
            "significanceThreshold": "0.05",
            "sequentialTestingEnabled": True,
            "multipleComparisonCorrectionMethod": "bonferroni",
        },
        "previousIterations": [iteration()],
        "currentIteration": iteration(
            _id="it-2",
            startedAt=MARCH,
            endedAt=APRIL,
            winningTreatmentId="on",
            winningReason="It found more.",
            treatments=[treatment("off", "10", is_baseline=True), treatment("on", "90")],
        ),
    } | changes


def script(*experiments: Any, told: bool = True) -> Any:
    def answer(_: str, parameters: dict[str, str]) -> Answer:
        start, end = int(parameters["offset"]), int(parameters["offset"]) + int(parameters["limit"])
        total = {"total_count": len(experiments)} if told else {}
        return Answer({"items": list(experiments[start:end]), "_links": {"self": LINK}} | total)

    return answer


def read(site: Site) -> list[Event]:
    store = LaunchDarklyStore(kind="launchdarkly", token=SecretStr(TOKEN), project="search", url=site.url)
    openers = Openers(vendor=lambda found, meter: LaunchDarklyClient(found, meter, lambda _: None))
    return list(ExperimentsReader(ExperimentsOptions(stores=(store,)), openers).read(ReadContext(now=NOW)))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def test_our_answers_are_what_the_published_client_accepts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(pypi_folder("launchdarkly-api", "25.0.1")))
    from launchdarkly_api.models.experiment_collection_rep import ExperimentCollectionRep  # type: ignore[import-not-found]

    given = script(experiment(), experiment("draft", currentIteration=iteration(status="not_started", startedAt=None, endedAt=None)))
    told = ExperimentCollectionRep.from_dict(given("experiments", {"offset": "0", "limit": "20"}).body)
    assert [one.key for one in told.items] == ["ranker", "draft"]
    assert told.items[0].current_iteration.treatments[1].allocation_percent == "90"


def test_iterations_are_phases_and_the_last_one_tells_the_verdict(site: Site):
    site.script = script(experiment())
    events = read(site)
    [found] = records(events, "experiments")
    assert [(one["key"], one["is_control"]) for one in found["variations"]] == [("off", True), ("on", False)]
    assert (found["decision"], found["decision_reason"], found["decided_at"]) == (
        "ship",
        "It found more.",
        datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert (found["alpha"], found["sequential_method"], found["correction_method"]) == (
        0.05,
        "launchdarkly_sequential_testing",
        "bonferroni",
    )
    assert (found["feature_flag_key"], found["randomization_unit"], found["analysis_unit"]) == ("rerank", "user", "user")
    assert (found["repository_raw"], found["pull_request_numbers"], found["has_holdout"]) == ("acme/search", [118], True)
    assert [(one["phase"], one["started_at"].month, one["split"]) for one in records(events, "phases")] == [
        (0, 2, {"off": 0.5, "on": 0.5}),
        (1, 3, {"off": 0.1, "on": 0.9}),
    ]
    assert records(events, "results") == []
    assert [(event.count, event.how) for event in events if isinstance(event, Counted)] == [(1, "total of the list")]
    assert "_access" not in found["_raw"]
    for table in ("experiments", "phases"):
        assert check_records(records(events, table), CONNECTOR.table(table)).quarantined == [], table
    path, asked, headers = site.requests[0]
    assert (path, asked["lifecycleState"], headers["authorization"], headers["ld-api-version"]) == (
        "experiments",
        "active,archived",
        TOKEN,
        "20240415",
    )


@pytest.mark.parametrize(
    ("changes", "decision", "status"),
    [
        ({"winningTreatmentId": "off"}, "no_ship", "stopped"),
        ({"winningTreatmentId": None}, None, "stopped"),
        ({"status": "running", "endedAt": None, "winningTreatmentId": "on"}, None, "running"),
    ],
)
def test_who_chose_the_baseline_did_not_ship(site: Site, changes: dict[str, Any], decision: str | None, status: str):
    site.script = script(experiment(currentIteration=iteration(_id="it-2", startedAt=MARCH) | changes))
    [found] = records(read(site), "experiments")
    assert (found["decision"], found["status"]) == (decision, status)


def test_a_draft_has_variations_and_no_phase(site: Site):
    draft = iteration(status="not_started", startedAt=None, endedAt=None)
    site.script = script(
        experiment(previousIterations=[], currentIteration=draft), experiment("bare", previousIterations=None, currentIteration=None)
    )
    events = read(site)
    assert [(found["native_id"], len(found["variations"]), found["started_at"]) for found in records(events, "experiments")] == [
        ("ranker", 2, None),
        ("bare", 0, None),
    ]
    assert records(events, "phases") == []


def test_metrics_that_count_another_unit_leave_the_analysis_unit_open(site: Site):
    site.script = script(experiment(currentIteration=iteration(metrics=[metric(), metric(key="clicks", analysisUnit="request")])))
    assert records(read(site), "experiments")[0]["analysis_unit"] is None


@pytest.mark.parametrize("told", [True, False])
def test_every_page_is_read_whether_or_not_the_total_is_told(site: Site, told: bool):
    site.script = script(*(experiment(f"e{number}") for number in range(41)), told=told)
    events = read(site)
    assert len(records(events, "experiments")) == 41
    assert [asked["offset"] for _, asked, _ in site.requests] == ["0", "20", "40"]
    assert [event.count for event in events if isinstance(event, Counted)] == [41]


def test_faulty_parts_are_set_aside_by_name(site: Site):
    heavy = iteration(_id="it-2", startedAt=MARCH, treatments=[treatment("off", "50", is_baseline=True), treatment("on", "70")])
    odd = iteration(treatments=[treatment("off", "half", is_baseline=True), treatment("on", "50")])
    site.script = script(
        experiment("heavy", currentIteration=heavy),
        experiment("odd", currentIteration=odd, previousIterations=[]),
        {"name": "nameless"},
        experiment(),
    )
    events = read(site)
    reasons = [event.reason for event in events if isinstance(event, Rejected)]
    assert any("sums to 1.2" in reason for reason in reasons), reasons
    assert any("allocationPercent is 'half'; expected a number" in reason for reason in reasons), reasons
    assert any("came without its key" in reason for reason in reasons), reasons
    assert [found["native_id"] for found in records(events, "experiments")] == ["heavy", "ranker"]
    assert next(event.tables for event in events if isinstance(event, Finished)) == ()


def test_a_refused_key_ends_the_store_in_words_without_the_key(site: Site):
    site.script = always(Answer({"message": f"invalid {TOKEN}"}, 401))
    [failed] = read(site)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, AuthFailed)
    assert "SDK key" in str(failed.error)
    assert TOKEN not in repr(failed)


def test_a_limit_is_waited_out(site: Site):
    site.script = first_then(
        Answer({"message": "slow down"}, 429, {"Retry-After": "1"}), script(experiment())("", {"offset": "0", "limit": "20"})
    )
    assert len(records(read(site), "experiments")) == 1
