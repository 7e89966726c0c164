"""What a claim comes to."""

from dataclasses import dataclass
from typing import Literal

from pipelines.packets.facts import Fact

Verdict = Literal["supported", "contradicted", "no_record", "not_checkable"]


@dataclass(frozen=True)
class Outcome:
    """A verdict, why, and the rows under it."""

    verdict: Verdict
    why: str
    evidence_ids: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    """Facts that agree with the claim, or the right ones that contradict it."""
    elsewhere: str = ""
    """Where the same figure stands without supporting the claim: another period, another subject, other people."""
