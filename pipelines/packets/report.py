"""A checked packet as JSON and as the packet itself with notes. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.packets import wording
from pipelines.packets.check import Checked, Report

MARKS = {"supported": "supported", "contradicted": "**contradicted**", "no_record": "no record", "not_checkable": "not checkable"}
NOTE = (
    "Supported means that rows of this person and period hold the figure as it is written, not that the sentence is fair or complete; "
    "no record is not a falsehood: the work may lie outside what is connected."
)


@dataclass(frozen=True)
class Header:
    """Whose packet was held against what."""

    packet: str
    person_id: str
    name: str
    period: str
    snapshot_id: str


def summary(report: Report) -> str:
    """How the claims came out, in one line."""
    told = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in report.counts.items())
    n = sum(report.counts.values())
    return f"{n} claims in {len(report.sentences)} sentences: {told}; {report.n_findings} findings about words"


def document(header: Header, report: Report) -> dict[str, Any]:
    """Everything, for programs."""
    return {
        **vars(header),
        "counts": report.counts,
        "n_findings": report.n_findings,
        "is_refused": report.counts["contradicted"] > 0,
        "sentences": [_sentence(checked) for checked in report.sentences],
        "note": NOTE,
    }


def _sentence(checked: Checked) -> dict[str, Any]:
    return {
        "text": checked.sentence.text,
        **_place(checked, 0),
        "claims": [
            {
                "kind": claim.kind,
                "text": claim.text,
                **_place(checked, claim.start),
                "rule": claim.rule,
                "verdict": outcome.verdict,
                "why": outcome.why,
                "evidence_ids": list(outcome.evidence_ids),
                "elsewhere": outcome.elsewhere or None,
            }
            for claim, outcome in checked.claims
        ],
        "findings": [
            {
                "rule": finding.rule,
                "text": finding.text,
                **_place(checked, finding.start),
                "why": finding.why,
                "suggestion": finding.suggestion,
            }
            for finding in checked.findings
        ],
    }


def _place(checked: Checked, index: int) -> dict[str, int]:
    line, column = checked.sentence.place(index)
    return {"line": line, "column": column}


def annotated(header: Header, report: Report, lines: Sequence[str]) -> str:
    """The packet with what is to be said below each paragraph, list or table, as a quotation."""
    notes: dict[int, list[str]] = defaultdict(list)
    for checked in report.sentences:
        notes[_below(lines, checked.sentence.places[-1][0])] += list(_notes(checked))
    out: list[str] = []
    for number in range(len(lines) + 1):
        if notes.get(number):
            out += ["", *notes[number]]
        if number < len(lines):
            out.append(lines[number])
    foot = f"Checked against the evidence of {header.name}, {header.period}, snapshot {header.snapshot_id}. {summary(report)}. {NOTE}"
    return "\n".join([*out, "", "---", "", foot]) + "\n"


def _below(lines: Sequence[str], line: int) -> int:
    """The index of the blank line that ends the block in which a line (from 1) stands, or the end."""
    return next((number for number in range(line, len(lines)) if not lines[number].strip()), len(lines))


def _notes(checked: Checked) -> Iterator[str]:
    for claim, outcome in checked.claims:
        if outcome.verdict != "not_checkable":
            line, column = checked.sentence.place(claim.start)
            elsewhere = f"; {outcome.elsewhere}" if outcome.elsewhere else ""
            yield f"> - {line}:{column} {MARKS[outcome.verdict]}, `{claim.text.strip()}` ({claim.rule}): {_plain(outcome.why + elsewhere)}"
    for finding in checked.findings:
        line, column = checked.sentence.place(finding.start)
        yield f"> - {line}:{column} words, `{finding.text}` ({finding.rule}): {_plain(finding.why)}; {_plain(finding.suggestion)}"


def _plain(text: str) -> str:
    """Text of a row that stays text in Markdown."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def ids(evidence_ids: Sequence[str], most: int = 3) -> str:
    """The first rows under a verdict, short."""
    return " ".join(wording.short(evidence_id) for evidence_id in evidence_ids[:most]) + (
        f" +{len(evidence_ids) - most}" if len(evidence_ids) > most else ""
    )
