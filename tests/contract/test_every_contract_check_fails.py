"""Every check of every raw table's contract lets a good record pass and sets a bad one aside, with a reason that names the check.

The checks are read from the contracts themselves; what breaks each kind stands in the lists here. A check that is on none of them
fails the test of its table.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest

from connectors import registry
from connectors.contract import UTC_TIMESTAMP, Record, Table, integer, polars_type, text
from pipelines.gates import check_records

TABLES = {f"{name}.{table.name}": table for name in registry.MODULES for table in registry.get(name).tables}

GOOD: dict[Any, Any] = {
    pl.String: "a",
    pl.Int64: 1,
    pl.Float64: 0.5,
    pl.Boolean: True,
    UTC_TIMESTAMP: "2026-01-01T00:00:00Z",
    pl.Date: "2026-01-01",
}
OF_ANOTHER_TYPE: dict[Any, tuple[Any, str]] = {
    pl.Int64: ("one", "an integer"),
    pl.Float64: ("half", "a finite number"),
    pl.Boolean: ("true", "true or false"),
    UTC_TIMESTAMP: ("2026-01-01T00:00:00", "a timestamp with a zone"),
    pl.Date: ("today", "a date (YYYY-MM-DD)"),
}
"""For each type, a value that is not of it, and what was expected; anything can be text."""

OF_PATTERNS = {
    r"^[^/]+/[^/]+$": ("a/b", "a"),
    r"^[A-Z]{3}$": ("EUR", "eur"),
    r"^\d{4}(H[12]|Q[1-4])$": ("2026H1", "2026H3"),
    r"^[0-9a-f]{7,64}$": ("0" * 7, "0" * 6),
    r"^[0-9a-f]{64}$": ("0" * 64, "0" * 63),
    r"^([0-9a-f]{40}|[0-9a-f]{64})$": ("0" * 40, "0" * 39),
    r"^(github:\d+|git:[0-9a-f]{12})$": ("github:1", "github:a"),
}
"""For each pattern, a text that matches it, and one that does not."""

EARLY, LATE = "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"
"""Before and after the good instant of every column."""
OF_ROWS: dict[str, tuple[Record, Record]] = {
    "ended_at is not before started_at": ({}, {"started_at": LATE}),
    "acknowledged_at is not before created_at": ({}, {"acknowledged_at": EARLY}),
    "resolved_at is not before created_at": ({}, {"started_at": None, "resolved_at": EARLY}),
    "resolved_at is not before started_at": ({}, {"started_at": LATE}),
    "valid_to is after valid_from": ({"valid_to": "2026-01-02"}, {"valid_to": "2026-01-01"}),
    "variant_key is not baseline_key": ({"variant_key": "b"}, {"variant_key": "a"}),
    "vendor_ci_low is not above vendor_ci_high": ({}, {"vendor_ci_low": 0.6}),
    "a proportion's numerator_variant is within 0 and n_variant": ({"n_variant": 1}, {"numerator_variant": 1.5}),
    "a proportion's numerator_baseline is within 0 and n_baseline": ({"n_baseline": 1}, {"numerator_baseline": -0.5}),
}
"""For each check of whole rows, by its words, values that pass, and values that break it."""


def of_values(check: pa.Check) -> tuple[Any, Any]:
    """For a check of a column, a value that passes and one that does not."""
    limits = check.statistics
    match check.name:
        case "isin":
            return limits["allowed_values"][0], "none of them"
        case "str_matches":
            return OF_PATTERNS[limits["pattern"]]
        case "greater_than_or_equal_to":
            return limits["min_value"], limits["min_value"] - 1
        case "less_than_or_equal_to":
            return limits["max_value"], limits["max_value"] + 1
        case _:
            raise LookupError(f"nothing is known to break a check of the kind {check.name}: add it to of_values")


def good_record(table: Table) -> Record:
    """A record without a gap that keeps the whole contract."""
    values = {
        name: of_values(column.checks[0])[0] if column.checks else GOOD[polars_type(column)] for name, column in table.columns.items()
    }
    for check in table.checks:
        values |= OF_ROWS[str(check.error)][0]
    return values


def bad_records(table: Table) -> Iterator[tuple[str, str, Record]]:
    """For each thing that a contract asks, how the reason must begin and end, and values that break it."""
    for name, column in table.columns.items():
        kind = polars_type(column)
        if kind in OF_ANOTHER_TYPE:
            value, expected = OF_ANOTHER_TYPE[kind]
            yield f"{name}: ", f" is not {expected}", {name: value}
        if not column.nullable:
            yield f"{name}: ", "missing, and the contract needs it", {name: None}
        for check in column.checks:
            yield f"{name}: ", f" breaks {check.error}", {name: of_values(check)[1]}
    for check in table.checks:
        yield "", f" breaks {check.error}", OF_ROWS[str(check.error)][1]


def shortcomings(table: Table) -> list[str]:
    """What the contract lets pass or refuses wrongly; good and bad records in one batch, as a source sends them."""
    good, bad = good_record(table), list(bad_records(table))
    checked = check_records([good, *({**good, **values} for *_, values in bad)], table)
    quarantined = iter(checked.quarantined)
    reasons = ["" if is_good else next(quarantined).reason for is_good in checked.is_good]
    said = [f"a good record: {reasons[0]}"] if reasons[0] else []
    for (start, end, values), reason in zip(bad, reasons[1:], strict=True):
        if not any(part.startswith(start) and part.endswith(end) for part in reason.split("; ")):
            said.append(f"{values}: expected {start}...{end}, found {reason or 'nothing'}")
    return said


@pytest.mark.parametrize("name", TABLES)
def test_every_check_of_the_contract_sets_its_bad_record_aside(name: str) -> None:
    assert shortcomings(TABLES[name]) == []


SMALL = Table(name="small", grain="one", key=("id",), columns={"id": text(null=False), "n": integer(at_least=1)})


def test_a_check_that_never_fails_is_reported() -> None:
    idle = pa.Check(lambda data: data.lazyframe.select(pl.lit(True)), error="ended_at is not before started_at")
    assert ["ended_at is not before started_at" in said for said in shortcomings(replace(SMALL, checks=(idle,)))] == [True]


def test_a_check_that_always_fails_is_reported() -> None:
    strict = {**SMALL.columns, "n": pa.Column(pl.Int64, nullable=True, checks=[pa.Check.ge(1), pa.Check.le(0)])}
    assert "a good record: n: '1' breaks less_than_or_equal_to(0)" in shortcomings(replace(SMALL, columns=strict))


def test_a_check_that_no_list_knows_fails_its_table() -> None:
    odd = {**SMALL.columns, "n": pa.Column(pl.Int64, nullable=True, checks=[pa.Check.gt(0)])}
    with pytest.raises(LookupError, match="greater_than: add it to of_values"):
        shortcomings(replace(SMALL, columns=odd))
    with pytest.raises(KeyError, match="in a new way"):
        shortcomings(replace(SMALL, checks=(pa.Check(lambda _: True, error="in a new way"),)))
