"""What must not matter to a verdict: rows about something else, the order of sentences, how figures are printed."""

import dataclasses
import re
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.packets import quantities, reading
from pipelines.packets.check import check, judge_sentence
from tests.golden.packets.ledgers import ledger_of
from tests.golden.packets.score import PARTS, labels

LABELS = [label for part in PARTS for label in labels(part)]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MEASURES = ("n_runs", "n_gate_runs", "n_projects_ran", "n_blocks", "n_modes_caught", "n_failed_people", "examples_end", "attempt_no")
THIN, NARROW = "\u2009", "\u202f"


def verdicts(text: str, ledger) -> list[tuple[str, str]]:
    return [(claim.kind, outcome.verdict) for claim, outcome in judge_sentence(text, ledger).claims]


def stranger(number: int, person: str, count: int) -> dict:
    """A row about what no sentence speaks of, of a kind that none names."""
    return {
        "evidence_id": f"{number:064x}", "person_id": person, "review_line": "system_framing", "period_id": "2026H1", "state": "value",
        "subject_kind": "turbine", "subject_id": f"turbine:{number}", "subject_name": f"zephyr{number} qux", "measure": "flux", "unit": "gauss",
        "value_low": float(count), "value_mid": float(count), "value_high": count + 2.0, "n": count, "strength": "resolved", "headline": "Zephyrs.",
        "share_low": 0.2, "share_mid": 0.3, "share_high": 0.4, "n_quirks": count, "flux_before": count, "flux_after": count + 1, "spun_at": None,
    }  # fmt: skip


@QUICK
@given(st.sampled_from(LABELS), st.lists(st.integers(0, 3000), max_size=4), st.booleans())
def test_rows_about_something_else_change_no_verdict(label, counts, own):
    ledger = ledger_of(label["person"])
    added = [stranger(number, label["person"] if own else "zoe", count) for number, count in enumerate(counts, 1)]
    more = dataclasses.replace(
        ledger, rows=[*ledger.rows, *(added if own else ())], other_people=[*ledger.other_people, *(() if own else added)]
    )
    assert verdicts(label["text"], more) == verdicts(label["text"], ledger)


def test_a_row_of_another_subject_that_holds_the_very_figure_supports_nothing():
    """Each sentence that names its subject and is not simply true, with a stranger's row for each of its figures."""
    flipped = []
    for label in LABELS:
        ledger = ledger_of(label["person"])
        if ledger.own.find(label["text"])[1] != "name" or all("supported" in claim for claim in label["claims"]):
            continue
        added = [
            stranger(number, label["person"], round(quantity.high)) | dict.fromkeys(MEASURES, round(quantity.high))
            for number, quantity in enumerate(quantities.find(label["text"]), 1)
        ]
        if verdicts(label["text"], dataclasses.replace(ledger, rows=[*ledger.rows, *added])) != verdicts(label["text"], ledger):
            flipped.append(label["text"])
    assert flipped == []


@QUICK
@given(st.permutations(range(12)), st.integers(0, len(LABELS) - 12), st.sampled_from([" ", "\n\n"]))
def test_the_order_of_sentences_changes_nothing(order, first, between):
    texts = [label["text"] for label in LABELS[first : first + 12]]
    ledger = ledger_of("ana")

    def answers(packet: list[str]) -> Counter:
        report = check(reading.split(between.join(packet)), ledger)
        return Counter(
            (one.sentence.text, tuple((claim.text, outcome.verdict) for claim, outcome in one.claims), tuple(f.rule for f in one.findings))
            for one in report.sentences
        )

    assert answers([texts[place] for place in order]) == answers(texts)


def printed(text: str, mark: str) -> str:
    """A sentence with its whole numbers of four digits and more grouped by a mark, but for years, days and keys."""
    bare = re.sub(r"(?<=\d)[, ](?=\d{3}\b)", "", text)
    years = re.compile(r"20\d\d")
    return re.sub(r"(?<![\w.@#/-])\d{4,}(?![\w-])", lambda m: m[0] if years.fullmatch(m[0]) else f"{int(m[0]):,}".replace(",", mark), bare)


@QUICK
@given(
    st.sampled_from([label for label in LABELS if re.search(r"\d{4}|\d,\d{3}", label["text"])]),
    st.sampled_from([",", "", "\u00a0", THIN, NARROW, " "]),
)
def test_how_thousands_are_grouped_changes_no_verdict(label, mark):
    ledger = ledger_of(label["person"])
    assert verdicts(printed(label["text"], mark), ledger) == verdicts(label["text"], ledger)


@QUICK
@given(st.sampled_from(LABELS), st.sampled_from([("%", " %"), ("%", " percent"), (" points", " pp"), ("->", "\u2192"), ("**", "")]))
def test_how_units_are_written_changes_no_verdict(label, pair):
    ledger = ledger_of(label["person"])
    text = label["text"].replace("per cent", "%")
    assert verdicts(re.sub(rf"\s*{re.escape(pair[0])}", pair[1], text), ledger) == verdicts(text, ledger)
