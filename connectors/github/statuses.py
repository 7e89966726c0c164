"""Commit statuses, the older kind of check: every change of every context, for the commits that have any.

GraphQL tells, with the check runs, which commits have statuses, but only the latest of each context; a flake shows in the earlier
ones. So the history is asked by REST, one request for each commit that has statuses and for no other.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connectors.contract import Page, Record
from connectors.errors import NotFound
from connectors.github import pull_request_records as records
from connectors.github.listing import pages
from connectors.github.records import listed
from connectors.github.visit import Reached, Saved, Told, Visit

PENDING_FOR = timedelta(days=14)
"""A commit whose statuses have not ended after this long is not asked for any more."""


def read(visit: Visit, saved: Saved) -> Iterator[Told]:
    """The statuses of every commit that has some and was met, or had unfinished ones."""
    pending: dict[str, str] = dict(saved.get("pending", {}))
    heads = sorted(visit.waiting.status_heads | dict.fromkeys(pending))
    for sha, rows in zip(heads, visit.side_by_side(lambda head: _of_commit(visit, head), heads), strict=True):
        if rows:
            yield Page("commit_statuses", visit.partition, rows)
        first_seen = pending.pop(sha, visit.now.date().isoformat())
        if _is_pending(rows) and date.fromisoformat(first_seen) + PENDING_FOR >= visit.now.date():
            pending[sha] = first_seen
        visit.waiting.status_heads.pop(sha, None)
        yield Reached({"pending": {**pending}})


def _of_commit(visit: Visit, sha: str) -> list[Record]:
    """Every status of a commit, newest first; a commit that is gone has none."""
    url = f"{visit.repository.html_url}/commit/{sha}"
    try:
        found = [item for data in pages(visit.client, f"{visit.repository.path}/commits/{sha}/statuses") for item in listed(data)]
    except NotFound:
        return []
    return [records.commit_status(item, sha, visit.repository_id, url) for item in found if isinstance(item, dict)]


def _is_pending(rows: list[Record]) -> bool:
    """Whether the newest status of some context is unfinished; the listing is newest first."""
    newest: dict[Any, Any] = {}
    for row in rows:
        newest.setdefault(row["context"], row["state"])
    return "pending" in newest.values()
