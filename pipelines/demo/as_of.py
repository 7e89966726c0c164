"""The demo organisation as it was at a moment: what came later is absent, what ended later is still going on.

Most of it follows from the dates of `World`'s own fields, whatever classes there are: an item made later is left out, a later
date that may be missing is missing, any other becomes the item's last date up to the moment. What hangs on more than one date
(who merged, which conclusion, which head) has a rule of its own below. What the story does not date - titles, labels, required
checks, experiments - is as it is at the end.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.demo.story.tickets import SPRINT, STATUSES
from pipelines.demo.world import Commit, PullRequest, Repository, World
from pipelines.demo.world_checks import Attempt, CheckRun, Job, Step
from pipelines.demo.world_evals import EvalRun
from pipelines.demo.world_jira import JiraIssue, JiraSprint

BIRTHS = ("committed_at", "authored_at", "created_at", "submitted_at", "started_at", "pushed_at", "observed_at", "created")
"""Names of the date at which something came into being; the first that it has counts."""
ALWAYS = datetime.min.replace(tzinfo=UTC)


def as_of(world: World, moment: datetime) -> World:
    """The world at a moment; items that were the same then are shared with the given world, not copied.

    Looking back twice is looking back once, to the earlier moment; from any moment after the end the world is itself.
    """
    past = replace(world, **{each.name: _items(getattr(world, each.name), moment) for each in fields(world)})
    past.pull_requests = [_pull(pull, past.commits) for pull in past.pull_requests]
    past.runs = [run for run in past.runs if run.attempts]
    past.repositories = {name: _repository(repository, world, past) for name, repository in past.repositories.items()}
    return past


def born(item: Any) -> datetime:
    """When something came into being; the beginning of time for what has no date."""
    if isinstance(item, EvalRun):
        return item.created_at + timedelta(seconds=item.seconds)  # its file is written when it ends
    named = item.get if isinstance(item, dict) else lambda name: getattr(item, name, None)
    return next((date for date in map(named, BIRTHS) if isinstance(date, datetime)), ALWAYS)


# What follows from dates alone


def _items(value: Any, moment: datetime) -> Any:
    """A collection without what came later; anything else as it is."""
    if isinstance(value, list | tuple):
        return type(value)(_past(item, moment) for item in value if born(item) <= moment)
    if isinstance(value, dict) and all(is_dataclass(item) for item in value.values()):
        return {key: _past(item, moment) for key, item in value.items() if born(item) <= moment}
    return value


def _past(item: Any, moment: datetime) -> Any:
    """One item at a moment."""
    if max(_dates(item), default=ALWAYS) <= moment:
        return item
    if isinstance(item, dict):
        return {name: _until(value, _last(item, moment), moment) for name, value in item.items()}
    rule = RULES.get(type(item), _by_its_dates)
    return rule(item, moment)


def _by_its_dates(item: Any, moment: datetime) -> Any:
    last = _last(item, moment)
    changed: dict[str, Any] = {}
    for each in fields(item):
        value = getattr(item, each.name)
        changed[each.name] = _until(value, None if each.default is None else last, moment)
    return replace(item, **changed)


def _until(value: Any, otherwise: datetime | None, moment: datetime) -> Any:
    """A field's value at a moment, where a later date is replaced."""
    if isinstance(value, datetime):
        return value if value <= moment else otherwise
    return _items(value, moment) if isinstance(value, list | tuple) else value


def _dates(value: Any) -> Iterator[datetime]:
    """Every date in an item and below it."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _dates(item)
    elif isinstance(value, dict):
        yield from _dates(list(value.values()))
    elif is_dataclass(value):
        yield from _dates([getattr(value, each.name) for each in fields(value)])


def _last(item: Any, moment: datetime) -> datetime:
    """The last date of an item up to a moment."""
    return max((date for date in _dates(item) if date <= moment), default=born(item))


# What hangs on more than one date


def _attempt(attempt: Attempt, moment: datetime) -> Attempt:
    past = _by_its_dates(attempt, moment)
    return past if attempt.updated_at <= moment else replace(past, conclusion="")


def _job(job: Job, moment: datetime) -> Job:
    """A job that goes on has no conclusion; its planned end stays, so that its steps keep their times."""
    share = (job.completed_at - job.started_at) / max(1, len(job.steps))
    ends = [job.started_at + share * (place + 1) for place in range(len(job.steps))]
    steps = [step if end <= moment else Step(step.name, "") for step, end in zip(job.steps, ends, strict=True)]
    return replace(job, conclusion="", steps=steps)


def _check_run(check: CheckRun, _: datetime) -> CheckRun:
    return replace(check, conclusion="")


def _pull(pull: PullRequest, commits: Mapping[str, Commit]) -> PullRequest:
    """A pull request with the commits pushed so far; a commit is taken for pushed when it was made."""
    pushed = [mark for mark in pull.commits if mark in commits]
    if any(mark not in commits for mark in pull.lost_heads):
        pull = replace(pull, lost_heads=[mark for mark in pull.lost_heads if mark in commits])
    past = replace(pull, merged_by=None, merge_commit="") if pull.merge_commit and pull.merged_at is None else pull
    if len(pushed) < len(pull.commits):
        touched = {path for mark in pushed for path in _paths(commits[mark])}
        past = replace(past, commits=pushed or pull.commits[:1], files=[entry for entry in pull.files if entry[0] in touched])
    if past is pull:
        return pull
    return replace(past, updated_at=max(pull.updated_at, *(born(commits[mark]) for mark in pushed), pull.created_at))


def _paths(commit: Commit) -> Iterator[str]:
    yield from commit.writes
    yield from commit.deletes
    yield from (new for _, new in commit.renames)


def _repository(repository: Repository, world: World, past: World) -> Repository:
    """A repository with its references: the branches of pull requests as these were, any other back along first parents."""
    pulls = [pull for pull in world.pull_requests if pull.repository == repository.full_name]
    opened = {pull.head_ref: pull.head for pull in past.pull_requests if pull.repository == repository.full_name and pull.closed_at is None}
    others = set(repository.branches) - {pull.head_ref for pull in pulls}
    branches = {name: _there(repository.branches[name], world, past) for name in others} | opened
    changed = replace(
        repository,
        head=_there(repository.head, world, past),
        branches={name: mark for name, mark in branches.items() if mark},
        tags={name: mark for name, mark in repository.tags.items() if mark in past.commits},
    )
    return repository if changed == repository else replace(changed, is_empty=not changed.head)


def _there(mark: str, world: World, past: World) -> str:
    """A reference that stands at a commit at the end, where it stood then; empty before its first commit."""
    while mark and mark not in past.commits:
        mark = next(iter(world.commits[mark].parents), "")
    return mark


def _jira_issue(issue: JiraIssue, moment: datetime) -> JiraIssue:
    """An issue with its changelog taken back, newest entry first."""
    past = _by_its_dates(issue, moment)
    values = {name: _items(value, moment) for name, value in issue.fields.items() if not isinstance(value, datetime) or value <= moment}
    undone: dict[str, str] = {}
    for entry in reversed(issue.history):
        for item in reversed(entry["items"]) if entry["created"] > moment else ():
            undone[item["fieldId"]] = item["fromString"] or ""
    values = {name: value for name, value in values.items() if undone.get(name) != ""}
    values |= {name: _value_then(name, values[name], old) for name, old in undone.items() if name in values}
    status, resolution = undone.get("status", issue.status), undone.get("resolution", issue.resolution)
    category = STATUSES[status][1] if "status" in undone else issue.status_category
    resolved = [
        entry["created"] for entry in past.history for item in entry["items"] if item["fieldId"] == "resolution" and item["toString"]
    ]
    resolved_at = (past.resolved_at or max(resolved, default=None)) if resolution else None
    return replace(past, fields=values, status=status, status_category=category, resolution=resolution, resolved_at=resolved_at)


def _value_then(name: str, now: Any, old: str) -> Any:
    """What a field held when its changelog called it by an old text; of sprints, those that it was in already."""
    if name == "duedate":
        return old[:10]
    return [each for each in now if each.name in old] if name == SPRINT else {"value": old}


def _sprint(sprint: JiraSprint, _: datetime) -> JiraSprint:
    """A sprint that goes on; its planned end stays."""
    return replace(sprint, completed_at=None)


RULES: dict[type, Callable[[Any, datetime], Any]] = {
    Attempt: _attempt,
    Job: _job,
    CheckRun: _check_run,
    JiraIssue: _jira_issue,
    JiraSprint: _sprint,
}
"""Classes whose later dates change more than themselves; pull requests and repositories need the commits, and come after."""
