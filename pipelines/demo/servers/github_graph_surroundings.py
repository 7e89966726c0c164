"""Releases, deployments, labels, environments, rules and teams as GraphQL walks them."""

from collections.abc import Callable, Iterator
from typing import Any

from pipelines.demo.servers.github_graph import Field, GraphRefusal, actor, connection, label, page, times
from pipelines.demo.servers.github_index import GithubIndex
from pipelines.demo.servers.github_rules_rest import rulesets_of
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import Repository
from pipelines.demo.world_surroundings import Deployment, DeploymentStatus, Release, Ruleset, Team

DENIED = "Resource not accessible by personal access token"
RepositoryOf = Callable[[Repository], Payload | None]
CommitOf = Callable[[str], Payload | None]


def surroundings(site: Site, repository: Repository, itself: Field, commit: CommitOf, ref: Callable[[str], Payload | None]) -> Payload:
    """The fields of a repository about what stands around it."""
    around = site.index.world.around(repository.full_name)

    def allowed(right: str, field: Field) -> Field:
        def resolve(info: Any, **arguments: Any) -> Any:
            if site.index.world.lacks(right, repository.full_name):
                raise GraphRefusal("FORBIDDEN", DENIED)
            return field(info, **arguments)

        return resolve

    return {
        "releases": allowed("contents", _newest_first(around.releases, lambda one: release(site, repository, one, itself, commit))),
        "deployments": allowed(
            "deployments", _newest_first(around.deployments, lambda one: deployment(site, repository, one, itself, commit, ref))
        ),
        "labels": lambda _info, **paging: page(labels_of(site.index, repository), lambda name: label(site, repository, name), **paging),
        "environments": connection(
            around.environments,
            lambda one: {"id": node_id("EN", one.environment_id), "databaseId": one.environment_id, "name": one.name},
        ),
        "rulesets": lambda info, includeParents=True, **paging: connection(  # noqa: N803, ARG005 - GitHub's name
            rulesets_of(site.index.world, repository), _ruleset
        )(info, **paging),
    }


def _newest_first(items: list[Any], make: Callable[[Any], Payload]) -> Field:
    """A connection in order of creation, falling or rising as asked."""

    def field(_info: Any, orderBy: dict[str, str] | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's name
        is_falling = (orderBy or {}).get("direction") == "DESC"
        return page(sorted(items, key=lambda one: one.created_at, reverse=is_falling), make, **paging)

    return field


def labels_of(index: GithubIndex, repository: Repository) -> list[str]:
    """Names of the labels that a repository's issues and pull requests bear."""
    bearers = [*index.issues[repository.full_name].values(), *index.pulls[repository.full_name].values()]
    return sorted({name for one in bearers for name in one.labels})


def release(site: Site, repository: Repository, one: Release, itself: Field, commit: CommitOf) -> Payload:
    """A release; one that a bot made has no author here."""
    author = actor(site, one.account)
    return {
        "id": node_id("RE", one.release_id),
        "databaseId": one.release_id,
        "tagName": one.tag,
        "tagCommit": lambda _info: commit(one.commit),
        "name": one.name,
        "isDraft": one.published_at is None,
        "isPrerelease": one.is_prerelease,
        "author": author if author and author["__typename"] == "User" else None,
        **times(one.created_at, one.published_at or one.created_at),
        "publishedAt": iso(one.published_at),
        "url": f"{site.repo_html(repository)}/releases/tag/{one.tag}",
        "repository": itself,
    }


def deployment(
    site: Site, repository: Repository, one: Deployment, itself: Field, commit: CommitOf, ref: Callable[[str], Payload | None]
) -> Payload:
    """A deployment with its statuses, newest first."""
    last = one.statuses[-1] if one.statuses else None
    again: Field = lambda _info: deployment(site, repository, one, itself, commit, ref)  # noqa: E731 - one of many fields
    return {
        "__typename": "Deployment",
        "id": node_id("DE", one.deployment_id),
        "databaseId": one.deployment_id,
        "commit": lambda _info: commit(one.commit),
        "commitOid": site.index.world.sha(one.commit),
        "ref": lambda _info: ref(one.ref),
        "task": "deploy",
        "environment": one.environment,
        "state": _state(last),
        **times(one.created_at, last.created_at if last else one.created_at),
        "creator": actor(site, one.account),
        "statuses": connection(one.statuses[::-1], lambda status: _status(site, one, status, again)),
        "repository": itself,
    }


def _state(last: DeploymentStatus | None) -> str:
    """Present state of a deployment: the one that succeeded last is the active one."""
    if last is None:
        return "PENDING"
    return "ACTIVE" if last.state == "success" else last.state.upper()


def _status(site: Site, one: Deployment, status: DeploymentStatus, again: Field) -> Payload:
    return {
        "id": node_id("DES", status.status_id),
        "state": status.state.upper(),
        **times(status.created_at, status.created_at),
        "environment": one.environment,
        "creator": actor(site, status.account),
        "deployment": again,
    }


def _ruleset(one: Ruleset) -> Payload:
    newest = one.versions[-1]
    return {
        "id": node_id("RRS", one.ruleset_id),
        "databaseId": one.ruleset_id,
        "name": one.name,
        "enforcement": newest.enforcement.upper(),
        **times(one.versions[0].updated_at, newest.updated_at),
    }


def rules_of_default(site: Site, repository: Repository, name: str) -> Payload:
    """What a branch must meet: as anyone may see it, and the classic protection, which only administrators may."""
    checks = repository.required_checks if name == repository.default_branch else ()
    classic = [check.context for check in checks if check.how == "classic"]
    may_see = not site.index.world.lacks("administration", repository.full_name)
    shared = {"pattern": name, "requiredApprovingReviewCount": None, "requiresCodeOwnerReviews": False}
    anyone = {**shared, "requiredStatusCheckContexts": [check.context for check in checks]}
    protection = {
        **shared,
        "id": node_id("BPR", f"{repository.repository_id}:{name}"),
        "isAdminEnforced": False,
        "requiresStatusChecks": True,
        "requiresStrictStatusChecks": False,
        "requiredStatusCheckContexts": classic,
        "requiredDeploymentEnvironments": [],
        "restrictsPushes": False,
    }
    return {"refUpdateRule": anyone if checks else None, "branchProtectionRule": protection if classic and may_see else None}


def teams(site: Site, repository_of: RepositoryOf) -> Payload:
    """The fields of an organisation about its teams."""
    world = site.index.world

    def allowed(found: Callable[..., Any]) -> Field:
        def resolve(info: Any, **arguments: Any) -> Any:
            if world.lacks("members", world.owner.login):
                raise GraphRefusal("FORBIDDEN", DENIED)
            return found(info, **arguments)

        return resolve

    def by_slug(_info: Any, slug: str) -> Payload | None:
        return next((team(site, one, repository_of) for one in world.teams if one.slug == slug and not one.is_hidden), None)

    in_order = sorted(world.teams, key=lambda one: one.name)
    return {"team": allowed(by_slug), "teams": allowed(connection(in_order, lambda one: _team_or_refusal(site, one, repository_of)))}


def _team_or_refusal(site: Site, one: Team, repository_of: RepositoryOf) -> Payload | GraphRefusal:
    """A team, or what makes its place in a listing null and stands among the errors."""
    return GraphRefusal("FORBIDDEN", DENIED) if one.is_hidden else team(site, one, repository_of)


def team(site: Site, one: Team, repository_of: RepositoryOf) -> Payload:
    """A team with its own members, and its repositories that can be read."""
    world = site.index.world
    parent = next((other for other in world.teams if other.team_id == one.parent_id), None)
    granted = [(world.repositories[name], right) for name, right in one.repositories if name in world.repositories]
    readable = [(repository, right) for repository, right in granted if repository.is_readable]

    def members(_info: Any, membership: str = "ALL", **paging: Any) -> Payload:
        below = [*_below(world.teams, one)] if membership != "IMMEDIATE" else []
        own = one.members if membership != "CHILD_TEAM" else ()
        members = {account: role for found in (*(other.members for other in below), own) for account, role in found}
        return _edged(list(members.items()), lambda account: actor(site, account) or {}, "role", **paging)

    return {
        "id": node_id("T", one.team_id),
        "databaseId": one.team_id,
        "slug": one.slug,
        "name": one.name,
        "url": f"{site.html}/orgs/{world.owner.login}/teams/{one.slug}",
        "parentTeam": lambda _info: team(site, parent, repository_of) if parent else None,
        "members": members,
        "repositories": lambda _info, **paging: _edged(readable, repository_of, "permission", **paging),
    }


def _below(every: list[Team], one: Team) -> Iterator[Team]:
    """Teams that are part of a team, and those that are part of them."""
    for other in every:
        if other.parent_id == one.team_id:
            yield other
            yield from _below(every, other)


def _edged(items: Any, make: Callable[[Any], Payload | None], name: str, **paging: Any) -> Payload:
    """A page whose edges say something of their own."""
    found = page(items, lambda item: {"node": make(item[0]), name: item[1]}, **paging)
    edges = [{"cursor": edge["cursor"], **edge["node"]} for edge in found["edges"]]
    return {**found, "edges": edges, "nodes": [edge["node"] for edge in edges]}
