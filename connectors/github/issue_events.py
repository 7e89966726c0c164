"""Timelines of issues that are incidents: who took one up, when it was first closed, whether it was opened again.

Of other issues none is asked for. An issue's timeline is read whenever the issue is: each event moves the issue's last update.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

from connectors.contract import Event, Page
from connectors.github import issue_queries as queries
from connectors.github import records
from connectors.github.records import dig, digest
from connectors.github.visit import Visit, connection, in_halves

Json = dict[str, Any]


def sign(visit: Visit) -> str:
    """What stands for the labels of incidents in this repository; empty where no issue of it is one."""
    return digest(sorted(_labels(visit))) if _labels(visit) else ""


def _labels(visit: Visit) -> frozenset[str]:
    chosen, name = visit.options.incidents, visit.repository.full_name.lower()
    if chosen is None or (chosen.repositories and not any(fnmatchcase(name, pattern.lower()) for pattern in chosen.repositories)):
        return frozenset()
    return frozenset(label.lower() for label in chosen.labels)


def read(visit: Visit, issues: Sequence[Json]) -> Iterator[Event]:
    """The timelines of those of some issues, as REST gives them, that are incidents."""
    wanted = _labels(visit)
    labelled = (issue for issue in issues if wanted & {str(label).lower() for label in records.label_names(issue)})
    incidents = [issue for issue in labelled if isinstance(issue.get("number"), int)]
    for start in range(0, len(incidents), queries.ISSUES_A_REQUEST):
        batch = incidents[start : start + queries.ISSUES_A_REQUEST]
        timelines = in_halves(lambda some: _timelines(visit, some), batch)
        rows = [
            records.issue_event(node, issue, visit.repository_id)
            for issue, timeline in zip(batch, timelines, strict=True)
            for node in timeline
        ]
        if rows:
            yield Page("issue_events", visit.partition, rows)


def _timelines(visit: Visit, issues: list[Json]) -> list[list[Json]]:
    """All events of each issue; none of one that went meanwhile, which the next listing shows."""
    numbers = {f"number{i}": issue["number"] for i, issue in enumerate(issues)}
    found = visit.ask_whole("issue timelines", queries.issue_timelines(len(issues)), numbers)
    return [list(_events(visit, found.get(f"i{i}"))) for i in range(len(issues))]


def _events(visit: Visit, issue: Any) -> Iterator[Json]:
    page = dig(issue, "timelineItems")
    while True:
        nodes, after = connection(page)
        yield from (node for node in nodes if isinstance(node, dict))
        if not after:
            return
        graph = visit.client.graphql(
            f"{visit.repository.full_name} issue timeline", queries.MORE_OF_TIMELINE, {"issue": dig(issue, "id"), "after": after}
        )
        visit.refuse_holes("issue timeline", graph)
        page = dig(graph.data, "node", "timelineItems")
