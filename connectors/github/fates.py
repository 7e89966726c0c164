"""What became of issues that were read before and are not listed any more: deleted, transferred, or not to be seen.

Each is asked for once, by its number: GitHub answers 410 for one that was deleted, leads on to the new place of one that was
transferred, and answers 404 where nothing may be seen. What is remembered for that is the number of each issue read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.contract import Event, Gone, Page
from connectors.errors import AuthFailed, NotFound
from connectors.github import records
from connectors.github.protocol import Absent, Refused
from connectors.github.records import dig
from connectors.github.visit import Visit

MOST_REMEMBERED = 10_000
"""Issues of one repository whose numbers are kept in its cursor, the newest ones: some 15 bytes each, written with each checkpoint."""
MOST_ASKED = 100
"""Missing issues of one repository that one reading asks for; more at once are rather a matter of the repository than of each issue."""
UNEXPLAINED = "no longer listed"

Numbers = dict[str, int]
"""Number of each issue, by its id as text."""


def remembered(numbers: Mapping[str, int]) -> Numbers:
    """What to keep in the cursor."""
    return dict(sorted(numbers.items(), key=lambda each: int(each[0]))[-MOST_REMEMBERED:])


def told(visit: Visit, missing: Mapping[str, int]) -> Iterator[Event]:
    """The tombstones of issues that a whole listing lacks, each with its reason; one that answers in its old place is read."""
    newest_first = sorted(missing.items(), key=lambda each: int(each[0]), reverse=True)
    asked, left = newest_first[:MOST_ASKED], newest_first[MOST_ASKED:]
    gone: dict[str, list[tuple[Any, ...]]] = {UNEXPLAINED: [(int(issue),) for issue, _ in left]} if left else {}
    for (issue, _), found in zip(asked, visit.side_by_side(lambda each: _fate(visit, *each), asked), strict=True):
        if isinstance(found, str):
            gone.setdefault(found, []).append((int(issue),))
        else:
            yield Page("issues", visit.partition, [records.issue(found, visit.repository_id)])
    yield from (Gone("issues", visit.partition, keys, reason) for reason, keys in gone.items())


def _fate(visit: Visit, issue: str, number: int) -> str | dict[str, Any]:
    """Why one is gone; the issue itself where it is there after all."""
    try:
        found = visit.client.get(f"{visit.repository.path}/issues/{number}").data
    except Refused:
        raise
    except (NotFound, AuthFailed) as error:
        return _silence(error)
    if not isinstance(found, dict):
        return UNEXPLAINED
    if str(found.get("id")) == issue:
        return f"became pull request #{number}" if "pull_request" in found else found
    place = "/".join(str(dig(found, "repository_url") or "").split("/")[-2:])
    return f"transferred to {place}#{dig(found, 'number')}"


def _silence(error: NotFound | AuthFailed) -> str:
    if not isinstance(error, Absent) or error.status != 410:
        return "not visible"
    # The same status tells that a repository has no issues any more.
    return "issues are switched off" if "disabled" in error.message.lower() else "deleted"
