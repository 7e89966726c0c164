"""A large GitHub organisation as the demo servers' `World`: sizes and shapes only, no story, the same for the same seed.

Repositories are uneven, as real ones are: the largest of a hundred holds a twentieth of everything. Objects that are alike
(accounts, steps of a job, referenced workflows) are shared, so that the full size fits into about 2 GB.
"""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any

from pipelines.demo.world import (
    Account,
    Commit,
    EventKind,
    Issue,
    Person,
    PullRequest,
    Repository,
    RequiredCheck,
    Review,
    ReviewComment,
    Signature,
    TimelineEvent,
    World,
)
from pipelines.demo.world_checks import Attempt, CheckRun, Job, Step, WorkflowRun

OWNER = Account(1001, "acme", name="Acme AI")
REPOSITORIES, RUNS, PULL_REQUESTS, ISSUES = 100, 200_000, 50_000, 30_000
"""The organisation at scale 1."""
START, DAYS = datetime(2026, 1, 5, 6, 0, tzinfo=UTC), 300
OTHER_STARTS = {"review": 3_300_000_000, "comment": 2_500_000_000, "event": 19_000_000_000, "check": 61_000_000_000}
LAST_DAYS = timedelta(days=6)
"""Runs are started again within these days of the newest; the connector looks at seven again, unless told otherwise."""
RE_RUN_SHARE, FORCE_PUSH_SHARE = 0.1, 0.15
"""Runs with a second attempt; pull requests whose branch was force-pushed once."""
WORKFLOWS = {
    "CI": (".github/workflows/ci.yml", ("lint", "unit (1)", "unit (2)", "build")),
    "Evals": (".github/workflows/evals.yml", ("evals", "report")),
}
STEPS = ("Set up job", "Check out", "Set up Python", "Install", "Restore cache", "Run", "Upload results", "Complete job")
SENTENCE = "The scorer now reads the reference answer of every sample from the dataset's own revision instead of the newest one. "


@dataclass(frozen=True)
class Size:
    """How large the organisation is."""

    repositories: int
    runs: int
    pull_requests: int
    issues: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """The full size times `scale`; at least two repositories, so that some are read side by side."""
        return cls(max(2, round(REPOSITORIES * scale)), *(max(20, round(n * scale)) for n in (RUNS, PULL_REQUESTS, ISSUES)))

    def shares(self) -> Iterable["Size"]:
        """The size of each repository, largest first; the sums are exact."""
        weights = [1 / (place + 1) ** 0.5 for place in range(self.repositories)]
        totals = (self.runs, self.pull_requests, self.issues)
        marks = [[0, 0, 0]]
        for place in range(self.repositories):
            part = sum(weights[: place + 1]) / sum(weights)
            marks.append([round(total * part) for total in totals])
        return [Size(1, *(end - start for start, end in zip(first, last, strict=True))) for first, last in pairwise(marks)]


@dataclass
class Builder:
    """Fills a world; goes on numbering where it stopped, so that the same builder can change the world later."""

    world: World
    chance: random.Random
    people: list[Account]
    ids: dict[str, "count[int]"] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        starts = {"commit": 1, "run": 16_000_000_000, "job": 45_000_000_000, "pull": 2_100_000_000, "issue": 2_900_000_000}
        self.ids = {kind: count(start) for kind, start in (starts | OTHER_STARTS).items()}
        for conclusion in ("success", "failure", "skipped", ""):
            names = [Step(name, "success") for name in STEPS]
            names[5] = Step("Run", conclusion)
            self.steps[conclusion] = names

    def anyone(self) -> Account:
        """Some account."""
        return self.chance.choice(self.people)

    def text(self, most: int) -> str:
        """A text of one to `most` sentences."""
        return SENTENCE * self.chance.randint(1, most)

    def commit(self, repository: Repository, at: datetime, parents: tuple[str, ...], author: Account) -> str:
        """A new commit; its mark."""
        number = next(self.ids["commit"])
        mark = f"{repository.name}:{number}"
        who = Signature(author.name, f"{author.login}@acme.example")
        self.world.commits[mark] = Commit(mark, repository.full_name, who, at, f"Change {number}\n\n{SENTENCE}", parents, account=author)
        self.world.shas[mark] = hashlib.sha1(mark.encode(), usedforsecurity=False).hexdigest()
        return mark

    def pull(self, repository: Repository, number: int, at: datetime) -> PullRequest:
        """A new pull request with its commits, files, reviews and a check of another app; not yet closed."""
        chance, author = self.chance, self.anyone()
        commits, parent = [], repository.head
        for place in range(chance.randint(1, 4)):
            parent = self.commit(repository, at + timedelta(minutes=40 * place), (parent,), author)
            commits.append(parent)
        files = 130 if chance.random() < 0.005 else chance.randint(1, 7)
        pull = PullRequest(
            next(self.ids["pull"]),
            repository.full_name,
            number,
            f"Change {number} of {repository.name}",
            self.text(12),
            author,
            f"topic-{number}",
            commits,
            repository.head,
            at,
            at + timedelta(hours=3),
            labels=tuple(chance.sample(("eval", "prompt", "bug", "needs care"), chance.randint(0, 2))),
            files=[(f"src/part_{number % 40}/module_{place}.py", "MODIFIED", 12, 5) for place in range(files)],
        )
        for name in pull.labels:
            self.event(pull, "LabeledEvent", author, at, label=name)
        if chance.random() < FORCE_PUSH_SHARE:
            pull.lost_heads.append(self.commit(repository, at + timedelta(minutes=10), (repository.head,), author))
            self.event(pull, "HeadRefForcePushedEvent", author, at + timedelta(minutes=20), before=pull.lost_heads[0], after=pull.head)
        for place in range(25 if chance.random() < 0.002 else chance.randint(0, 3)):
            self.review(pull, at + timedelta(hours=1, minutes=place))
        check_id, done = next(self.ids["check"]), at + timedelta(minutes=50)
        check = CheckRun(check_id, repository.full_name, pull.head, "coverage", 254, "codecov", "success", done, done, str(check_id))
        self.world.check_runs.append(check)
        self.world.pull_requests.append(pull)
        return pull

    def event(self, pull: PullRequest, kind: EventKind, account: Account, at: datetime, **more: Any) -> None:
        """One more event of the timeline."""
        pull.events.append(TimelineEvent(next(self.ids["event"]), kind, account, at, **more))

    def review(self, pull: PullRequest, at: datetime) -> None:
        """One more review with up to three comments, which is also an update."""
        state, who = self.chance.choice(("APPROVED", "CHANGES_REQUESTED", "COMMENTED")), self.anyone()
        comments = [
            ReviewComment(next(self.ids["comment"]), who, pull.files[0][0], self.text(2), at, at, pull.head)
            for _ in range(self.chance.randint(0, 3))
        ]
        pull.reviews.append(Review(next(self.ids["review"]), who, state, at, pull.head, self.text(3), comments=comments))
        pull.updated_at = max(pull.updated_at, at)

    def merge(self, repository: Repository, pull: PullRequest, at: datetime) -> None:
        """Merge a pull request by squashing it onto the default branch."""
        pull.merged_by = self.anyone()
        pull.merge_commit = repository.head = self.commit(repository, at, (repository.head,), pull.account)
        pull.merged_at = pull.closed_at = pull.updated_at = at
        self.event(pull, "MergedEvent", pull.merged_by, at, after=pull.merge_commit, current_ref=repository.default_branch)
        self.event(pull, "ClosedEvent", pull.merged_by, at)

    def run(self, repository: Repository, workflow: str, head: str, at: datetime, pull: PullRequest | None = None) -> WorkflowRun:
        """A new run of a workflow, sometimes with a second attempt."""
        path, _ = WORKFLOWS[workflow]
        event = "pull_request" if pull else "push"
        branch = pull.head_ref if pull else repository.default_branch
        number = next(self.ids["run"])
        place = (number, repository.full_name, 900 + list(WORKFLOWS).index(workflow), workflow, path, event, head, branch, number % 100_000)
        run = WorkflowRun(*place, self.anyone(), at, [], (pull.number,) if pull else ())
        first = "failure" if self.chance.random() < RE_RUN_SHARE else "success"
        self.attempt(run, first, at)
        if first == "failure":
            self.attempt(run, "success", at + timedelta(minutes=30))
        self.world.runs.append(run)
        return run

    def attempt(self, run: WorkflowRun, conclusion: str, at: datetime) -> None:
        """One more attempt of a run; an empty conclusion is one under way."""
        _, names = WORKFLOWS[run.name]
        path = f"{run.repository}/{run.path}@refs/heads/main"
        jobs = [
            Job(
                next(self.ids["job"]),
                name,
                conclusion if name == names[-1] else "success",
                at + timedelta(seconds=20),
                at + timedelta(minutes=5 + place),
                self.steps[conclusion if name == names[-1] else "success"],
            )
            for place, name in enumerate(names)
        ]
        referenced = ((path, run.head, "refs/heads/main"),)
        run.attempts.append(Attempt(conclusion, at, at + timedelta(minutes=12), run.actor, jobs, referenced))

    def end(self, attempt: Attempt, conclusion: str, at: datetime) -> None:
        """Give an attempt and its last job a conclusion, or take it back: then both are under way."""
        last = attempt.jobs[-1]
        attempt.conclusion = last.conclusion = conclusion
        attempt.updated_at, last.steps = at, self.steps[conclusion]

    def issue(self, repository: Repository, number: int, at: datetime) -> None:
        """A new issue, every other one closed."""
        closed = at + timedelta(days=1) if number % 2 else None
        self.world.issues.append(
            Issue(
                next(self.ids["issue"]),
                repository.full_name,
                number,
                f"Trouble {number}",
                self.text(8),
                self.anyone(),
                at,
                closed or at,
                closed,
                ("bug",),
            )
        )


def build(scale: float, seed: int = 7) -> Builder:
    """The organisation at a scale, in the hands of the builder that can change it."""
    chance, size = random.Random(seed), Size.of(scale)
    engineers = [Account(2000 + n, f"engineer-{n}", name=f"Engineer {n}") for n in range(max(10, round(400 * min(1, scale * 10))))]
    people = [Person(a.login, a.name, a, (f"{a.login}@acme.example",), "", ()) for a in engineers]
    builder = Builder(World(seed, OWNER, people=people), chance, engineers)
    for place, share in enumerate(size.shares()):
        _fill(builder, place, share)
    return builder


def _fill(builder: Builder, place: int, size: Size) -> None:
    """One repository with its history; runs that no pull request brought are pushes to the default branch."""
    checks = (RequiredCheck("build", 15368, "ruleset", 71), RequiredCheck("evals", 15368, "ruleset", 71))
    born, end = START + timedelta(minutes=place), START + timedelta(days=DAYS)
    repository = Repository(500 + place, OWNER.login, f"service-{place:03}", born, end, SENTENCE, required_checks=checks)
    builder.world.repositories[repository.full_name] = repository
    repository.head = builder.commit(repository, born, (), builder.anyone())
    step, runs = timedelta(days=DAYS) / max(1, size.pull_requests), size.runs
    for number in range(1, size.pull_requests + 1):
        runs -= _work(builder, repository, number, born + step * number, runs)
    merged = [pull.merge_commit for pull in builder.world.pull_requests if pull.repository == repository.full_name and pull.merge_commit]
    for number in range(runs):
        # On the commit that was the newest at the time; where runs outnumber commits, a few of them share one.
        head = merged[len(merged) * number // runs] if merged else repository.head
        builder.run(repository, "CI", head, born + timedelta(days=DAYS) * number / runs)
    for number in range(1, size.issues + 1):
        builder.issue(repository, size.pull_requests + number, born + timedelta(days=DAYS) * number / size.issues)
    newest = max((run for run in builder.world.runs if run.repository == repository.full_name), key=lambda run: run.created_at)
    builder.end(newest.attempts[-1], "", end)


def _work(builder: Builder, repository: Repository, number: int, at: datetime, most: int) -> int:
    """One pull request's life: its runs, and its merge unless it is among the newest few; the runs that it brought."""
    pull, made = builder.pull(repository, number, at), 0
    for head in pull.commits[-2:]:
        for workflow in WORKFLOWS:
            if made < most:
                builder.run(repository, workflow, head, at + timedelta(minutes=made), pull)
                made += 1
    if at < START + timedelta(days=DAYS - 5) and builder.chance.random() < 0.9:
        builder.merge(repository, pull, pull.updated_at + timedelta(hours=2))
    return made


@dataclass(frozen=True)
class Changes:
    """What one round of changes touched, for the floor."""

    runs: dict[str, int]
    """By repository: runs that are new, were started again or ended."""
    re_runs: dict[str, int]
    """Those of them that have several attempts."""
    earlier_attempts: dict[str, int]
    """Attempts before the latest one of new runs."""
    pull_requests: dict[str, int]
    issues: dict[str, int]


def change(builder: Builder, share: float = 0.01) -> Changes:
    """Let a night pass: that share of runs, pull requests and issues is new or changed.

    Of the runs, half are new and half re-runs of the last days', and what was under way ends; of the pull requests, a third each
    are new, merged, and merged long ago but reviewed only now; of the issues, half are new and half changed.
    """
    world, done = builder.world, Changes({}, {}, {}, {}, {})
    for name, repository in world.repositories.items():
        now = START + timedelta(days=DAYS + 3)
        pulls = [pull for pull in world.pull_requests if pull.repository == name]
        issues = [issue for issue in world.issues if issue.repository == name]
        number = max([0, *(item.number for item in (*pulls, *issues))])
        done.pull_requests[name], new = _change_pulls(builder, repository, pulls, share, number, now)
        done.issues[name] = _change_issues(builder, repository, issues, share, number + new, now)
        old, new_runs = _change_runs(builder, repository, pulls, share, now)
        done.runs[name] = len(old) + len(new_runs)
        done.re_runs[name] = sum(len(run.attempts) > 1 for run in (*old, *new_runs))
        done.earlier_attempts[name] = sum(len(run.attempts) - 1 for run in new_runs)
        repository.pushed_at = now
    return done


def _some(total: int, share: float) -> int:
    return max(1, round(total * share))


def _change_pulls(
    builder: Builder, repository: Repository, pulls: list[PullRequest], share: float, number: int, now: datetime
) -> tuple[int, int]:
    """Pull requests touched, and those of them that are new."""
    each = _some(len(pulls), share / 3)
    still_open = [pull for pull in pulls if pull.closed_at is None][-each:]
    merged = builder.chance.sample([pull for pull in pulls if pull.merged_at], each)
    for place in range(each):
        builder.pull(repository, number + place + 1, now + timedelta(minutes=place))
    for place, pull in enumerate(still_open):
        builder.merge(repository, pull, now + timedelta(minutes=place))
    for place, pull in enumerate(merged):
        builder.review(pull, now + timedelta(minutes=place))
    return each + len(still_open) + len(merged), each


def _change_issues(builder: Builder, repository: Repository, issues: list[Issue], share: float, number: int, now: datetime) -> int:
    each = _some(len(issues), share / 2)
    for place in range(each):
        builder.issue(repository, number + place + 1, now + timedelta(minutes=place))
    for place, issue in enumerate(builder.chance.sample(issues, each)):
        issue.labels, issue.updated_at = (*issue.labels, "triaged"), now + timedelta(minutes=place)
    return 2 * each


def _change_runs(
    builder: Builder, repository: Repository, pulls: list[PullRequest], share: float, now: datetime
) -> tuple[list[WorkflowRun], list[WorkflowRun]]:
    """Known runs that changed, and new ones.

    Runs started again are among those of the last days: GitHub allows it for 30 days, and nearly all happen within hours.
    """
    runs = [run for run in builder.world.runs if run.repository == repository.full_name]
    each = _some(len(runs), share / 2)
    newest = max(run.created_at for run in runs)
    latest = [run for run in runs if run.created_at > newest - LAST_DAYS]
    able = [run for run in latest if run.attempts[-1].conclusion and len(run.attempts) == 1]
    under_way = [run for run in runs if not run.attempts[-1].conclusion]
    for run in under_way:
        builder.end(run.attempts[-1], "success", now)
    again = builder.chance.sample(able, min(each, len(able)))
    for place, run in enumerate(again):
        builder.attempt(run, "success", now + timedelta(minutes=place))
    new: list[WorkflowRun] = []
    for place in range(each):
        pull = pulls[-1 - place % len(pulls)]
        new.append(builder.run(repository, "Evals" if place % 2 else "CI", pull.head, now + timedelta(minutes=place), pull))
    return [*under_way, *again], new
