"""Records of both kinds of stores keep the contract of their tables; numbers that cannot be are caught by it with a reason."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Event, Page, ReadContext
from connectors.experiments.bundles import TABLES
from connectors.experiments.fake import FakeGrowthBook
from connectors.experiments.options import ExperimentsOptions, FilesStore, GrowthBookStore
from connectors.experiments.resources import CONNECTOR, ExperimentsReader, Openers
from connectors.fake_folder import FakeFolder
from pipelines.gates import Checked, check_records

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TEXT = """native_id: router
owner_raw: ines@acme.example
started_at: 2025-12-01T09:00:00Z
decision: no_ship
planned_n: 9000
alpha: 0.05
tags: [routing]
variations: [{key: control, is_control: true}, {key: high}]
phases: [{phase: 0, started_at: 2025-12-01, ended_at: 2025-12-15, coverage: 1.0, split: {control: 0.5, high: 0.5}}]
results:
  - {phase: 0, metric_key: cost, metric_kind: mean, variant_key: high, baseline_key: control, n_variant: 4480, n_baseline: 4520,
     mean_variant: 0.041, mean_baseline: 0.052, sd_variant: 0.03, sd_baseline: 0.04}
metric_days: [{metric_key: solved, metric_kind: proportion, values: {2025-11-30: 0.7, 2025-12-01: 0.71}}]
"""


def analysis(**changes: Any) -> dict[str, Any]:
    known = {
        "engine": "frequentist",
        "numerator": 40,
        "denominator": 100,
        "mean": 0.4,
        "stddev": 0.49,
        "percentChange": 0,
        "ciLow": 0,
        "ciHigh": 0,
    }
    return known | changes


def growthbook(variant: dict[str, Any], users: int = 100) -> FakeGrowthBook:
    split = [{"variationId": "a", "weight": 0.5}, {"variationId": "b", "weight": 0.5}]
    experiment = {
        "id": "exp_1",
        "name": "Length",
        "status": "running",
        "dateUpdated": "2026-01-01T00:00:00.000Z",
        "variations": [{"variationId": "a", "key": "0"}, {"variationId": "b", "key": "1"}],
        "phases": [{"name": "Main", "dateStarted": "2026-01-01T00:00:00.000Z", "dateEnded": "", "coverage": 1, "trafficSplit": split}],
        "settings": {"statsEngine": "frequentist"},
    }
    arms = [{"variationId": "a", "users": 100, "analyses": [analysis()]}, {"variationId": "b", "users": users, "analyses": [variant]}]
    answer = {
        "dateUpdated": "2026-01-09T00:00:00.000Z",
        "dimension": {"type": "none"},
        "results": [{"dimension": "", "checks": {"srm": 0.5}, "metrics": [{"metricId": "met_hit", "variations": arms}]}],
    }
    return FakeGrowthBook([experiment], {"exp_1/0": answer}, [{"id": "met_hit", "name": "Hit", "type": "binomial"}])


def read(source: FakeGrowthBook) -> list[Event]:
    stores = (FilesStore(kind="files", path="experiments"), GrowthBookStore(kind="growthbook", url="http://gb", token=SecretStr("x")))
    openers = Openers(lambda _: FakeFolder({"router.yaml": TEXT}), vendor=lambda *_: source)
    return list(ExperimentsReader(ExperimentsOptions(stores=stores), openers).read(ReadContext(now=NOW)))


def checked(source: FakeGrowthBook) -> dict[str, Checked]:
    found: dict[str, list[Any]] = {table: [] for table in TABLES}
    for event in read(source):
        if isinstance(event, Page):
            found[event.table] += event.records
    return {name: check_records(records, CONNECTOR.table(name)) for name, records in found.items()}


def test_what_both_stores_bring_keeps_the_contract():
    for name, result in checked(growthbook(analysis(numerator=44, percentChange=0.1, ciLow=-0.1, ciHigh=0.3, pValue=0.4))).items():
        table = CONNECTOR.table(name)
        assert not result.quarantined, name
        assert result.frame.height == 2, name
        assert not result.frame.select(*table.key).is_duplicated().any()
        assert all(result.frame["_source_url"]), name


def test_lists_and_splits_are_stored_as_json():
    frame = checked(growthbook(analysis()))["phases"].frame
    assert frame["split"].to_list() == ['{"control":0.5,"high":0.5}', '{"0":0.5,"1":0.5}']


@pytest.mark.parametrize(
    ("variant", "users", "said"),
    [
        (analysis(), -3, "breaks greater_than_or_equal_to(0)"),
        (analysis(numerator=400), 100, "a proportion's numerator_variant is within 0 and n_variant"),
        (analysis(stddev=-1), 100, "sd_variant"),
        (analysis(percentChange=0.1, ciLow=0.3, ciHigh=0.2, pValue=0.5), 100, "vendor_ci_low is not above vendor_ci_high"),
        (analysis(percentChange=0.1, ciLow=0.1, ciHigh=0.2, pValue=1.5), 100, "vendor_p"),
        (analysis(mean="high"), 100, "mean_variant: 'high' is not a finite number"),
    ],
)
def test_numbers_that_cannot_be_are_quarantined_with_a_reason(variant: dict[str, Any], users: int, said: str):
    results = checked(growthbook(variant, users))["results"]
    (bad,) = results.quarantined
    assert said in bad.reason
    assert bad.identity.endswith("|0|met_hit|||1|0")
    assert results.frame["metric_key"].to_list() == ["cost"], "the other store's result goes on"


def test_a_phase_that_ends_before_it_starts_is_quarantined():
    source = growthbook(analysis())
    source.stored[0]["phases"][0]["dateEnded"] = "2025-12-31T00:00:00.000Z"
    (bad,) = checked(source)["phases"].quarantined
    assert "ended_at is not before started_at" in bad.reason
