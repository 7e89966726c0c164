"""Facts and claims in words, for people who look for the right figure."""

from collections.abc import Sequence

from pipelines.evidence.render import number
from pipelines.packets.facts import Fact

MOST = 3


def short(evidence_id: str) -> str:
    """An evidence id as far as `fulcrum explain` needs it."""
    return evidence_id[:12]


def value(fact: Fact) -> str:
    """A fact's value with its interval: `8.2 points (8.08 to 8.32)`."""
    if fact.role in {"split", "decision"}:
        return fact.text
    if fact.role == "date":
        return str(fact.day)
    unit = {"percent": " %", "": ""}.get(fact.unit, f" {fact.unit}")
    if fact.role == "change":
        return f"{_figure(fact.low)} -> {_figure(fact.high)}{unit}"
    if fact.role == "p_value":
        return "< 0.001" if fact.mid < 0.001 else f"= {fact.mid:.3g}"
    if fact.high > fact.low:
        return f"{_figure(fact.mid)}{unit} ({_figure(fact.low)} to {_figure(fact.high)})"
    return f"{_figure(fact.mid)}{unit}"


def figures(facts: Sequence[Fact]) -> str:
    """The first facts with their rows, and how many more there are."""
    shown = list(dict.fromkeys(f"{fact.label} {value(fact)} [{short(fact.evidence_id)}]" for fact in facts))
    more = f", and {len(shown) - MOST} more" if len(shown) > MOST else ""
    return ", ".join(shown[:MOST]) + more


def ids(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The rows of facts, each once."""
    return tuple(dict.fromkeys(fact.evidence_id for fact in facts))


def _figure(amount: float) -> str:
    return number(round(amount, 4), None) if abs(amount) >= 1000 or float(amount).is_integer() else f"{amount:.4g}"
