"""Patterns of bots and agents: the fragment that is looked for first stands in whatever the pattern matches."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
PATTERNS = [
    (row["pattern"], row["fragment"])
    for name in ("ai_agents", "bots")
    for row in csv.DictReader((SEEDS / f"{name}.csv").read_text(encoding="utf-8").splitlines())
]


@pytest.mark.parametrize(("pattern", "fragment"), PATTERNS)
def test_whatever_matches_contains_the_fragment(pattern: str, fragment: str):
    @settings(max_examples=50, deadline=None)
    @given(st.from_regex(re.compile(pattern, re.IGNORECASE | re.ASCII)))
    def holds(signature: str) -> None:
        assert fragment in signature.lower()

    assert fragment
    holds()
