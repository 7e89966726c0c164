"""Rows of units reduced to sums: whatever the order of units, the batches and what they are cut at, the sums are those of the whole."""

import math
from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.experiments.units import Reduced, Reduction

COLUMNS = ("native_id", "metric_key", "variant_key", "unit", "value", "covariate")
VALUES = st.one_of(st.floats(-1e6, 1e6), st.sampled_from([None, math.nan, math.inf, "much"]))
UNIT = st.tuples(st.sampled_from(["control", "treatment"]), VALUES, st.floats(-1e3, 1e3), st.booleans())


def rows_of(units: list[tuple[str, Any, float, bool]], order: list[int]) -> list[list[tuple[Any, ...]]]:
    """Rows of each unit; a unit that is crossed has one in the other arm as well."""
    found: list[list[tuple[Any, ...]]] = []
    for number in order:
        arm, value, covariate, is_crossed = units[number]
        other = "control" if arm == "treatment" else "treatment"
        arms = [arm, other] if is_crossed and number % 3 == 0 else [arm]
        found.append([("exp", "spent", one, f"u{number}", value, covariate) for one in arms])
    return found


def reduced(rows: list[tuple[Any, ...]], batch: int) -> Reduced:
    reduction = Reduction(COLUMNS)
    told = [one for start in range(0, len(rows), batch) for one in reduction.add(rows[start : start + batch])]
    [only] = [*told, *reduction.finish()]
    return only


@settings(max_examples=30, deadline=None)
@given(st.lists(UNIT, min_size=1, max_size=30), st.randoms(), st.integers(1, 9))
def test_sums_do_not_depend_on_order_or_batches_and_are_those_of_the_whole(units: list[Any], random: Any, batch: int):
    order = list(range(len(units)))
    first = reduced([row for rows in rows_of(units, order) for row in rows], len(units) * 2)
    random.shuffle(order)
    second = reduced([row for rows in rows_of(units, order) for row in rows], batch)
    assert first.left_out == second.left_out
    counted: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for rows in rows_of(units, order):
        value = rows[0][4]
        if len(rows) == 1 and isinstance(value, float) and math.isfinite(value):
            counted[rows[0][2]].append((value, rows[0][5]))
    assert sum(first.left_out.values()) == len(units) - sum(map(len, counted.values()))
    for told in (first, second):
        assert {arm["variant_key"]: arm["n"] for arm in told.arms} == {arm: len(pairs) for arm, pairs in counted.items()}
        for arm in told.arms:
            _check(arm, counted[arm["variant_key"]])


def _check(arm: dict[str, Any], pairs: list[tuple[float, float]]) -> None:
    values, before = zip(*pairs, strict=True)
    mean, earlier = math.fsum(values) / len(values), math.fsum(before) / len(before)
    assert math.isclose(arm["mean"], mean, rel_tol=1e-9, abs_tol=1e-6)
    if len(pairs) < 2:
        return
    variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    covariance = math.fsum((y - mean) * (x - earlier) for y, x in pairs) / (len(pairs) - 1)
    size = max(map(abs, values))
    assert math.isclose(arm["sd"] ** 2, variance, rel_tol=1e-6, abs_tol=1e-9 * (1 + size**2))
    assert math.isclose(arm["covariate_covariance"], covariance, rel_tol=1e-6, abs_tol=1e-6 * (1 + size))
