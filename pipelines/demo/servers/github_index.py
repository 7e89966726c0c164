"""Look-ups over a world's GitHub part: what belongs to which repository, run, commit. Knows nothing of HTTP or JSON."""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipelines.demo.world import Commit, Issue, PullRequest, Repository, Review, World
from pipelines.demo.world_checks import Attempt, CheckRun, CommitStatus, Job, WorkflowRun

ACTIONS_APP = (15368, "github-actions")
"""GitHub's own app that Actions reports its check runs with, the same on every site."""


def stable_id(*parts: object) -> int:
    """A positive number below 2^31 for something that GitHub numbers and the world does not: labels, check suites."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=4).digest()
    return int.from_bytes(digest) & 0x7FFF_FFFF


@dataclass(frozen=True)
class PlacedJob:
    """A job with the run and the attempt that it belongs to; also the Actions check run of the same id."""

    job: Job
    run: WorkflowRun
    attempt: Attempt
    number: int
    """The attempt's number, from 1."""

    @property
    def is_latest(self) -> bool:
        """Whether no later attempt exists."""
        return self.number == len(self.run.attempts)


@dataclass(frozen=True)
class PlacedCheck:
    """A check run of any app at a commit."""

    check_run_id: int
    suite_id: int
    name: str
    app: tuple[int, str]
    conclusion: str
    started_at: datetime
    completed_at: datetime
    external_id: str
    is_latest: bool
    placed_job: PlacedJob | None = None


HALF = 2**30
"""GraphQL shows the numbers of suites as 32-bit integers: one half for those of runs, one for those of other apps.

Runs and checks are numbered one after the other, so that the last digits of a number are its own. Hashes into so few numbers
would meet in an organisation of some hundred thousand runs.
"""


def suite_of_run(run: WorkflowRun) -> int:
    """The check suite of a workflow run, the same for all its attempts."""
    return run.run_id % HALF


def _check_of_job(placed: PlacedJob) -> PlacedCheck:
    job = placed.job
    return PlacedCheck(
        job.job_id,
        suite_of_run(placed.run),
        job.name,
        ACTIONS_APP,
        job.conclusion,
        job.started_at,
        job.completed_at,
        str(stable_id("external", job.job_id)),
        placed.is_latest,
        placed,
    )


def _check_of_app(check: CheckRun, suite: int, is_latest: bool) -> PlacedCheck:
    app = (check.app_id, check.app_slug)
    times = (check.started_at, check.completed_at)
    return PlacedCheck(check.check_run_id, suite, check.name, app, check.conclusion, *times, check.external_id, is_latest)


class GithubIndex:
    """A world, indexed the ways that the API is asked."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.members = frozenset(account for person in world.people for account in (person.account, *person.other_accounts))
        self.repositories = {name.lower(): repository for name, repository in world.repositories.items()}
        self.former_names = {name.lower(): repository for repository in world.repositories.values() for name in repository.former_names}
        self.repositories_by_id = {repository.repository_id: repository for repository in world.repositories.values()}
        self.pulls: dict[str, dict[int, PullRequest]] = defaultdict(dict)
        self.issues: dict[str, dict[int, Issue]] = defaultdict(dict)
        self.runs: dict[str, list[WorkflowRun]] = defaultdict(list)
        self.runs_by_id: dict[int, WorkflowRun] = {}
        self.jobs_by_id: dict[int, PlacedJob] = {}
        self.checks: dict[tuple[str, str], list[PlacedCheck]] = defaultdict(list)
        self.suites: dict[int, tuple[str, str]] = {}
        self.pulls_by_id: dict[int, PullRequest] = {pull.pull_request_id: pull for pull in world.pull_requests}
        self.issues_by_id: dict[int, Issue] = {issue.issue_id: issue for issue in world.issues}
        self.reviews_by_id: dict[int, tuple[PullRequest, Review]] = {
            review.review_id: (pull, review) for pull in world.pull_requests for review in pull.reviews
        }
        self.deployments_by_id = {
            one.deployment_id: (name, one) for name, around in world.surroundings.items() for one in around.deployments
        }
        self.statuses: dict[tuple[str, str], list[CommitStatus]] = defaultdict(list)
        self.commits: dict[tuple[str, str], Commit] = {}
        self.order = {mark: place for place, mark in enumerate(world.commits)}
        self._index_discussions()
        self._index_runs()
        self._index_checks()
        self._index_statuses()
        self._index_commits()

    def _index_discussions(self) -> None:
        for pull in sorted(self.world.pull_requests, key=lambda pull: pull.number):
            self.pulls[pull.repository][pull.number] = pull
        for issue in sorted(self.world.issues, key=lambda issue: issue.number):
            self.issues[issue.repository][issue.number] = issue

    def _index_runs(self) -> None:
        # What belongs to a vanished repository has no shas and is never asked for.
        known = [run for run in self.world.runs if run.head in self.world.shas]
        for run in sorted(known, key=lambda run: (run.created_at, run.run_id), reverse=True):
            self.runs[run.repository].append(run)
            self.runs_by_id[run.run_id] = run
            for placed in jobs_of(run):
                self.jobs_by_id[placed.job.job_id] = placed
                self.checks[run.repository, self.world.sha(run.head)].append(_check_of_job(placed))

    def _index_checks(self) -> None:
        latest: dict[tuple[str, str, int, str], CheckRun] = {}
        known = [check for check in self.world.check_runs if check.head in self.world.shas]
        ordered = sorted(known, key=lambda check: (check.started_at, check.check_run_id))
        for check in ordered:
            latest[check.repository, check.head, check.app_id, check.name] = check
        suites: dict[tuple[str, str, int], int] = {}
        for check in ordered:
            suite = suites.setdefault((check.repository, check.head, check.app_id), HALF + check.check_run_id % HALF)
            is_latest = latest[check.repository, check.head, check.app_id, check.name] is check
            sha = self.world.sha(check.head)
            self.checks[check.repository, sha].append(_check_of_app(check, suite, is_latest))
        for place, checks in self.checks.items():
            checks.sort(key=lambda check: check.check_run_id, reverse=True)
            for check in checks:
                other = self.suites.setdefault(check.suite_id, place)
                if other != place:
                    raise ValueError(f"check suite {check.suite_id} is of {other} and of {place}: number runs and checks apart")

    def _index_statuses(self) -> None:
        for status in sorted(self.world.statuses, key=lambda status: (status.created_at, status.status_id), reverse=True):
            if status.head in self.world.shas:
                self.statuses[status.repository, self.world.sha(status.head)].append(status)

    def _index_commits(self) -> None:
        for mark, commit in self.world.commits.items():
            if mark in self.world.shas:
                self.commits[commit.repository, self.world.shas[mark]] = commit

    def repository(self, owner: str, name: str) -> Repository | None:
        """A readable repository by its name or, where no other has that now, by a former one; None for unknown and vanished ones."""
        key = f"{owner}/{name}".lower()
        found = self.repositories.get(key) or self.former_names.get(key)
        return found if found and found.is_readable else None

    def open_count(self, full_name: str) -> int:
        """Open issues and pull requests together, as GitHub counts `open_issues_count`."""
        pulls = sum(pull.closed_at is None for pull in self.pulls[full_name].values())
        return pulls + sum(issue.closed_at is None for issue in self.issues[full_name].values())

    def history(self, mark: str) -> Iterable[str]:
        """Marks from one commit back to the first, every commit once, newest first."""
        names, seen = list(self.order), {mark}
        todo = [-self.order[mark]] if mark else []
        while todo:
            newest = names[-heapq.heappop(todo)]
            yield newest
            fresh = set(self.world.commits[newest].parents) - seen
            seen |= fresh
            for parent in fresh:
                heapq.heappush(todo, -self.order[parent])


def jobs_of(run: WorkflowRun) -> Iterable[PlacedJob]:
    """Every job of every attempt, oldest attempt first."""
    for number, attempt in enumerate(run.attempts, start=1):
        for job in attempt.jobs:
            yield PlacedJob(job, run, attempt, number)
