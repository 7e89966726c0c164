"""A GitHub in memory that keeps `protocol.Client`: pages, ETags, the cap of filtered run listings, and failures on demand.

It holds objects in the shape of GitHub's answers. REST objects are served as they are; for GraphQL, connections are given as
plain lists (`reviews`, `commits`, `files` of a pull request, `suites` by commit) and paged here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from connectors.contract import Meter
from connectors.errors import NotFound, SourceError
from connectors.github import fake_pulls, fake_surroundings, issue_queries, pull_request_queries, queries, surroundings_queries
from connectors.github.fake_surroundings import FakeSurroundings, unprotected
from connectors.github.listing import address
from connectors.github.protocol import SOURCE, Absent, Answer, CredentialState, Graph, GraphError

Json = dict[str, Any]
FILTERED_CAP = 1000
_PAGED_IN_REST = {"runs": "workflow_runs", "jobs": "jobs"}


@dataclass
class FakeRepository:
    """One repository; `item` is its REST object."""

    item: Json
    details: Json = field(default_factory=dict)
    """`isEmpty`, `templateRepository`; `source` of a fork."""
    pulls: list[Json] = field(default_factory=list)
    issues: list[Json] = field(default_factory=list)
    gone_issues: dict[int, Json | None] = field(default_factory=dict[int, Json | None])
    """By number, what an issue's old address leads to; None for a deleted one."""
    timelines: dict[int, list[Json]] = field(default_factory=dict)
    """GraphQL events by number of an issue."""
    runs: list[Json] = field(default_factory=list)
    attempts: dict[tuple[int, int], Json] = field(default_factory=dict)
    jobs: dict[int, list[Json]] = field(default_factory=dict)
    suites: dict[str, list[Json]] = field(default_factory=dict)
    statuses: dict[str, list[Json]] = field(default_factory=dict)
    """REST statuses by commit, newest first."""
    required: dict[int, list[Json]] = field(default_factory=dict)
    """`contexts` of the head's rollup, by pull request."""
    rules: list[Json] = field(default_factory=list)
    classic: Json | None = None
    """Its `required_status_checks`."""
    around: FakeSurroundings = field(default_factory=FakeSurroundings)
    is_gone: bool = False
    former_names: tuple[str, ...] = ()


class FakeGithub:
    """The client; `fail` maps a part of a path or of a GraphQL subject to the error that asking for it raises."""

    def __init__(self, repositories: Iterable[FakeRepository] = (), meter: Meter | None = None, page_cap: int | None = None) -> None:
        """`page_cap`: also unfiltered run listings end after so many results."""
        self.repositories = list(repositories)
        self.users: set[str] = set()
        """Owners that are no organisation."""
        self.teams: list[Json | None] = []
        self.hidden = 0
        """Repositories that the organisation counts and this credential does not see."""
        self.fail: dict[str, SourceError | Callable[[str, Mapping[str, Any]], SourceError | None]] = {}
        self.asked: list[str] = []
        self.states = [CredentialState("the token", ("repo", "read:org"), {"core": 4990}, {"core": 5000})]
        self.is_closed = False
        self.meter, self._page_cap, self._lock = meter or Meter(), page_cap, Lock()

    def connect(self, options: Any, meter: Meter) -> "FakeGithub":  # noqa: ARG002 - the signature that a reader calls
        """Be the client of a reader that counts on `meter`."""
        self.meter, self.is_closed = meter, False
        return self

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, etag: str | None = None) -> Answer:
        """One REST page."""
        url = address(path, parameters or {})
        self._count(url, {})
        route, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
        data = self._rest(unquote(route), query)
        body, last = _page(data, query) if _is_listing(data) else (data, 1)
        tag = sha256(orjson.dumps(body)).hexdigest()[:16]
        if etag and etag == tag:
            self.meter.free()
            return Answer(None, tag, is_unchanged=True)
        page = int(query.get("page", 1))
        following = address(route, {**query, "page": page + 1}) if page < last else ""
        return Answer(body, tag, following, last if page < last else None)

    def graphql(self, what: str, query: str, variables: Mapping[str, Any]) -> Graph:
        """One GraphQL answer."""
        self._count(what, variables)
        if "RepositoryDetails" in query:
            return self._details(variables)
        if query.startswith("query More("):
            pulls = (pull for repository in self.repositories for pull in repository.pulls)
            return Graph(fake_pulls.more(pulls, query, variables, _connection))
        if query == queries.CHECK_RUNS:
            return Graph({"nodes": [self._suite(one, None, variables["first"]) for one in variables["suites"]]})
        if query == surroundings_queries.SURROUNDINGS:
            return Graph({"nodes": [self._surveyed(one) for one in variables["ids"]]})
        if query == surroundings_queries.TEAMS:
            return fake_surroundings.teams(self.teams, _connection)
        if query == issue_queries.MORE_OF_TIMELINE:
            return Graph({"node": self._timeline(str(variables["issue"]), variables["after"], 100)})
        if query == queries.MORE_CHECK_RUNS:
            return Graph({"node": self._suite(str(variables["suite"]), variables.get("after"), 100)})
        try:
            found = self._find(f"{variables['owner']}/{variables['name']}")
        except NotFound:
            return Graph({"repository": None}, (GraphError("NOT_FOUND", "Could not resolve to a Repository", ("repository",)),))
        return Graph({"repository": {"databaseId": found.item["id"], **self._fields(found, query, variables)}})

    def of(self, owner: str) -> "FakeGithub":  # noqa: ARG002 - it sees the repositories of all owners
        """Itself."""
        return self

    def credentials(self) -> list[CredentialState]:
        """What was put into `states`."""
        return self.states

    def close(self) -> None:
        """Remember that it was closed."""
        self.is_closed = True

    def _count(self, asked: str, variables: Mapping[str, Any]) -> None:
        self.meter.ask()
        with self._lock:
            self.asked.append(asked)
        for part, failure in self.fail.items():
            if part in asked:
                error = failure if isinstance(failure, SourceError) else failure(asked, variables)
                if error:
                    raise error

    def _find(self, full_name: str) -> FakeRepository:
        for repository in self.repositories:
            names = {name.lower() for name in (repository.item["full_name"], *repository.former_names)}
            if full_name.lower() in names and not repository.is_gone:
                return repository
        raise NotFound(SOURCE, f"/repos/{full_name}", "404 Not Found")

    # REST

    def _rest(self, route: str, query: Mapping[str, str]) -> Any:
        owned = re.fullmatch(r"/(orgs|users)/([^/]+)/repos", route)
        if owned:
            return self._owned(owned[1], owned[2])
        organisation, numbered = re.fullmatch(r"/orgs/([^/]+)", route), re.fullmatch(r"/repositories/(\d+)", route)
        if organisation:
            return {"public_repos": 0, "total_private_repos": len(self._owned("orgs", organisation[1])) + self.hidden}
        if numbered:
            return self._numbered(int(numbered[1])).item
        match = re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", route)
        if not match:
            raise NotFound(SOURCE, route, "404 Not Found")
        repository, rest = self._find(match[1]), match[2] or ""
        return self._of_repository(repository, rest, query)

    def _numbered(self, repository_id: int) -> FakeRepository:
        for repository in self.repositories:
            if repository.item["id"] == repository_id and not repository.is_gone:
                return repository
        raise NotFound(SOURCE, f"/repositories/{repository_id}", "404 Not Found")

    def _surveyed(self, node_id: str) -> Json | None:
        found = next((one for one in self.repositories if one.item["node_id"] == node_id and not one.is_gone), None)
        return found.around.survey(found.item["id"], found.item["default_branch"], _connection) if found else None

    def _owned(self, kind: str, owner: str) -> list[Json]:
        if (kind == "orgs") == (owner in self.users):
            raise NotFound(SOURCE, f"/{kind}/{owner}", "404 Not Found")
        return [repository.item for repository in self.repositories if repository.item["full_name"].startswith(f"{owner}/")]

    def _of_repository(self, repository: FakeRepository, rest: str, query: Mapping[str, str]) -> Any:
        run = re.fullmatch(r"/actions/runs/(\d+)(?:/attempts/(\d+)|/(jobs))?", rest)
        if rest == "":
            return {**repository.item, "source": repository.details.get("source")}
        if rest in ("/pulls", "/issues"):
            return self._by_update(repository, rest, query)
        if rest == "/actions/runs":
            return {"runs": self._runs(repository, query)}
        if run:
            return self._of_run(repository, int(run[1]), run[2], bool(run[3]))
        numbered = re.fullmatch(r"/issues/(\d+)", rest)
        if numbered:
            return self._issue(repository, int(numbered[1]))
        status = re.fullmatch(r"/commits/([0-9a-f]+)/statuses", rest)
        if status:
            return repository.statuses.get(status[1], [])
        return self._around(repository, rest, query)

    @staticmethod
    def _around(repository: FakeRepository, rest: str, query: Mapping[str, str]) -> Any:
        if rest.startswith("/rules/branches/"):
            return repository.rules
        if rest.endswith("/protection"):
            if repository.classic is None:
                raise unprotected(rest)
            return {"required_status_checks": repository.classic}
        around = repository.around.rest(rest, query)
        if around is not None:
            return around
        raise NotFound(SOURCE, f"{repository.item['full_name']}{rest}", "404 Not Found")

    @staticmethod
    def _issue(repository: FakeRepository, number: int) -> Json:
        here = next((issue for issue in repository.issues if issue.get("number") == number), None)
        found = here or repository.gone_issues.get(number)
        if found is not None:
            return found
        if number in repository.gone_issues:
            raise Absent(f"issue {number}", "410", status=410, message="This issue was deleted")
        raise Absent(f"issue {number}", "404")

    @staticmethod
    def _by_update(repository: FakeRepository, rest: str, query: Mapping[str, str]) -> list[Json]:
        pulls: list[Json] = [{"id": pull["number"], "updated_at": pull["updatedAt"], "pull_request": {}} for pull in repository.pulls]
        items: list[Json] = pulls if rest == "/pulls" else [*repository.issues, *pulls]
        recent = [item for item in items if (item.get("updated_at") or "") >= query.get("since", "")]
        return sorted(recent, key=lambda item: item.get("updated_at") or "", reverse=True)

    def _runs(self, repository: FakeRepository, query: Mapping[str, str]) -> "_Capped":
        oldest, _, newest = query.get("created", "..9999").replace("<=", "..").partition("..")
        runs = sorted(repository.runs, key=lambda run: (run.get("created_at") or "", run.get("id") or 0), reverse=True)
        wanted = [run for run in runs if oldest <= (run.get("created_at") or "") <= newest]
        return _Capped(wanted, FILTERED_CAP if "created" in query else self._page_cap)

    @staticmethod
    def _of_run(repository: FakeRepository, run_id: int, attempt: str | None, is_jobs: bool) -> Any:
        if is_jobs:
            return {"jobs": _Capped(repository.jobs.get(run_id, []), None)}
        found = repository.attempts.get((run_id, int(attempt))) if attempt else None
        found = found or (None if attempt else next((run for run in repository.runs if run.get("id") == run_id), None))
        if found is None:
            raise NotFound(SOURCE, f"run {run_id}", "404 Not Found")
        return found

    # GraphQL

    def _details(self, variables: Mapping[str, Any]) -> Graph:
        data: Json = {}
        for i in range(len(variables) // 2):
            try:
                found = self._find(f"{variables[f'owner{i}']}/{variables[f'name{i}']}")
            except NotFound:
                data[f"r{i}"] = None
                continue
            details = {"isEmpty": False, "templateRepository": None, **found.details}
            data[f"r{i}"] = {"databaseId": found.item["id"], **{key: details[key] for key in ("isEmpty", "templateRepository")}}
        return Graph(data)

    def _fields(self, found: FakeRepository, query: str, variables: Mapping[str, Any]) -> Json:
        after = variables.get("after")
        if query == queries.ISSUE_COUNT:
            return {"issues": {"totalCount": len(found.issues)}}
        if "query IssueTimelines(" in query:
            asked = {f"i{i}": f"{found.item['id']}/{variables[f'number{i}']}" for i in range(len(variables) - 2)}
            return {alias: self._timeline(issue, None, issue_queries.EVENTS_AT_FIRST) for alias, issue in asked.items()}
        if query == pull_request_queries.PULL_REQUESTS:
            return self._pull_requests(found, variables["first"], after)
        if "query RequiredChecks(" in query:
            return {f"p{i}": self._required(found, variables[f"number{i}"], None) for i in range(len(variables) - 2)}
        if query == pull_request_queries.MORE_REQUIRED_CHECKS:
            return {"pullRequest": self._required(found, variables["number"], after)}
        if query == queries.MORE_CHECK_SUITES:
            return {"object": self._commit(found, variables["sha"], after, 100)}
        heads = {f"c{key.removeprefix('sha')}": value for key, value in variables.items() if key.startswith("sha")}
        return {alias: self._commit(found, sha, None, 20) for alias, sha in heads.items()}

    def _timeline(self, issue: str, after: str | None, first: int) -> Json | None:
        """A page of an issue's timeline; its node id is made of the numbers of repository and issue."""
        repository_id, _, number = issue.partition("/")
        found = next(one for one in self.repositories if str(one.item["id"]) == repository_id)
        if not any(str(one.get("number")) == number for one in found.issues):
            return None
        return {"id": issue, "timelineItems": _connection(found.timelines.get(int(number), []), first, after)}

    @staticmethod
    def _pull_requests(found: FakeRepository, first: int, after: str | None) -> Json:
        pulls = sorted(found.pulls, key=lambda pull: pull["updatedAt"], reverse=True)
        page = _connection(pulls, first, after)
        page["nodes"] = [fake_pulls.shown(pull, _connection) for pull in page["nodes"]]
        return {"issues": {"totalCount": len(found.issues)}, "pullRequests": page}

    @staticmethod
    def _required(found: FakeRepository, number: int, after: str | None) -> Json | None:
        pull = next((pull for pull in found.pulls if pull["number"] == number), None)
        return fake_pulls.required(pull, found.required.get(number, []), after, _connection)

    def _commit(self, found: FakeRepository, sha: str, after: str | None, first: int) -> Json | None:
        if sha not in found.suites and sha not in found.statuses:
            return None
        contexts = [{"context": one["context"], "state": one["state"].upper()} for one in found.statuses.get(sha, [])]
        suites = _connection([{"id": suite["id"]} for suite in found.suites.get(sha, [])], first, after)
        return {"oid": sha, "status": {"contexts": contexts} if contexts else None, "checkSuites": suites}

    def _suite(self, suite_id: str, after: str | None, first: int) -> Json | None:
        for repository in self.repositories:
            for sha, suites in repository.suites.items():
                for suite in suites:
                    if suite["id"] == suite_id:
                        page = _connection(suite["checkRuns"], first, after)
                        page["nodes"] = [{**node, "steps": _connection(node.get("steps", []), 50, None)} for node in page["nodes"]]
                        return {**suite, "commit": {"oid": sha}, "checkRuns": page}
        return None


@dataclass
class _Capped:
    """Items of a listing that may end early while its total tells the truth."""

    items: list[Json]
    cap: int | None


def _is_listing(data: Any) -> bool:
    return isinstance(data, list) or (isinstance(data, dict) and any(isinstance(value, _Capped) for value in data.values()))


def _page(data: Any, query: Mapping[str, str]) -> tuple[Any, int]:
    """One page of a listing and the number of its last page."""
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    key, listing = (None, _Capped(data, None)) if isinstance(data, list) else next(iter(data.items()))
    items = listing.items[: listing.cap] if listing.cap else listing.items
    window = items[(page - 1) * size : page * size]
    last = max(-(-len(items) // size), 1)
    return (window if key is None else {"total_count": len(listing.items), _PAGED_IN_REST[key]: window}), last


def _connection(items: list[Any], first: int, after: str | None) -> Json:
    """One page of a GraphQL connection; its cursor is an offset."""
    start = int(after or 0)
    has_next = start + first < len(items)
    info = {"hasNextPage": has_next, "endCursor": str(start + first) if has_next else None}
    return {"totalCount": len(items), "pageInfo": info, "nodes": items[start : start + first]}
