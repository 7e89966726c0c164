"""Pull requests with their reviews, commits and files, newest update first, until what the cursor already knows.

One conditional REST request asks whether any pull request changed at all; only then GraphQL is asked, about 50 pull requests a
request with everything nested. The pages are ordered by update, so one that changes while being read moves to the front and is
met again by the next reading: the cursor is the newest update seen at the start.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.contract import Event, Page, Record, Rejected
from connectors.errors import Unavailable
from connectors.github import queries, records
from connectors.github.protocol import Graph
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Saved, Visit, connection

_PROBE_SIZE = 10
"""Newest updates by which a change is noticed; more than one, because updates may appear a little late below newer ones."""
_SMALLEST_PAGE = 5
"""GitHub gives up on a GraphQL request after ten seconds; below this size the page is not what makes it slow."""


def read(visit: Visit, saved: Saved) -> Generator[Event, None, Saved]:
    """Yield changed pull requests; return what to remember."""
    order = {"state": "all", "sort": "updated", "direction": "desc", "per_page": _PROBE_SIZE}
    newest = visit.client.get(f"{visit.repository.path}/pulls", order, saved.get("etag", ""))
    if newest.is_unchanged:
        yield from _told(visit, saved, "GraphQL totalCount, listing unchanged")
        return saved
    top = [[dig(item, "number"), dig(item, "updated_at")] for item in listed(newest.data)]
    if saved and top == saved.get("top"):
        # The answer also holds the repository with its counts of stars and issues: those alone had changed.
        yield from _told(visit, saved, "GraphQL totalCount, same newest updates")
        return {**saved, "etag": newest.etag}
    reading = _Reading(visit, _floor(visit, saved))
    yield from reading.pages()
    state = {
        "etag": newest.etag,
        "top": top,
        "updated_at": reading.newest or saved.get("updated_at"),
        "count": reading.count,
        "is_whole": saved["is_whole"] if saved else not reading.left_out,
    }
    yield from _told(visit, state, "GraphQL totalCount")
    return state


def _told(visit: Visit, state: Saved, how: str) -> Iterator[Event]:
    """The source's own total, where this reading's scope covers every pull request."""
    if state.get("is_whole"):
        yield visit.counted("pull_requests", state["count"], how)


def _floor(visit: Visit, saved: Saved) -> datetime | None:
    """Updates below this are known already."""
    known = moment(saved.get("updated_at"))
    return known - visit.options.overlap if known else None


@dataclass
class _Reading:
    """The pages of one reading."""

    visit: Visit
    floor: datetime | None
    size: int = queries.PULL_REQUESTS_A_PAGE
    count: int = 0
    newest: str | None = None
    left_out: bool = False
    """Something was older than the configured start."""

    def pages(self) -> Iterator[Event]:
        """Events of every page down to the floor."""
        after: str | None = None
        is_done = False
        while not is_done:
            page, graph = self._ask(after)
            nodes, after = connection(page)
            if self.newest is None:
                self.count = dig(page, "totalCount") or 0
                self.newest = dig(nodes, 0, "updatedAt")
            wanted = [node for node in nodes if not isinstance(node, dict) or self._is_wanted(node)]
            yield from self._events(wanted, graph)
            is_done = after is None or len(wanted) < len(nodes)

    def _is_wanted(self, node: dict[str, Any]) -> bool:
        updated = moment(node.get("updatedAt"))
        if not self.visit.is_in_scope(updated):
            self.left_out = True
            return False
        return self.floor is None or updated is None or updated >= self.floor

    def _ask(self, after: str | None) -> tuple[Any, Graph]:
        """One page; a request that is too heavy for GitHub is asked again for half as many."""
        while True:
            try:
                variables = {"first": self.size, "after": after}
                found, graph = self.visit.ask("pull requests", queries.PULL_REQUESTS, variables)
            except Unavailable:
                if self.size <= _SMALLEST_PAGE:
                    raise
                self.size //= 2
            else:
                self.visit.issue_count = dig(found, "issues", "totalCount")
                return found.get("pullRequests"), graph

    def _events(self, nodes: list[Any], graph: Graph) -> Iterator[Event]:
        """Pages of the four tables for one page of pull requests."""
        tables: dict[str, list[Record]] = {"pull_requests": [], "reviews": [], "pull_request_commits": [], "pull_request_files": []}
        for node in nodes:
            if not isinstance(node, dict):
                yield self._rejected(graph)
                continue
            pull = records.pull_request(node, self.visit.repository_id)
            self.visit.need_heads([pull["head_sha"]])
            tables["pull_requests"].append(pull)
            tables["reviews"] += self._nested(node, "reviews", lambda item, _, pull=pull: records.review(item, pull))
            tables["pull_request_commits"] += self._nested(
                node, "commits", lambda item, position, pull=pull: records.pull_request_commit(item, pull, position)
            )
            tables["pull_request_files"] += self._nested(node, "files", lambda item, _, pull=pull: records.pull_request_file(item, pull))
        for table, rows in tables.items():
            if rows:
                yield Page(table, self.visit.partition, rows)

    def _nested(self, node: dict[str, Any], name: str, to_record: Callable[[Any, int], Record]) -> list[Record]:
        """Records of a nested connection, its further pages included."""
        items, after = connection(node.get(name))
        while after:
            what = f"pull request {node.get('number')} {name}"
            found, _ = self.visit.ask(what, queries.MORE[name], {"number": node.get("number"), "after": after})
            more, after = connection(dig(found, "pullRequest", name))
            items = [*items, *more]
        return [to_record(item, position) for position, item in enumerate(items, start=1) if isinstance(item, dict)]

    def _rejected(self, graph: Graph) -> Rejected:
        told = "; ".join(error.message for error in graph.errors) or "no reason given"
        return Rejected(
            "pull_requests",
            self.visit.partition,
            "?",
            f"GitHub answered null in place of a pull request: {told}",
            [error.message for error in graph.errors],
            f"{self.visit.repository.html_url}/pulls",
        )
