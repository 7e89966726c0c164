"""Commit statuses, the older kind of check, and the roll-up of both kinds, as GraphQL walks them."""

from collections.abc import Sequence
from typing import Any

from pipelines.demo.servers.github_graph import Field, actor, connection
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import PullRequest, Repository
from pipelines.demo.world_checks import CommitStatus

WORST_FIRST = ("ERROR", "FAILURE", "PENDING", "SUCCESS")
FAILED = {"ACTION_REQUIRED", "CANCELLED", "FAILURE", "STARTUP_FAILURE", "TIMED_OUT"}


def is_required(repository: Repository, pulls: dict[int, PullRequest], context: str, app_id: int) -> Field:
    """The field that says whether a check is required: of a pull request where one is named, else by the default branch's rules."""
    by_rules = any(check.context == context and check.app_id in {0, app_id} for check in repository.required_checks)

    def field(_info: Any, pullRequestNumber: int | None = None, **_: Any) -> bool:  # noqa: N803 - GitHub's name
        pull = pulls.get(pullRequestNumber or 0)
        return by_rules or (pull is not None and context in pull.requires)

    return field


def latest(statuses: Sequence[CommitStatus]) -> list[CommitStatus]:
    """The newest status of each context, by context."""
    newest = {one.context: one for one in sorted(statuses, key=lambda one: (one.created_at, one.status_id))}
    return [newest[context] for context in sorted(newest)]


def status(
    site: Site, repository: Repository, pulls: dict[int, PullRequest], sha: str, statuses: Sequence[CommitStatus], commit: Field
) -> Payload | None:
    """The statuses of a commit, of each context the newest; none where there never was one."""
    if not statuses:
        return None
    contexts = [status_context(site, repository, pulls, one, commit) for one in latest(statuses)]
    return {"id": node_id("S", f"{repository.repository_id}:{sha}"), "state": _worst(contexts), "contexts": contexts, "commit": commit}


def status_context(site: Site, repository: Repository, pulls: dict[int, PullRequest], status: CommitStatus, commit: Field) -> Payload:
    """One context of a commit's statuses."""
    return {
        "__typename": "StatusContext",
        "id": node_id("SC", status.status_id),
        "context": status.context,
        "state": status.state.upper(),
        "description": status.description or None,
        "targetUrl": status.target_url or None,
        "createdAt": iso(status.created_at),
        "creator": actor(site, status.account),
        "commit": commit,
        "isRequired": is_required(repository, pulls, status.context, 0),
    }


def rollup(repository: Repository, sha: str, checks: list[Payload], statuses: list[Payload], commit: Field) -> Payload | None:
    """The latest checks of both kinds of a commit; none where it has neither."""
    every = [*checks, *statuses]
    if not every:
        return None
    return {
        "id": node_id("SCR", f"{repository.repository_id}:{sha}"),
        "state": _worst(every),
        "contexts": connection(every, lambda one: one),
        "commit": commit,
    }


def _worst(contexts: list[Payload]) -> str:
    return min((_state(one) for one in contexts), key=WORST_FIRST.index)


def _state(context: Payload) -> str:
    if "state" in context:
        return context["state"]
    if context["status"] != "COMPLETED":
        return "PENDING"
    return "FAILURE" if context["conclusion"] in FAILED else "SUCCESS"
