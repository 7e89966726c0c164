"""Releases, deployments, environments and labels.

The newest releases and deployments with their statuses and all labels come with the survey, one request for many repositories. Only where
that shows more than a page of news is a repository asked for by itself.
"""

from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from typing import Any

from connectors.contract import Event, Page, Record
from connectors.errors import AuthFailed
from connectors.github import gaps
from connectors.github import surroundings_queries as queries
from connectors.github import surroundings_records as made
from connectors.github.gaps import Absence, Subject
from connectors.github.listing import pages
from connectors.github.records import dig, digest, listed, moment
from connectors.github.visit import Saved, Visit, connection

STATUSES_FOR = timedelta(days=30)
"""Deployments as old as this, counted from the newest, are looked at again for new statuses."""


def read(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, list[str]]]:
    """Yield what changed; return what to remember, and which tables were listed wholly."""
    state: Saved = {}
    whole: list[str] = []
    for part in (_releases, _deployments, _labels, _environments):
        name = part.__name__.removeprefix("_")
        state[name], is_whole = yield from part(visit, saved.get(name, {}))
        whole += [name] if is_whole else []
    return state, whole


def _told(visit: Visit, subject: Subject) -> Any:
    """A connection of the survey; None where it was refused, which becomes a gap, or not told."""
    name = subject.name
    if name in visit.surveyed.refused:
        visit.access.refused(subject, "/graphql", AuthFailed("github", name, visit.surveyed.refused[name]), status=200)
        return None
    found = visit.surveyed.get(name)
    if found is not None:
        visit.access.granted(subject)
    return found


def _releases(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, bool]]:
    """Releases: the newest ones, and all of them where fewer are there than should be."""
    found = _told(visit, gaps.RELEASES)
    if found is None or saved.get("sign") == digest(found):
        return saved, False
    newest, total = saved.get("newest", ""), dig(found, "totalCount") or 0
    nodes = list(_until(visit, "releases", found, lambda node: bool(newest) and str(dig(node, "createdAt")) < newest))
    added = sum(1 for node in nodes if str(dig(node, "createdAt")) > newest)
    is_whole = not saved
    if saved and total != saved["count"] + added:
        nodes, is_whole = list(_until(visit, "releases", found, lambda _: False)), True
    yield from _page(visit, "releases", [made.release(node, visit.repository_id) for node in nodes])
    top = max((str(dig(node, "createdAt")) for node in nodes), default=newest)
    return {"sign": digest(found), "newest": max(top, newest), "count": total}, is_whole


def _deployments(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, bool]]:
    """Deployments with every status, as far back as older ones may still change."""
    found = _told(visit, gaps.DEPLOYMENTS)
    if found is None or saved.get("sign") == digest(found):
        return saved, False
    newest = moment(saved.get("newest"))
    floor = newest - STATUSES_FOR if newest else None
    nodes = list(_until(visit, "deployments", found, lambda node: _is_below(node, floor)))
    rows = [made.deployment(node, visit.repository_id, visit.repository.html_url) for node in nodes]
    yield from _page(visit, "deployments", rows)
    statuses = [made.deployment_status(status, row) for node, row in zip(nodes, rows, strict=True) for status in _statuses(visit, node)]
    yield from _page(visit, "deployment_statuses", statuses)
    created = [str(dig(node, "createdAt")) for node in nodes]
    return {"sign": digest(found), "newest": max([*created, saved.get("newest") or ""], default="") or None}, False


def _is_below(node: Any, floor: Any) -> bool:
    created = moment(dig(node, "createdAt"))
    return floor is not None and created is not None and created < floor


def _statuses(visit: Visit, node: Any) -> Iterator[dict[str, Any]]:
    """Every status of one deployment."""
    found = dig(node, "statuses")
    while True:
        nodes, after = connection(found)
        yield from (status for status in nodes if isinstance(status, dict))
        if not after:
            return
        what = f"{visit.repository.full_name} deployment statuses"
        graph = visit.client.graphql(what, queries.MORE_STATUSES, {"deployment": dig(node, "id"), "after": after})
        found = dig(graph.data, "node", "statuses")


def _labels(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, bool]]:
    """All labels, where one of the first hundred or their number changed."""
    found = _told(visit, gaps.LABELS)
    if found is None or saved.get("sign") == digest(found):
        return saved, False
    nodes = _until(visit, "labels", found, lambda _: False)
    yield from _page(visit, "labels", [made.label(node, visit.repository_id) for node in nodes])
    return {"sign": digest(found)}, True


def _environments(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, bool]]:
    """All environments with their protection rules: by REST, conditionally, because reviewers would cost many points."""
    count = visit.surveyed.count("environments")
    if not count and not saved.get("count"):
        return saved, False
    path = f"{visit.repository.path}/environments?per_page=100"
    answer = visit.access.get(gaps.ENVIRONMENTS, path, saved.get("etag", ""))
    if isinstance(answer, Absence) or answer.is_unchanged:
        return saved, False
    items = [*listed(dig(answer.data, "environments"))]
    for data in pages(visit.client, answer.next) if answer.next else ():
        items += listed(dig(data, "environments"))
    rows = [made.environment(item, visit.repository_id, visit.repository.html_url) for item in items if isinstance(item, dict)]
    yield from _page(visit, "environments", rows)
    return {"etag": answer.etag, "count": len(rows)}, True


def _until(visit: Visit, name: str, found: Any, is_known: Callable[[Any], bool]) -> Iterator[dict[str, Any]]:
    """Nodes of a connection, its further pages included, up to the first one that is known."""
    while True:
        nodes, after = connection(found)
        for node in nodes:
            if is_known(node):
                return
            if isinstance(node, dict):
                yield node
        if not after:
            return
        answer, _ = visit.ask(name, queries.MORE_SURROUNDINGS[name], {"after": after})
        found = answer.get(name)


def _page(visit: Visit, table: str, rows: list[Record]) -> Iterator[Event]:
    if rows:
        yield Page(table, visit.partition, rows)
