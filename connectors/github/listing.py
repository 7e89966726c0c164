"""Listings page by page, conditionally where they were read before, and many small requests side by side."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.errors import Unavailable
from connectors.github.protocol import Answer, Client

PER_PAGE = 100
SMALLEST_PAGE = 25
"""Below this the page is not what makes a request slow."""
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
    """One page, and the address of the next. `data` is None where it did not change since the last reading; `kept` was kept then or now."""

    url: str
    data: Any
    kept: Any
    next: str


def address(path: str, parameters: Mapping[str, Any]) -> str:
    """Path with its query; parameters in order of name, so that the same question has the same address."""
    return f"{path}?{urlencode(sorted(parameters.items()))}" if parameters else path


def page(client: Client, url: str, etag: str | None = None) -> Answer:
    """One page of a listing; one that GitHub cannot make in time is asked for again in two halves, and those in halves again."""
    try:
        return client.get(url, etag=etag)
    except Unavailable:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        size, number = int(query.get("per_page", 0)), query.get("page", "1")
        if size // 2 < SMALLEST_PAGE or size % 2 or not number.isdigit() or query.keys() & {"after", "before"}:
            raise
        halves = [{**query, "per_page": size // 2, "page": place} for place in (2 * int(number) - 1, 2 * int(number))]
        first = page(client, address(parts.path, halves[0]))
        second = page(client, address(parts.path, halves[1])) if first.next else first
        following = address(parts.path, {**query, "page": int(number) + 1}) if second.next else ""
        return Answer(_joined(first.data, second.data) if first.next else first.data, next=following)


def _joined(first: Any, second: Any) -> Any:
    """Two pages as one: lists are put together, everything else is as the second page says."""
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    if isinstance(first, dict) and isinstance(second, dict):
        return {**second, **{key: [*value, *second.get(key, [])] for key, value in first.items() if isinstance(value, list)}}
    return second


def walk(client: Client, url: str, memory: Memory, keep: Callable[[Any], Any]) -> Iterator[Seen]:
    """Every page of a listing from this one on, following `Link` headers; a page answered with 304 is known by what was kept of it.

    An ETag covers one page, so each page is asked for, changed or not; a 304 costs nothing of the rate limit.
    """
    while url:
        known = memory.old.get(url)
        answer = page(client, url, known[0] if known else "")
        entry = list(known) if known and answer.is_unchanged else [answer.etag, answer.next, keep(answer.data)]
        if entry[0]:
            memory.new[url] = entry
        yield Seen(url, answer.data, entry[2], entry[1])
        url = entry[1]


def pages(client: Client, path: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Any]:
    """The data of every page of a listing, unconditionally."""
    url = address(path, {"per_page": PER_PAGE, **(parameters or {})})
    while url:
        answer = page(client, url)
        yield answer.data
        url = answer.next


def side_by_side(executor: Executor, task: Callable[[Item], Result], items: Iterable[Item], ahead: Callable[[], int]) -> Iterator[Result]:
    """Results of `task` in the order of `items`, with at most `ahead()` of them under way or waiting to be taken."""
    remaining = iter(items)
    waiting: deque[Future[Result]] = deque()
    try:
        while True:
            # At least one, or nothing would ever come.
            waiting.extend(executor.submit(task, item) for item in islice(remaining, max(max(ahead(), 1) - len(waiting), 0)))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def chunks(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
