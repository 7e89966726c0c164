"""Which rows stand on the page: one delivery, one impact or leverage, one uncertainty, by a rule that anybody can follow by hand.

How large a figure is plays no part in what is shown as done, so that the page is no list of best results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

DELIVERY = ("delivery", "model_migration", "kill_decision", "eval_ownership", "prompt_provenance")
IMPACT = ("second_order_leverage", "experiment_impact", "gate_catches", "lead_time", "custodianship", "invisible_work")
CONTEXT = "project_context"
STRENGTHS = ("resolved", "declared", "derived")

RULE = (
    "Delivery and impact: of the rows with a value, those of the first line that has any (the organisation's order of lines, else "
    f"{', '.join(DELIVERY)}; {', '.join(IMPACT)}), of these the strongest proof ({', '.join(STRENGTHS)}), then the most source records, "
    "then the smallest evidence id. How large the value is plays no part. Uncertainty: of the other rows with a value, the one whose "
    "bounds lie furthest apart beside their size; without one, the first line for which nothing is on record; else the widest of the "
    "rows shown."
)


@dataclass(frozen=True)
class Choice:
    """The rows of the page; None where nothing is on record that could be shown."""

    delivery: Row | None
    impact: Row | None
    uncertainty: Row | None
    uncertain_because: str


def choose(rows: Sequence[Row], order: Sequence[str] = ()) -> Choice:
    """Pick the page's rows out of one person's rows of a period.

    Args:
        rows: all of them.
        order: the organisation's order of review lines; empty for ours.
    """
    valued = [row for row in rows if row["state"] == "value" and row["review_line"] != CONTEXT]
    delivery, impact = _first(valued, _ordered(DELIVERY, order)), _first(valued, _ordered(IMPACT, order))
    shown = [row for row in (delivery, impact) if row]
    others = [row for row in valued if row not in shown]
    gaps = [row for row in rows if row["state"] == "not_observed" and row["review_line"] != CONTEXT]
    if uncertain := _widest(others):
        return Choice(delivery, impact, uncertain, "its bounds lie furthest apart, beside their size, of the rows that are not shown above")
    if gaps:
        lines = _ordered((*DELIVERY, *IMPACT), order)
        gap = min(gaps, key=lambda row: (_place(row["review_line"], lines), row["review_line"], row["evidence_id"]))
        return Choice(delivery, impact, gap, "nothing is on record for this line, which does not mean that nothing was done")
    return Choice(delivery, impact, _widest(shown), "its bounds lie furthest apart, beside their size")


def _ordered(group: Sequence[str], order: Sequence[str]) -> list[str]:
    """A group's lines in the organisation's order; lines that it has not named come after."""
    return sorted(group, key=lambda line: _place(line, order))


def _place(line: str, lines: Sequence[str]) -> int:
    return lines.index(line) if line in lines else len(lines)


def _first(rows: Iterable[Row], lines: Sequence[str]) -> Row | None:
    candidates = [row for row in rows if row["review_line"] in lines]
    return min(
        candidates,
        key=lambda row: (
            lines.index(row["review_line"]),
            STRENGTHS.index(row["strength"]),
            -len(row["sources"] or []),
            row["evidence_id"],
        ),
        default=None,
    )


def _widest(rows: Iterable[Row]) -> Row | None:
    """The row with the widest bounds beside their size; None where no row has any."""
    wide = [(_width(row), row) for row in rows]
    return min((pair for pair in wide if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]["evidence_id"]), default=(0, None))[1]


def _width(row: Row) -> float:
    low, high = row["value_low"], row["value_high"]
    size = max(abs(low), abs(high))
    return (high - low) / size if size else 0.0
