"""Intervals and exact tests, as the macros write them in SQL, against statsmodels and scipy."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import proportion_confint

FOLDER = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"
MACROS = Environment(autoescape=False).from_string(
    "".join((FOLDER / name).read_text(encoding="utf-8") for name in ("intervals.sql", "dialect/statistics.sql"))
)


def computed(macro: str, *arguments: object) -> float | None:
    """What DuckDB makes of a macro's SQL."""
    row = duckdb.execute(f"select {getattr(MACROS.module, macro)(*arguments)}").fetchone()
    assert row is not None
    return row[0]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_has_the_interval_of_statsmodels(hits_of_n):
    hits, n = hits_of_n
    low, high = proportion_confint(hits, n, method="wilson")
    assert computed("wilson_low", hits, n) == pytest.approx(low, abs=1e-12)
    assert computed("wilson_high", hits, n) == pytest.approx(high, abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 1000), st.floats(0, 1))
def test_the_interval_holds_the_share_also_of_hits_that_are_not_whole(n, share):
    low, high = computed("wilson_low", share * n, n), computed("wilson_high", share * n, n)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    assert high > low


def test_nothing_tried_has_no_interval():
    assert computed("wilson_low", 0, 0) is None
    assert computed("wilson_high", 0, 0) is None


@settings(deadline=None, max_examples=40)
@given(st.integers(6, 5000))
def test_the_median_lies_between_its_order_statistics_in_95_of_100_samples(n):
    low, high = computed("median_low_rank", n), computed("median_high_rank", n)
    assert 1 <= low < high <= n
    # The median is above the value of rank low and below that of rank high where at least low and fewer than high of n lie below it.
    assert binom.cdf(high - 1, n, 0.5) - binom.cdf(low - 1, n, 0.5) >= 0.95


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5))
def test_of_a_few_values_the_outer_ones_are_the_bounds(n):
    assert (computed("median_low_rank", n), computed("median_high_rank", n)) == (1, n)


@settings(deadline=None, max_examples=40)
@given(st.floats(-0.999, 0.999), st.integers(5, 500))
def test_the_interval_of_a_correlation_holds_it_and_stays_a_correlation(rho, n):
    low, high = computed("rank_correlation_bound", rho, n, -1), computed("rank_correlation_bound", rho, n, 1)
    assert -1 <= low < rho < high <= 1


def test_a_perfect_correlation_of_a_few_pairs_claims_no_interval():
    assert computed("rank_correlation_bound", 1.0, 6, 1) is None


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2000), st.integers(0, 2000))
def test_the_sign_test_is_the_exact_one_of_scipy(better, worse):
    exact = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert computed("sign_test_p", better, worse) == pytest.approx(exact, rel=1e-6, abs=1e-300)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 500).flatmap(lambda n: st.integers(0, n).flatmap(lambda b: st.tuples(st.just(b), st.integers(0, n - b), st.just(n)))))
def test_a_paired_difference_is_held_by_its_bounds_which_never_meet(split):
    better, worse, n = split
    low, high = computed("paired_net_low", *split), computed("paired_net_high", *split)
    assert -1 <= low <= (better - worse) / n <= high <= 1
    assert high > low
    assert (computed("paired_net_low", worse, better, n), computed("paired_net_high", worse, better, n)) == pytest.approx((-high, -low))
