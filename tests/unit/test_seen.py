"""Keys that came before: how often, where first, and what was told of them."""

from connectors.seen import Kept, Seen


def test_a_key_is_counted_and_its_first_place_is_kept():
    seen = Seen()
    assert [seen.add("a", "here"), seen.add("b"), seen.add("a", "there"), seen.add("a")] == [(1, "here"), (1, ""), (2, "here"), (3, "here")]


def test_two_readings_share_nothing():
    one, other = Seen(), Seen()
    one.add("a")
    assert other.add("a") == (1, "")


def test_the_last_that_was_told_of_a_key_is_kept():
    kept = Kept()
    kept.put("a", b"one")
    kept.put("b", b"")
    kept.put("a", b"two")
    assert [kept.get(key) for key in ("a", "b", "c")] == [b"two", b"", None]
