"""Workflow runs with every attempt.

The listing is read without any filter, newest run first, because GitHub cuts a filtered listing off at 1,000 results and an
unfiltered one not at all; where a server cuts it off nevertheless, the reading continues below the oldest run seen. Runs in the
window below the newest known one are looked at again: they finish and are re-run there. The window's pages are conditional.

A new run pushes all older ones down, so that every page of the listing is another one. The listing is therefore followed for the
newest days only, and further down only as long as its pages were read before and hold. What lies below is looked at in closed weeks,
which `created` asks for: nothing is pushed into their pages, and they stay free until one of their runs is started again.

A reading that was cut short is walked to its end first, from the page that it stood at: newer runs only push older ones down, so
none is missed. Then the newest are read as ever.
"""

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, timedelta
from functools import partial
from typing import Any

from connectors.contract import Counted, Event, Page, Record, Rejected
from connectors.errors import ContractBroken, NotFound
from connectors.github import records
from connectors.github.listing import PER_PAGE, Entry, Memory, Seen, address, walk
from connectors.github.protocol import SOURCE
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Reached, Saved, Told, Visit
from connectors.github.weeks import FILTERED_CAP, Span, is_week, weeks

RECENT = timedelta(days=7)
"""Below this, a listing that has moved is left for closed weeks."""
LONGEST_RUN = timedelta(days=35)
"""GitHub cancels a run after 35 days; one still unfinished then is no longer asked for."""

Known = list[Any]
"""What is remembered of a run in the window: created, updated, attempt, is it completed."""


def read(visit: Visit, saved: Saved) -> Iterator[Told]:
    """Changed runs; their jobs and the check runs of their commits are left waiting."""
    if "walk" in saved:
        unfinished = _Reading(visit, saved, _Walk(**saved["walk"]))
        yield from unfinished.listing()
        saved = unfinished.state()
        yield Reached(saved)
    window = visit.options.runs_overlap
    reading = _Reading(visit, saved, _Walk(floor=_floor(visit, saved, window), border=_floor(visit, saved, min(window, RECENT))))
    yield from reading.listing()
    yield from reading.late()
    yield from reading.stragglers()
    yield Reached(reading.state())


def _floor(visit: Visit, saved: Saved, window: timedelta) -> str | None:
    """The start of a window below the newest run known, but nothing that is not asked for at all."""
    newest = moment(saved.get("newest"))
    floor = max(filter(None, (newest - window if newest else None, visit.since)), default=None)
    return floor.isoformat() if floor else None


def _kept(data: Any, span: Span | None = None) -> list[Any]:
    """Of a page of runs: the source's total, newest and oldest creation (without any, of the span asked for), number of runs."""
    items = listed(dig(data, "workflow_runs"))
    bounds = (span.start, span.end) if span else (None, None)
    created = sorted(item["created_at"] for item in items if moment(dig(item, "created_at"))) or bounds
    return [dig(data, "total_count") or 0, created[-1], created[0], len(items)]


@dataclass
class _Walk:
    """Where a listing stands.

    Attributes:
        floor: runs created before this are not looked at.
        border: below this the listing is followed only where it has not moved.
        window: parameters of the listing.
        url: the page being read; empty for the first.
        count: runs on the pages of this window before it.
        expected: runs of this window, by the source's own count on its first page.
        oldest: creation of the oldest run seen.
        total: runs of the repository, by the source's own count.
    """

    floor: str | None = None
    border: str | None = None
    window: dict[str, str] = field(default_factory=dict[str, str])
    url: str = ""
    count: int = 0
    expected: int = 0
    oldest: str | None = None
    total: int = 0


@dataclass
class _Reading:
    """One walk through the runs of one repository."""

    visit: Visit
    saved: Saved
    walk: _Walk
    memory: Memory = field(init=False)
    known: dict[str, Known] = field(init=False)
    seen: set[str] = field(default_factory=set[str])
    newest: str | None = None
    left_at: str | None = None
    """Creation of the oldest run seen where the listing was left above its end."""

    def __post_init__(self) -> None:
        self.memory = Memory(self.saved.get("pages", {}))
        # Weeks that this reading does not come to hold for the next one.
        self.memory.new |= {url: entry for url, entry in self.memory.old.items() if "walk" in self.saved or is_week(url)}
        self.known = {key: list(value) for key, value in self.saved.get("known", {}).items()}
        self.newest = self.saved.get("newest")

    def listing(self) -> Iterator[Told]:
        """The listing down to the floor, continued where the server cuts it off."""
        while True:
            told = yield from self._window()
            if told is None:
                return
            if told < self.walk.expected:
                # Some were deleted meanwhile, and a later one moved up past the border of a page.
                self._start(self.walk.window)
            elif self.walk.count >= told:
                # What the source forgot since is kept here: rows beyond its count are no loss.
                how = "total_count of the listing"
                yield Counted("workflow_runs", self.visit.partition, self.walk.total, how, distinct=("run_id",))
                return
            else:
                self._start(self._below(told))

    def _window(self) -> Generator[Told, None, int | None]:
        """The pages of one window; how many runs it has by the last of them, or None where the floor was reached on the way."""
        walk, told = self.walk, 0
        for page in self._pages():
            told, newest, oldest, size = page.kept
            walk.url, walk.oldest = page.url, oldest or walk.oldest
            walk.expected = walk.expected or told
            walk.total = walk.total if walk.window else walk.expected
            self.newest = max(filter(None, (self.newest, newest)), default=None)
            yield from self._changed(listed(dig(page.data, "workflow_runs")))
            if self._is_below(walk.floor, oldest) or self._is_moved_below(page, oldest):
                self.left_at = oldest
                return None if told >= walk.expected else told
            yield Reached(self.state(walk))
            walk.count += size
        return told

    def _pages(self) -> Iterator[Seen]:
        start = self.walk.url or address(f"{self.visit.repository.path}/actions/runs", {**self.walk.window, "per_page": PER_PAGE})
        return walk(self.visit.client, start, self.memory, _kept)

    def _below(self, total: int) -> dict[str, str]:
        """The next window: everything up to the oldest run seen."""
        oldest = self.walk.oldest
        following = {"created": f"<={oldest}"}
        if oldest is None or following == self.walk.window:
            what = f"{self.visit.repository.full_name} workflow runs"
            raise ContractBroken(SOURCE, what, f"the listing ends after {self.walk.count} of {total} runs, all at or before {oldest}")
        return following

    def _start(self, window: dict[str, str]) -> None:
        """Begin a window, anew or for the first time."""
        self.walk.window, self.walk.url, self.walk.count, self.walk.expected = window, "", 0, 0
        self.left_at = None

    @staticmethod
    def _is_below(border: str | None, created: str | None) -> bool:
        at, bound = moment(created), moment(border)
        return bound is not None and at is not None and at < bound

    def _is_moved_below(self, page: Seen, oldest: str | None) -> bool:
        """The next page lies below the border and is not the one read before: a listing of another length has moved."""
        before = self.memory.old.get(page.next)
        is_same = before is not None and before[2][0] == page.kept[0]
        return bool(page.next) and not is_same and self._is_below(self.walk.border, oldest)

    def late(self) -> Iterator[Told]:
        """Runs from where the listing was left down to the floor, by weeks."""
        for week in weeks(self.walk.floor, self.left_at):
            yield from self._span(week)
            yield Reached(self.state())

    def _span(self, span: Span) -> Iterator[Event]:
        """Runs of a closed span; one of more runs than a filtered listing shows is read in halves."""
        start = address(f"{self.visit.repository.path}/actions/runs", {**span.parameters, "per_page": PER_PAGE})
        count = total = 0
        for page in walk(self.visit.client, start, self.memory, partial(_kept, span=span)):
            total, _, oldest, size = page.kept
            count += size
            if total > FILTERED_CAP:
                break
            yield from self._changed(listed(dig(page.data, "workflow_runs")))
            if self._is_below(self.walk.floor, oldest):
                return
        for half in span.halves() if count < total else ():
            if not self._is_below(self.walk.floor, half.end):
                yield from self._span(half)

    def _changed(self, items: list[Any]) -> Iterator[Event]:
        """Events of those runs of a page that are new or differ from what is known."""
        runs = [item for item in items if isinstance(item, dict) and not self._is_below(self.walk.floor, item.get("created_at"))]
        changed = [item for item in runs if self._is_changed(item)]
        for item in items:
            if not isinstance(item, dict):
                url = f"{self.visit.repository.html_url}/actions"
                yield Rejected("workflow_runs", self.visit.partition, "?", f"expected a workflow run, got {item!r:.200}", item, url)
        yield from self._events(changed)

    def _is_changed(self, item: dict[str, Any]) -> bool:
        key = str(item.get("id"))
        is_repeated = item.get("id") is not None and key in self.seen
        self.seen.add(key)
        return not is_repeated and self.known.get(key) != _known(item)

    def _events(self, items: list[dict[str, Any]]) -> Iterator[Event]:
        """Runs and their earlier attempts."""
        if not items:
            return
        yield self._page([records.workflow_run(item, self.visit.repository_id) for item in items])
        attempts = [pair for item in items for pair in self._missing_attempts(item)]
        earlier = [run for run in self.visit.side_by_side(self._attempt, attempts) if run is not None]
        if earlier:
            yield self._page(earlier)
        each = _attempts(items, attempts, earlier)
        yield Counted("workflow_runs", self.visit.partition, 0, "attempts of each run", by="run_id", each=each)
        for item in items:
            self.visit.waiting.need_jobs(item)
            self._know(item)

    def _know(self, item: dict[str, Any]) -> None:
        """Remember a run as it is, as long as it is looked at again."""
        self.known.pop(str(item.get("id")), None)
        if item.get("id") and self._is_kept(_known(item)):
            self.known[str(item["id"])] = _known(item)

    def _missing_attempts(self, item: dict[str, Any]) -> Iterator[tuple[int, int]]:
        """Attempts before the latest one that were not yet seen completed."""
        latest, run_id = item.get("run_attempt"), item.get("id")
        if not isinstance(latest, int) or not isinstance(run_id, int):
            return
        _, _, attempt, is_completed = self.known.get(str(run_id), [None, None, 0, True])
        first = attempt + 1 if is_completed else attempt
        yield from ((run_id, number) for number in range(max(first, 1), latest))

    def _attempt(self, pair: tuple[int, int]) -> Record | None:
        run_id, attempt = pair
        try:
            answer = self.visit.client.get(f"{self.visit.repository.path}/actions/runs/{run_id}/attempts/{attempt}")
        except NotFound:
            return None  # retention ended it between the listing and now
        return records.workflow_run(answer.data, self.visit.repository_id) if isinstance(answer.data, dict) else None

    def stragglers(self) -> Iterator[Event]:
        """Unfinished runs that have left the window, one request each."""
        for key, (created, _, _, is_completed) in sorted(self.known.items()):
            if is_completed or key in self.seen or not self._is_below(self.walk.floor, created):
                continue
            try:
                item = self.visit.client.get(f"{self.visit.repository.path}/actions/runs/{key}").data
            except NotFound:
                del self.known[key]
                continue
            if isinstance(item, dict) and self._is_changed(item):
                yield from self._events([item])

    def _page(self, rows: list[Record]) -> Page:
        return Page("workflow_runs", self.visit.partition, rows)

    def state(self, under_way: _Walk | None = None) -> Saved:
        """The window as the next reading will see it, and where this one stands if it is under way."""
        unfinished = {"walk": {**asdict(under_way)}} if under_way else {}
        if moment(self.newest) is None:
            return {"pages": {**self.memory.new}, **unfinished}
        return {
            "newest": self.newest,
            "pages": {url: entry for url, entry in self.memory.new.items() if self._is_in_window(entry)},
            "known": {key: value for key, value in self.known.items() if self._is_kept(value)},
            **unfinished,
        }

    def _is_kept(self, known: Known) -> bool:
        """In the window, or unfinished and not too old to be asked for."""
        newest, created = moment(self.newest), moment(known[0])
        if newest is None or created is None:
            return False
        return created >= newest - self.visit.options.runs_overlap or (not known[3] and created >= newest.astimezone(UTC) - LONGEST_RUN)

    def _is_in_window(self, entry: Entry) -> bool:
        newest, last = moment(self.newest), moment(entry[2][1])
        return newest is None or last is None or last >= newest - self.visit.options.runs_overlap


def _known(item: dict[str, Any]) -> Known:
    return [item.get("created_at"), item.get("updated_at"), item.get("run_attempt", 1), item.get("status") == "completed"]


def _attempts(items: list[dict[str, Any]], asked: list[tuple[int, int]], found: list[Record]) -> dict[int, int]:
    """How many attempts each run should have: those that it counts, less those that retention took before they were asked for."""
    counts = {item["id"]: item["run_attempt"] for item in items if item.get("id") and isinstance(item.get("run_attempt"), int)}
    there = {(row["run_id"], row["run_attempt"]) for row in found}
    for run_id, attempt in asked:
        counts[run_id] -= (run_id, attempt) not in there
    return counts
