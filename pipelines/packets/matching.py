"""Whether a figure as written and a fact of a row are the same, by the digits that were written."""

import re

from pipelines.packets.facts import Fact
from pipelines.packets.quantities import Quantity

EPSILON = 1e-9


def agrees(quantity: Quantity, fact: Fact, sign: int = 0) -> bool:
    """True where the fact, rounded as the figure is, is the figure; a bounded fact agrees with what lies within its bounds."""
    match fact.role:
        case "split":
            return _parts(fact.text) == [quantity.low, quantity.high]
        case "date":
            return _same_day(quantity, fact)
        case "change":
            scale = scale_of(quantity, fact)
            fine, fine_after = (
                tolerance * scale + EPSILON for tolerance in (quantity.tolerance, quantity.tolerance_after or quantity.tolerance)
            )
            return abs(quantity.low * scale - fact.low) <= fine and abs(quantity.high * scale - fact.high) <= fine_after
        case "p_value":
            return _p_agrees(quantity, fact.mid)
        case _:
            return _amount_agrees(quantity, fact, sign)


def scale_of(quantity: Quantity, fact: Fact) -> float:
    """What to multiply a figure by so that it is in the fact's unit: 0.627 and 62.7 % are one."""
    if fact.unit == "percent" and not quantity.unit and max(abs(quantity.low), abs(quantity.high)) <= 1:
        return 100.0
    if fact.unit == "" and quantity.unit == "percent" and fact.role in {"change", "count", "level"} and "percent" not in fact.nouns:
        return 0.01
    return 1.0


def _same_day(quantity: Quantity, fact: Fact) -> bool:
    if quantity.day is None or fact.day is None:
        return False
    return quantity.day == (fact.day.replace(day=1) if quantity.unit == "month" else fact.day)


def _parts(split: str) -> list[float]:
    return [float(part) for part in re.findall(r"\d+(?:\.\d+)?", split)]


def _p_agrees(quantity: Quantity, p: float) -> bool:
    if quantity.comparison == "<":
        return p < quantity.high
    if quantity.comparison == ">":
        return p > quantity.low
    return abs(p - quantity.low) <= quantity.tolerance + EPSILON


def _amount_agrees(quantity: Quantity, fact: Fact, sign: int) -> bool:
    if fact.role in {"effect", "relative_effect"} and not _same_direction(quantity, fact, sign):
        return False
    if fact.role == "effect" and quantity.unit == "percent":
        # Percent of the level is not points of it: 8.2 points on 62.7 are 13.1 %.
        return False
    unsigned = fact.role in {"effect", "relative_effect"}
    scale, fine = scale_of(quantity, fact), quantity.tolerance + EPSILON
    low, high = (
        abs(quantity.low) * scale if unsigned else quantity.low * scale,
        abs(quantity.high) * scale if unsigned else quantity.high * scale,
    )
    ends = sorted((abs(fact.low), abs(fact.high))) if unsigned else [fact.low, fact.high]
    middle = abs(fact.mid) if unsigned else fact.mid
    fine *= scale
    if quantity.comparison == ">":
        return middle >= low
    if quantity.comparison == "<":
        return middle <= high
    if quantity.bounds and fact.high > fact.low:
        written = sorted(abs(bound) if unsigned else bound for bound in quantity.bounds)
        return abs(middle - low) <= fine and all(abs(end - bound) <= fine for end, bound in zip(ends, written, strict=True))
    if high > low:
        return _range_agrees(low, high, fine, ends, middle, fact)
    if fact.basis == "bounds":
        return ends[0] - fine <= low <= ends[1] + fine
    return abs(middle - low) <= fine


def _range_agrees(low: float, high: float, fine: float, ends: list[float], middle: float, fact: Fact) -> bool:
    """A written range: within the bounds of a bounded fact; around the value of an exact one."""
    if fact.basis == "bounds":
        return ends[0] - fine <= low and high <= ends[1] + fine
    return low - fine <= middle <= high + fine


def _same_direction(quantity: Quantity, fact: Fact, sign: int) -> bool:
    told = sign or (-1 if quantity.low < 0 else 0)
    return told == 0 or fact.mid == 0 or (fact.mid > 0) == (told > 0)
