"""Routes of GitHub's REST API for accounts, repositories, pull requests, issues and commits."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.routing import Mount, Route

from pipelines.demo.servers import github_payloads as payloads
from pipelines.demo.servers.github_access import DOCS, Refusal, moved, not_found
from pipelines.demo.servers.github_actions_rest import ACTIONS_ROUTES
from pipelines.demo.servers.github_app import APP_ROUTES
from pipelines.demo.servers.github_http import Answer, Call, Github, Handler, endpoint, listing
from pipelines.demo.servers.github_rules_rest import ORGANISATION_RULES_ROUTES, RULES_ROUTES
from pipelines.demo.servers.github_site import Payload, node_id
from pipelines.demo.servers.github_surroundings_rest import SURROUNDINGS_ROUTES
from pipelines.demo.servers.limits import as_payload
from pipelines.demo.world import Commit, Issue, PullRequest, Repository

COMMITS_OF_A_PULL, FILES_OF_A_PULL = 250, 3000
"""GitHub lists no more of them."""
PREFIXES = ("/repos/{owner}/{repo}", "/repositories/{repository_id:int}")


def rate_limit(call: Call) -> Answer:
    """All budgets; asking costs nothing."""
    rates, credential = call.github.rates, call.caller.credential
    core = as_payload(rates.window(credential, "core"))
    graphql, search = as_payload(rates.window(credential, "graphql")), as_payload(rates.window(credential, "search"))
    return Answer({"resources": {"core": core, "search": search, "graphql": graphql}, "rate": core})


def meta(_: Call) -> Answer:
    """What a site says of itself; an Enterprise Server has little to say."""
    return Answer({"verifiable_password_authentication": False})


def user(call: Call) -> Answer:
    """The account of a personal token; an App has none."""
    if call.caller.kind != "user":
        raise Refusal(403, "Resource not accessible by integration")
    world = call.site.index.world
    account = world.people[0].account if world.people else world.owner
    zero = ("public_repos", "public_gists", "followers", "following", "private_gists", "total_private_repos")
    more_zero = ("owned_private_repos", "disk_usage", "collaborators")
    nothing = ("company", "blog", "location", "email", "hireable", "bio")
    times = dict.fromkeys(("created_at", "updated_at"), "2020-01-01T00:00:00Z")
    fields = {"name": account.name or None, **dict.fromkeys(nothing), **dict.fromkeys((*zero, *more_zero), 0), **times}
    return Answer({**call.site.user_fields(account), **fields, "two_factor_authentication": True})


def organisation(call: Call) -> Answer:
    """The organisation itself."""
    owner, site = call.site.index.world.owner, call.site
    if call.path["org"].lower() != owner.login.lower():
        raise not_found()
    url = f"{site.api}/orgs/{owner.login}"
    lists = {f"{name}_url": f"{url}/{name}" for name in ("repos", "events", "hooks", "issues")}
    members = {"members_url": f"{url}/members{{/member}}", "public_members_url": f"{url}/public_members{{/member}}"}
    private = sum(repository.is_private for repository in _owned(call, owner.login))
    named = {"login": owner.login, "id": owner.user_id, "node_id": node_id("O", owner.user_id), "url": url, "description": None}
    counts = {"public_repos": len(_owned(call, owner.login)) - private, "total_private_repos": private}
    flags = {"has_organization_projects": True, "has_repository_projects": True, "type": "Organization"}
    times = {"created_at": "2019-01-01T00:00:00Z", "updated_at": "2019-01-01T00:00:00Z", "archived_at": None}
    zero = dict.fromkeys(("public_gists", "followers", "following"), 0)
    pages = {"avatar_url": f"{site.html}/avatars/u/{owner.user_id}?v=4", "html_url": f"{site.html}/{owner.login}"}
    return Answer({**named, **lists, **members, **pages, "name": owner.name or owner.login, **counts, **flags, **zero, **times})


def _owned(call: Call, login: str) -> list[Repository]:
    everything = call.site.index.world.repositories.values()
    return [repository for repository in everything if repository.owner.lower() == login.lower()]


def _visible(call: Call, login: str) -> list[Repository]:
    """Those that the credential sees; a count of the owner's holds the others too."""
    return [repository for repository in _owned(call, login) if not repository.is_hidden]


REPOSITORY_ORDERS: dict[str, Callable[[Repository], Any]] = {
    "created": lambda repository: (repository.created_at, repository.repository_id),
    "updated": lambda repository: repository.pushed_at,
    "pushed": lambda repository: repository.pushed_at,
    "full_name": lambda repository: repository.full_name,
}
REPOSITORY_TYPES: dict[str, Callable[[Repository], bool]] = {
    "public": lambda repository: not repository.is_private,
    "private": lambda repository: repository.is_private,
    "forks": lambda repository: bool(repository.fork_of),
    "sources": lambda repository: not repository.fork_of,
}


def _listed(call: Call, login: str, order: str) -> Answer:
    order = call.query.get("sort", order)
    is_falling = call.query.get("direction", "asc" if order == "full_name" else "desc") == "desc"
    wanted = REPOSITORY_TYPES.get(call.query.get("type", "all"), lambda _: True)
    key = REPOSITORY_ORDERS.get(order, REPOSITORY_ORDERS["created"])
    found = sorted(filter(wanted, _visible(call, login)), key=key, reverse=is_falling)
    return listing(call, found, call.site.repository)


def organisation_repositories(call: Call) -> Answer:
    """Repositories of the organisation, vanished ones included: they vanish between listing and reading."""
    if call.path["org"].lower() != call.site.index.world.owner.login.lower():
        raise not_found()
    return _listed(call, call.path["org"], "created")


def user_repositories(call: Call) -> Answer:
    """Repositories of any account."""
    return _listed(call, call.path["user"], "full_name")


def repository(call: Call) -> Answer:
    """One repository."""
    return Answer(call.site.full_repository(call.repository))


def _moment(text: str) -> datetime:
    """An ISO 8601 instant of a query.

    Raises:
        Refusal: 422, as GitHub answers to what it cannot read.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(422, f"Invalid request.\n\n{text!r} is not a valid ISO 8601 time") from None


def _has_state(call: Call) -> Callable[[Issue | PullRequest], bool]:
    state = call.query.get("state", "open")
    return lambda item: state == "all" or (item.closed_at is None) == (state == "open")


def _ordered(call: Call, items: list[Any], default_direction: str) -> list[Any]:
    is_falling = call.query.get("direction", default_direction) == "desc"
    field = "updated_at" if call.query.get("sort") == "updated" else "created_at"
    return sorted(items, key=lambda item: (getattr(item, field), item.number), reverse=is_falling)


def issues(call: Call) -> Answer:
    """Issues and pull requests mixed, as GitHub lists them; only open ones unless asked otherwise."""
    repository, index, site = call.repository, call.site.index, call.site
    found = [*index.issues[repository.full_name].values(), *index.pulls[repository.full_name].values()]
    found = [item for item in found if _has_state(call)(item)]
    if "since" in call.query:
        since = _moment(call.query["since"])
        found = [item for item in found if item.updated_at >= since]

    def render(item: Issue | PullRequest) -> Payload:
        if isinstance(item, PullRequest):
            return payloads.pull_as_issue(site, repository, item)
        return payloads.issue(site, repository, item)

    return listing(call, _ordered(call, found, "desc"), render)


def issue(call: Call) -> Answer:
    """One issue, or the issue side of one pull request."""
    repository, index, number = call.repository, call.site.index, call.path["number"]
    pull, found = index.pulls[repository.full_name].get(number), index.issues[repository.full_name].get(number)
    if pull:
        return Answer(payloads.pull_as_issue(call.site, repository, pull))
    if found is None:
        raise _fate(call, repository, number)
    return Answer(payloads.issue(call.site, repository, found))


def _fate(call: Call, repository: Repository, number: int) -> Refusal:
    """What an address without an issue answers: where the issue is now, that it was deleted, or nothing."""
    world = call.site.index.world
    place = world.gone_issues.get(f"{repository.full_name}#{number}")
    if place == "":
        return Refusal(410, "This issue was deleted")
    name, _, new = (place or "").partition("#")
    there = world.repositories.get(name)
    return moved(f"{call.site.api}/repositories/{there.repository_id}/issues/{new}") if there else not_found()


def pulls(call: Call) -> Answer:
    """Pull requests; only open ones unless asked otherwise."""
    repository = call.repository
    found = [pull for pull in call.site.index.pulls[repository.full_name].values() if _has_state(call)(pull)]
    default = "desc" if call.query.get("sort", "created") == "created" else "asc"
    return listing(call, _ordered(call, found, default), lambda pull: payloads.pull_in_list(call.site, repository, pull))


def _pull(call: Call) -> tuple[Repository, PullRequest]:
    repository = call.repository
    found = call.site.index.pulls[repository.full_name].get(call.path["number"])
    if found is None:
        raise not_found()
    return repository, found


def pull(call: Call) -> Answer:
    """One pull request."""
    return Answer(payloads.pull(call.site, *_pull(call)))


def pull_commits(call: Call) -> Answer:
    """Commits of a pull request, oldest first."""
    repository, found = _pull(call)
    commits = [call.site.index.world.commits[mark] for mark in found.commits][:COMMITS_OF_A_PULL]
    return listing(call, commits, lambda commit: payloads.commit(call.site, call.github.trees, repository, commit))


def pull_reviews(call: Call) -> Answer:
    """Reviews of a pull request in the order they were submitted."""
    repository, found = _pull(call)
    reviews = sorted(found.reviews, key=lambda review: (review.submitted_at, review.review_id))
    return listing(call, reviews, lambda review: payloads.review(call.site, repository, found, review))


def pull_files(call: Call) -> Answer:
    """Files of a pull request by path."""
    repository, found = _pull(call)
    files = sorted(found.files)[:FILES_OF_A_PULL]
    return listing(call, files, lambda entry: payloads.changed_file(call.site, repository, found, entry))


def commits(call: Call) -> Answer:
    """Commits reachable from a branch or sha, newest first; an empty repository has none to start from."""
    repository, world = call.repository, call.site.index.world
    if repository.is_empty or not repository.head:
        raise Refusal(409, "Git Repository is empty.", f"{DOCS}/commits/commits#list-commits")
    start = _mark(call, repository, call.query.get("sha", repository.default_branch))
    found = [world.commits[mark] for mark in call.site.index.history(start)]
    return listing(call, found, lambda commit: payloads.commit(call.site, call.github.trees, repository, commit))


def commit(call: Call) -> Answer:
    """One commit by sha or branch."""
    repository = call.repository
    found = call.site.index.world.commits[_mark(call, repository, call.path["ref"])]
    return Answer(payloads.commit(call.site, call.github.trees, repository, found))


def commit_statuses(call: Call) -> Answer:
    """Every status that was set on a commit, newest first."""
    repository, ref = call.repository, call.path["ref"]
    sha = call.site.index.world.sha(_mark(call, repository, ref))
    found = call.site.index.statuses.get((repository.full_name, sha), [])
    return listing(call, found, lambda status: payloads.commit_status(call.site, repository, sha, status))


def _mark(call: Call, repository: Repository, ref: str) -> str:
    """The commit that a sha or a branch names.

    Raises:
        Refusal: 422 where there is none, as GitHub answers.
    """
    if ref == repository.default_branch and repository.head:
        return repository.head
    found: Commit | None = call.site.index.commits.get((repository.full_name, ref))
    mark = found.mark if found else repository.branches.get(ref)
    if mark is None:
        raise Refusal(422, f"No commit found for SHA: {ref}")
    return mark


REPOSITORY_ROUTES: dict[str, Handler] = {
    **ACTIONS_ROUTES,
    "": repository,
    "/issues": issues,
    "/issues/{number:int}": issue,
    "/pulls": pulls,
    "/pulls/{number:int}": pull,
    "/pulls/{number:int}/commits": pull_commits,
    "/pulls/{number:int}/reviews": pull_reviews,
    "/pulls/{number:int}/files": pull_files,
    "/commits": commits,
    **RULES_ROUTES,
    **SURROUNDINGS_ROUTES,
    "/commits/{ref}/statuses": commit_statuses,
    "/commits/{ref}": commit,
}
ROUTES: dict[str, Handler] = {
    "/user": user,
    "/orgs/{org}": organisation,
    "/orgs/{org}/repos": organisation_repositories,
    "/users/{user}/repos": user_repositories,
    **ORGANISATION_RULES_ROUTES,
}
FREE_ROUTES: dict[str, Handler] = {"/rate_limit": rate_limit, "/meta": meta}


def rest_routes(github: Github) -> Mount:
    """Everything below `/api/v3`; an unknown path is GitHub's 404, not Starlette's."""
    # Tried in order: what a sync asks most comes first, the second pages of Link headers after it.
    paths = [(prefix + suffix, handler) for prefix in PREFIXES for suffix, handler in REPOSITORY_ROUTES.items()]
    routes = [Route(path, endpoint(github, handler)) for path, handler in [*paths, *ROUTES.items()]]
    routes += [Route(path, endpoint(github, handler, is_free=True)) for path, handler in FREE_ROUTES.items()]
    routes += [Route(path, endpoint(github, handler), methods=[method]) for (method, path), handler in APP_ROUTES.items()]
    routes.append(Route("/{path:path}", endpoint(github, _unknown)))
    return Mount("/api/v3", routes=routes)


def _unknown(_: Call) -> Answer:
    raise not_found()
