"""Eppo over real HTTP on loopback: an undocumented unit that its own means settle, true zeros, paging, and what it refuses."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Counted, Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, ContractBroken
from connectors.experiments.eppo_client import EppoClient
from connectors.experiments.options import EppoStore, ExperimentsOptions
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from pipelines.gates import check_records
from tests.unit.scripted_site import Answer, Site, always, first_then, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = "eppo-very"


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/v1/")


def metric(mean: float, **changes: Any) -> dict[str, Any]:
    return {"metric_id": 7, "metric_value": mean, "numerator": mean * 100, "denominator": None, "assignment_count": 100} | changes


def treated(**changes: Any) -> dict[str, Any]:
    """12.9 against 12.0: 0.075 as a fraction, three standard errors away."""
    known = {"percent_change": 0.075, "p_value": 0.0027, "z_score": 3.0, "standard_error": 0.025}
    return metric(12.9) | known | {"confidence_interval": {"lower_bound": 0.026, "upper_bound": 0.124}} | changes


def experiment(*metrics: Any, native_id: Any = 42, **changes: Any) -> dict[str, Any]:
    arms = [("control", True, [metric(12.0), metric(1.0, metric_id=8)]), ("test", False, list(metrics) or [treated()])]
    return {
        "id": native_id,
        "name": "Ranker",
        "status": "COMPLETE",
        "created_date": "2026-01-30T10:00:00.000Z",
        "results_last_updated": "2026-02-23T10:00:00.000Z",
        "start_date": "2026-02-02T00:00:00.000Z",
        "metrics": [{"metric_id": 7, "is_primary": True}, {"metric_id": 8, "is_primary": False}],
        "variations": [
            {"name": key.title(), "variant_key": key, "is_control": is_control, "is_active": True, "weighted_expected_traffic": 0.5}
            | {"calculated_metrics": calculated}
            for key, is_control, calculated in arms
        ],
    } | changes


def script(*experiments: Any) -> Any:
    """An organisation: a list without results, each experiment with them, names of metrics."""

    def answer(path: str, parameters: dict[str, str]) -> Answer:
        if path == "experiments":
            start = int(parameters["offset"])
            heads = [{"id": one["id"], "name": one.get("name")} if isinstance(one, dict) else one for one in experiments]
            return Answer(heads[start : start + int(parameters["limit"])])
        if path.startswith("metrics/"):
            return Answer({"id": path, "name": f"Metric {path.rpartition('/')[2]}"}) if path != "metrics/8" else Answer({}, 403)
        found = [one for one in experiments if isinstance(one, dict) and str(one.get("id")) == path.rpartition("/")[2]]
        return Answer(found[0]) if found else Answer({"message": "gone"}, 404)

    return answer


def store(site: Site) -> EppoStore:
    return EppoStore(kind="eppo", token=SecretStr(TOKEN), url=site.url)


def read(site: Site) -> list[Event]:
    openers = Openers(vendor=lambda found, meter: EppoClient(found, meter, lambda _: None))
    return list(ExperimentsReader(ExperimentsOptions(stores=(store(site),)), openers).read(ReadContext(now=NOW)))


def records(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def test_an_experiment_with_its_variations_and_results(site: Site):
    site.script = script(experiment(treated(), metric(1.0, metric_id=8)))
    events = read(site)
    [found] = records(events, "experiments")
    assert [(one["key"], one["is_control"]) for one in found["variations"]] == [("control", True), ("test", False)]
    assert records(events, "phases")[0]["split"] == {"control": 0.5, "test": 0.5}
    results = {one["metric_key"]: one for one in records(events, "results")}
    assert (results["7"]["metric_name"], results["7"]["metric_role"]) == ("Metric 7", "primary")
    assert (results["8"]["metric_name"], results["8"]["metric_role"]) == (None, "secondary"), "a name that the key may not see"
    assert (results["7"]["n_variant"], results["7"]["mean_baseline"], results["7"]["sd_variant"]) == (100, 12.0, None)
    assert site.requests[-1][2]["x-eppo-token"] == TOKEN
    assert ("experiments/42", {"with_calculated_metrics": "true", "with_full_cuped_data": "true"}) in [one[:2] for one in site.requests]
    assert next(event.tables for event in events if isinstance(event, Finished)) == ("experiments", "phases", "results")
    for table in ("experiments", "phases", "results"):
        assert check_records(records(events, table), CONNECTOR.table(table)).quarantined == [], table


def percent(**changes: Any) -> dict[str, Any]:
    return treated(percent_change=7.5, confidence_interval={"lower_bound": 2.6, "upper_bound": 12.4}, **changes)


@pytest.mark.parametrize(("told", "unit"), [(treated(), "a fraction"), (percent(), "a percentage")])
def test_the_unit_is_settled_by_the_answers_own_means(site: Site, told: dict[str, Any], unit: str):
    # A second metric that does not move has the unit of the first.
    site.script = script(experiment(told, metric(1.0, metric_id=8, percent_change=0, p_value=1)))
    moved, still = records(read(site), "results")
    assert moved["vendor_effect_relative"] == pytest.approx(0.075)
    assert (moved["vendor_ci_low"], moved["vendor_ci_high"]) == (pytest.approx(0.026), pytest.approx(0.124))
    assert moved["vendor_ci_level"] == pytest.approx(math.erf(1.96 / math.sqrt(2)), abs=1e-3)
    assert moved["units_note"] == f"percent_change is {unit} here: it agrees with the answer's own means"
    assert (still["vendor_effect_relative"], still["vendor_p"]) == (0, 1), "a true zero stays"


def test_a_unit_that_cannot_be_settled_is_left_out_and_said(site: Site):
    site.script = script(experiment(treated(percent_change=0.5)))
    [found] = records(read(site), "results")
    assert (found["vendor_effect_relative"], found["vendor_ci_low"], found["vendor_p"]) == (None, None, 0.0027)
    assert "not documented, and the answer's own means do not tell" in found["units_note"]
    assert found["_raw"]["percent_change"] == 0.5


def test_camel_case_is_read_the_same_and_absent_numbers_stay_null(site: Site):
    camel = {"metricId": 7, "metricValue": 12.9, "assignmentCount": 100, "percentChange": 0.075}
    site.script = script(experiment(camel))
    [found] = records(read(site), "results")
    assert (found["vendor_effect_relative"], found["n_variant"]) == (pytest.approx(0.075), 100)
    assert (found["vendor_p"], found["vendor_ci_low"], found["vendor_ci_level"], found["numerator_variant"]) == (None,) * 4


@pytest.mark.parametrize(
    ("faulty", "why"),
    [
        (metric(1.0, metric_id=8, assignment_count=-3), "assignment_count of the variant is -3; expected a count"),
        (metric(1.0, metric_id=8, p_value="Infinity"), "pValue is 'Infinity'; expected a finite number"),
    ],
)
def test_a_faulty_metric_is_set_aside_alone(site: Site, faulty: dict[str, Any], why: str):
    site.script = script(experiment(treated(), faulty))
    events = read(site)
    assert [found["metric_key"] for found in records(events, "results")] == ["7"]
    assert why in reasons(events)[0]
    assert "results" not in next(event.tables for event in events if isinstance(event, Finished))


def test_without_a_control_the_experiment_is_set_aside_and_the_rest_goes_on(site: Site):
    faulty = experiment(native_id=1)
    faulty["variations"][0]["is_control"] = False
    site.script = script(faulty, experiment(native_id=2), None)
    events = read(site)
    assert [found["native_id"] for found in records(events, "experiments")] == ["2"]
    assert "to be the control, none is" in reasons(events)[0]
    assert "came without its id" in reasons(events)[1]


def test_the_list_is_paged_to_its_end_and_an_experiment_gone_meanwhile_is_told(site: Site):
    whole = script(*[experiment(native_id=number) for number in range(1, 121)])
    site.script = lambda path, parameters: Answer({"message": "gone"}, 404) if path == "experiments/5" else whole(path, parameters)
    events = read(site)
    assert len(records(events, "experiments")) == 119
    assert "experiment 5: " in reasons(events)[0]
    assert [event.count for event in events if isinstance(event, Counted)] == [120]
    lists = [parameters["offset"] for path, parameters, _ in site.requests if path == "experiments"]
    assert lists == ["0", "100"]
    assert [path for path, _, _ in site.requests].count("metrics/7") == 1, "a name is asked for once"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_fails_the_store_and_stays_unseen(site: Site, status: int):
    site.script = always(Answer({"message": f"not for {TOKEN}"}, status))
    [failed] = [event for event in read(site) if isinstance(event, Failed)]
    assert isinstance(failed.error, AuthFailed)
    assert TOKEN not in repr(failed) + repr(store(site))


def test_a_limit_is_waited_out_and_another_shape_is_told(site: Site):
    waits: list[float] = []
    site.script = first_then(Answer({"message": "slow"}, 429, {"Retry-After": "9"}), Answer([]))
    assert [page.experiments for page in EppoClient(store(site), Meter(), waits.append).experiments()] == [[]]
    assert waits == [pytest.approx(9, abs=2)]
    site.script = always(Answer({"experiments": []}))
    with pytest.raises(ContractBroken, match="the list of experiments: expected a list"):
        list(EppoClient(store(site), Meter(), waits.append).experiments())
