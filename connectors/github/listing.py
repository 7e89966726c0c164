"""Listings page by page, conditionally where they were read before, and many small requests side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from connectors.github.protocol import Client

PER_PAGE = 100
Item = TypeVar("Item")
Result = TypeVar("Result")
Entry = list[Any]
"""What is remembered of a page: its ETag, the page after it, and what the reader wanted kept of it."""


@dataclass
class Memory:
    """Pages of conditional listings: `old` from the last reading, `new` for the next."""

    old: Mapping[str, Entry] = field(default_factory=dict)
    new: dict[str, Entry] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One page: `data` is None where nothing changed since the last reading; `kept` is what was kept of it then or now."""

    data: Any
    kept: Any


def address(path: str, parameters: Mapping[str, Any]) -> str:
    """Path with its query; parameters in order of name, so that the same question has the same address."""
    return f"{path}?{urlencode(sorted(parameters.items()))}" if parameters else path


def walk(client: Client, path: str, parameters: Mapping[str, Any], memory: Memory, keep: Callable[[Any], Any]) -> Iterator[Seen]:
    """Every page of a listing, following `Link` headers; a page answered with 304 is known by what was kept of it.

    An ETag covers one page, so each page is asked for, changed or not; a 304 costs nothing of the rate limit.
    """
    url = address(path, {"per_page": PER_PAGE, **parameters})
    while url:
        known = memory.old.get(url)
        answer = client.get(url, etag=known[0] if known else "")
        entry = list(known) if known and answer.is_unchanged else [answer.etag, answer.next, keep(answer.data)]
        if entry[0]:
            memory.new[url] = entry
        yield Seen(answer.data, entry[2])
        url = entry[1]


def pages(client: Client, path: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """The data of every page of a listing, unconditionally."""
    url = address(path, {"per_page": PER_PAGE, **(parameters or {})})
    while url:
        answer = client.get(url)
        yield answer.data
        url = answer.next


def side_by_side(executor: Executor, task: Callable[[Item], Result], items: Iterable[Item], ahead: int) -> Iterator[Result]:
    """Results of `task` in the order of `items`, with at most `ahead` of them under way or waiting to be taken."""
    remaining = iter(items)
    waiting: deque[Future[Result]] = deque(executor.submit(task, item) for item in islice(remaining, ahead))
    try:
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(executor.submit(task, item) for item in islice(remaining, 1))
            yield result
    finally:
        for future in waiting:
            future.cancel()
