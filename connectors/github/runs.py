"""Workflow runs with every attempt, and the jobs of each run that changed.

The listing is read without any filter, newest run first, because GitHub cuts a filtered listing off at 1,000 results and an
unfiltered one not at all; where a server cuts it off nevertheless, the reading continues below the oldest run seen. Runs in the
window below the newest known one are looked at again: they finish and are re-run there. The window's pages are conditional.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Event, Page, Record, Rejected
from connectors.errors import ContractBroken, NotFound
from connectors.github import records
from connectors.github.listing import Entry, Memory, pages, walk
from connectors.github.protocol import SOURCE
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Saved, Visit

LONGEST_RUN = timedelta(days=35)
"""GitHub cancels a run after 35 days; one still unfinished then is no longer asked for."""

Known = list[Any]
"""What is remembered of a run in the window: created, updated, attempt, is it completed."""


def read(visit: Visit, saved: Saved) -> Generator[Event, None, Saved]:
    """Yield changed runs and their jobs; return what to remember."""
    reading = _Reading(visit, saved)
    yield from reading.listing()
    yield from reading.stragglers()
    if visit.is_first and reading.is_whole:
        # Later the source forgets runs that its retention ends, and the warehouse does not: then there is nothing to compare.
        yield visit.counted("workflow_runs", reading.total + reading.earlier_attempts, "total_count of runs + earlier attempts")
    return reading.state()


def _kept(data: Any) -> list[Any]:
    """Of a page of runs: the source's total, newest and oldest creation, number of runs."""
    items = listed(dig(data, "workflow_runs"))
    created = sorted(item["created_at"] for item in items if moment(dig(item, "created_at")))
    return [dig(data, "total_count") or 0, *((created[-1], created[0]) if created else (None, None)), len(items)]


@dataclass
class _Reading:
    """One reading of the runs of one repository."""

    visit: Visit
    saved: Saved
    memory: Memory = field(init=False)
    known: dict[str, Known] = field(init=False)
    seen: set[str] = field(default_factory=set)
    total: int = 0
    earlier_attempts: int = 0
    is_whole: bool = False
    newest: str | None = None

    def __post_init__(self) -> None:
        self.memory = Memory(self.saved.get("pages", {}))
        self.known = {key: list(value) for key, value in self.saved.get("known", {}).items()}
        self.newest = self.saved.get("newest")

    @property
    def floor(self) -> datetime | None:
        """Runs created before this are not looked at."""
        newest = moment(self.saved.get("newest"))
        window = newest - self.visit.options.runs_overlap if newest else None
        return max(filter(None, (window, self.visit.since)), default=None)

    def listing(self) -> Iterator[Event]:
        """Events of the listing down to the floor, continued where the server cuts it off."""
        window: dict[str, str] = {}
        while True:
            count, total, page_total, oldest, is_done = 0, 0, 0, None, False
            for page in walk(self.visit.client, f"{self.visit.repository.path}/actions/runs", window, self.memory, _kept):
                page_total, newest, page_oldest, size = page.kept
                count, total = count + size, total or page_total
                oldest, self.newest = page_oldest or oldest, max(filter(None, (self.newest, newest)), default=None)
                yield from self._changed(listed(dig(page.data, "workflow_runs")))
                is_done = self._is_below_floor(page_oldest)
                if is_done:
                    break
            if page_total < total:
                continue  # some were deleted meanwhile, and a later one moved up past the border of a page
            self.total = self.total or total
            if is_done or count >= total:
                self.is_whole = not is_done
                return
            window = self._below(window, oldest, count, total)

    def _below(self, window: dict[str, str], oldest: str | None, count: int, total: int) -> dict[str, str]:
        """The next window: everything up to the oldest run seen."""
        following = {"created": f"<={oldest}"}
        if oldest is None or following == window:
            what = f"{self.visit.repository.full_name} workflow runs"
            raise ContractBroken(SOURCE, what, f"the listing ends after {count} of {total} runs, all at or before {oldest}")
        return following

    def _is_below_floor(self, created: str | None) -> bool:
        at = moment(created)
        return self.floor is not None and at is not None and at < self.floor

    def _changed(self, items: list[Any]) -> Iterator[Event]:
        """Events of those runs of a page that are new or differ from what is known."""
        runs = [item for item in items if isinstance(item, dict) and not self._is_below_floor(item.get("created_at"))]
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
        """Runs, their earlier attempts, and their jobs."""
        if not items:
            return
        self.visit.need_heads(item.get("head_sha") for item in items)
        yield self._page("workflow_runs", [records.workflow_run(item, self.visit.repository_id) for item in items])
        attempts = [pair for item in items for pair in self._missing_attempts(item)]
        earlier = [run for run in self.visit.side_by_side(self._attempt, attempts) if run is not None]
        self.earlier_attempts += len(earlier)
        if earlier:
            yield self._page("workflow_runs", earlier)
        jobs = [job for found in self.visit.side_by_side(self._jobs, (item["id"] for item in items if item.get("id"))) for job in found]
        if jobs:
            yield self._page("workflow_jobs", jobs)
        self.known |= {str(item["id"]): _known(item) for item in items if item.get("id")}

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

    def _jobs(self, run_id: int) -> list[Record]:
        path = f"{self.visit.repository.path}/actions/runs/{run_id}/jobs"
        try:
            jobs = [job for data in pages(self.visit.client, path, {"filter": "all"}) for job in listed(dig(data, "jobs"))]
        except NotFound:
            return []  # the run was deleted between the listing and now
        return [records.workflow_job(job, self.visit.repository_id) for job in jobs if isinstance(job, dict)]

    def stragglers(self) -> Iterator[Event]:
        """Unfinished runs that have left the window, one request each."""
        for key, (created, _, _, is_completed) in sorted(self.known.items()):
            if is_completed or key in self.seen or not self._is_below_floor(created):
                continue
            try:
                item = self.visit.client.get(f"{self.visit.repository.path}/actions/runs/{key}").data
            except NotFound:
                del self.known[key]
                continue
            if isinstance(item, dict) and self._is_changed(item):
                yield from self._events([item])

    def _page(self, table: str, rows: list[Record]) -> Page:
        return Page(table, self.visit.partition, rows)

    def state(self) -> Saved:
        """The window as the next reading will see it."""
        newest = moment(self.newest)
        if newest is None:
            return {"pages": self.memory.new}
        start, oldest_straggler = newest - self.visit.options.runs_overlap, newest.astimezone(UTC) - LONGEST_RUN

        def is_kept(known: Known) -> bool:
            created = moment(known[0])
            return created is not None and (created >= start or (not known[3] and created >= oldest_straggler))

        def is_in_window(entry: Entry) -> bool:
            last = moment(entry[2][1])
            return last is None or last >= start

        return {
            "newest": self.newest,
            "pages": {url: entry for url, entry in self.memory.new.items() if is_in_window(entry)},
            "known": {key: value for key, value in self.known.items() if is_kept(value)},
        }


def _known(item: dict[str, Any]) -> Known:
    return [item.get("created_at"), item.get("updated_at"), item.get("run_attempt", 1), item.get("status") == "completed"]
