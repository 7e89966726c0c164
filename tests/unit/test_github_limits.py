"""How long an answer asks to wait, and who goes on meanwhile."""

from typing import Any

import pytest

from connectors.contract import Meter
from connectors.errors import RateLimited, Unavailable
from connectors.github.limits import SECONDARY_WAIT, Credential, Pool, Wanted, asked_wait

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "12"}, 12),
        ({"retry-after": "12", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 99:.0f}"}, 12),
        ({"Retry-After": "Mon, 21 Sep 2026 14:14:00 GMT"}, 40),
        ({"Retry-After": "soon"}, SECONDARY_WAIT),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 99:.0f}"}, 100),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW - 99:.0f}"}, 1),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": f"{NOW + 99:.0f}"}, None),
        ({}, None),
    ],
)
def test_what_an_answer_asks_for(headers: dict[str, str], wait: float | None):
    assert asked_wait(headers, NOW) == wait


def pool(*names: str, max_wait: float = 100, is_closed: bool = False) -> tuple[Pool, list[float], Meter]:
    waits: list[float] = []
    clock = [NOW]

    def sleep(seconds: float) -> bool:
        waits.append(seconds)
        clock[0] += seconds
        return is_closed

    meter = Meter()
    return Pool([Credential(name, None) for name in names], meter, max_wait, lambda: clock[0], sleep), waits, meter


def taken(pool: Pool, count: int, **options: Any) -> list[str]:
    return [pool.take(Wanted(options.get("resource", "core"), "x", options.get("sticky"))).name for _ in range(count)]


def test_in_turn():
    assert taken(pool("a", "b")[0], 4) == ["a", "b", "a", "b"]


def test_a_limit_of_one_resource_leaves_the_other_alone():
    both, waits, _ = pool("a", "b")
    both.put_aside(both.credentials[0], "core", 50)
    assert taken(both, 3) == ["b", "b", "b"]
    assert set(taken(both, 4, resource="graphql")) == {"a", "b"}
    assert waits == []


def test_the_one_that_is_free_first_is_waited_for():
    both, waits, meter = pool("a", "b")
    both.put_aside(both.credentials[0], "core", 50)
    both.put_aside(both.credentials[1], "core", 20)
    assert taken(both, 1) == ["b"]
    assert waits == [20]
    assert meter.waited_seconds == 20


def test_a_shorter_limit_does_not_shorten_a_longer_one():
    one, waits, _ = pool("a")
    one.put_aside(one.credentials[0], "core", 50)
    one.put_aside(one.credentials[0], "core", 5)
    taken(one, 1)
    assert waits == [50]


def test_sticky_moves_on_only_while_its_credential_is_limited():
    both, _, _ = pool("a", "b")
    home = taken(both, 1, sticky="/repos/a/b/issues")[0]
    both.put_aside(next(one for one in both.credentials if one.name == home), "core", 50)
    assert taken(both, 2, sticky="/repos/a/b/issues") == [{"a": "b", "b": "a"}[home]] * 2


def test_too_long_is_an_error_with_the_time():
    one, waits, _ = pool("a", max_wait=10)
    one.put_aside(one.credentials[0], "core", 50)
    with pytest.raises(RateLimited, match="2026-09-21 14:14 UTC, longer than the 10 s of max_wait") as caught:
        taken(one, 1)
    assert caught.value.retry_at is not None
    assert waits == []


def test_a_wait_that_is_broken_off_asks_nothing():
    one, _, _ = pool("a", is_closed=True)
    one.put_aside(one.credentials[0], "core", 5)
    with pytest.raises(Unavailable, match="given up"):
        taken(one, 1)
