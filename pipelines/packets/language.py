"""What the words of a sentence promise beyond its rows: vague, causal and absolute words, an A/B sentence with parts missing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.packets import wording
from pipelines.packets.claims import NO_CONCURRENT, NO_DEGRADATION, Claim
from pipelines.packets.facts import Fact
from pipelines.packets.outcome import Outcome
from pipelines.packets.verdicts import Reading

VAGUE = re.compile(
    r"\b(?:improv\w+|enhanc\w+|help(?:ed|s|ing)?|better|optimi[sz]ed|streamlined|strengthened|significant(?:ly)?|substantial(?:ly)?|"
    r"dramatic(?:ally)?|greatly|massive(?:ly)?|huge(?:ly)?|numerous|various|countless|"
    r"a lot|great impact|robust|faster|contributed to|supported the)\b",
    re.IGNORECASE,
)
OWNERSHIP = re.compile(
    r"\b(?:own(?:s|ed)?|leads?|led|drove|drives?|spearheaded|championed)\b[^.;]{0,40}?"
    r"\b(?:story|quality|initiative|alignment|strategy|culture|framework|vision|space|direction|narrative|efforts?)\b",
    re.IGNORECASE,
)
SIGNIFICANT = re.compile(r"\b(?:statistically )?significant(?:ly)?\b", re.IGNORECASE)
CAUSAL = re.compile(
    r"\b(?:drove|caused|led to|resulted in|thanks to|because of (?:my|our)|responsible for|enabled|unlocked|made\b[^.;]{0,40}\bpossible|"
    r"reduced|cut|boosted|increased|eliminated)\b",
    re.IGNORECASE,
)
ABSOLUTE = re.compile(
    r"(?<!\bof )(?<!\bto )(?<!\bin )(?<!\bshipped )(?<!\blaunched )\b(?:all|every|everyone|everybody|always|never|"
    r"single-handedly|solely|alone|sole|entire(?:ly)?|complete(?:ly)?|fully|eliminated|"
    r"nobody else|no one else|guarantee[sd]?)\b(?! the same| in all| together)",
    re.IGNORECASE,
)
AB_PARTS = ("split", "duration", "sample_size", "change", "effect", "p_value")
PART_NAMES = {
    "split": "split",
    "duration": "duration",
    "sample_size": "N",
    "change": "before and after",
    "effect": "effect",
    "p_value": "p",
}


@dataclass(frozen=True)
class Finding:
    """One thing about the words: where, by which rule, why, and what would make it right."""

    rule: str
    start: int
    end: int
    text: str
    why: str
    suggestion: str


@dataclass(frozen=True)
class Judged:
    """A sentence with its claims and what they came to."""

    reading: Reading
    claims: Sequence[tuple[Claim, Outcome]]

    @property
    def facts(self) -> list[Fact]:
        """Facts under its claims."""
        return [fact for _, outcome in self.claims for fact in outcome.facts]

    @property
    def rows(self) -> list[Any]:
        """Rows under its claims, else rows of the subjects that it names."""
        ledger = self.reading.ledger
        ids = dict.fromkeys(fact.evidence_id for fact in self.facts)
        told = [ledger.by_id[evidence_id] for evidence_id in ids if evidence_id in ledger.by_id]
        return told or [row for row in ledger.rows if row["subject_id"] in self.reading.subjects]

    @property
    def is_plan(self) -> bool:
        """Whether it says what is to come."""
        return any(claim.rule == "plan" for claim, _ in self.claims)

    @property
    def has_figure(self) -> bool:
        """Whether it gives any figure."""
        return any(claim.quantity for claim, _ in self.claims)


def findings(judged: Judged, paragraph: frozenset[str] = frozenset()) -> list[Finding]:
    """What is to be said about the words of a sentence; nothing of a plan.

    Args:
        judged: the sentence.
        paragraph: kinds of claims in all sentences of its paragraph, over which an A/B report may be spread.
    """
    if judged.is_plan:
        return []
    rules = (_vague, _ownership, _significance, _causal, _absolute, _unshown_absence, _point_for_range)
    found = [finding for rule in rules for finding in rule(judged)]
    found += _ab_parts(judged, paragraph)
    return sorted(found, key=lambda finding: (finding.start, finding.rule))


def _finding(rule: str, match: re.Match[str], why: str, suggestion: str) -> Finding:
    return Finding(rule, match.start(), match.end(), match[0], why, suggestion)


def _say(judged: Judged, otherwise: str) -> str:
    """A sentence of the rows that says it with figures."""
    rows = judged.rows
    return f"rows say: {rows[0]['headline']} [{wording.short(rows[0]['evidence_id'])}]" if rows else otherwise


def _vague(judged: Judged) -> Iterator[Finding]:
    match = VAGUE.search(judged.reading.text)
    if match and not judged.has_figure:
        says = _say(judged, "name what was measured, before and after, over which days")
        yield _finding("vague", match, "a word of size without a figure", says)


def _ownership(judged: Judged) -> Iterator[Finding]:
    if match := OWNERSHIP.search(judged.reading.text):
        yield _finding(
            "ownership_phrase",
            match,
            "owning or leading something that no row can name",
            _say(judged, "name the artifact, what it did and for whom"),
        )


def _significance(judged: Judged) -> Iterator[Finding]:
    match = SIGNIFICANT.search(judged.reading.text)
    if match and not any(claim.kind == "p_value" for claim, _ in judged.claims):
        p = [fact for fact in judged.reading.ledger.of_role("p_value") if fact.subject_id in judged.reading.subjects]
        yield _finding(
            "significance_without_p",
            match,
            "significance without a p-value",
            f"rows say: {wording.figures(p)}" if p else "give p, or leave the word out",
        )


def _causal(judged: Judged) -> Iterator[Finding]:
    match = CAUSAL.search(judged.reading.text)
    if match is None or any(fact.is_randomised for fact in judged.facts):
        return
    strengths = sorted({str(row["strength"]) for row in judged.rows if row["strength"]})
    under = (
        f"its rows are {', '.join(strengths)}, none of a randomised comparison"
        if strengths
        else "no row of a randomised comparison is under it"
    )
    yield _finding("causal", match, f"a word of cause: {under}", "say what moved together, with the interval, or cite the experiment")


def _absolute(judged: Judged) -> Iterator[Finding]:
    match = ABSOLUTE.search(judged.reading.text)
    bounded = [row for row in judged.rows if _is_bounded(row)]
    if match and bounded:
        row = bounded[0]
        yield _finding(
            "absolute",
            match,
            "a word without exception on a row with bounds",
            f"rows say: {row['headline']} [{wording.short(row['evidence_id'])}]",
        )


def _is_bounded(row: Any) -> bool:
    has_partners = row["share_high"] is not None and row["share_low"] < 1
    return has_partners or (row["value_low"] is not None and row["value_low"] < row["value_high"])


def _unshown_absence(judged: Judged) -> Iterator[Finding]:
    """That nothing got worse, or that nothing else shipped, where rows do not show it."""
    for kind, rule, pattern in (("no_degradation", "no_degradation", NO_DEGRADATION), ("no_concurrent", "concurrent", NO_CONCURRENT)):
        match = pattern.search(judged.reading.text)
        outcomes = [outcome for claim, outcome in judged.claims if claim.kind == kind]
        if match and outcomes and outcomes[0].verdict != "supported":
            suggestion = (
                "state the margin and the guardrail's interval"
                if kind == "no_degradation"
                else "list what shipped near it, and lower the cautious bound"
            )
            yield _finding(rule, match, outcomes[0].why, suggestion)


def _point_for_range(judged: Judged) -> Iterator[Finding]:
    for claim, outcome in judged.claims:
        quantity = claim.quantity
        if quantity is None or outcome.verdict != "supported" or quantity.is_range or quantity.comparison != "=":
            continue
        open_facts = [fact for fact in outcome.facts if fact.basis == "bounds" and fact.high - fact.low > 2 * quantity.tolerance]
        if open_facts and claim.kind != "credit":
            why = "one figure where the row has bounds"
            yield Finding("point_for_range", claim.start, claim.end, claim.text, why, f"rows say: {wording.figures(open_facts)}")


def _ab_parts(judged: Judged, paragraph: frozenset[str]) -> Iterator[Finding]:
    """Parts of an A/B report that neither the sentence nor its paragraph gives."""
    told = [(claim, outcome) for claim, outcome in judged.claims if claim.kind in {"effect", "change"} and _is_experiment(judged, outcome)]
    if not told:
        return
    given = paragraph | {claim.kind for claim, _ in judged.claims}
    ledger = judged.reading.ledger
    rows = [ledger.by_id[evidence_id] for evidence_id in told[0][1].evidence_ids if evidence_id in ledger.by_id]
    missing = [part for part in AB_PARTS if part not in given]
    missing += ["hold"] if _lacks_hold(judged, rows) and "hold" not in paragraph else []
    if not missing:
        return
    claim = told[0][0]
    names = ", ".join(PART_NAMES.get(part, part) for part in missing)
    row = rows[0] if rows else None
    says = f"rows say: {row['headline']} [{wording.short(row['evidence_id'])}]" if row else "give split, days, N, before and after, p"
    yield Finding("ab_parts", claim.start, claim.end, claim.text, f"an effect of an experiment without its {names}", says)


def _is_experiment(judged: Judged, outcome: Outcome) -> bool:
    by_id = judged.reading.ledger.by_id
    return any(by_id[evidence_id]["review_line"] == "experiment_impact" for evidence_id in outcome.evidence_ids if evidence_id in by_id)


def _lacks_hold(judged: Judged, rows: Sequence[Any]) -> bool:
    return any(row.get("hold_days") for row in rows) and not says_hold(judged.reading.text)


def says_hold(text: str) -> bool:
    """Whether a sentence tells of the hold after an experiment."""
    return bool(re.search(r"\b(?:held|hold|holdback|holding)\b", text, re.IGNORECASE))
