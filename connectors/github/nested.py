"""The nested connections of pull requests and reviews, read to their end: further pages of many objects in one request."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.github import pull_request_queries as queries
from connectors.github.records import dig, listed
from connectors.github.visit import Visit, connection, in_halves

Json = dict[str, Any]


@dataclass(frozen=True)
class _Rest:
    """What is still to be read of one connection."""

    holder: Json
    name: str
    after: str


def complete(visit: Visit, pulls: list[Json]) -> None:
    """Make the nested connections of these pull requests whole, in place: their `nodes` hold every page afterwards."""
    waiting = [rest for pull in pulls for name in queries.NESTED for rest in _unfinished(pull, name)]
    while waiting:
        batch, waiting = waiting[: queries.CONTINUED_A_REQUEST], waiting[queries.CONTINUED_A_REQUEST :]
        for rest, page in zip(batch, in_halves(lambda some: _pages(visit, some), batch), strict=True):
            held = rest.holder[rest.name]
            start = len(held["nodes"])
            held["nodes"] += listed(dig(page, "nodes"))
            held["pageInfo"] = dig(page, "pageInfo")
            waiting += _unfinished(rest.holder, rest.name, start)


def _unfinished(holder: Json, name: str, start: int = 0) -> Iterator[_Rest]:
    """What follows on a page just read, the connections inside of it included."""
    nodes, after = connection(holder.get(name))
    if after:
        yield _Rest(holder, name, after)
    if name == "reviews":
        for review in nodes[start:]:
            if isinstance(review, dict):
                yield from _unfinished(review, "comments")


def _pages(visit: Visit, batch: list[_Rest]) -> list[Any]:
    """The next page of each connection."""
    what = f"{visit.repository.full_name} further {', '.join(dict.fromkeys(rest.name for rest in batch))}"
    variables = {
        key: value for i, rest in enumerate(batch) for key, value in ((f"id{i}", rest.holder.get("id")), (f"after{i}", rest.after))
    }
    graph = visit.client.graphql(what, queries.more([rest.name for rest in batch]), variables)
    pages = [dig(graph.data, f"m{i}", rest.name) for i, rest in enumerate(batch)]
    if not all(isinstance(page, dict) for page in pages):
        raise visit.missing(what, graph)
    return pages
