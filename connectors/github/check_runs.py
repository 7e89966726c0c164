"""Check runs of every suite of the commits that were met, and the jobs of the workflow runs that changed.

A job of Actions is a check run of its run's check suite. So GraphQL brings both, for a hundred commits and then for a hundred
suites a request, where REST asks once for each run. Which attempt a job belongs to only REST tells: runs with several are asked for
there. A token of a workflow can report check runs of its own into a suite of Actions; those are no jobs, as their address shows.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from connectors.contract import Counted, Event, Page, Record
from connectors.errors import NotFound
from connectors.github import queries, records
from connectors.github.listing import chunks, pages
from connectors.github.records import dig, listed
from connectors.github.visit import Reached, Saved, Told, Visit, connection, in_halves

PENDING_FOR = timedelta(days=14)
"""A head whose checks have not ended after this long is not asked for any more."""
_JOB = re.compile(r"/actions/runs/\d+/job/\d+")

Json = dict[str, Any]
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Found:
    """What one request brought."""

    checks: list[Record] = field(default_factory=list[Record])
    jobs: list[Record] = field(default_factory=list[Record])
    checks_of_suite: dict[int, int] = field(default_factory=dict[int, int])
    """By suite, how many check runs the source counts."""
    jobs_of_run: dict[int, int] = field(default_factory=dict[int, int])
    """By run, how many jobs the source counts."""


@dataclass
class CheckRuns:
    """Reading the check runs of one repository."""

    visit: Visit
    pending: dict[str, str]
    """Heads with unfinished check runs, and the day on which they were first seen so."""
    _since: dict[str, str] = field(default_factory=dict[str, str])
    """The same of heads that are being looked at again."""
    _sizes: Counter[int] = field(default_factory=Counter[int])
    """How many suites of each number of check runs were met."""

    @classmethod
    def resume(cls, visit: Visit, saved: Saved) -> "CheckRuns":
        """Go on from what was remembered: unfinished ones are looked at again."""
        pending = dict(saved.get("pending", {}))
        visit.waiting.need_heads(pending)
        return cls(visit, pending)

    def drain(self, at_least: int = 1) -> Iterator[Told]:
        """Ask for everything that waits, once it is so much."""
        waiting = self.visit.waiting
        if waiting.size < at_least:
            return
        for heads, suites in self._answers(_suites, chunks(list(waiting.heads), queries.HEADS_A_REQUEST)):
            waiting.list_suites(heads, suites)
            self._since |= {sha: self.pending.pop(sha) for sha in heads if sha in self.pending}
            yield Reached(self.saved())
        suites = list(chunks(list(waiting.suites.items()), queries.SUITES_A_REQUEST))
        # One request alone first: it tells how many check runs the others had better ask for.
        for part in (suites, ()) if self._sizes else (suites[:1], suites[1:]):
            for some, found in self._answers(self._of_suites, part):
                self._sizes.update(found.checks_of_suite.values())
                yield from self._events(found)
                for suite_id, _ in some:
                    waiting.suites.pop(suite_id, None)
                yield Reached(self.saved())
        for run_id, found in self._answers(_of_rerun, list(waiting.reruns)):
            yield from self._events(found)
            waiting.reruns.pop(run_id, None)
            yield Reached(self.saved())

    def _of_suites(self, visit: Visit, wanted: list[tuple[str, int | None]]) -> Found:
        return _of_suites(visit, wanted, best_size(self._sizes))

    def saved(self) -> Saved:
        """What to remember."""
        today = self.visit.now.date()
        return {"pending": {sha: day for sha, day in self.pending.items() if date.fromisoformat(day) + PENDING_FOR >= today}}

    def _answers(self, ask: Callable[[Visit, Any], Result], wanted: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
        """What was asked for with its answer, in order; several requests are under way at once."""
        asked = list(wanted)
        yield from zip(asked, self.visit.side_by_side(lambda item: ask(self.visit, item), asked), strict=True)

    def _events(self, found: Found) -> Iterator[Event]:
        self._expect_more(found)
        partition = self.visit.partition
        for table, rows in (("check_runs", found.checks), ("workflow_jobs", found.jobs)):
            if rows:
                yield Page(table, partition, rows)
        if found.checks_of_suite:
            yield Counted("check_runs", partition, 0, "GraphQL totalCount of each suite", by="check_suite_id", each=found.checks_of_suite)
        if found.jobs_of_run:
            yield Counted("workflow_jobs", partition, 0, "total of each run", by="run_id", each=found.jobs_of_run)

    def _expect_more(self, found: Found) -> None:
        """Look again at the heads of check runs that have not ended."""
        for row in found.checks:
            if row["status"] != "completed":
                self.pending.setdefault(row["head_sha"], self._since.get(row["head_sha"], self.visit.now.date().isoformat()))


def _suites(visit: Visit, heads: list[str]) -> list[str]:
    """Node ids of the check suites of some commits; a commit that is gone (a force push, a deleted fork) has none."""
    ids: list[str] = []
    for sha, commit in zip(heads, in_halves(lambda some: _ask_heads(visit, some), heads), strict=True):
        if dig(commit, "status", "contexts"):
            visit.waiting.status_heads[sha] = None
        suites, after = connection(dig(commit, "checkSuites"))
        while after:
            found = visit.ask_whole("check suites", queries.MORE_CHECK_SUITES, {"sha": sha, "after": after})
            more, after = connection(dig(found, "object", "checkSuites"))
            suites = [*suites, *more]
        ids += [suite["id"] for suite in suites if isinstance(dig(suite, "id"), str)]
    return ids


def _ask_heads(visit: Visit, heads: list[str]) -> list[Any]:
    found = visit.ask_whole("check suites", queries.check_suites(len(heads)), {f"sha{i}": sha for i, sha in enumerate(heads)})
    return [found.get(f"c{i}") for i in range(len(heads))]


def best_size(sizes: Mapping[int, int]) -> int:
    """How many check runs of each suite to ask for, so that requests and points together are the fewest.

    One more for each of a hundred suites is a point; a suite that has more than were asked for costs a request and a point. Never
    fewer than at first: the suites met so far need not be like the others, and requests are the scarcer of the two.

    Args:
        sizes: how many suites of each number of check runs were met in this repository.
    """
    met = max(1, sum(sizes.values()))

    def cost(size: int) -> float:
        return size + 2 * queries.SUITES_A_REQUEST * sum(count for found, count in sizes.items() if found > size) / met

    return min(range(queries.CHECK_RUNS_A_SUITE, queries.MOST_CHECK_RUNS_A_SUITE + 1), key=cost)


def _of_suites(visit: Visit, wanted: list[tuple[str, int | None]], first: int) -> Found:
    """Check runs of some suites, `first` of each at once, those of a workflow run also as its jobs."""
    found = Found()
    ids = [suite_id for suite_id, _ in wanted]
    for (_, run_id), answer in zip(wanted, in_halves(lambda some: _ask_suites(visit, some, first), ids), strict=True):
        suite = answer if isinstance(answer, dict) else {}
        nodes = list(_nodes(visit, suite))
        _take_checks(found, visit, suite, nodes)
        if run_id is not None:
            _take_jobs(found, visit, run_id, suite, nodes)
    return found


def _ask_suites(visit: Visit, ids: list[str], first: int) -> list[Any]:
    """Each suite, or None for one that is gone."""
    what = f"{visit.repository.full_name} check runs"
    graph = visit.client.graphql(what, queries.CHECK_RUNS, {"suites": ids, "first": first})
    visit.refuse_holes("check runs", graph)
    nodes = graph.data.get("nodes")
    if not isinstance(nodes, list) or len(nodes) != len(ids):
        raise visit.missing(what, graph)
    return nodes


def _nodes(visit: Visit, suite: Json) -> Iterator[Json]:
    """Every check run of one suite."""
    nodes, after = connection(suite.get("checkRuns"))
    while after:
        what = f"{visit.repository.full_name} check runs"
        graph = visit.client.graphql(what, queries.MORE_CHECK_RUNS, {"suite": suite.get("id"), "after": after})
        visit.refuse_holes("check runs", graph)
        more, after = connection(dig(graph.data, "node", "checkRuns"))
        nodes = [*nodes, *more]
    yield from (node for node in nodes if isinstance(node, dict))


def _take_checks(found: Found, visit: Visit, suite: Json, nodes: list[Json]) -> None:
    sha, total = dig(suite, "commit", "oid"), dig(suite, "checkRuns", "totalCount")
    found.checks += [records.check_run(node, suite, sha, visit.repository_id) for node in nodes]
    if isinstance(total, int) and isinstance(suite.get("databaseId"), int):
        found.checks_of_suite[suite["databaseId"]] = total


def _take_jobs(found: Found, visit: Visit, run_id: int, suite: Json, nodes: list[Json]) -> None:
    """The jobs of a run of one attempt; REST is asked where GraphQL shows none, or not all of their steps."""
    jobs = [node for node in nodes if _JOB.search(str(node.get("detailsUrl")))]
    if not jobs or any(connection(job.get("steps"))[1] for job in jobs):
        by_rest = _of_rerun(visit, run_id)
        found.jobs += by_rest.jobs
        found.jobs_of_run |= by_rest.jobs_of_run
        return
    sha, total = dig(suite, "commit", "oid"), dig(suite, "checkRuns", "totalCount") or 0
    found.jobs += [records.job_of_check_run(node, run_id, sha, visit.repository_id) for node in jobs]
    found.jobs_of_run[run_id] = total - (len(nodes) - len(jobs))


def _of_rerun(visit: Visit, run_id: int) -> Found:
    """The jobs of every attempt of a run."""
    found = Found()
    path = f"{visit.repository.path}/actions/runs/{run_id}/jobs"
    try:
        for data in pages(visit.client, path, {"filter": "all"}):
            found.jobs += [records.workflow_job(job, visit.repository_id) for job in listed(dig(data, "jobs")) if isinstance(job, dict)]
            found.jobs_of_run[run_id] = dig(data, "total_count") or 0
    except NotFound:
        return Found()  # the run was deleted between the listing and now
    return found
