"""Which decisions stand: later ones before earlier ones, whatever the order of the journal's lines.

A decision is about a pair: an account and the person it is given to or taken from, an account and its exclusion, or a person and
the one they are a duplicate of. Of a pair's decisions the latest stands; of an account's standing links and exclusion the latest
decides. Taking back the last decision thus restores what was before it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.people.journal import Decision

GIVES = {"link", "exclude"}
"""Decisions that settle an account; their opposites only take such a decision back, or keep rules from a pair."""

Subject = tuple[str, str]
Pair = tuple[Subject, str]


@dataclass
class Standing:
    """What holds after all decisions.

    Attributes:
        kinds: person_id to kind, of `people.csv`.
        merged: person_id to the person_id that counts for it.
        overruled: id of a decision to the id of the later one that goes before it.
        set_aside: id of a decision that counts for nothing to the reason.
        deciding: the link or exclusion that settles an account, or a person's link to another.
        latest: the latest decision about a subject and a person (the one that counts for them); about an exclusion, the person is empty.
    """

    kinds: Mapping[str, str]
    merged: dict[str, str] = field(default_factory=dict[str, str])
    overruled: dict[str, str] = field(default_factory=dict[str, str])
    set_aside: dict[str, str] = field(default_factory=dict[str, str])
    deciding: dict[Subject, Decision] = field(default_factory=dict[Subject, Decision])
    latest: dict[Pair, Decision] = field(default_factory=dict[Pair, Decision])

    def person(self, person_id: str) -> str:
        """The person_id that counts for a person_id: another one where they were found to be the same."""
        *_, last = self.path(person_id)
        return last

    def path(self, person_id: str) -> Iterator[str]:
        """A person_id, and each that counts for the one before it."""
        yield person_id
        while person_id in self.merged:
            person_id = self.merged[person_id]
            yield person_id

    def is_unknown(self, person_id: str) -> bool:
        """A link names them, and neither they nor who counts for them are in `people.csv`."""
        return bool(person_id) and self.person(person_id) not in self.kinds

    def stands(self, decision: Decision) -> bool:
        """Nothing later goes before it, and it was not set aside."""
        return decision.id not in self.overruled and decision.id not in self.set_aside


def settle(decisions: Iterable[Decision], kinds: Mapping[str, str]) -> Standing:
    """Find out which decisions stand.

    Args:
        decisions: in any order; equal ones count once.
        kinds: person_id to kind of everyone in `people.csv`.
    """
    standing = Standing(kinds)
    ordered = sorted({decision.id: decision for decision in decisions}.values(), key=_moment)
    taken = list(_without_contradictions(standing, ordered))
    _merge(standing, [decision for decision in taken if decision.duplicate])
    _settle_accounts(standing, [decision for decision in taken if decision.account])
    return standing


def _without_contradictions(standing: Standing, ordered: list[Decision]) -> Iterator[Decision]:
    """Decisions about one thing at one moment that do not say the same have no order: none of them counts."""
    together: dict[tuple[Subject, object], set[tuple[str, str]]] = defaultdict(set)
    for decision in ordered:
        together[decision.subject, decision.at].add((decision.decision, decision.person))
    for decision in ordered:
        if len(together[decision.subject, decision.at]) == 1:
            yield decision
        else:
            standing.set_aside[decision.id] = "another decision of the same moment about the same says otherwise; append a later one"


def _merge(standing: Standing, decisions: list[Decision]) -> None:
    """People who are in `people.csv` twice: follow the standing links, in their order, and never in a circle."""
    for decision in _of_pairs(standing, decisions, lambda d: d.person):
        reason = why_no_merge(standing, decision.duplicate, decision.person)
        if reason:
            standing.set_aside[decision.id] = reason
        else:
            standing.merged[decision.duplicate] = decision.person
            _decide(standing, decision)


def why_no_merge(standing: Standing, one: str, other: str) -> str:
    """Why one person_id cannot count for another; empty when it can."""
    # Anywhere on the way, not at its end alone: `one` may count for somebody else by now, which this link would overrule.
    if one in standing.path(other):
        return f"{other!r} counts for {one!r} already, so each would be the other's duplicate; unlink {other} from {one} first"
    if other not in standing.kinds:
        return f"{other!r} is no person of people.csv"
    if one in standing.kinds and standing.kinds[one] != standing.kinds[other]:
        return f"{one!r} is {standing.kinds[one]} and {other!r} is {standing.kinds[other]}; only two of a kind can be the same"
    return ""


def _settle_accounts(standing: Standing, decisions: list[Decision]) -> None:
    for decision in _of_pairs(standing, decisions, lambda d: standing.person(d.person)):
        _decide(standing, decision)


def _decide(standing: Standing, decision: Decision) -> None:
    previous = standing.deciding.get(decision.subject)
    if previous:
        standing.overruled[previous.id] = decision.id
    standing.deciding[decision.subject] = decision


def _of_pairs(standing: Standing, decisions: list[Decision], person: Callable[[Decision], str]) -> Iterator[Decision]:
    """Of every pair the latest decision, in their order, where it gives something; earlier ones are overruled by it."""
    latest: dict[Pair, Decision] = {}
    for decision in decisions:
        pair = decision.subject, person(decision)
        if pair in latest:
            standing.overruled[latest[pair].id] = decision.id
        latest[pair] = decision
    standing.latest |= latest
    return (decision for decision in sorted(latest.values(), key=_moment) if decision.decision in GIVES)


def _moment(decision: Decision) -> tuple[datetime, str]:
    return decision.at, decision.id
