"""The labelled sentences: how often `fulcrum check` reads a claim, and how often it is right; the figures that the documentation gives."""

from pathlib import Path

import pytest

from pipelines.packets import reading
from pipelines.packets.check import judge_sentence
from tests.golden.packets.ledgers import PEOPLE, ledger_of
from tests.golden.packets.score import PARTS, WORDS, labels, score, table

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/packet-check.md"
LEAST = {  # precision and recall, in percent
    "held_out": {"supported": (95, 95), "contradicted": (95, 95), "no_record": (90, 90), "not_checkable": (90, 90), WORDS: (95, 95)},
    "development": {"supported": (95, 95), "contradicted": (95, 95), "no_record": (85, 95), "not_checkable": (90, 95), WORDS: (90, 95)},
    "unseen": {"supported": (95, 85), "contradicted": (95, 90), "no_record": (35, 90), "not_checkable": (70, 90), WORDS: (90, 90)},
}


@pytest.fixture(scope="module")
def parts():
    return {name: score(name) for name in PARTS}


@pytest.mark.parametrize("name", PARTS)
def test_precision_and_recall_of_every_verdict_stay_what_is_promised(parts, name):
    part = parts[name]
    for sort, (precision, recall) in LEAST[name].items():
        said = f"{name}, {sort}: {part.scores[sort]}\n" + "\n".join(part.misses)
        assert 100 * part.scores[sort].precision >= precision, said
        assert 100 * part.scores[sort].recall >= recall, said


def test_the_set_is_as_large_and_as_mixed_as_the_documentation_says(parts):
    assert sum(part.n_sentences for part in parts.values()) >= 150
    texts = [label["text"] for name in PARTS for label in labels(name)]
    assert len(texts) == len(set(texts)), "a sentence stands in one part only"
    for name in PARTS:
        assert all(one.right + one.missed > 0 for one in parts[name].scores.values()), f"{name} has every verdict"


def test_the_documentation_gives_these_figures(parts):
    assert table(list(parts.values())) in PAGE.read_text(), "run `python -m tests.golden.packets.score` and put its table into the page"


def test_a_false_label_is_noticed(parts):
    right = {label["text"]: label["claims"] for label in labels("held_out")}
    text = "reranker-v2 moved Hit@1 by 9.4 points."
    assert right[text] == ["effect contradicted"]
    [(claim, outcome)] = judge_sentence(text, ledger_of("jonas")).claims
    assert (claim.kind, outcome.verdict) == ("effect", "contradicted")
    assert "8.2 points (8.079 to 8.321)" in outcome.why, "the right figure and its interval"
    assert ledger_of("jonas").by_id[outcome.evidence_ids[0]]["subject_name"] == "reranker-v2"


@pytest.mark.parametrize(
    ("person", "text", "where"),
    [
        ("ana", "In Q1 2026 the gate of the eval harness ran 122 times.", "2026H1"),
        ("ana", "The gate of the eval harness ran 59 times.", "another period"),
        ("chi", "reranker-v2 moved Hit@1 by 8.2 points.", "other people"),
        ("jonas", "long_context_routing moved by 8.2 points.", "another subject"),
    ],
)
def test_a_figure_of_another_period_person_or_subject_supports_nothing_and_is_said(person, text, where):
    [(_, outcome)] = judge_sentence(text, ledger_of(person)).claims
    assert outcome.verdict in {"contradicted", "no_record"}
    assert where in outcome.elsewhere or where in outcome.why + outcome.elsewhere


def test_what_the_rows_say_of_themselves_is_never_contradicted():
    """People copy headlines into packets. One figure stands in a headline and in no column: how many projects declared a gate that never ran."""
    contradicted, supported = [], 0
    for person in PEOPLE:
        ledger = ledger_of(person)
        for sentence in (sentence for row in ledger.rows for sentence in reading.split(row["headline"])):
            for claim, outcome in judge_sentence(sentence.text, ledger).claims:
                supported += outcome.verdict == "supported"
                contradicted += [f"{person}: {claim.text!r} in {sentence.text}"] if outcome.verdict == "contradicted" else []
    assert [told for told in contradicted if "declared the gate of Acme Judge Kit and it never ran" not in told] == []
    assert supported >= 125


def test_reduced_incidents_are_recomputed_with_both_counts_and_both_windows():
    judged = judge_sentence("I led a quality initiative that reduced regression incidents 40%.", ledger_of("ana"))
    outcome = next(outcome for claim, outcome in judged.claims if claim.kind == "incident_change")
    assert outcome.verdict == "contradicted"
    assert "2 incident(s)" in outcome.why
    assert "from 2025-07-04 to before 2026-01-01, 3 from 2026-01-01 to before 2026-07-01" in outcome.why
    assert "+50 % (+1 of 2)" in outcome.why
