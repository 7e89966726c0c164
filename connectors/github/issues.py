"""Issues, newest update first, until what the cursor already knows; when some have gone, all of them, and why each is missing.

With issues that are incidents come their timelines. The first page is conditional, and its address never changes, so "nothing
changed" costs nothing. GitHub lists pull requests as issues too; they are left out here. A first reading that was cut short goes
on from the page that it stood at.
"""

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Event, Page, Rejected
from connectors.github import fates, issue_events, queries, records
from connectors.github.listing import PER_PAGE, address, page
from connectors.github.protocol import Answer
from connectors.github.records import dig, listed, moment
from connectors.github.visit import Reached, Saved, Told, Visit


def read(visit: Visit, saved: Saved) -> Iterator[Told]:
    """Changed issues, or all of them."""
    if "walk" in saved:
        saved = yield from _walked_on(visit, saved["walk"])
    if saved.get("incidents", "") != issue_events.sign(visit):
        saved = {}  # other issues are incidents now, and the timelines of those are read with them
    url = _address(visit)
    first = page(visit.client, url, saved.get("etag", ""))
    if first.is_unchanged:
        if saved.get("is_whole"):
            yield visit.counted("issues", saved["count"], "GraphQL totalCount, listing unchanged")
        return
    is_everything, before = not saved, 0
    if is_everything or saved["is_whole"]:
        before = _ask_count(visit, None)
    reading = _Reading(visit, moment(saved.get("updated_at")), _Walk(url))
    yield from reading.pages(first)
    known, met = saved.get("numbers", {}), {**reading.numbers}
    count = _count(visit, saved, reading)
    has_fewer = count < before if is_everything else saved["is_whole"] and count != saved["count"] + reading.added
    while has_fewer:
        # Some were deleted or moved away, which only a listing of all of them shows; while it was being paged, a later one moved up
        # past the border of a page and was not met.
        before = count
        reading, is_everything = _Reading(visit, None, _Walk(url)), True
        yield from (event for event in reading.pages() if not isinstance(event, Reached))
        met |= reading.numbers
        count = _count(visit, {}, reading)
        has_fewer = count < before
    is_whole = (visit.since is None or count == reading.walk.listed) if is_everything else saved["is_whole"]
    if is_whole:
        yield visit.counted("issues", count, "GraphQL totalCount")
    if is_everything:
        visit.whole += ["issues"] if is_whole else []
        # What is older than asked for is not listed, and not missing.
        expected = {**known, **met} if is_whole else met
        yield from fates.told(visit, {issue: number for issue, number in expected.items() if issue not in reading.numbers})
        known, met = {}, reading.numbers
    state = {"etag": first.etag, "updated_at": reading.walk.newest or saved.get("updated_at"), "count": count, "is_whole": is_whole}
    state["incidents"] = issue_events.sign(visit)
    yield Reached({**state, "numbers": fates.remembered({**known, **met})}, at_end=is_everything)


def _walked_on(visit: Visit, walk: Saved) -> Generator[Told, None, Saved]:
    """The rest of a first listing that was cut short; what to remember of it."""
    reading = _Reading(visit, None, _Walk(**walk))
    yield from reading.pages()
    saved: Saved = {"etag": "", "updated_at": reading.walk.newest, "count": reading.walk.listed, "is_whole": visit.since is None}
    saved |= {"numbers": fates.remembered(reading.numbers), "incidents": issue_events.sign(visit)}
    yield Reached(saved)
    return saved


def _address(visit: Visit) -> str:
    parameters: dict[str, Any] = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PER_PAGE}
    if visit.since:
        parameters["since"] = visit.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return address(f"{visit.repository.path}/issues", parameters)


def _ask_count(visit: Visit, expected: int | None) -> int:
    """The source's own count, asked unless it was told already and is the expected one.

    Asked before and, where it does not fit, after the listing: an issue made meanwhile fits one of the two.
    """
    if visit.issue_count is None or expected not in (None, visit.issue_count):
        found, _ = visit.ask("issue count", queries.ISSUE_COUNT)
        visit.issue_count = int(dig(found, "issues", "totalCount") or 0)
    return visit.issue_count


def _count(visit: Visit, saved: Saved, reading: "_Reading") -> int:
    """The source's own count after a listing; where old issues are out of scope, the last one is kept: nothing to compare."""
    if not saved:
        return _ask_count(visit, reading.walk.listed)
    return _ask_count(visit, saved["count"] + reading.added) if saved["is_whole"] else saved["count"]


@dataclass
class _Walk:
    """Where a listing stands.

    Attributes:
        url: the page being read.
        newest: newest update seen at the start.
        listed: issues on the pages before it.
    """

    url: str
    newest: str | None = None
    listed: int = 0


@dataclass
class _Reading:
    """The pages of one reading."""

    visit: Visit
    known: datetime | None
    """Newest update that the last reading saw; None for all."""
    walk: _Walk
    added: int = 0
    """Issues made after the last reading."""
    numbers: fates.Numbers = field(default_factory=dict[str, int])
    """Of every issue met."""

    def pages(self, answer: Answer | None = None) -> Iterator[Told]:
        """Every page down to the overlap; `answer` is the first, where it was asked for already."""
        while True:
            answer = answer or page(self.visit.client, self.walk.url)
            items = listed(answer.data)
            self.walk.newest = self.walk.newest or dig(items, 0, "updated_at")
            wanted = [item for item in items if not isinstance(item, dict) or self._is_news(item)]
            yield from self._rejected(wanted)
            issues = [item for item in wanted if isinstance(item, dict) and "pull_request" not in item and self._is_unseen(item)]
            if issues:
                yield Page("issues", self.visit.partition, [records.issue(item, self.visit.repository_id) for item in issues])
                yield from issue_events.read(self.visit, issues)
            is_last = not answer.next or len(wanted) < len(items)
            if self.known is None and not is_last:
                yield Reached({"walk": asdict(self.walk)})
            self._tally(issues)
            if is_last:
                return
            self.walk.url, answer = answer.next, None

    def _is_news(self, item: dict[str, Any]) -> bool:
        updated = moment(item.get("updated_at"))
        return self.known is None or updated is None or updated >= self.known - self.visit.options.overlap

    def _is_unseen(self, item: dict[str, Any]) -> bool:
        """Not met on an earlier page: pages shift while they are read. Without an id, none is the same as another."""
        return item.get("id") is None or str(item["id"]) not in self.numbers

    def _rejected(self, items: list[Any]) -> Iterator[Event]:
        for item in items:
            if not isinstance(item, dict):
                url = f"{self.visit.repository.html_url}/issues"
                yield Rejected("issues", self.visit.partition, "?", f"expected an issue, got {item!r:.200}", item, url)

    def _tally(self, issues: list[dict[str, Any]]) -> None:
        self.numbers |= {str(item["id"]): item["number"] for item in issues if isinstance(item.get("id"), int) and "number" in item}
        self.walk.listed += len(issues)
        if self.known:
            self.added += sum(1 for item in issues if (moment(item.get("created_at")) or self.known) > self.known)
