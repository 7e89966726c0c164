"""Precision and recall of what is planted, by kind: what `./run truth` prints for several organisations, on the demo's own."""

import copy
import csv
from pathlib import Path

import pytest

from benchmarks.planted_truth import PLANTED, recovered

pytestmark = pytest.mark.xdist_group("demo")
with (Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "review_lines.csv").open(encoding="utf-8") as seed:
    LINES = [row["line_id"] for row in csv.DictReader(seed)]


def shares(demo, truth):
    return {kind: (one.precision, one.recall) for kind, one in recovered(demo.query, truth).items()}


def test_all_that_is_planted_is_found_and_nothing_else(demo):
    found = shares(demo, demo.truth)
    assert {kind: both for kind, both in found.items() if both != (1.0, 1.0)} == {}
    families = {"acknowledgement", "citation", "document cited", "document of an incident", "evidence", "gate outcome", "inherited use"}
    assert {family for family, _ in found} == families | {"change of a flag", "beside a launch", "revert"}
    assert set(LINES) == {kind.partition(":")[0] for family, kind in found if family == "evidence"}
    assert {("citation", "eval_run"), ("gate outcome", "caught_probable"), ("revert", "by content"), ("evidence", "delivery")} <= set(found)


def test_what_is_not_found_and_what_was_not_planted_both_show(demo):
    missing, invented = copy.deepcopy(demo.truth), copy.deepcopy(demo.truth)
    missing["citations"] = [one for one in missing["citations"] if one["channel"] != "vendored"]
    assert shares(demo, missing)["citation", "vendored"] == (0.0, None)
    invented["citations"].append(next(one for one in invented["citations"] if one["channel"] == "vendored") | {"project": "acme/elsewhere"})
    assert shares(demo, invented)["citation", "vendored"] == (1.0, 0.5)
    wrong = copy.deepcopy(demo.truth)
    for decision in wrong["kill_decisions"]:
        decision["decided_by"] = "ana"
    assert shares(demo, wrong)["evidence", "kill_decision"] == (0.0, 0.0)


@pytest.mark.parametrize("name", PLANTED)
def test_whatever_is_found_beyond_the_plan_is_not_precise(demo, name):
    unplanned = shares(demo, demo.truth | {name: []})
    assert 0.0 in {precision for precision, _ in unplanned.values()}


def test_whatever_is_planned_and_in_no_table_is_missed(demo):
    recalls = {kind: one.recall for kind, one in recovered(lambda _: [], demo.truth).items()}
    assert set(recalls.values()) == {0.0}
    assert recalls.keys() == shares(demo, demo.truth).keys()
