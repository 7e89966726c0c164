"""Keys that came before: how often, and where first."""

from connectors.seen import Seen


def test_a_key_is_counted_and_its_first_place_is_kept():
    seen = Seen()
    assert [seen.add("a", "here"), seen.add("b"), seen.add("a", "there"), seen.add("a")] == [(1, "here"), (1, ""), (2, "here"), (3, "here")]


def test_two_readings_share_nothing():
    one, other = Seen(), Seen()
    one.add("a")
    assert other.add("a") == (1, "")
