"""Verdicts on rows that the demo organisation does not hold: other lines, guardrails, neighbours, nothing read."""

from datetime import date

import pytest

from pipelines.evidence import periods
from pipelines.packets import claims, reading
from pipelines.packets.check import check, judge_sentence
from pipelines.packets.ledger import Ledger
from tests.golden.packets.ledgers import ledger_of

PERIOD = periods.parse("2026H1")


def row(line: str, name: str, **own) -> dict:
    """A row of a review line, with columns that the line has of its own."""
    base = {
        "evidence_id": f"{line}{name}".encode().hex().ljust(64, "0")[:64], "person_id": "zoe", "review_line": line, "period_id": "2026H1",
        "subject_kind": "artifact", "subject_id": f"{line}:{name}", "subject_name": name, "state": "value", "headline": f"{name}.", "measure": "days kept",
        "unit": "days", "value_low": 30.0, "value_mid": 42.0, "value_high": 42.0, "n": 1, "strength": "derived", "share_low": 1.0, "share_mid": 1.0, "share_high": 1.0,
    }  # fmt: skip
    return base | own


def ledger(*rows: dict, **more) -> Ledger:
    return Ledger("zoe", PERIOD, rows, **more)


def verdicts(text: str, held: Ledger) -> list[tuple[str, str]]:
    return [(claim.kind, outcome.verdict) for claim, outcome in judge_sentence(text, held).claims]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I kept voice-atlas within its level for 42 days.", [("duration", "supported")]),
        ("I kept voice-atlas within its level for 90 days.", [("duration", "contradicted")]),
        ("voice-atlas went from a two-week cycle into a three-hour gate.", [("change", "supported")]),
        ("voice-atlas went from a two-week cycle into a one-hour gate.", [("change", "contradicted")]),
        ("voice-atlas had 2 launches.", [("count", "supported")]),
        ("voice-atlas had 5 launches.", [("count", "contradicted")]),
        ("voice-atlas gained 12 examples.", [("count", "supported")]),
        ("voice-atlas was decided on 5 May 2026.", [("date", "supported")]),
        ("30 % of voice-atlas traffic was drifting.", [("count", "supported")]),
    ],
)
def test_a_line_that_no_rule_describes_is_read_by_the_form_of_its_columns(text, wanted):
    own = {
        "cycle_hours_before": 336.0, "cycle_hours_after": 3.0, "n_launches": 2, "examples_start": 30, "examples_end": 42,
        "decided_at": date(2026, 5, 5), "drifting_share": 0.3,
    }  # fmt: skip
    assert verdicts(text, ledger(row("custodianship", "voice-atlas", **own))) == wanted


def test_a_deployment_does_not_take_a_word_from_what_is_named_by_it():
    deployed = row("custodianship", "acme/atlas-store 1234567", subject_kind="deployment", unit="actions", measure="actions")
    held = ledger(row("lead_time", "atlas-router"), deployed)
    assert verdicts("I kept atlas within its level for 90 days.", held) == [("duration", "contradicted")]


def test_things_are_counted_by_rows_and_missing_rows_contradict_nothing():
    held = ledger(*(row("kill_decision", name, unit="decisions") for name in ("tele-porter", "mind-reader")))
    assert verdicts("I killed two features.", held) == [("count", "supported")]
    assert verdicts("I killed five features.", held) == [("count", "no_record")]
    assert verdicts("I killed two features.", ledger()) == [("count", "no_record")]
    [(_, outcome)] = judge_sentence("I killed two features.", held).claims
    assert len(outcome.evidence_ids) == 2


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [(["pass", "pass"], "supported"), (["pass", "fail"], "contradicted"), (["pass", "unknown"], "no_record"), ([], "no_record")],
)
def test_no_degradation_needs_every_guardrail_within_its_margin(statuses, verdict):
    held = row("experiment_impact", "reranker-v9", subject_id="e9", subject_kind="experiment", unit="pp", basis="randomised")
    guards = [{"experiment_id": "e9", "status": status, "detail": "p95 latency"} for status in statuses]
    judged = judge_sentence("reranker-v9 shipped with no degradation in latency.", ledger(held, guards=guards))
    assert [outcome.verdict for claim, outcome in judged.claims if claim.kind == "no_degradation"] == [verdict]


def test_no_other_launch_is_contradicted_by_the_list_of_those_near_it():
    held = row(
        "experiment_impact",
        "hint-box",
        subject_id="e1",
        subject_kind="experiment",
        unit="pp",
        basis="no_holdout",
        n_concurrent_launches=2,
        metric_name="x",
    )
    near = [{"experiment_id": "e1", "name": "big-banner", "kind": "launch", "shipped_on": date(2026, 3, 3)}]
    judged = judge_sentence("hint-box came with no other concurrent shipments.", ledger(held, neighbours=near))
    [(_, outcome)] = judged.claims
    assert outcome.verdict == "contradicted"
    assert "big-banner (launch, 2026-03-03)" in outcome.why
    aside = [near[0] | {"is_dismissed": True, "dismissal_reason": "another page"}]
    judged = judge_sentence(
        "hint-box came with no other concurrent shipments.", ledger(held | {"n_concurrent_launches": 0}, neighbours=aside)
    )
    [(_, outcome)] = judged.claims
    assert (outcome.verdict, "set aside: another page" in outcome.why) == ("contradicted", True), (
        "what is set aside has shipped all the same"
    )
    assert verdicts("hint-box came with no other concurrent shipments.", ledger(held | {"n_concurrent_launches": 0})) == [
        ("no_concurrent", "supported")
    ]


def test_without_any_store_of_incidents_none_is_no_zero():
    assert verdicts("There were no incidents in the half.", ledger()) == [("no_incident", "no_record")]
    assert verdicts("There were no incidents in the half.", ledger(knows_incidents=True)) == [("no_incident", "supported")]
    seen = [
        {
            "incident_id": "1",
            "issue_key": "INC-1",
            "detected_on": date(2026, 2, 2),
            "severity": "SEV1",
            "customer_impact": "No",
            "eval_attributable": "no",
        }
    ]
    held = ledger(row("delivery", "voice-atlas", unit="changes"), knows_incidents=True, incidents=seen)
    assert verdicts("There were no incidents in the half.", held) == [("no_incident", "contradicted")]
    assert verdicts("There were no customer incidents in the half.", held) == [("no_incident", "supported")]
    assert verdicts("voice-atlas went without incidents.", held) == [("no_incident", "no_record")], "whose incident it was is not known"


def test_a_sentence_that_is_no_sentence_is_left_alone():
    [claim] = claims.find("12 of 13 runs and " * 400)
    assert (claim.kind, claim.rule) == ("statement", "too_long")


def test_an_ab_report_may_be_spread_over_its_paragraph_and_no_farther():
    parts = (
        "reranker-v2 ran at 50/50 for three weeks. Hit@1 went from 62.7% to 70.9% (+8.2 pp){}N=2.3M, p < 0.001, and we held it at 90/10."
    )

    def missing(text: str) -> list[str]:
        return [finding.why for one in check(reading.split(text), ledger_of("jonas")).sentences for finding in one.findings]

    assert missing(parts.format(". With ")) == []
    assert missing(parts.format(".\n\nWith ")) == ["an effect of an experiment without its N, p, hold"]


def test_findings_give_the_figures_that_would_make_the_words_right():
    from pipelines.packets.language import findings

    [finding] = findings(judge_sentence("The new reranker improved retrieval quality.", ledger_of("jonas")))
    assert finding.rule == "vague"
    assert "Hit@1 went from 62.7 % to 70.9 %" in finding.suggestion
    [parts] = findings(judge_sentence("reranker-v2 moved Hit@1 by 8.2 points.", ledger_of("jonas")))
    assert parts.why == "an effect of an experiment without its split, duration, N, before and after, p, hold"
