"""Which of one engineer's rows a manager finds on the page, and what stands beside a level's expectations."""

import json

import pytest

from pipelines.brief import expectations
from pipelines.brief.choice import choose


def row(line: str, evidence_id: str = "", state: str = "value", **own) -> dict:
    """An evidence row with what the choice reads."""
    figures = {"value_low": 1.0, "value_high": 1.0} if state == "value" else {"value_low": None, "value_high": None}
    base = {"evidence_id": evidence_id or line, "review_line": line, "state": state, "strength": "resolved", "sources": [{}]}
    return base | figures | own


def ids(chosen) -> tuple:
    return tuple(each and each["evidence_id"] for each in (chosen.delivery, chosen.impact, chosen.uncertainty))


def test_one_delivery_one_impact_and_the_widest_of_the_other_rows_stand_on_the_page():
    rows = [
        row("kill_decision"),
        row("second_order_leverage", value_high=50.0),
        row("gate_catches", value_low=2.0, value_high=8.0),
        row("lead_time", value_low=-30.0, value_high=-20.0),
        row("delivery"),
    ]
    assert ids(choose(rows)) == ("delivery", "second_order_leverage", "gate_catches")


def test_the_strongest_proof_is_shown_then_the_one_with_most_records_whatever_the_value():
    rows = [
        row("delivery", "huge", value_low=900.0, value_high=900.0, strength="derived", sources=[{}] * 9),
        row("delivery", "b", sources=[{}, {}]),
        row("delivery", "a", sources=[{}]),
        row("delivery", "c", sources=[{}, {}]),
    ]
    assert ids(choose(rows))[0] == "b"


def test_the_organisations_order_of_lines_decides_which_line_is_shown():
    rows = [row("kill_decision"), row("eval_ownership"), row("second_order_leverage"), row("experiment_impact")]
    assert ids(choose(rows))[:2] == ("kill_decision", "second_order_leverage")
    assert ids(choose(rows, ["eval_ownership", "experiment_impact"]))[:2] == ("eval_ownership", "experiment_impact")


def test_without_wide_bounds_the_uncertainty_is_a_line_for_which_nothing_is_on_record():
    rows = [row("prompt_provenance"), row("lead_time", state="not_observed"), row("delivery", state="not_observed")]
    chosen = choose(rows)
    assert ids(chosen) == ("prompt_provenance", None, "delivery")
    assert "nothing is on record" in chosen.uncertain_because


def test_somebody_with_one_row_has_its_bounds_as_uncertainty_and_nobody_elses():
    assert ids(choose([row("delivery", value_high=3.0)])) == ("delivery", None, "delivery")
    assert ids(choose([])) == (None, None, None)


def test_zeros_and_project_context_are_not_shown_as_something_done():
    rows = [row("delivery", state="observed_zero"), row("project_context", value_high=9.0)]
    assert ids(choose(rows)) == (None, None, None)


CONFIGURED = json.dumps([{"level": level, "text": f"{level}: {line}", "lines": [line]} for level, line in (
    ("L4", "prompt_provenance"), ("L5", "delivery"), ("L5", "kill_decision"), ("L6", "lead_time"), ("L7", "gate_catches"),
)])  # fmt: skip


def test_expectations_of_the_own_and_the_next_level_stand_beside_rows_and_gaps():
    rows = [row("delivery"), row("kill_decision", state="not_observed"), row("gate_catches")]
    found = expectations.beside(rows, CONFIGURED, "L5")
    assert [(one.text, one.is_own_level) for one in found] == [
        ("L5: delivery", True),
        ("L5: kill_decision", True),
        ("L6: lead_time", False),
    ]
    assert [(len(one.rows), len(one.gaps), one.without_rows) for one in found] == [(1, 0, ()), (0, 1, ()), (0, 0, ("lead_time",))]


@pytest.mark.parametrize(("configured", "level"), [(None, "L5"), ("[]", "L5"), (CONFIGURED, None), (CONFIGURED, "L9")])
def test_where_nothing_is_expected_at_the_level_nothing_is_shown(configured, level):
    assert expectations.beside([row("delivery")], configured, level) == []
