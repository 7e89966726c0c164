"""What a row of evidence says, as facts with a role: an effect, a change, a count of something, a share. By the names of columns."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pipelines.packets.quantities import DAYS
from pipelines.packets.words import nouns_of, tokens

Role = Literal[
    "effect",
    "level",
    "relative_effect",
    "credit",
    "change",
    "delta",
    "count",
    "ordinal",
    "share",
    "sample_size",
    "p_value",
    "split",
    "duration",
    "decision",
    "date",
    "concurrent",
]
Basis = Literal["exact", "estimate", "bounds"]
"""Exact counts and levels; estimates, whose interval is chance; bounds between which a method leaves the value open."""


@dataclass(frozen=True)
class Fact:
    """One figure or word of one evidence row."""

    evidence_id: str
    period_id: str
    subject_id: str
    role: Role
    column: str
    label: str
    """What it is, in plain words."""
    low: float = 0.0
    mid: float = 0.0
    high: float = 0.0
    """For a change, `low` is the level before and `high` the level after."""
    unit: str = ""
    basis: Basis = "exact"
    text: str = ""
    day: date | None = None
    nouns: frozenset[str] = frozenset()
    cues: frozenset[str] = frozenset()
    """Words near a figure that mean this column rather than its neighbours."""
    metric: frozenset[str] = frozenset()
    is_randomised: bool = False


@dataclass(frozen=True)
class _Column:
    """How people speak of a column."""

    label: str
    nouns: str
    cues: str = ""


_FAILED_ATTEMPTS = _Column("failed attempts in the year before", "attempt", "failed prior earlier previous unsuccessful")
_RAN = "ran run runs running executed used use uses using"
_COLUMNS = {
    "n_gate_runs": _Column("runs of the gate", "run", "gate ran run ci"),
    "n_projects": _Column("projects in which the gate ran", "project", "gate"),
    "n_blocks": _Column("changes that the gate blocked", "catch pull_request", "blocked blocks stopped held"),
    "n_abandoned": _Column("blocked changes that were abandoned", "catch", "abandoned dropped"),
    "n_rebaselined": _Column("blocked changes that moved the baseline", "catch", "rebaselined baseline"),
    "n_merged_on_red": _Column("changes merged on red", "catch", "red merged overridden"),
    "n_merged_not_exercised": _Column("changes merged without being exercised", "catch", "unexercised"),
    "n_projects_relied": _Column(
        "projects that relied on it", "project", "relied rely relies depend depends depended stopped blocked prerequisite"
    ),
    "n_projects_ran": _Column("projects that ran it", "project", _RAN),
    "n_projects_declared_or_mentioned": _Column(
        "projects that declare or mention it", "project", "declared declare declares named name mention mentions mentioned"
    ),
    "n_projects_mostly_own": _Column("projects that the engineer mostly built", "project", "own"),
    "n_projects_not_counted": _Column("projects seen and not counted", "project", "uncounted"),
    "n_runs": _Column("runs", "run", "ran run"),
    "n_runs_by_others": _Column("runs by others", "run", "others other"),
    "n_other_people": _Column("other people who ran it", "person", "others other ran run"),
    "n_modes_caught": _Column("failure modes that caught a change", "mode", "caught catch catching"),
    "n_failed_people": _Column("people with failed attempts", "person", "failed attempts attempted"),
    "n_failed_others": _Column("other people with failed attempts", "person", "failed attempts attempted others other"),
    "n_reverted_people": _Column("people with reverted attempts", "person", "reverted attempted attempts"),
    "n_failed_confirmed": _Column("attempts reverted or lost after landing", "attempt", "reverted lost landing"),
    "n_failed_possible": _Column("attempts closed unmerged", "attempt", "closed unmerged"),
    "n_reverted": _Column("attempts reverted after landing", "attempt", "reverted landing"),
    "n_lost": _Column("attempts not shipped after an experiment", "attempt", "lost experiment"),
    "n_gate_failed": _Column("attempts stopped by a red gate", "attempt", "gate red stopped blocked"),
    "n_closed": _Column("attempts closed unmerged", "attempt", "closed unmerged"),
    "n_guardrails": _Column("guardrail metrics", "guardrail"),
    "n_guardrails_held": _Column("guardrail metrics that held", "guardrail", "held passed"),
}
_VALUES = {
    "second_order_leverage": _Column("second-order leverage", "project", "leverage"),
    "gate_catches": _Column(
        "changes caught before merging",
        "catch pull_request",
        "caught catch catches catching prevented stopped before regression regressions",
    ),
    "prompt_provenance": _FAILED_ATTEMPTS,
    "difficulty": _FAILED_ATTEMPTS,
}
_TOTALS = {"second_order_leverage": _Column("projects that used it in any way", "project", "used use uses adopted adopt")}
_PAIRS = (("_start", "_end"), ("_before", "_after"), ("_baseline", "_variant"))
_PAIR_ENDS = tuple(ending for pair in _PAIRS for ending in pair)
_NO_CLAIM = {
    *("srm_p", "placebo_p", "n_days", "hold_days", "n_placebos", "n_units", "n_concurrent_launches"),
    # Bounds of one count: alone, the lower one would support "no incident".
    *("n_incidents_low", "n_incidents_high", "n_visible_incidents_low", "n_visible_incidents_high"),
}
_NO_DATE = {"extracted_at", "built_at"}


def of_row(row: Mapping[str, Any]) -> list[Fact]:
    """Every fact that a row of evidence holds; none of a gap row."""
    if row["state"] == "not_observed":
        return []
    return [*_value(row), *_shares(row), *_experiment(row), *_pairs(row), *_columns(row)]


def _fact(row: Mapping[str, Any], role: Role, column: str, label: str, **more: Any) -> Fact:
    return Fact(row["evidence_id"], row["period_id"], row["subject_id"], role, column, label, **more)


def _value(row: Mapping[str, Any]) -> Iterator[Fact]:
    """The measure of a line: a count between bounds; an experiment's is told by its effect."""
    line, unit = row["review_line"], str(row["unit"] or "")
    if row["value_mid"] is None:
        return
    low, mid, high = (float(row[f"value_{x}"]) for x in ("low", "mid", "high"))
    basis: Basis = "bounds" if high > low else "exact"
    if line == "experiment_impact":
        if row.get("basis") == "no_holdout":
            metric = frozenset(tokens(row["metric_name"]))
            yield _fact(
                row,
                "effect",
                "value",
                f"credited change of {row['metric_name']}",
                low=low,
                mid=mid,
                high=high,
                unit=unit,
                basis=basis,
                metric=metric,
            )
        return
    if days := _days_of(unit):
        # A shift of a time is told without its sign: "20 hours shorter".
        ends = sorted(days * abs(value) for value in (low, mid, high))
        yield _fact(row, "duration", "value", str(row["measure"]), **_between(*ends), unit="days", basis=basis)
        return
    named = _VALUES.get(
        line, _Column(str(row["measure"]), " ".join((*nouns_of(unit), *nouns_of(str(row["measure"])))), str(row["measure"]))
    )
    yield from _counted(row, "value", named, (low, mid, high), basis)
    if line in _TOTALS and row["n"] is not None:
        yield from _counted(row, "n", _TOTALS[line], _exactly(row["n"]), "exact")


def _exactly(value: float) -> tuple[float, float, float]:
    return float(value), float(value), float(value)


def _counted(row: Mapping[str, Any], column: str, named: _Column, bounds: tuple[float, float, float], basis: Basis) -> Iterator[Fact]:
    low, mid, high = bounds
    nouns, cues = frozenset(named.nouns.split()), frozenset(tokens(named.cues))
    yield _fact(row, "count", column, named.label, low=low, mid=mid, high=high, basis=basis, nouns=nouns, cues=cues)


def _shares(row: Mapping[str, Any]) -> Iterator[Fact]:
    if row["share_mid"] is None:
        return
    low, mid, high = (100 * float(row[f"share_{x}"]) for x in ("low", "mid", "high"))
    yield _fact(row, "share", "share", f"share of {row['subject_name']}", low=low, mid=mid, high=high, unit="percent", basis="bounds")


def _experiment(row: Mapping[str, Any]) -> Iterator[Fact]:
    """What an A/B sentence is made of."""
    if row["review_line"] != "experiment_impact":
        return
    is_randomised = row.get("basis") == "randomised"
    primary = frozenset(tokens(str(row.get("metric_name") or "")))
    secondary = frozenset(tokens(str(row.get("secondary_name") or "")))
    for prefix, name, metric in (("effect", row.get("metric_name"), primary), ("secondary", row.get("secondary_name"), secondary)):
        mid = row.get("effect" if prefix == "effect" else "secondary_effect")
        if mid is not None:
            low, high = row.get(f"{prefix}_low"), row.get(f"{prefix}_high")
            bounds = (mid if low is None else low, mid if high is None else high)
            more = {"unit": "points", "basis": "estimate", "metric": metric, "is_randomised": is_randomised}
            yield _fact(row, "effect", f"{prefix}_effect", f"effect on {name}", low=bounds[0], mid=mid, high=bounds[1], **more)
    if row.get("hold_effect") is not None:
        mid = row["hold_effect"]
        more = {"basis": "estimate", "metric": primary, "cues": frozenset({"held", "hold", "holding"}), "is_randomised": is_randomised}
        yield _fact(
            row, "effect", "hold_effect", f"effect on {row['metric_name']} in the hold", low=mid, mid=mid, high=mid, unit="points", **more
        )
    if row.get("effect_relative") is not None:
        mid = 100 * row["effect_relative"]
        more = {"unit": "percent", "basis": "estimate", "metric": primary, "is_randomised": is_randomised}
        yield _fact(
            row, "relative_effect", "effect_relative", f"relative effect on {row['metric_name']}", low=mid, mid=mid, high=mid, **more
        )
    yield from _design(row, is_randomised)
    yield from _credit(row)


def _design(row: Mapping[str, Any], is_randomised: bool) -> Iterator[Fact]:
    for column, label in (("split", "split"), ("hold_split", "split of the hold")):
        if row.get(column):
            yield _fact(row, "split", column, label, text=str(row[column]), is_randomised=is_randomised)
    for column, label in (("n_days", "duration"), ("hold_days", "duration of the hold")):
        if row.get(column) is not None:
            days = float(row[column])
            yield _fact(row, "duration", column, label, low=days, mid=days, high=days, unit="days", is_randomised=is_randomised)
    if is_randomised and row.get("n_units") is not None:
        n = float(row["n_units"])
        yield _fact(row, "sample_size", "n_units", f"units ({row['analysis_unit']})", low=n, mid=n, high=n, is_randomised=True)
    for column in ("p_two_sided", "secondary_p"):
        if row.get(column) is not None:
            p = float(row[column])
            yield _fact(row, "p_value", column, "two-sided p", low=p, mid=p, high=p, is_randomised=is_randomised)
    if row.get("n_concurrent_launches") is not None:
        n = float(row["n_concurrent_launches"])
        yield _fact(row, "concurrent", "n_concurrent_launches", "other changes in the same weeks", low=n, mid=n, high=n)


def _credit(row: Mapping[str, Any]) -> Iterator[Fact]:
    """Bounded attribution as parts of the change: how much the cautious and the generous reading credit."""
    if row.get("basis") == "no_holdout" and row.get("effect_low") and row.get("effect_high") and row["value_mid"] is not None:
        low, high = 100 * row["value_low"] / row["effect_low"], 100 * row["value_high"] / row["effect_high"]
        more = {"unit": "percent", "basis": "bounds"}
        yield _fact(row, "credit", "value", "credited part of the change", low=low, mid=(low + high) / 2, high=high, **more)


def _pairs(row: Mapping[str, Any]) -> Iterator[Fact]:
    """A level before and after, by the ends of two columns' names."""
    for first in row:
        for ending, other in _PAIRS:
            after = row.get(f"{first.removesuffix(ending)}{other}") if first.endswith(ending) else None
            if after is None or not isinstance(after, int | float):
                continue
            stem = first.removesuffix(ending)
            yield from _pair(row, stem, row[first], float(after))


def _pair(row: Mapping[str, Any], stem: str, before: Any, after: float) -> Iterator[Fact]:
    is_level = stem == "level"
    days = None if is_level else _days_of(stem)
    factor, unit = (100.0, "percent") if is_level and row.get("metric_kind") == "proportion" else (days, "days") if days else (1.0, "")
    name = str(row["metric_name"]) if is_level else str(row["grown_slice"]) if stem == "grown_slice" else stem.replace("_", " ")
    nouns = frozenset() if is_level else frozenset({"example"} if stem == "grown_slice" else nouns_of(name))
    cues = frozenset({"slice", *tokens(name)}) if stem == "grown_slice" else frozenset[str]()
    metric = frozenset(tokens(name)) if is_level else frozenset[str]()
    label = f"examples of the slice {name}" if stem == "grown_slice" else name
    common = {"unit": unit, "nouns": nouns, "cues": cues, "metric": metric, "is_randomised": row.get("basis") == "randomised"}
    level = _between(factor * after, factor * after, factor * after)
    if isinstance(before, int | float):
        yield _fact(row, "change", stem, label, **(level | {"low": factor * before}), **common)
        yield _fact(row, "delta", f"{stem} gained", f"{label} gained", **_between(*_exactly(factor * (after - before))), **common)
    role: Role = "duration" if days else "count" if nouns else "level"
    yield _fact(row, role, f"{stem} at the end", f"{label} at the end", **level, **common)


def _columns(row: Mapping[str, Any]) -> Iterator[Fact]:
    """Counts, shares, days and decisions that a line has of its own, by the form of their names."""
    for column, value in row.items():
        if value is None or column in _NO_CLAIM:
            continue
        if column == "attempt_no":
            number, cues = _between(*_exactly(value)), frozenset({"took", "needed", "take"})
            yield _fact(row, "ordinal", column, "number of the attempt", **number, cues=cues)
        elif column in _COLUMNS or (column.startswith("n_") and isinstance(value, int)):
            words = column.removeprefix("n_").replace("_", " ")
            named = _COLUMNS.get(column, _Column(words, " ".join(nouns_of(words)), words))
            yield from _counted(row, column, named, _exactly(value), "exact")
        elif column in {"decision", "outcome"}:
            yield _fact(row, "decision", column, column, text=str(value))
        else:
            yield from _typed(row, column, column.replace("_", " "), value)


def _typed(row: Mapping[str, Any], column: str, words: str, value: Any) -> Iterator[Fact]:
    """A share, a time or a day of a column that is neither count nor decision."""
    cues = frozenset(tokens(words))
    if isinstance(value, date | datetime):
        if re.fullmatch(r"\w+_(at|on)", column) and column not in _NO_DATE:
            yield _fact(row, "date", column, words, day=value.date() if isinstance(value, datetime) else value)
    elif column.endswith(("_share", "_rate")) and isinstance(value, float):
        yield _fact(
            row, "count", column, words, **_between(*_exactly(100 * value)), unit="percent", cues=cues, nouns=frozenset({"percent"})
        )
    elif (days := _days_of(column)) and isinstance(value, int | float) and not column.endswith(_PAIR_ENDS):
        yield _fact(row, "duration", column, words, **_between(*_exactly(days * value)), unit="days", cues=cues)


def _days_of(name: str) -> float | None:
    """How many days are one of the unit that a name ends or begins with; None where it names no time."""
    return next((DAYS[word.rstrip("s")] for word in tokens(name) if word.rstrip("s") in DAYS and word != "quarter"), None)


def _between(low: float, mid: float, high: float) -> dict[str, Any]:
    return {"low": low, "mid": mid, "high": high}
