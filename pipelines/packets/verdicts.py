"""A claim against the ledger: supported, contradicted with the right figure, without record, or nothing that rows can answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipelines.packets import facts as rows_as_facts
from pipelines.packets import things, wording
from pipelines.packets.claims import ALONE, LANDED, Claim
from pipelines.packets.facts import Fact
from pipelines.packets.incidents import incident_change, no_incident
from pipelines.packets.ledger import Ledger
from pipelines.packets.matching import agrees
from pipelines.packets.outcome import Outcome
from pipelines.packets.words import tokens

DECISIONS = {
    "won": {"won", "win", "ship", "shipped", "launch", "launched"},
    "lost": {"lost", "loss", "stop", "stopped", "kill", "killed", "rollback", "rolled back", "no_ship"},
    "reverted": {"reverted", "revert"},
    "landed": {"landed"},
}
EVENTS: dict[str, str] = dict.fromkeys(("landed", "shipped", "merged", "launched", "released"), "landed")
"""Words for one and the same event."""
NOT_CHECKED = {
    "plan": "a plan: rows tell what was",
    "too_long": "longer than any sentence that the rules read",
    "nothing_to_hold_against_rows": "no figure, authorship, decision or absence that a row could answer",
}
WHOLE = 99.5
"""From this share on, in percent, somebody is the only author."""


@dataclass(frozen=True)
class Reading:
    """A sentence as the ledger understands it."""

    text: str
    ledger: Ledger

    @cached_property
    def said(self) -> frozenset[str]:
        """Words of the sentence."""
        return frozenset(tokens(self.text))

    @cached_property
    def _found(self) -> tuple[frozenset[str], str]:
        return self.ledger.own.find(self.text)

    @property
    def subjects(self) -> frozenset[str]:
        """Subjects of the person that the sentence names; none where it speaks of "the experiment" and names another's."""
        return frozenset() if self.foreign else self._found[0]

    @property
    def how(self) -> str:
        """Whether by `name`, by `kind`, or `none`."""
        return self._found[1]

    @cached_property
    def foreign(self) -> frozenset[str]:
        """Subjects of other people that the sentence names, where it names none of the person's."""
        found, how = self.ledger.foreign.find(self.text) if self._found[1] != "name" else (frozenset[str](), "none")
        return found if how == "name" else frozenset()

    def subjects_of(self, claim: Claim) -> frozenset[str]:
        """Of several subjects in a sentence, those that stand beside the claim's figure."""
        beside, how = self.ledger.own.find(claim.window) if len(self.subjects) > 1 else (frozenset[str](), "none")
        return beside & self.subjects if how == "name" and beside & self.subjects else self.subjects


def judge(claim: Claim, reading: Reading) -> Outcome:
    """The outcome of one claim; with where else the same figure stands, if it supports nothing here."""
    outcome = _outcome(claim, reading)
    if outcome.verdict in {"no_record", "contradicted"} and claim.quantity:
        return replace(outcome, elsewhere=_elsewhere(claim, reading))
    return outcome


def _outcome(claim: Claim, reading: Reading) -> Outcome:
    match claim.kind:
        case "statement":
            return Outcome("not_checkable", NOT_CHECKED[claim.rule])
        case "no_incident":
            return no_incident(reading.text, reading.ledger, reading.subjects, reading.ledger.of_role("count"))
        case "incident_change":
            return incident_change(claim, reading.text, reading.ledger)
        case "no_degradation":
            return _no_degradation(reading)
        case "no_concurrent":
            return _no_concurrent(claim, reading)
        case "authorship":
            return _authorship(claim, reading)
        case "decision":
            return _decision(claim, reading)
        case _:
            return _figure(claim, reading)


def _figure(claim: Claim, reading: Reading) -> Outcome:
    """A figure against the facts that could hold it."""
    quantity = claim.quantity
    if quantity is None:
        raise ValueError(f"the claim {claim.text!r} of kind {claim.kind} has no figure")
    if reading.foreign:
        return Outcome("no_record", _foreign_text(reading))
    found, is_bound = _candidates(claim, reading)
    agreeing = [fact for fact in found if agrees(quantity, fact, claim.sign)]
    if agreeing:
        return Outcome("supported", f"rows say: {wording.figures(agreeing)}", wording.ids(agreeing), tuple(agreeing))
    if not reading.subjects and (counted := things.count(claim, reading.ledger)):
        return counted
    if not found:
        return Outcome("no_record", _looked_for(claim, reading))
    if not is_bound:
        return Outcome("no_record", f"the sentence names no subject of the rows; of this sort they say: {wording.figures(found)}")
    return Outcome("contradicted", f"rows say: {wording.figures(found)}", wording.ids(found), tuple(found))


def _candidates(claim: Claim, reading: Reading) -> tuple[list[Fact], bool]:
    """Facts that could answer a claim, and whether the sentence binds it to them, so that another figure is a contradiction."""
    found = [fact for fact in _of_period(claim, reading.ledger) if _counts_same(claim, fact)]
    if reading.subjects:
        found = [fact for fact in found if fact.subject_id in reading.subjects_of(claim)]
        is_bound = reading.how == "name" or len({fact.subject_id for fact in found}) == 1
        return _nearest(claim, _of_metric(claim, reading, found)), is_bound
    measured = [fact for fact in found if fact.metric and fact.metric <= reading.said]
    return (_of_metric(claim, reading, measured), True) if measured else (_nearest(claim, found), False)


def _of_period(claim: Claim, ledger: Ledger) -> list[Fact]:
    """Facts of the packet's period, or of the part of it that the sentence names."""
    named = claim.period if claim.period[:1].isdigit() or not claim.period else f"{ledger.period.start.year}{claim.period}"
    if not named or named == ledger.period.name:
        return ledger.of_role(*claim.roles)
    return [
        fact
        for row in [*ledger.rows, *ledger.other_periods]
        if row["period_id"] == named
        for fact in rows_as_facts.of_row(row)
        if fact.role in claim.roles
    ]


def _counts_same(claim: Claim, fact: Fact) -> bool:
    if claim.kind == "change" and claim.quantity:
        return (claim.quantity.unit == "days") == (fact.unit == "days")
    if claim.kind == "date":
        return _same_event(claim, fact)
    if claim.kind != "count" or fact.role == "ordinal":
        return True
    if claim.quantity and claim.quantity.unit == "percent":
        return "percent" in fact.nouns and bool(fact.cues & claim.near)
    return bool(claim.noun) and claim.noun in fact.nouns


def _same_event(claim: Claim, fact: Fact) -> bool:
    """Whether a day is of what the words beside the claim's say was done; any day where they say nothing."""
    done = {EVENTS.get(word, word) for word in claim.near if LANDED.fullmatch(word)}
    told = fact.column.partition("_")[0]
    return not done or EVENTS.get(told, told) in done


def _of_metric(claim: Claim, reading: Reading, found: list[Fact]) -> list[Fact]:
    """Facts of the metric that stands beside the figure, else of one that the sentence names, else all."""
    if claim.kind not in {"effect", "change", "level"}:
        return found
    metrics = {fact.metric for fact in reading.ledger.of_role("effect") if fact.metric}
    for words in (claim.near, reading.said):
        if named := {metric for metric in metrics if metric <= words}:
            return [fact for fact in found if fact.metric in named]
    return [fact for fact in found if not claim.noun or not fact.nouns or claim.noun in fact.nouns]


def _nearest(claim: Claim, found: list[Fact]) -> list[Fact]:
    """Of several columns that count the same noun, those whose own words stand beside the figure."""
    hits = {fact: len(fact.cues & claim.near) for fact in found}
    most = max(hits.values(), default=0)
    return [fact for fact in found if hits[fact] == most]


def _looked_for(claim: Claim, reading: Reading) -> str:
    counted = f" ({claim.noun.replace('_', ' ')})" if claim.noun and claim.kind == "count" else ""
    what = f"looked for {claim.kind.replace('_', ' ')}{counted}"
    if reading.subjects:
        names = ", ".join(sorted(reading.ledger.own.names[subject] for subject in reading.subjects))
        return f"{what} in the rows of {names}: they hold none in this period"
    return f"{what} in all {len(reading.ledger.rows)} rows of the period: none holds one"


def _foreign_text(reading: Reading) -> str:
    names = ", ".join(sorted(reading.ledger.foreign.names[subject] for subject in reading.foreign))
    return f"rows of {names} exist, and none of them is this person's"


def _elsewhere(claim: Claim, reading: Reading) -> str:
    """Where the same figure stands without supporting the claim."""
    quantity = claim.quantity
    if quantity is None or not claim.roles:
        return ""
    named = reading.subjects | reading.foreign
    own = [("another subject", fact) for fact in reading.ledger.of_role(*claim.roles) if named and fact.subject_id not in named]
    others = [entry for entry in reading.ledger.elsewhere(*claim.roles) if not named or entry[1].subject_id in named]
    same = [(where, fact) for where, fact in [*own, *others] if _counts_same(claim, fact) and agrees(quantity, fact, claim.sign)]
    told = [f"{where}: {fact.label}, {fact.period_id} [{wording.short(fact.evidence_id)}]" for where, fact in same]
    return "the figure stands in rows that support nothing here (" + "; ".join(dict.fromkeys(told[: wording.MOST])) + ")" if told else ""


def _no_degradation(reading: Reading) -> Outcome:
    """Only guardrails that were held against a margin show that nothing got worse."""
    rows = [row for row in reading.ledger.rows if row["review_line"] == "experiment_impact" and row["subject_id"] in reading.subjects]
    guards = [guard for guard in reading.ledger.guards if guard["experiment_id"] in {row["subject_id"] for row in rows}]
    ids = tuple(row["evidence_id"] for row in rows)
    told = "; ".join(dict.fromkeys(f"{guard['status']}: {guard['detail']}" for guard in guards))
    if any(guard["status"] == "fail" for guard in guards):
        return Outcome("contradicted", f"a guardrail got worse by more than its margin ({told})", ids)
    if guards and all(guard["status"] == "pass" for guard in guards):
        return Outcome("supported", f"every guardrail stayed within its margin ({told})", ids)
    reason = f"no guardrail was held against a margin ({told})" if guards else "no experiment of the sentence has a guardrail on record"
    return Outcome("no_record", f"{reason}: that no difference was seen does not show that there is none")


def _no_concurrent(claim: Claim, reading: Reading) -> Outcome:
    found = [fact for fact in reading.ledger.of_role(*claim.roles) if not reading.subjects or fact.subject_id in reading.subjects]
    if not found or (not reading.subjects and len({fact.subject_id for fact in found}) > 1):
        return Outcome(
            "no_record",
            "no launch that the sentence names has its neighbours on record: looked for launches, changes, flags and new models near it",
        )
    near = [neighbour for neighbour in reading.ledger.neighbours if neighbour["experiment_id"] in {fact.subject_id for fact in found}]
    if not near and all(fact.mid == 0 for fact in found):
        return Outcome("supported", "nothing else is on record near it in its project", wording.ids(found), tuple(found))
    listed = ", ".join(_neighbour(neighbour) for neighbour in near[: wording.MOST])
    return Outcome("contradicted", f"{wording.figures(found)}{': ' + listed if listed else ''}", wording.ids(found), tuple(found))


def _neighbour(neighbour: Mapping[str, Any]) -> str:
    aside = f", set aside: {neighbour['dismissal_reason']}" if neighbour.get("is_dismissed") else ""
    return f"{neighbour['name']} ({neighbour['kind']}, {neighbour['shipped_on']}{aside})"


def _authorship(claim: Claim, reading: Reading) -> Outcome:
    found = [fact for fact in reading.ledger.of_role(*claim.roles) if fact.subject_id in reading.subjects and fact.high > 0]
    if not found:
        why = (
            _foreign_text(reading)
            if reading.foreign
            else "no row of the period names what is said to be made; a row and its share are needed"
        )
        return Outcome("no_record", why)
    if ALONE.search(reading.text) and any(fact.high < WHOLE for fact in found):
        found = [fact for fact in found if fact.high < WHOLE]
        return Outcome("contradicted", f"others have a share: {wording.figures(found)}", wording.ids(found), tuple(found))
    return Outcome("supported", f"rows say: {wording.figures(found)}", wording.ids(found), tuple(found))


def _decision(claim: Claim, reading: Reading) -> Outcome:
    found = [fact for fact in reading.ledger.of_role("decision") if fact.subject_id in reading.subjects]
    sorts = {fact: next((sort for sort, words in DECISIONS.items() if fact.text.lower() in words), "") for fact in found}
    agreeing = [fact for fact in found if sorts[fact] == claim.wanted]
    if agreeing:
        return Outcome("supported", f"rows say: {wording.figures(agreeing)}", wording.ids(agreeing), tuple(agreeing))
    opposed = [fact for fact in found if _are_opposed(sorts[fact], claim.wanted)]
    if opposed:
        return Outcome("contradicted", f"rows say: {wording.figures(opposed)}", wording.ids(opposed), tuple(opposed))
    return Outcome("no_record", f"no row of the sentence's subject holds a decision that could be {claim.wanted!r}")


def _are_opposed(told: str, wanted: str) -> bool:
    opposites: Sequence[set[str]] = ({"won", "lost"}, {"landed", "reverted"}, {"won", "reverted"})
    return {told, wanted} in opposites
