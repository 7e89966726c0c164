"""Several partitions read at once: nothing lost, nothing piled up, nothing left running."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from connectors.contract import Event, Page
from connectors.github.listing import side_by_side
from connectors.github.threads import Helpers, merged


def stream(name: str, pages: int) -> Iterator[Event]:
    for n in range(pages):
        yield Page("t", name, [{"n": n}])


def never() -> None:
    raise AssertionError("the reading was not given up")


def test_every_event_of_every_stream_arrives_and_each_stream_keeps_its_order():
    events = list(merged([lambda n=n: stream(f"p{n}", 30) for n in range(20)], 4, never))
    assert len(events) == 600
    for n in range(20):
        assert [event.records[0]["n"] for event in events if isinstance(event, Page) and event.partition == f"p{n}"] == list(range(30))


def test_nothing_to_read_is_no_event():
    assert list(merged([], 4, never)) == []


def test_a_stream_does_not_run_ahead_of_its_reader():
    made: list[int] = []
    is_blocked = threading.Event()

    def endless() -> Iterator[Event]:
        for n in range(1000):
            made.append(n)
            if n == 2 * 1 + 1:
                is_blocked.set()
            yield Page("t", "p", [])

    reading = merged([endless], 1, abort=lambda: None)
    next(reading)
    assert is_blocked.wait(timeout=5)
    # One taken, two waiting, one on its way.
    assert len(made) <= 2 * 1 + 3
    reading.close()
    assert len(made) < 10


def test_an_error_of_one_stream_is_raised_and_the_others_are_given_up():
    given_up: list[bool] = []

    def broken() -> Iterator[Event]:
        yield Page("t", "broken", [])
        raise ValueError("a fault of the program")

    with pytest.raises(ValueError, match="a fault of the program"):
        list(merged([broken, lambda: stream("p", 10_000)], 2, abort=lambda: given_up.append(True)))
    assert given_up == [True]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("github")]


class AtOnce(Executor):
    """Does what it is given before `submit` returns, so that a test sees exactly what was submitted."""

    def submit(self, task: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(task(*arguments, **named))
        return future


def test_results_come_in_order_and_few_are_asked_for_ahead():
    asked: list[int] = []

    def double(n: int) -> int:
        asked.append(n)
        return 2 * n

    results: list[int] = []
    for result in side_by_side(AtOnce(), double, range(100), ahead=lambda: 5):
        results.append(result)
        assert len(asked) <= len(results) + 5
    assert results == [2 * n for n in range(100)]


def test_partitions_that_are_read_at_once_share_what_is_asked_for_ahead():
    helpers, asked = Helpers(AtOnce(), 8), list[int]()

    def ask(n: int) -> int:
        asked.append(n)
        return n

    with helpers.at_work():
        alone = helpers.run(ask, range(100))
        next(alone)
        assert len(asked) == 16
        with helpers.at_work(), helpers.at_work(), helpers.at_work():
            one_of_four = helpers.run(ask, range(100))
            next(one_of_four)
            assert len(asked) == 16 + 4
            assert [next(alone) for _ in range(12)] == list(range(1, 13))
            assert len(asked) == 16 + 4, "what was asked for before the others came is used up first"
        assert [*alone] == list(range(13, 100))
