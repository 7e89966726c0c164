"""The dependency graph of the default branch: its packages by SBOM, and what changed between the heads of two readings.

Both are asked for only where the default branch moved, which the survey tells: one request for the packages and one for
the comparison. Neither is asked for in an empty repository.
"""

from collections.abc import Generator

from connectors.contract import Event, Page
from connectors.github import gaps
from connectors.github import surroundings_records as made
from connectors.github.gaps import Absence
from connectors.github.records import dig, listed
from connectors.github.visit import Saved, Visit


def read(visit: Visit, saved: Saved) -> Generator[Event, None, tuple[Saved, list[str]]]:
    """Yield packages and changes where the head moved; return what to remember, and which tables were listed wholly."""
    head = visit.surveyed.get("defaultBranchRef", "target", "oid")
    is_waiting = visit.access.is_due(gaps.SBOM)
    if not isinstance(head, str) or (head == saved.get("head") and not is_waiting):
        return saved, []
    path = f"{visit.repository.path}/dependency-graph"
    # Whoever switches the graph on need not push anything: a refusal is asked for again by its own turn, not at each push.
    answer = visit.access.get(gaps.SBOM, f"{path}/sbom")
    if isinstance(answer, Absence):
        return saved, []
    rows = list(made.packages(dig(answer.data, "sbom"), visit.repository_id, visit.repository.html_url))
    if rows:
        yield Page("dependency_packages", visit.partition, list({row["package_url"]: row for row in rows}.values()))
    base = saved.get("head")
    if base and base != head:
        yield from _changes(visit, path, base, head)
    return {"head": head}, ["dependency_packages"]


def _changes(visit: Visit, path: str, base: str, head: str) -> Generator[Event, None, None]:
    """What changed since the last reading; a base that a force push removed cannot be compared with."""
    answer = visit.access.get(gaps.COMPARISON, f"{path}/compare/{base}...{head}", is_news=not visit.access.is_refused(gaps.COMPARISON))
    if isinstance(answer, Absence):
        return
    items = [item for item in listed(answer.data) if isinstance(item, dict)]
    rows = [
        made.dependency_change(item, visit.repository_id, (base, head), visit.now.isoformat(), visit.repository.html_url) for item in items
    ]
    if rows:
        yield Page("dependency_changes", visit.partition, rows)
