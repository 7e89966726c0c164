"""Pull requests with their reviews, comments, commits, files and timeline, newest update first, until what the cursor knows.

One conditional REST request asks whether any pull request changed at all; only then GraphQL is asked, about 50 pull requests a
request with everything nested. The pages are ordered by update, so one that changes while being read moves to the front and is
met again by the next reading: the cursor is the newest update seen at the start.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from connectors.contract import Counted, Event, Page, Record, Rejected
from connectors.errors import Unavailable
from connectors.github import pull_request_queries as queries
from connectors.github import pull_request_records as records
from connectors.github.nested import complete
from connectors.github.protocol import Graph
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Reached, Saved, Told, Visit, connection

_PROBE_SIZE = 10
"""Newest updates by which a change is noticed; more than one, because updates may appear a little late below newer ones."""
_SMALLEST_PAGE = 5
"""GitHub gives up on a GraphQL request after ten seconds; below this size the page is not what makes it slow."""
_LISTED_AT_MOST = {"commits": 250, "files": 3000}
"""GitHub lists no more of a pull request, whatever it counts."""
_HEAD_EVENTS = ("head_ref_force_pushed", "removed_from_merge_queue")
"""Events that name heads: of the branch before and after a push, and of the merge queue's trial."""


def read(visit: Visit, saved: Saved) -> Iterator[Told]:
    """Changed pull requests; one walk that was cut short is walked to its end first, as its cursor stands at a moment, not at a place."""
    visit.open_pulls = dict(saved.get("open", {}))
    if "walk" in saved:
        unfinished = _Reading(visit, saved, _Walk(**saved["walk"]))
        yield from unfinished.pages()
        saved = unfinished.state("", None)
        yield Reached(saved)
    order = {"state": "all", "sort": "updated", "direction": "desc", "per_page": _PROBE_SIZE}
    newest = visit.client.get(f"{visit.repository.path}/pulls", order, saved.get("etag", ""))
    if newest.is_unchanged:
        yield from _counted(visit, saved, "GraphQL totalCount, listing unchanged")
        return
    top = [[dig(item, "number"), dig(item, "updated_at")] for item in listed(newest.data)]
    if saved and top == saved.get("top"):
        # The answer also holds the repository with its counts of stars and issues: those alone had changed.
        yield from _counted(visit, saved, "GraphQL totalCount, same newest updates")
        yield Reached({**saved, "etag": newest.etag})
        return
    reading = _Reading(visit, saved, _Walk(floor=_floor(visit, saved)))
    yield from reading.pages()
    state = reading.state(newest.etag, top)
    yield from _counted(visit, state, "GraphQL totalCount")
    yield Reached(state)


def _counted(visit: Visit, state: Saved, how: str) -> Iterator[Event]:
    """The source's own total, where this reading's scope covers every pull request."""
    if state.get("is_whole"):
        yield visit.counted("pull_requests", state["count"], how)


def _items(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Objects of a nested connection that was read to its end."""
    return [item for item in connection(holder.get(name))[0] if isinstance(item, dict)]


def _totals(node: dict[str, Any]) -> dict[str, int]:
    """By table, how many rows one pull request should have."""
    return {
        "reviews": _total(node, "reviews"),
        "review_comments": sum(_total(item, "comments") for item in _items(node, "reviews")),
        "pull_request_commits": _total(node, "commits"),
        "pull_request_files": _total(node, "files"),
        "pull_request_events": _total(node, "timelineItems"),
    }


def _total(holder: dict[str, Any], name: str) -> int:
    """How many rows a nested connection should give by the source's own count, less what it lists no further or withholds."""
    nodes, _ = connection(holder.get(name))
    total = dig(holder, name, "totalCount")
    if not isinstance(total, int) or len(nodes) >= _LISTED_AT_MOST.get(name, total + 1):
        total = len(nodes)
    return total - nodes.count(None)


def _floor(visit: Visit, saved: Saved) -> str | None:
    """Updates below this are known already."""
    known = moment(saved.get("updated_at"))
    return (known - visit.options.overlap).isoformat() if known else None


@dataclass
class _Walk:
    """Where a listing stands.

    Attributes:
        floor: updates below this are known already.
        after: GraphQL's cursor, behind the pages that were read.
        newest: newest update seen at the start.
        count: pull requests by the source's own count at the start.
        left_out: something was older than the configured start.
        withheld: GitHub answered null in place of a pull request.
    """

    floor: str | None = None
    after: str | None = None
    newest: str | None = None
    count: int = 0
    left_out: bool = False
    withheld: bool = False


@dataclass
class _Reading:
    """One walk through the pull requests of one repository."""

    visit: Visit
    saved: Saved
    walk: _Walk
    size: int = queries.PULL_REQUESTS_A_PAGE

    def pages(self) -> Iterator[Told]:
        """Every page down to the floor."""
        walk, is_done = self.walk, False
        while not is_done:
            page, graph = self._ask(walk.after)
            nodes, walk.after = connection(page)
            if walk.newest is None:
                walk.count, walk.newest = dig(page, "totalCount") or 0, dig(nodes, 0, "updatedAt")
            wanted = [node for node in nodes if not isinstance(node, dict) or self._is_wanted(node)]
            yield from self._events(wanted, graph)
            is_done = walk.after is None or len(wanted) < len(nodes)
            if not is_done:
                yield Reached({**self.saved, "open": {**self.visit.open_pulls}, "walk": asdict(walk)})

    def state(self, etag: str, top: list[Any] | None) -> Saved:
        """What to remember of a walk that has ended; `etag` and `top` are those of the newest updates."""
        walk, known = self.walk, self.saved.get("updated_at")
        if walk.withheld:
            # Read from the same floor next time: once it is shown, its update is no news any more.
            etag, top = "", None
        return {
            "etag": etag,
            "top": top,
            "updated_at": known if walk.withheld else walk.newest or known,
            "count": walk.count,
            "open": {**self.visit.open_pulls},
            "is_whole": self.saved.get("is_whole", not walk.left_out),
        }

    def _is_wanted(self, node: dict[str, Any]) -> bool:
        updated = moment(node.get("updatedAt"))
        if not self.visit.is_in_scope(updated):
            self.walk.left_out = True
            return False
        floor = moment(self.walk.floor)
        return floor is None or updated is None or updated >= floor

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
        """Pages of every table for one page of pull requests, and how many rows of each the source itself counts."""
        pulls = [node for node in nodes if isinstance(node, dict)]
        self.walk.withheld |= len(pulls) < len(nodes)
        yield from (self._rejected(graph) for _ in range(len(nodes) - len(pulls)))
        complete(self.visit, pulls)
        tables: dict[str, list[Record]] = {}
        totals: dict[str, dict[int, int]] = {}
        for node in pulls:
            for table, rows in self._records(node):
                tables.setdefault(table, []).extend(rows)
            for table, total in _totals(node).items():
                totals.setdefault(table, {})[records.number(node.get("fullDatabaseId"))] = total
        for table, rows in tables.items():
            if rows:
                yield Page(table, self.visit.partition, rows)
        for table, each in totals.items():
            how = "GraphQL totalCount of each pull request"
            yield Counted(table, self.visit.partition, 0, how, by="pull_request_id", each=each)

    def _records(self, node: dict[str, Any]) -> Iterator[tuple[str, list[Record]]]:
        """Rows of one pull request and of what hangs on it, by table."""
        pull = records.pull_request(node, self.visit.repository_id)
        reviews = [(item, records.review(item, pull)) for item in _items(node, "reviews")]
        events = [records.event(item, pull) for item in _items(node, "timelineItems")]
        self.visit.waiting.need_heads([pull["head_sha"], *self._pushed_away(events)])
        self._remember(pull)
        yield "pull_requests", [pull]
        yield "reviews", [review for _, review in reviews]
        yield "review_comments", [records.review_comment(item, review) for node, review in reviews for item in _items(node, "comments")]
        yield (
            "pull_request_commits",
            [records.pull_request_commit(item, pull, place) for place, item in enumerate(_items(node, "commits"), start=1)],
        )
        yield "pull_request_files", [records.pull_request_file(item, pull) for item in _items(node, "files")]
        yield "pull_request_events", events

    def _pushed_away(self, events: list[Record]) -> Iterator[str]:
        """Heads that only the timeline still names; those before the floor were read when they were news."""
        floor = moment(self.walk.floor)
        for event in events:
            at = moment(event["created_at"])
            if floor is None or at is None or at >= floor:
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
