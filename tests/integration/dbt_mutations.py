"""The mutation list of the dbt tests: for every kind of test, rows that it lets pass and rows that it must find.

A new kind of generic test gets a function in `BY_KIND`. A singular test, and a generic one whose `where` leaves the kind's rows out, gets
an entry in `BY_NAME`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Row = Mapping[str, str]
"""Column to SQL expression; every other column is null."""

VALUES = {
    "VARCHAR": "'of a mutation'",
    "BIGINT": "-1",
    "INTEGER": "-1",
    "DOUBLE": "-1",
    "BOOLEAN": "true",
    "DATE": "'1999-01-01'",
    "TIMESTAMP WITH TIME ZONE": "'1999-01-01 00:00:00+00'",
}
"""For each type, a value that no row of the demo organisation holds where it matters."""


@dataclass(frozen=True)
class Subject:
    """What a generic test is about: its arguments, and the relation that it is attached to."""

    arguments: Mapping[str, Any]
    types: Mapping[str, str]
    parent: str
    """The relation that it compares with; its own where it compares with no other."""

    @property
    def column(self) -> str:
        """The column that the test is on."""
        return self.arguments["column_name"]

    def value(self, column: str) -> str:
        """A value of the column's type that is not there yet."""
        kind = self.types[column]
        value = "[]" if kind.endswith("[]") else VALUES.get(kind)
        if value is None:
            raise LookupError(f"{column} is a {kind}: add a value of that type to VALUES")
        return self.typed(column, value)

    def typed(self, column: str, value: object) -> str:
        """A value as one of the column's type; without it, a union would make the whole column text."""
        return f"cast({value} as {self.types[column]})"


@dataclass(frozen=True)
class Mutation:
    """Rows added to a relation: a test must let the good ones pass and find each set of bad ones by itself."""

    good: Sequence[Row]
    bad: Mapping[str, Sequence[Row]]
    """By what is wrong with them."""
    relation: str = ""
    """Name of the model or seed; empty for the one that a generic test is attached to."""


def not_null(subject: Subject) -> Mutation:
    """A value, and none."""
    column = subject.column
    return Mutation([{column: subject.value(column)}], {f"{column} is null": [{column: "null"}]})


def unique_together(subject: Subject) -> Mutation:
    """A row, and the same row again."""
    return _once({column: subject.value(column) for column in subject.arguments["columns"]})


def unique(subject: Subject) -> Mutation:
    """A value, and the same value again."""
    return _once({subject.column: subject.value(subject.column)})


def primary_key(subject: Subject) -> Mutation:
    """A value; the same value again, and none."""
    once = unique(subject)
    return replace(once, bad={**once.bad, **not_null(subject).bad})


def _once(row: Row) -> Mutation:
    return Mutation([row], {f"{' and '.join(row)} are there twice": [row, row]})


def accepted_values(subject: Subject) -> Mutation:
    """Each value of the list, and one beside it."""
    column, accepted = subject.column, subject.arguments["values"]
    good = [{column: subject.typed(column, f"'{value}'")} for value in accepted]
    return Mutation(good, {f"{column} is none of {accepted}": [{column: subject.value(column)}]})


def relationships(subject: Subject) -> Mutation:
    """A key of the parent, and a key without one."""
    column = subject.column
    known = f"(select min({subject.arguments['field']}) from {subject.parent})"
    return Mutation([{column: known}], {f"{column} is an orphan": [{column: subject.value(column)}]})


_EVIDENCE_NAMES = ("person_id", "review_line", "period_id", "subject_kind", "subject_id", "subject_name", "headline", "metric_version")
_EVIDENCE_CLAIM = {"measure": "'m'", "unit": "'u'", "method": "'m'", "n": "1", "value_low": "1", "value_mid": "2", "value_high": "3"}
_EVIDENCE = {
    **dict.fromkeys(_EVIDENCE_NAMES, "'a'"),
    **{"period_start": "date '2026-01-01'", "period_end": "date '2026-07-01'", "built_at": "now()", "snapshot_id": "'a'"},
    **{"state": "'value'", "dispute_state": "'none'", "strength": "'declared'", "limits": "'l'", "falsifier": "'f'", "sources": "[null]"},
    **_EVIDENCE_CLAIM,
    **{"share_low": "0.1", "share_mid": "0.2", "share_high": "0.3"},
}
_EVIDENCE_GAP = {**_EVIDENCE, **dict.fromkeys(_EVIDENCE_CLAIM, "null"), "state": "'not_observed'", "strength": "null", "sources": "[]"}


def evidence_row_is_whole(_: Subject) -> Mutation:
    """A claim and a gap that are whole, and each of them with one part spoiled."""
    spoiled = [{column: "null"} for column in _EVIDENCE if not column.startswith("share_")]
    spoiled += [{"period_end": "date '2026-01-01'"}, {"state": "'known'"}, {"dispute_state": "'lost'"}, {"strength": "'felt'"}]
    spoiled += [{"limits": "' '"}, {"falsifier": "''"}, {"sources": "[]"}]
    spoiled += [{"value_low": "2.5"}, {"value_high": "1.5"}]
    spoiled += [{"share_low": "0.25"}, {"share_high": "0.15"}, {"share_low": "-0.1"}, {"share_high": "1.1"}]
    claimed = [{column: _EVIDENCE[column]} for column in ("value_low", "value_mid", "value_high", "measure")]
    return Mutation([_EVIDENCE, _EVIDENCE_GAP], {**_spoil(_EVIDENCE, spoiled), **_spoil(_EVIDENCE_GAP, claimed)})


_KPI = {
    **{"kpi_value_id": "'a'", "kpi_id": "'a'", "state": "'value'", "value": "2", "value_low": "1", "value_high": "3", "n": "1"},
    **{"method": "'m'", "sources": "[null]", "period_start": "date '2026-01-01'", "period_end": "date '2026-07-01'", "target_met": "true"},
}
_KPI_ZERO = {**_KPI, "state": "'observed_zero'", "value": "0", "value_low": "0"}
_KPI_GAP = {**_KPI, **dict.fromkeys(("value", "value_low", "value_high", "target_met"), "null"), "state": "'not_observed'", "reason": "'r'"}


def kpi_value_is_whole(_: Subject) -> Mutation:
    """A value, a zero and a gap that are whole, and each of them with one part spoiled."""
    value = [{"value": "null"}, {"reason": "'r'"}, {"value": "0"}, {"n": "0"}, {"method": "null"}, {"sources": "[]"}]
    value += [{"value_low": "2.5"}, {"value_high": "1.5"}, {"period_end": "date '2026-01-01'"}]
    gap = [{"reason": "null"}, {"value": "2"}, {"value_low": "1"}, {"value_high": "1"}, {"target_met": "true"}]
    return Mutation([_KPI, _KPI_ZERO, _KPI_GAP], {**_spoil(_KPI, value), **_spoil(_KPI_ZERO, [{"value": "2"}]), **_spoil(_KPI_GAP, gap)})


def _spoil(whole: Row, parts: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """The row once for each part, with that part in the place of its own."""
    return {f"{whole['state']} with {_words(part)}": [{**whole, **part}] for part in parts}


def _words(part: Row) -> str:
    return ", ".join(f"{column} = {expression}" for column, expression in part.items())


BY_KIND: dict[str, Callable[[Subject], Mutation]] = {
    kind.__name__: kind
    for kind in (not_null, unique, primary_key, unique_together, accepted_values, relationships, evidence_row_is_whole, kpi_value_is_whole)
}

_SHARED = {"review_line": "'a'", "subject_kind": "'artifact'", "subject_id": "'a'", "period_id": "'a'", "person_id": "'a'"}
_DAMPING = {"name": "'indirect_damping'", "is_current": "true"}
_REACHED = {"artifact_id": "'a'", "period_id": "'a'", "u_mid": "1"}

BY_NAME = {
    "artifact_shares_sum_to_one": Mutation(
        [{"artifact_id": "'a'", "share_mid": "1"}],
        {
            "half a share": [{"artifact_id": "'a'", "share_mid": "0.5"}],
            "two halves and more": [{"artifact_id": "'a'", "share_mid": "0.6"}] * 2,
        },
        "int_artifact_author_shares",
    ),
    "every_kpi_answers_for_the_organisation": Mutation(
        [{"kpi_id": "(select min(kpi_id) from kpi.kpi_values)"}],
        {"a KPI without values": [{"kpi_id": "'K00'"}]},
        "kpi_definitions",
    ),
    "evidence_shares_do_not_exceed_one": Mutation(
        [{**_SHARED, "share_mid": "1"}],
        {"more than the whole": [{**_SHARED, "share_mid": "1"}, {**_SHARED, "share_mid": "0.1", "person_id": "'b'"}]},
        "evidence_all",
    ),
    "indirect_steps_reach_the_floor": Mutation(
        [{**_DAMPING, "value": "0"}], {"a fifth step that counts": [{**_DAMPING, "value": "1"}]}, "attribution_thresholds"
    ),
    "kpi_definitions_are_reviewed": Mutation(
        [{"review_by": "date '9999-01-01'"}], {"a review overdue": [{"review_by": "date '1999-01-01'"}]}, "kpi_definitions"
    ),
    "leverage_is_conserved": Mutation(
        [{**_REACHED, "is_counted": "false"}],
        {"a reach that nobody is given": [{**_REACHED, "is_counted": "true"}]},
        "int_leverage_reached",
    ),
}
