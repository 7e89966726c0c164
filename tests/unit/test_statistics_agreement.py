"""Agreement: published examples, what must not change it, and labels that cannot tell."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics.agreement import alpha, kappa

PUBLISHED = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]
"""Four observers and twelve units with missing values: Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section C."""


def published() -> dict[str, list[int]]:
    rows = [row.split() for row in PUBLISHED]
    return {f"u{place}": [int(row[place]) for row in rows if row[place] != "."] for place in range(12)}


@pytest.mark.parametrize(("scale", "coefficient"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_published_example(scale: str, coefficient: float):
    found = alpha(published(), scale)
    assert found.mid == pytest.approx(coefficient, abs=0.0005)
    assert (found.state, found.n_items) == ("value", 11), "the twelfth unit has one answer only"
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < coefficient < found.high <= 1


def test_kappa_of_cohens_kind():
    """The example of Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", table 18.1: kappa 0.68 of 100 pairs."""
    table = {("a", "a"): 75, ("a", "b"): 1, ("a", "c"): 4, ("b", "a"): 5, ("b", "b"): 4, ("b", "c"): 1, ("c", "c"): 10}
    found = kappa([pair for pair, times in table.items() for _ in range(times)])
    assert found.mid == pytest.approx(0.676, abs=0.001)
    assert found.raw_agreement == pytest.approx(0.89)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.676 < found.high


UNITS = st.dictionaries(
    st.text("abcdef", min_size=1), st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4), min_size=3, max_size=12
)


@settings(max_examples=30, deadline=None)
@given(UNITS, st.randoms(use_true_random=False), st.sampled_from(["nominal", "ordinal", "interval"]))
def test_who_answered_first_and_which_item_came_first_change_nothing(units: dict[str, list[int]], rng: random.Random, scale: str):
    items = list(units.items())
    rng.shuffle(items)
    shuffled = {item: rng.sample(given_to, len(given_to)) for item, given_to in items}
    assert alpha(shuffled, scale) == alpha(units, scale)


@settings(max_examples=30, deadline=None)
@given(UNITS)
def test_items_with_one_answer_tell_nothing_and_names_of_labels_do_not_matter(units: dict[str, list[int]]):
    named = {item: [{1: "z", 2: "y", 3: "x"}[value] for value in answers] for item, answers in units.items()}
    for other in (units | {"lonely-item": [9]}, named):
        one, two = alpha(other, "nominal"), alpha(units, "nominal")
        assert (one.state, one.n_items) == (two.state, two.n_items)
        assert one.mid == (None if two.mid is None else pytest.approx(two.mid))


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ({}, "fewer_than_two_items_with_two_answers"),
        ({"a": ["x", "y"], "b": ["x"]}, "fewer_than_two_items_with_two_answers"),
        ({"a": ["x", "x"], "b": ["x", "x"]}, "no_variation"),
        ({f"{number}": [f"t{number}", f"u{number}"] for number in range(150)}, "too_many_distinct_answers"),
    ],
)
def test_labels_that_cannot_tell_say_why(units: dict[str, list[Any]], reason: str):
    found = alpha(units, "nominal")
    assert (found.state, found.reason, found.mid) == ("not_observed", reason, None)


def test_raters_who_always_differ_are_below_chance_and_equal_ones_at_one():
    assert alpha({str(number): ["a", "b"] for number in range(20)}, "nominal").mid == pytest.approx(-0.95, abs=0.05)
    same = alpha({str(number): [number % 3, number % 3] for number in range(20)}, "ordinal")
    assert (same.low, same.mid, same.high, same.raw_agreement) == (1, 1, 1, 1)
