"""Thirty nights of the demo organisation: the story as it went on, and what happened in between that its end no longer shows.

Each `Happening` changes the world of every night from its moment on (or until another): things deleted, moved, renamed, hidden for
some nights, started again, reviewed late, pushed away. `shown` puts both together.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.demo.as_of import as_of
from pipelines.demo.world import Issue, PullRequest, Review, TimelineEvent, World
from pipelines.demo.world_checks import Attempt, Job, WorkflowRun
from pipelines.demo.world_evals import EvalRun

FIRST = datetime(2026, 6, 3, 1, 30, tzinfo=UTC)
"""When the first night's sync starts; the last of thirty is after everything that the story tells."""
NIGHTS = 30
AHEAD = timedelta(hours=9)
"""Things happen in the afternoon before the night."""
NEW_IDS = 9_900_000_000
"""Ids of what happens here start above all of the story's."""
RENAMED = ("acme/recsys-lab", "acme/recsys-research")
TRANSFERRED = ("acme/onboarding-docs", "acme-handbook/onboarding-docs")
DELETED = "acme/legacy-ranker"
HIDDEN = "acme/notify-service"
ARCHIVED = "acme/support-agent"
SHOWN = "acme/voice-router"
"""Public for some nights."""


@dataclass(frozen=True)
class Happening:
    """One thing that happened; `happen` may change the world that it is given, but no item in it.

    Attributes:
        night: before which night's sync it happened, from 0.
        until: before which night's sync it was over; None stays.
        what: in words, with the ids that a test looks for.
    """

    night: int
    what: str
    happen: Callable[[World, datetime], None]
    ids: tuple[Any, ...] = ()
    until: int | None = None

    @property
    def at(self) -> datetime:
        """The moment."""
        return moment_of(self.night) - AHEAD

    def is_seen(self, night: int) -> bool:
        """Whether the world of that night shows it."""
        return self.night <= night and (self.until is None or night < self.until)


def moment_of(night: int) -> datetime:
    """When a night's sync starts."""
    return FIRST + timedelta(days=night)


def shown(world: World, happenings: Iterable[Happening], night: int) -> World:
    """What the servers show in one night."""
    past = as_of(world, moment_of(night))
    for happening in happenings:
        if happening.is_seen(night):
            happening.happen(past, happening.at)
    return past


def planted(world: World) -> dict[str, Happening]:
    """Everything that happens between the nights, by name, in order of time.

    The commit of the force push is added to the world: it must be there before the bare repositories are made.
    """
    happenings = {
        "issue deleted": _issue_deleted(world, 2, "acme/voice-router"),
        "issue transferred": _issue_transferred(world, 4, "acme/labeling-svc", "acme/data-platform"),
        "repository hidden": Happening(5, "its access was taken away for three nights", _with(HIDDEN, is_hidden=True), (HIDDEN,), 8),
        "repository renamed": Happening(7, "renamed", lambda w, _: _rename(w, *RENAMED), RENAMED),
        "listing shrunk": _listing_shrunk(world, 9, "acme/support-agent"),
        "repository shown": Happening(10, "made public, and private again", _with(SHOWN, is_private=False), (SHOWN,), 22),
        "late review": _late_review(world, 11),
        "repository archived": Happening(12, f"{ARCHIVED} was archived", _with(ARCHIVED, is_archived=True), (ARCHIVED,)),
        "run started again": _run_started_again(world, 13),
        "run expired": _run_expired(world, 15),
        "eval log edited": _eval_log_edited(world, 17),
        "repository transferred": Happening(19, "moved to another owner", lambda w, _: _rename(w, *TRANSFERRED), TRANSFERRED),
        "repository deleted": Happening(21, f"{DELETED} was deleted", lambda w, _: _delete(w, DELETED), (DELETED,)),
        "branch deleted": _branch_deleted(world, 25, "acme/data-platform"),
        "branch pushed by force": _pushed_by_force(world, 27, "acme/billing-api"),
    }
    return dict(sorted(happenings.items(), key=lambda named: named[1].night))


# Issues


def _issue_deleted(world: World, night: int, repository: str) -> Happening:
    issue = _oldest(world.issues, repository)

    def happen(shown: World, _: datetime) -> None:
        shown.issues = [each for each in shown.issues if each.issue_id != issue.issue_id]
        shown.gone_issues = {**shown.gone_issues, f"{repository}#{issue.number}": ""}

    return Happening(night, f"an issue of {repository} was deleted", happen, (issue.issue_id,))


def _issue_transferred(world: World, night: int, repository: str, to: str) -> Happening:
    """GitHub gives a transferred issue a new id and a new number, and keeps when it was opened."""
    issue, new_id = _oldest(world.issues, repository), NEW_IDS + 1

    def happen(shown: World, at: datetime) -> None:
        moved = {"issue_id": new_id, "repository": to, "number": 900, "updated_at": at}
        _swap(shown.issues, issue.issue_id, "issue_id", lambda old: replace(old, **moved))
        shown.gone_issues = {**shown.gone_issues, f"{repository}#{issue.number}": f"{to}#{moved['number']}"}

    return Happening(night, f"an issue moved from {repository} to {to}", happen, (issue.issue_id, new_id))


def _listing_shrunk(world: World, night: int, repository: str) -> Happening:
    """For one night the source shows fewer issues than it has, in its listing and in its count alike."""
    missing = tuple(issue.issue_id for issue in world.issues if issue.repository == repository)[1:3]

    def happen(shown: World, _: datetime) -> None:
        shown.issues = [each for each in shown.issues if each.issue_id not in missing]

    return Happening(night, f"two issues of {repository} were not listed for a night", happen, missing, night + 1)


# Pull requests


def _late_review(world: World, night: int) -> Happening:
    pull = next(each for each in world.pull_requests if each.merged_at and each.merged_at < FIRST - timedelta(days=30) and each.reviews)
    reviewer = next(person.account for person in reversed(world.people) if person.account != pull.account)

    def happen(shown: World, at: datetime) -> None:
        late = Review(NEW_IDS + 2, reviewer, "COMMENTED", at, pull.head, "Seen only now.")
        _swap(
            shown.pull_requests,
            pull.pull_request_id,
            "pull_request_id",
            lambda old: replace(old, reviews=[*old.reviews, late], updated_at=at),
        )

    return Happening(night, "a review long after the merge", happen, (NEW_IDS + 2, pull.pull_request_id))


def _branch_deleted(world: World, night: int, repository: str) -> Happening:
    """Deleting the branch of an open pull request closes it."""
    pull = _open_pull(world, repository)

    def happen(shown: World, at: datetime) -> None:
        closed = TimelineEvent(NEW_IDS + 4, "ClosedEvent", pull.account, at)
        _swap(
            shown.pull_requests,
            pull.pull_request_id,
            "pull_request_id",
            lambda old: replace(old, closed_at=at, updated_at=at, events=[*old.events, closed]),
        )
        _with_branches(shown, repository, {pull.head_ref: None}, at)

    return Happening(night, f"the branch of an open pull request of {repository} was deleted", happen, (pull.pull_request_id,))


def _pushed_by_force(world: World, night: int, repository: str) -> Happening:
    """The last commit of an open pull request is replaced by another one."""
    pull = _open_pull(world, repository)
    gone = world.commits[pull.head]
    amended = replace(gone, mark=f"{gone.mark}:amended", message=f"{gone.message.rstrip()}, amended", committed_at=moment_of(night) - AHEAD)
    world.commits[amended.mark] = amended

    def happen(shown: World, at: datetime) -> None:
        push = TimelineEvent(NEW_IDS + 3, "HeadRefForcePushedEvent", pull.account, at, before=gone.mark, after=amended.mark)
        pushed = {"commits": [*pull.commits[:-1], amended.mark], "lost_heads": [*pull.lost_heads, gone.mark], "updated_at": at}
        _swap(
            shown.pull_requests,
            pull.pull_request_id,
            "pull_request_id",
            lambda old: replace(old, events=[*old.events, push], **pushed),
        )
        _with_branches(shown, repository, {pull.head_ref: amended.mark}, at)

    return Happening(night, f"a force push to a pull request of {repository}", happen, (pull.pull_request_id, gone.mark, amended.mark))


# Workflow runs


def _run_started_again(world: World, night: int) -> Happening:
    """A run of 25 days ago gets a second attempt; GitHub allows it for 30 days."""
    at = moment_of(night)
    run = next(run for run in world.runs if at - timedelta(days=26) < run.created_at < at - timedelta(days=20) and len(run.attempts) == 1)

    def happen(shown: World, at: datetime) -> None:
        _swap(shown.runs, run.run_id, "run_id", lambda old: replace(old, attempts=[*old.attempts, _again(old, at)]))

    return Happening(night, f"run {run.run_id} was started again weeks later", happen, (run.run_id,))


def _again(run: WorkflowRun, at: datetime) -> Attempt:
    """The same jobs once more, all of them well this time."""
    last = run.attempts[-1]
    jobs = [_well(job, NEW_IDS + 10 + place, at) for place, job in enumerate(last.jobs)]
    return replace(last, conclusion="success", started_at=at, updated_at=at + timedelta(minutes=10), jobs=jobs)


def _well(job: Job, job_id: int, at: datetime) -> Job:
    steps = [replace(step, conclusion="success") for step in job.steps]
    return replace(job, job_id=job_id, conclusion="success", started_at=at, completed_at=at + timedelta(minutes=8), steps=steps)


def _run_expired(world: World, night: int) -> Happening:
    run = min(world.runs, key=lambda each: each.created_at)

    def happen(shown: World, _: datetime) -> None:
        shown.runs = [each for each in shown.runs if each.run_id != run.run_id]

    return Happening(night, f"run {run.run_id} reached the end of its retention", happen, (run.run_id,))


# Eval logs


def _eval_log_edited(world: World, night: int) -> Happening:
    """Somebody corrects a score in a log that was read long ago."""
    run = next(each for each in world.eval_runs if each.kind == "inspect" and not each.is_truncated and _scored(each) is not None)
    place = _scored(run) or 0

    def happen(shown: World, at: datetime) -> None:
        sample = run.samples[place]
        samples = [*run.samples[:place], replace(sample, value=1.0 - (sample.value or 0.0)), *run.samples[place + 1 :]]
        _swap(shown.eval_runs, run.path, "path", lambda old: replace(old, samples=samples, edited_at=at))

    return Happening(night, f"a score in {run.path} was corrected", happen, (run.path, run.samples[place].sample_id))


def _scored(run: EvalRun) -> int | None:
    return next((place for place, sample in enumerate(run.samples) if sample.value in (0.0, 1.0)), None)


# Repositories


def _rename(shown: World, old: str, new: str) -> None:
    """Everything of a repository under its new name; its id stays."""
    owner, _, name = new.partition("/")
    for collection, item in _of_repository(shown, old):
        collection[item] = replace(collection[item], repository=new)
    repositories = {
        key: replace(each, fork_of=new if each.fork_of == old else each.fork_of, template=new if each.template == old else each.template)
        for key, each in shown.repositories.items()
    }
    moved = repositories[old]
    repositories[old] = replace(moved, owner=owner, name=name, former_names=(*moved.former_names, old))
    shown.repositories = {each.full_name: each for each in repositories.values()}
    for by_name in ("surroundings", "refused"):
        setattr(shown, by_name, {new if name == old else name: each for name, each in getattr(shown, by_name).items()})


def _with(name: str, **changes: Any) -> Callable[[World, datetime], None]:
    """Changes of a repository itself."""

    def happen(shown: World, _: datetime) -> None:
        shown.repositories[name] = replace(shown.repositories[name], **changes)

    return happen


def _delete(shown: World, name: str) -> None:
    """A repository that is no more, with everything in it."""
    del shown.repositories[name]
    for each in fields(shown):
        value = getattr(shown, each.name)
        if isinstance(value, list):
            setattr(shown, each.name, [item for item in value if getattr(item, "repository", None) != name])


def _of_repository(shown: World, name: str) -> Iterator[tuple[Any, Any]]:
    """Every collection of the world with the place of each item that belongs to a repository."""
    for each in fields(shown):
        value = getattr(shown, each.name)
        places = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        yield from ((value, place) for place, item in list(places) if is_dataclass(item) and getattr(item, "repository", None) == name)


def _with_branches(shown: World, name: str, branches: dict[str, str | None], at: datetime) -> None:
    """Set branches of a repository to marks, or delete them with None."""
    old = shown.repositories[name]
    kept = {branch: mark for branch, mark in (old.branches | branches).items() if mark}
    shown.repositories[name] = replace(old, branches=kept, pushed_at=max(old.pushed_at, at))


# Choosing and changing


def _oldest(items: list[Issue], repository: str) -> Issue:
    return min((each for each in items if each.repository == repository), key=lambda each: each.created_at)


def _open_pull(world: World, repository: str) -> PullRequest:
    """The newest pull request that is open at the end."""
    return [each for each in world.pull_requests if each.repository == repository and each.closed_at is None][-1]


def _swap(items: list[Any], key: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Replace the item of a key, where it is there already."""
    for place, item in enumerate(items):
        if getattr(item, name) == key:
            items[place] = change(item)
