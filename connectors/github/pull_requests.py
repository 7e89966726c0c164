"""Pull requests with their reviews, comments, commits, files and timeline, newest update first, until what the cursor knows.

One conditional REST request asks whether any pull request changed at all; only then GraphQL is asked, about 50 pull requests a
request with everything nested. The pages are ordered by update, so one that changes while being read moves to the front and is
met again by the next reading: the cursor is the newest update seen at the start.
"""

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.contract import Event, Page, Record, Rejected
from connectors.errors import Unavailable
from connectors.github import pull_request_queries as queries
from connectors.github import pull_request_records as records
from connectors.github.nested import complete
from connectors.github.protocol import Graph
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Saved, Visit, connection

_PROBE_SIZE = 10
"""Newest updates by which a change is noticed; more than one, because updates may appear a little late below newer ones."""
_SMALLEST_PAGE = 5
"""GitHub gives up on a GraphQL request after ten seconds; below this size the page is not what makes it slow."""
_LISTED_AT_MOST = {"commits": 250, "files": 3000}
"""GitHub lists no more of a pull request, whatever it counts."""
_HEAD_EVENTS = ("head_ref_force_pushed", "removed_from_merge_queue")
"""Events that name heads: of the branch before and after a push, and of the merge queue's trial."""


def read(visit: Visit, saved: Saved) -> Generator[Event, None, Saved]:
    """Yield changed pull requests; return what to remember."""
    order = {"state": "all", "sort": "updated", "direction": "desc", "per_page": _PROBE_SIZE}
    visit.open_pulls = dict(saved.get("open", {}))
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
        "open": visit.open_pulls,
        "is_whole": saved["is_whole"] if saved else not reading.left_out,
    }
    if reading.withheld:
        # Read from the same floor next time: once it is shown, its update is no news any more.
        state |= {"etag": "", "top": None, "updated_at": saved.get("updated_at")}
    yield from _told(visit, state, "GraphQL totalCount")
    if visit.is_first and state["is_whole"]:
        # Later the warehouse keeps commits and events that the source has dropped: then there is nothing to compare.
        for table, count in reading.nested_totals().items():
            yield visit.counted(table, count, "GraphQL totalCount of every pull request")
    return state


def _told(visit: Visit, state: Saved, how: str) -> Iterator[Event]:
    """The source's own total, where this reading's scope covers every pull request."""
    if state.get("is_whole"):
        yield visit.counted("pull_requests", state["count"], how)


def _items(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Objects of a nested connection that was read to its end."""
    return [item for item in connection(holder.get(name))[0] if isinstance(item, dict)]


def _total(holder: dict[str, Any], name: str) -> int:
    """How many rows a nested connection should give by the source's own count, less what it lists no further or withholds."""
    nodes, _ = connection(holder.get(name))
    total = dig(holder, name, "totalCount")
    if not isinstance(total, int) or len(nodes) >= _LISTED_AT_MOST.get(name, total + 1):
        total = len(nodes)
    return total - nodes.count(None)


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
    withheld: int = 0
    """Pull requests in whose place GitHub answered null."""
    totals: dict[Any, dict[str, int]] = field(default_factory=dict)
    """By pull request, how many rows of each table the source itself counts."""

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
        """One page; a request too heavy for GitHub is asked again for half as many, an answer with nulls a second time."""
        page, graph = self._shrinking(after)
        return self._shrinking(after) if None in connection(page)[0] else (page, graph)

    def _shrinking(self, after: str | None) -> tuple[Any, Graph]:
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
        """Pages of every table for one page of pull requests."""
        pulls = [node for node in nodes if isinstance(node, dict)]
        self.withheld += len(nodes) - len(pulls)
        yield from (self._rejected(graph) for _ in range(len(nodes) - len(pulls)))
        complete(self.visit, pulls)
        tables: dict[str, list[Record]] = {}
        for node in pulls:
            for table, rows in self._records(node):
                tables.setdefault(table, []).extend(rows)
        for table, rows in tables.items():
            if rows:
                yield Page(table, self.visit.partition, rows)

    def _records(self, node: dict[str, Any]) -> Iterator[tuple[str, list[Record]]]:
        """Rows of one pull request and of what hangs on it, by table."""
        pull = records.pull_request(node, self.visit.repository_id)
        reviews = [(item, records.review(item, pull)) for item in _items(node, "reviews")]
        events = [records.event(item, pull) for item in _items(node, "timelineItems")]
        self.visit.need_heads([pull["head_sha"], *self._pushed_away(events)])
        self._remember(pull)
        self.totals[pull["number"]] = {
            "reviews": _total(node, "reviews"),
            "review_comments": sum(_total(item, "comments") for item, _ in reviews),
            "pull_request_commits": _total(node, "commits"),
            "pull_request_files": _total(node, "files"),
            "pull_request_events": _total(node, "timelineItems"),
        }
        yield "pull_requests", [pull]
        yield "reviews", [review for _, review in reviews]
        yield "review_comments", [records.review_comment(item, review) for node, review in reviews for item in _items(node, "comments")]
        yield (
            "pull_request_commits",
            [records.pull_request_commit(item, pull, place) for place, item in enumerate(_items(node, "commits"), start=1)],
        )
        yield "pull_request_files", [records.pull_request_file(item, pull) for item in _items(node, "files")]
        yield "pull_request_events", events

    def nested_totals(self) -> Counter[str]:
        """Rows of each table that the source counts on the pull requests of this reading, each taken once."""
        return Counter({table: sum(one[table] for one in self.totals.values()) for table in next(iter(self.totals.values()), {})})

    def _pushed_away(self, events: list[Record]) -> Iterator[str]:
        """Heads that only the timeline still names; those before the floor were read when they were news."""
        for event in events:
            at = moment(event["created_at"])
            if self.floor is None or at is None or at >= self.floor:
                yield from filter(None, (event[side] for side in ("before_sha", "after_sha") if event["kind"] in _HEAD_EVENTS))

    def _remember(self, pull: Record) -> None:
        """Keep which pull requests are open, and at which head."""
        key = str(pull["number"])
        self.visit.open_pulls.pop(key, None)
        if pull["state"] == "open" and isinstance(pull["head_sha"], str):
            self.visit.open_pulls[key] = pull["head_sha"]

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
