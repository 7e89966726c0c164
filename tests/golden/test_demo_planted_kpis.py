"""KPIs that rest on labels, bills, surveys, attacks, sources and drifts are what was planted, recomputed here from each planted record."""

import random
import statistics
from collections import defaultdict
from datetime import date
from math import sqrt
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from pipelines.demo.truth_kpis import alpha

pytestmark = pytest.mark.xdist_group("demo")

RATES = ("K06", "K08", "K09", "K10")
PLANTED = ("K05", *RATES, "K13", "K16", "K19")
Z_95 = 1.959963984540054


@pytest.fixture(scope="module")
def cells(demo) -> dict[tuple[str, str], dict[str, Any]]:
    """Values of the organisation, by KPI and period."""
    names = ("kpi_id", "period_id", "state", "value", "value_low", "value_high", "n", "n_excluded", "reason", "sources", "baseline_value")
    rows = demo.query(f"select {', '.join(names)} from kpi.kpi_values where scope_kind = 'organisation'")
    return {row[:2]: dict(zip(names, row, strict=True)) for row in rows}


def planted(demo, kpi: str, period: dict[str, str]) -> list[dict[str, Any]]:
    return [row for row in demo.truth["kpi_records"] if row["kpi"] == kpi and period["start"] <= row["on"] < period["end"]]


@pytest.mark.parametrize("kpi", PLANTED)
def test_records_below_a_kpi_are_the_planted_ones(demo, kpi):
    found = demo.query(
        """select subject_name, observed_on, round(value_mid, 6), round(weight, 6), source_url <> '' and load_id <> ''
           from kpi.kpi_observations where kpi_id = ? and value_mid is not null""",
        (kpi,),
    )
    told = [row for row in demo.truth["kpi_records"] if row["kpi"] == kpi]
    expected = [(row["subject"], date.fromisoformat(row["on"]), round(row["value"], 6), round(row["weight"], 6), True) for row in told]
    assert sorted(found) == sorted(expected)
    assert expected


@pytest.mark.parametrize("kpi", PLANTED)
def test_a_kpi_is_told_where_something_was_planted_and_nowhere_else(demo, cells, kpi):
    states = set()
    for period in demo.truth["periods"]:
        records, cell = planted(demo, kpi, period), cells[kpi, period["period"]]
        states.add(cell["state"])
        if not records:
            assert (cell["state"], cell["value"], cell["sources"]) == ("not_observed", None, [])
            assert "To supply it: " in cell["reason"]
            continue
        values, weights = ([row[name] for row in records] for name in ("value", "weight"))
        expected = statistics.median(values) if kpi == "K13" else sum(values) / sum(weights)
        assert cell["value"] == pytest.approx(expected, abs=1e-6), period
        assert cell["n"] == sum(weights)
        assert len(cell["sources"]) >= 1
    assert "value" in states


@pytest.mark.parametrize("kpi", RATES)
def test_shares_have_wilsons_interval(demo, cells, kpi):
    for period in demo.truth["periods"]:
        if records := planted(demo, kpi, period):
            hits, n = (sum(row[name] for row in records) for name in ("value", "weight"))
            cell = cells[kpi, period["period"]]
            assert (cell["value_low"], cell["value_high"]) == pytest.approx(proportion_confint(hits, n, method="wilson"), abs=1e-6)


def test_agreement_has_the_bounds_of_its_label_sets_drawn_again(demo, cells):
    """Another bootstrap of the planted answers: other draws, so near but not equal."""
    sets: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in demo.truth["vendor_labels"]:
        if not row["is_skipped"]:
            sets[row["label_set"]][row["item"]].append(row["value"])
    lows, highs, weights = [], [], []
    for answers in sets.values():
        twice = [given for given in answers.values() if len(given) > 1]
        drawn = _alphas(twice)
        lows.append(drawn[round(0.025 * len(drawn))])
        highs.append(drawn[round(0.975 * len(drawn)) - 1])
        weights.append(len(twice))
    cell = cells["K05", "2026H1"]
    for end, told in ((lows, cell["value_low"]), (highs, cell["value_high"])):
        assert told == pytest.approx(sum(map(float.__mul__, end, map(float, weights))) / sum(weights), abs=0.1)
    assert cell["value_low"] < cell["value"] < cell["value_high"]


def _alphas(units: list[list[str]]) -> list[float]:
    rng = random.Random(1)
    draws = [rng.choices(units, k=len(units)) for _ in range(2000)]
    return sorted(alpha(draw) for draw in draws if len({value for given in draw for value in given}) > 1)


def test_satisfaction_has_the_bounds_of_its_answers(demo, cells):
    waves = {wave["wave"]: wave["answers"] for wave in demo.truth["surveys"]}
    for period, answers in waves.items():
        cell, margin = cells["K19", period], Z_95 * statistics.stdev(answers) / sqrt(len(answers))
        expected = (statistics.mean(answers) - margin, statistics.mean(answers) + margin)
        assert (cell["value_low"], cell["value_high"]) == pytest.approx(expected, abs=1e-5)
    assert cells["K19", "2026H1"]["value"] > cells["K19", "2025H2"]["value"]


def test_a_drift_began_at_the_last_good_run_or_later(demo, cells):
    [drift] = [row for row in demo.truth["kpi_records"] if row["kpi"] == "K13"]
    cell = cells["K13", "2026H1"]
    assert (cell["value_low"], cell["value"], cell["value_high"]) == (drift["value_low"], drift["value"], drift["value_high"])
    assert cells["K13", "2025H2"]["state"] == "not_observed"
    [run] = demo.query("select subject_name from kpi.kpi_observations where kpi_id = 'K13'")
    assert run == (drift["subject"],)


def test_a_bill_in_another_currency_is_left_out_and_counted(demo, cells):
    foreign = [row for row in demo.truth["spend"] if row["currency"] != "USD"]
    cell = cells["K16", "2026H1"]
    assert cell["n_excluded"] == len(foreign) == 1
    assert cell["value_low"] == cell["value"] == cell["value_high"]


def test_what_the_story_leaves_untold_is_not_observed_and_says_how_little_there_was(demo, cells):
    assert demo.truth["kpis_not_told"]
    for kpi in demo.truth["kpis_not_told"]:
        told = {cell["state"] for (found, _), cell in cells.items() if found == kpi}
        assert told == {"not_observed"}
        assert cells[kpi, "2026H1"]["reason"] == "only 1 of at least 5 records, which is too few to tell"
