"""What GrowthBook's answers become: phases and splits, its zeros that mean nothing, and what is asked again the next night."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, ContractBroken, NotFound, Unavailable
from connectors.experiments.fake import FakeGrowthBook
from connectors.experiments.options import ExperimentsOptions, GrowthBookStore
from connectors.experiments.resources import ExperimentsReader, Openers
from connectors.fake_folder import FakeFolder

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PARTITION = "growthbook:gb.acme.example"
METRICS = [
    {"id": "met_hit", "name": "Hit@1", "type": "binomial", "behavior": {"goal": "increase"}},
    {"id": "met_latency", "name": "p95 latency", "type": "duration", "behavior": {"goal": "decrease"}},
    {
        "id": "met_per_visit",
        "name": "Revenue per visit",
        "type": "revenue",
        "behavior": {"goal": "increase"},
        "sql": {"denominatorMetricId": "m"},
    },
]


def arm(users: int, numerator: float, mean: float, stddev: float = 0.48, **effect: Any) -> dict[str, Any]:
    unknown = {"percentChange": 0, "ciLow": 0, "ciHigh": 0, "pValue": 0, "risk": 0, "chanceToBeatControl": 0}
    about = {"engine": "frequentist", "numerator": numerator, "denominator": users, "mean": mean, "stddev": stddev}
    return {"users": users, "analyses": [about | unknown | effect]}


def result(*arms: dict[str, Any], metric: str = "met_hit", phase: int = 0, srm: float = 0.59) -> dict[str, Any]:
    named = [{"variationId": f"var_{position}"} | one for position, one in enumerate(arms)]
    return {
        "id": "snp_1",
        "dateUpdated": "2026-02-23T09:00:00.000Z",
        "experimentId": "exp_1",
        "phase": str(phase),
        "dimension": {"type": "none"},
        "results": [{"dimension": "", "totalUsers": 1, "checks": {"srm": srm}, "metrics": [{"metricId": metric, "variations": named}]}],
    }


def experiment(native_id: str = "exp_1", **changes: Any) -> dict[str, Any]:
    split = [[("var_0", 0.5), ("var_1", 0.5)], [("var_0", 0.1), ("var_1", 0.9)]]
    spans = [("A/B", "2026-02-02", "2026-02-23"), ("Hold", "2026-02-23", "2026-03-09")]
    known: dict[str, Any] = {
        "id": native_id,
        "name": "Reranker",
        "type": "standard",
        "project": "search",
        "hypothesis": "Hit@1 rises.",
        "description": "See https://github.com/acme/search/pull/118 and https://github.com/acme/search/pull/131",
        "tags": ["ranking"],
        "owner": "ana@acme.example",
        "status": "stopped",
        "hashAttribute": "query_id",
        "linkedFeatures": ["reranker"],
        "dateCreated": "2026-01-28T08:00:00.000Z",
        "dateUpdated": "2026-03-10T08:00:00.000Z",
        "variations": [
            {"variationId": "var_0", "key": "0", "name": "Control", "screenshots": ["https://files.example/a.png?signature=1"]},
            {"variationId": "var_1", "key": "1", "name": "Treatment", "screenshots": []},
        ],
        "phases": [
            {
                "name": name,
                "dateStarted": f"{start}T09:00:00.000Z",
                "dateEnded": f"{end}T09:00:00.000Z",
                "reasonForStopping": "planned",
                "coverage": 1,
                "trafficSplit": [{"variationId": key, "weight": weight} for key, weight in weights],
            }
            for (name, start, end), weights in zip(spans, split, strict=True)
        ],
        "settings": {"statsEngine": "frequentist", "goals": [{"metricId": "met_hit"}], "guardrails": [{"metricId": "met_latency"}]},
        "resultSummary": {"status": "won", "winner": "var_1", "conclusions": "Hit@1 up.", "releasedVariationId": "var_1"},
    }
    return known | changes


SEED_RESULTS = {
    "exp_1/0": result(arm(1_149_588, 720_792, 0.627), arm(1_150_412, 815_642, 0.709, percentChange=0.1308, ciLow=0.1287, ciHigh=0.1329)),
    "exp_1/1": result(
        arm(153_204, 96_028, 0.6268), arm(1_379_930, 978_508, 0.7091, percentChange=0.1313, ciLow=0.126, ciHigh=0.1366), phase=1
    ),
}


def site(*experiments: Any, results: dict[str, Any] | None = None, **more: Any) -> FakeGrowthBook:
    known = {"stored_metrics": METRICS, "stored_settings": {"pValueThreshold": 0.05, "pValueCorrection": "holm-bonferroni"}}
    return FakeGrowthBook(list(experiments), SEED_RESULTS if results is None else results, **(known | more))


def reader(source: FakeGrowthBook) -> ExperimentsReader:
    store = GrowthBookStore(kind="growthbook", url="https://gb.acme.example/api/", token=SecretStr("s3cret"))
    return ExperimentsReader(ExperimentsOptions(stores=(store,)), Openers(lambda _: FakeFolder({}), vendor=lambda *_: source))


def read(source: FakeGrowthBook, context: ReadContext | None = None) -> list[Event]:
    return list(reader(source).read(context or ReadContext(now=NOW)))


def rows(events: Iterable[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def rejected(events: Iterable[Event]) -> list[Rejected]:
    return [event for event in events if isinstance(event, Rejected)]


def finished(events: Iterable[Event]) -> Finished:
    return next(event for event in events if isinstance(event, Finished))


def only_result(*arms: dict[str, Any], metric: str = "met_hit", **more: Any) -> Record:
    (row,) = rows(read(site(experiment(), results={"exp_1/0": result(*arms, metric=metric)}, **more)), "results")
    return row


def test_a_ramped_experiment_keeps_its_phases_apart():
    events = read(site(experiment()))
    assert not rejected(events)
    (row,) = rows(events, "experiments")
    assert (row["native_id"], row["kind"], row["decision"], row["decision_reason"]) == ("exp_1", "growthbook", "won", "Hit@1 up.")
    assert (row["owner_raw"], row["randomization_unit"], row["alpha"], row["feature_flag_key"]) == (
        "ana@acme.example",
        "query_id",
        0.05,
        "reranker",
    )
    assert (row["repository_raw"], row["pull_request_numbers"]) == ("acme/search", [118, 131])
    assert (row["started_at"], row["ended_at"]) == ("2026-02-02T09:00:00.000Z", "2026-03-09T09:00:00.000Z")
    assert row["variations"][0] == {"key": "0", "name": "Control", "is_control": True}
    assert row["has_holdout"] is True
    assert row["_source_url"] == "https://gb.acme.example/experiment/exp_1"
    assert [(p["phase"], p["split"], p["coverage"]) for p in rows(events, "phases")] == [
        (0, {"0": 0.5, "1": 0.5}, 1),
        (1, {"0": 0.1, "1": 0.9}, 1),
    ]
    first, second = rows(events, "results")
    assert (first["phase"], first["variant_key"], first["baseline_key"], first["metric_role"]) == (0, "1", "0", "primary")
    assert first["n_variant"] + first["n_baseline"] == 2_300_000
    assert round(first["mean_baseline"] * 100, 1) == 62.7
    assert round(first["mean_variant"] * 100, 1) == 70.9
    assert (first["metric_name"], first["metric_kind"], first["direction"], first["vendor_srm_p"]) == (
        "Hit@1",
        "proportion",
        "increase",
        0.59,
    )
    assert (second["phase"], second["n_baseline"]) == (1, 153_204)
    assert [event for event in events if isinstance(event, Counted)] == [Counted("experiments", PARTITION, 1, "total of the list")]
    assert finished(events).tables == ("experiments", "phases", "results")


def test_what_the_store_reports_is_kept_as_it_is():
    row = only_result(arm(100, 40, 0.4), arm(100, 58, 0.58, percentChange=0.45, ciLow=0.05, ciHigh=0.85, pValue=0.011))
    assert (row["vendor_effect_relative"], row["vendor_ci_low"], row["vendor_ci_high"], row["vendor_p"]) == (0.45, 0.05, 0.85, 0.011)
    assert (row["vendor_ci_level"], row["vendor_engine"], row["vendor_probability_better"]) == (0.95, "frequentist", None)


@pytest.mark.parametrize("low", [-0.2, 0.02])
def test_a_bayesian_analysis_has_no_p_value(low: float):
    surer = arm(100, 44, 0.44, engine="bayesian", percentChange=0.1, ciLow=low, ciHigh=0.4, chanceToBeatControl=0.71)
    row = only_result(arm(100, 40, 0.4, engine="bayesian"), surer)
    assert row["vendor_p"] is None
    assert (row["vendor_probability_better"], row["vendor_ci_level"], row["vendor_ci_low"]) == (0.71, 0.95, low)


def test_an_effect_that_was_not_computed_is_null_and_not_zero():
    row = only_result(arm(100, 40, 0.4), arm(100, 40, 0.4))
    told = ("vendor_effect_relative", "vendor_ci_low", "vendor_ci_high", "vendor_ci_level", "vendor_p", "vendor_probability_better")
    assert [row[name] for name in told] == [None] * 6
    assert (row["n_variant"], row["numerator_variant"]) == (100, 40)


@pytest.mark.parametrize(("low", "high", "p"), [(-0.1, 0.3, None), (0.05, 0.3, 0)])
def test_a_p_value_of_zero_counts_only_beside_an_interval_without_zero(low: float, high: float, p: float | None):
    assert only_result(arm(100, 40, 0.4), arm(100, 44, 0.44, percentChange=0.1, ciLow=low, ciHigh=high))["vendor_p"] == p


def test_a_metric_that_was_not_computed_has_no_mean_of_zero():
    empty = {
        "users": 100,
        "analyses": [
            {"engine": "frequentist", "numerator": 0, "denominator": 0, "mean": 0, "stddev": 0, "percentChange": 0, "ciLow": 0, "ciHigh": 0}
        ],
    }
    row = only_result(empty, empty)
    assert (row["n_variant"], row["numerator_variant"], row["mean_baseline"], row["sd_variant"]) == (100, None, None, None)


def test_a_true_zero_is_kept():
    row = only_result(arm(100, 0, 0, stddev=0), arm(100, 5, 0.05))
    assert (row["numerator_baseline"], row["mean_baseline"], row["sd_baseline"]) == (0, 0, 0)


@pytest.mark.parametrize(("metric", "units"), [("met_hit", 100), ("met_per_visit", None)])
def test_old_answers_without_users_fall_back_to_the_denominator_except_for_ratios(metric: str, units: int | None):
    old, older = arm(100, 40, 0.4), arm(100, 44, 0.44)
    del old["users"], older["users"]
    assert only_result(old, older, metric=metric)["n_variant"] == units


def test_kinds_and_directions_come_from_both_sorts_of_metrics():
    facts = [
        {"id": "fact_a", "name": "Retention", "metricType": "retention", "inverse": False},
        {"id": "fact_b", "name": "Latency p99", "metricType": "quantile", "inverse": True},
    ]
    kinds = {}
    for metric in ("met_hit", "met_latency", "met_per_visit", "fact_a", "fact_b", "unheard"):
        row = only_result(arm(100, 40, 0.4), arm(100, 44, 0.44), metric=metric, stored_fact_metrics=facts)
        kinds[metric] = (row["metric_kind"], row["direction"], row["metric_role"])
    assert kinds == {
        "met_hit": ("proportion", "increase", "primary"),
        "met_latency": ("mean", "decrease", "guardrail"),
        "met_per_visit": ("ratio", "increase", "monitoring"),
        "fact_a": ("proportion", "increase", "monitoring"),
        "fact_b": ("quantile", "decrease", "monitoring"),
        "unheard": (None, None, "monitoring"),
    }


@pytest.mark.parametrize("error", [NotFound("experiments", "the metrics", "gone"), AuthFailed("experiments", "the metrics", "no role")])
def test_metrics_and_settings_that_may_not_be_read_only_cost_names(error: Any):
    said: list[str] = []
    source = site(experiment(), failing={"metrics": error, "fact_metrics": error, "settings": error})
    events = read(source, ReadContext(now=NOW, progress=said.append))
    assert [(row["metric_name"], row["n_baseline"]) for row in rows(events, "results")] == [(None, 1_149_588), (None, 153_204)]
    assert rows(events, "experiments")[0]["alpha"] == 0.05
    assert sum("the metrics" in text for text in said) == 3


def test_results_of_a_stopped_experiment_settle_and_are_asked_again_when_it_is_edited():
    source = site(experiment())
    first = read(source)
    cursor = finished(first).cursor
    meter = Meter()
    source.asked.clear()
    second = read(source, ReadContext(now=NOW + timedelta(days=1), cursors={PARTITION: cursor}, meter=meter))
    assert source.asked == []
    assert meter.saved == 2
    assert len(rows(second, "experiments")) == 1
    assert finished(second).tables == ("experiments", "phases"), "results that were not asked for are not gone"
    source.stored[0]["dateUpdated"] = "2026-11-20T00:00:00.000Z"
    read(source, ReadContext(now=NOW, cursors={PARTITION: cursor}))
    assert source.asked == ["exp_1/0", "exp_1/1"]
    source.asked.clear()
    source.stored[0]["dateUpdated"] = "2026-03-10T08:00:00.000Z"
    read(source, ReadContext(now=NOW, cursors={PARTITION: cursor}, full=True))
    assert source.asked == ["exp_1/0", "exp_1/1"]


@pytest.mark.parametrize("read_at", ["2026-03-20T00:00:00+00:00", None])
def test_results_stay_open_for_two_weeks_after_the_last_change(read_at: str | None):
    source = site(experiment())
    read(source, ReadContext(now=NOW, cursors={PARTITION: {"read_at": read_at} if read_at else {}}))
    assert source.asked == ["exp_1/0", "exp_1/1"]


def test_a_running_experiment_is_asked_every_time_and_a_draft_never():
    phases = experiment()["phases"]
    phases[1]["dateEnded"] = ""
    source = site(experiment(status="running", phases=phases), experiment("exp_2", status="draft"), results={})
    events = read(source, ReadContext(now=NOW, cursors={PARTITION: {"read_at": "2026-11-20T00:00:00+00:00"}}))
    assert source.asked == ["exp_1/0", "exp_1/1"]
    assert rows(events, "experiments")[0]["ended_at"] is None
    assert rows(events, "results") == []


def test_links_to_pull_requests_elsewhere_do_not_count_and_tags_do():
    text = "https://github.com/acme/search/pull/118 https://github.com/acme/other/pull/7"
    tags = ["repository:acme/search", "pull:140", "pull:x", "pull:"]
    row = rows(read(site(experiment(description=text, tags=tags))), "experiments")[0]
    assert (row["repository_raw"], row["pull_request_numbers"]) == ("acme/search", [118, 140])
    bare = rows(read(site(experiment(description=None, tags=None))), "experiments")[0]
    assert (bare["repository_raw"], bare["pull_request_numbers"], bare["tags"]) == (None, [], [])


def test_a_launch_to_everybody_kept_no_control():
    phases = experiment()["phases"][:1]
    phases[0]["trafficSplit"] = [{"variationId": "var_0", "weight": 0}, {"variationId": "var_1", "weight": 1}]
    assert rows(read(site(experiment(phases=phases))), "experiments")[0]["has_holdout"] is False
    assert rows(read(site(experiment(phases=[]))), "experiments")[0]["has_holdout"] is None
    assert rows(read(site(experiment(phases=phases, holdoutId="hld_1"))), "experiments")[0]["has_holdout"] is True


def test_variations_without_telling_keys_are_called_by_their_ids():
    same = [{"variationId": f"var_{n}", "key": "", "name": f"V{n}"} for n in range(2)]
    row = rows(read(site(experiment(variations=same))), "results")[0]
    assert (row["variant_key"], row["baseline_key"]) == ("var_1", "var_0")


def test_a_split_that_does_not_sum_to_one_costs_its_phase_and_the_rest_goes_on():
    phases = experiment()["phases"]
    phases[1]["trafficSplit"][1]["weight"] = 0.8
    events = read(site(experiment(phases=phases), experiment("exp_2")))
    (aside,) = rejected(events)
    assert (aside.table, aside.source_url) == ("phases", "https://gb.acme.example/experiment/exp_1")
    assert aside.reason.startswith('experiment Reranker (exp_1): phase 1: split is {"0": 0.1, "1": 0.8}, which sums to 0.9')
    assert aside.reason.endswith("its 1 results wait with it")
    assert [row["phase"] for row in rows(events, "results")] == [0]
    assert len(rows(events, "experiments")) == 2
    assert finished(events).tables == ("experiments",)


def test_results_without_variations_have_no_control_to_compare_with():
    (aside,) = rejected(read(site(experiment(variations=[]))))
    assert aside.table == "experiments"
    assert "it has results, but no variations" in aside.reason


@pytest.mark.parametrize("answer", [{"results": [{"metrics": [{"metricId": "m"}]}]}, {"results": 7}, {}, {"results": [{}]}])
def test_results_of_another_shape_are_set_aside_and_the_rest_goes_on(answer: dict[str, Any]):
    events = read(site(experiment(), results=SEED_RESULTS | {"exp_1/0": answer or {"other": 1}}))
    (aside,) = rejected(events)
    assert aside.table == "results"
    assert "results of experiment exp_1, phase 0: the answer has not the documented shape" in aside.reason
    assert [row["phase"] for row in rows(events, "results")] == [1]
    assert finished(events).tables == ("experiments", "phases")


def test_a_refused_results_request_is_set_aside_with_its_reason():
    broken = ContractBroken("experiments", "results of experiment exp_1, phase 0", "status 400: Unknown dimension")
    (aside,) = rejected(read(site(experiment(), failing={"exp_1/0": broken})))
    assert "status 400: Unknown dimension" in aside.reason


def test_an_entry_without_an_id_is_set_aside():
    (aside,) = rejected(read(site({"name": "nameless"}, experiment())))
    assert "came without its id" in aside.reason


@pytest.mark.parametrize("error", [AuthFailed("experiments", "the list", "no"), Unavailable("experiments", "the list", "status 502")])
def test_a_store_that_cannot_be_read_is_a_failure_of_its_own(error: Any):
    events = read(site(experiment(), failing={"experiments": error}))
    assert [(event.partition, event.error) for event in events if isinstance(event, Failed)] == [(PARTITION, error)]
    assert not [event for event in events if isinstance(event, Finished)]
    assert [finding.state for finding in reader(site(failing={"experiments": error})).probe()] == ["fail"]
    assert [finding.detail for finding in reader(site(experiment())).probe()] == ["1 experiments"]


def test_new_signatures_of_screenshots_change_no_record():
    again = experiment()
    again["variations"][0]["screenshots"] = ["https://files.example/a.png?signature=2"]
    assert rows(read(site(experiment())), "experiments") == rows(read(site(again)), "experiments")


def test_addresses_and_tokens_of_a_store():
    store = GrowthBookStore(kind="growthbook", url="https://api.growthbook.io/api/v1", token=SecretStr("s3cret"))
    assert store.url == "https://api.growthbook.io"
    assert store.experiment_url("exp_1") == "https://app.growthbook.io/experiment/exp_1"
    assert "s3cret" not in repr(store) + store.model_dump_json()
    for url in ("gb.acme.example", "https://key@gb.acme.example"):
        with pytest.raises(ValidationError):
            GrowthBookStore(kind="growthbook", url=url, token=SecretStr("x"))
