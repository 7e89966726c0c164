"""Repositories, pull requests, commits, check suites and check runs as GraphQL walks them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pipelines.demo.servers.git_objects import Trees
from pipelines.demo.servers.github_actions import completion, steps
from pipelines.demo.servers.github_graph import Field, GraphRefusal, actor, connection, issue, label, page, review, state_of, times
from pipelines.demo.servers.github_graph_statuses import is_required, rollup, status
from pipelines.demo.servers.github_graph_surroundings import deployment, rules_of_default, surroundings, teams
from pipelines.demo.servers.github_graph_timeline import Discussion, issue_timeline
from pipelines.demo.servers.github_index import PlacedCheck, suite_of_run
from pipelines.demo.servers.github_payloads import association
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import Commit, Issue, PullRequest, Repository, Review, Signature
from pipelines.demo.world_checks import WorkflowRun
from pipelines.demo.world_surroundings import Deployment

ORDERS: dict[str, Callable[[Any], Any]] = {
    "CREATED_AT": lambda item: (item.created_at, item.number),
    "UPDATED_AT": lambda item: (item.updated_at, item.number),
    "COMMENTS": lambda item: item.number,
}
Order = dict[str, str]


def ordered(items: list[Any], order: Order | None) -> list[Any]:
    """Issues or pull requests as `orderBy` wants them; by age without it."""
    order = order or {"field": "CREATED_AT", "direction": "ASC"}
    return sorted(items, key=ORDERS[order["field"]], reverse=order["direction"] == "DESC")


class Graph:
    """The graph of one site."""

    def __init__(self, site: Site, trees: Trees) -> None:
        self.site, self.index, self.trees = site, site.index, trees

    def repository(self, repository: Repository | None) -> Payload | None:
        """A repository; a vanished one is none."""
        if repository is None or not repository.is_readable:
            return None
        site, index, name = self.site, self.index, repository.full_name
        issues, pulls = index.issues[name], index.pulls[name]
        return {
            "__typename": "Repository",
            "id": node_id("R", repository.repository_id),
            "databaseId": repository.repository_id,
            "name": repository.name,
            "nameWithOwner": name,
            "url": site.repo_html(repository),
            "description": repository.description or None,
            "isPrivate": repository.is_private,
            "isFork": bool(repository.fork_of),
            "isArchived": repository.is_archived,
            "isEmpty": repository.is_empty,
            "isTemplate": repository.is_template,
            "visibility": "PRIVATE" if repository.is_private else "PUBLIC",
            **times(repository.created_at, max(repository.created_at, repository.pushed_at)),
            "pushedAt": None if repository.is_empty else iso(repository.pushed_at),
            "owner": self.owner(repository),
            "parent": lambda _info: self.repository(site.named(repository.fork_of)),
            "templateRepository": lambda _info: self.repository(site.named(repository.template)),
            "defaultBranchRef": lambda _info: self.ref(repository, repository.default_branch),
            "ref": lambda _info, **named: self.ref(repository, named["qualifiedName"].removeprefix("refs/heads/")),
            "object": lambda _info, oid=None, expression=None: self.object(repository, oid, expression),
            "issue": lambda _info, number: self._numbered(issues, number, "an Issue", lambda found: self.issue(repository, found)),
            "issues": self._issues(repository),
            "pullRequest": lambda _info, number: self._numbered(pulls, number, "a PullRequest", lambda found: self.pull(repository, found)),
            "pullRequests": self._pulls(repository),
            "forkCount": sum(other.fork_of == name for other in index.world.repositories.values()),
            **surroundings(
                site,
                repository,
                lambda _info: self.repository(repository),
                lambda mark: self.commit(repository, index.world.commits[mark]),
                lambda named: self.ref(repository, named),
            ),
        }

    def owner(self, repository: Repository) -> Payload | None:
        """Whoever a repository belongs to."""
        account = self.site.owner(repository)
        return self.organisation() if account == self.index.world.owner else actor(self.site, account)

    def organisation(self) -> Payload:
        """The organisation, with its readable repositories."""
        owner = self.index.world.owner
        owned = [one for one in self.index.world.repositories.values() if one.owner == owner.login and one.is_readable]
        repositories = connection(owned, lambda one: self.repository(one) or {})
        return {**(actor(self.site, owner) or {}), "repositories": repositories, **teams(self.site, self.repository)}

    def _numbered(self, found: dict[int, Any], number: int, what: str, make: Callable[[Any], Payload]) -> Payload:
        if number not in found:
            raise GraphRefusal("NOT_FOUND", f"Could not resolve to {what} with the number of {number}.")
        return make(found[number])

    def _issues(self, repository: Repository) -> Field:
        def field(_info: Any, states: list[str] | None = None, orderBy: Order | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's names
            found = [
                one
                for one in self.index.issues[repository.full_name].values()
                if not states or ("CLOSED" if one.closed_at else "OPEN") in states
            ]
            return page(ordered(found, orderBy), lambda one: self.issue(repository, one), **paging)

        return field

    def _pulls(self, repository: Repository) -> Field:
        def field(_info: Any, states: list[str] | None = None, orderBy: Order | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's names
            found = [one for one in self.index.pulls[repository.full_name].values() if not states or state_of(one) in states]
            return page(ordered(found, orderBy), lambda one: self.pull(repository, one), **paging)

        return field

    def deployment(self, repository: Repository, found: Deployment) -> Payload:
        """A deployment."""
        commits = self.index.world.commits
        return deployment(
            self.site,
            repository,
            found,
            lambda _info: self.repository(repository),
            lambda mark: self.commit(repository, commits[mark]),
            lambda name: self.ref(repository, name),
        )

    def issue(self, repository: Repository, found: Issue) -> Payload:
        """An issue."""
        told = issue(self.site, repository, found, lambda _info: self.repository(repository))
        return {**told, "timelineItems": issue_timeline(self.site, repository, found)}

    def pull(self, repository: Repository, pull: PullRequest) -> Payload:
        """A pull request."""
        site, world = self.site, self.index.world
        itself: Field = lambda _info: self.pull(repository, pull)  # noqa: E731 - one of many fields
        place: Field = lambda _info: self.repository(repository)  # noqa: E731 - one of many fields
        reviews = sorted(pull.reviews, key=lambda one: (one.submitted_at, one.review_id))
        return {
            "__typename": "PullRequest",
            "id": node_id("PR", pull.pull_request_id),
            "databaseId": pull.pull_request_id,
            "fullDatabaseId": pull.pull_request_id,
            "number": pull.number,
            "url": f"{site.repo_html(repository)}/pull/{pull.number}",
            "title": pull.title,
            "body": pull.body,
            "state": state_of(pull),
            "isDraft": pull.is_draft,
            "merged": pull.merged_at is not None,
            "closed": pull.closed_at is not None or pull.merged_at is not None,
            "isCrossRepository": False,
            **times(pull.created_at, pull.updated_at),
            "closedAt": iso(pull.closed_at or pull.merged_at),
            "mergedAt": iso(pull.merged_at),
            "headRefName": pull.head_ref,
            "headRefOid": world.sha(pull.head),
            **dict.fromkeys(("headRepository", "baseRepository", "repository"), place),
            "headRepositoryOwner": lambda _info: self.owner(repository),
            "baseRefName": repository.default_branch,
            "baseRefOid": world.sha(pull.base),
            "mergeCommit": lambda _info: self.commit(repository, world.commits[pull.merge_commit]) if pull.merge_commit else None,
            "additions": sum(added for _, _, added, _ in pull.files),
            "deletions": sum(deleted for _, _, _, deleted in pull.files),
            "changedFiles": len(pull.files),
            "author": actor(site, pull.account),
            "authorAssociation": association(site, pull.account),
            "mergedBy": actor(site, pull.merged_by),
            "labels": connection(pull.labels, lambda name: label(site, repository, name)),
            "reviews": connection(reviews, lambda one: self.review(repository, pull, one, itself)),
            "commits": connection(pull.commits, lambda mark: self._pull_commit(repository, pull, world.commits[mark], itself)),
            "files": connection(sorted(pull.files), _file),
            "timelineItems": self._discussion(repository, pull, itself).timeline,
        }

    def review(self, repository: Repository, pull: PullRequest, found: Review, pull_of: Field | None = None) -> Payload:
        """A submitted review with its comments."""
        itself: Field = pull_of or (lambda _info: self.pull(repository, pull))
        again: Field = lambda _info: self.review(repository, pull, found, itself)  # noqa: E731 - one of many fields
        discussion = self._discussion(repository, pull, itself)
        commit: Field = lambda _info: discussion.commit(found.commit)  # noqa: E731 - one of many fields
        return review(self.site, repository, pull, found, commit, itself, discussion.comments(found, again))

    def _discussion(self, repository: Repository, pull: PullRequest, itself: Field) -> Discussion:
        commits = self.index.world.commits
        return Discussion(
            self.site,
            repository,
            pull,
            itself,
            lambda mark: self.commit(repository, commits[mark]) if mark else None,
            self._subject,
        )

    def _subject(self, full_name: str, number: int) -> Payload:
        """An issue or a pull request that refers to another."""
        repository = self.index.world.repositories[full_name]
        pull = self.index.pulls[full_name].get(number)
        return self.pull(repository, pull) if pull else self.issue(repository, self.index.issues[full_name][number])

    def _pull_commit(self, repository: Repository, pull: PullRequest, commit: Commit, itself: Field) -> Payload:
        sha = self.index.world.sha(commit.mark)
        return {
            "id": node_id("PURC", f"{pull.pull_request_id}:{sha}"),
            "url": f"{self.site.repo_html(repository)}/pull/{pull.number}/commits/{sha}",
            "commit": lambda _info: self.commit(repository, commit),
            "pullRequest": itself,
        }

    def ref(self, repository: Repository, name: str) -> Payload | None:
        """A branch; an empty repository has none."""
        mark = repository.head if name == repository.default_branch else repository.branches.get(name)
        if not mark:
            return None
        return {
            "id": node_id("REF", f"{repository.repository_id}:{name}"),
            "name": name,
            "prefix": "refs/heads/",
            "target": lambda _info: self.commit(repository, self.index.world.commits[mark]),
            "repository": lambda _info: self.repository(repository),
            **rules_of_default(self.site, repository, name),
        }

    def object(self, repository: Repository, oid: str | None, expression: str | None) -> Payload | None:
        """A commit by sha or by branch name; null for what is not there."""
        if expression and not oid:
            ref = self.ref(repository, expression.removeprefix("refs/heads/"))
            return ref["target"](None) if ref else self.object(repository, expression, None)
        found = self.index.commits.get((repository.full_name, oid or ""))
        return self.commit(repository, found) if found else None

    def commit(self, repository: Repository, commit: Commit) -> Payload:
        """A commit."""
        site, world, sha = self.site, self.index.world, self.index.world.sha(commit.mark)
        url = f"{site.repo_html(repository)}/commit/{sha}"
        headline, _, body = commit.message.rstrip("\n").partition("\n")
        return {
            "__typename": "Commit",
            "id": node_id("C", f"{repository.repository_id}:{sha}"),
            "oid": sha,
            "abbreviatedOid": sha[:7],
            **dict.fromkeys(("url", "commitUrl"), url),
            "message": commit.message.rstrip("\n"),
            "messageHeadline": headline,
            "messageBody": body.strip("\n"),
            "authoredDate": iso(commit.authored_at),
            "committedDate": iso(commit.committed_at or commit.authored_at),
            "author": lambda _info: self._git_actor(commit, commit.author, commit.authored_at),
            "committer": lambda _info: self._git_actor(
                commit, commit.committer or commit.author, commit.committed_at or commit.authored_at
            ),
            "parents": connection(commit.parents, lambda mark: self.commit(repository, world.commits[mark])),
            "tree": lambda _info: self._tree(repository, sha),
            "checkSuites": self._suites(repository, sha),
            "status": lambda _info: self._status(repository, sha),
            "statusCheckRollup": lambda _info: self._rollup(repository, sha),
            "repository": lambda _info: self.repository(repository),
            "history": lambda _info, **paging: page(
                list(self.index.history(commit.mark)), lambda mark: self.commit(repository, world.commits[mark]), **paging
            ),
        }

    def _git_actor(self, commit: Commit, signature: Signature, moment: datetime) -> Payload:
        # Only the author's e-mail is known to be verified for an account.
        user = actor(self.site, commit.account) if signature == commit.author else None
        is_user = user is not None and user["__typename"] == "User"
        date = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"name": signature.name, "email": signature.email, "date": date, "user": user if is_user else None}

    def _tree(self, repository: Repository, sha: str) -> Payload:
        tree = self.trees.tree(repository.full_name, sha)
        url = f"{self.site.repo_html(repository)}/tree/{tree}"
        return {"__typename": "Tree", "id": node_id("T", tree), "oid": tree, "abbreviatedOid": tree[:7], "commitUrl": url}

    def _status(self, repository: Repository, sha: str) -> Payload | None:
        pulls, statuses = self.index.pulls[repository.full_name], self.index.statuses.get((repository.full_name, sha), [])
        return status(self.site, repository, pulls, sha, statuses, lambda _info: self.object(repository, sha, None))

    def _rollup(self, repository: Repository, sha: str) -> Payload | None:
        checks = [self.check(repository, sha, one) for one in self.index.checks.get((repository.full_name, sha), []) if one.is_latest]
        found = self._status(repository, sha)
        return rollup(repository, sha, checks, found["contexts"] if found else [], lambda _info: self.object(repository, sha, None))

    def _suites(self, repository: Repository, sha: str) -> Field:
        def field(_info: Any, filterBy: dict[str, Any] | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's name
            wanted = filterBy or {}
            found: dict[int, list[PlacedCheck]] = {}
            for check in self.index.checks.get((repository.full_name, sha), []):
                if wanted.get("appId") in {None, check.app[0]} and wanted.get("checkName") in {None, check.name}:
                    found.setdefault(check.suite_id, [])
            return page(sorted(found), lambda number: self.suite(repository, sha, number), **paging)

        return field

    def suite(self, repository: Repository, sha: str, suite_id: int) -> Payload:
        """A check suite: the check runs of one workflow run, or of one app at one commit."""
        found = self.index.checks[repository.full_name, sha]
        checks = sorted((check for check in found if check.suite_id == suite_id), key=lambda check: check.check_run_id)
        run, newest = checks[0].placed_job.run if checks[0].placed_job else None, checks[-1]
        return {
            "__typename": "CheckSuite",
            "id": node_id("CS", suite_id),
            "databaseId": suite_id,
            "url": f"{self.site.repo_html(repository)}/commit/{sha}/checks?check_suite_id={suite_id}",
            **_completion(run.attempts[-1].conclusion if run else newest.conclusion),
            **times(
                min(check.started_at for check in checks),
                max(check.completed_at if check.conclusion else check.started_at for check in checks),
            ),
            "app": self._app(*newest.app),
            "commit": lambda _info: self.object(repository, sha, None),
            "checkRuns": self._checks(repository, sha, checks),
            "workflowRun": lambda _info: self._workflow_run(repository, run, sha) if run else None,
            "repository": lambda _info: self.repository(repository),
        }

    def _checks(self, repository: Repository, sha: str, checks: list[PlacedCheck]) -> Field:
        def field(_info: Any, filterBy: dict[str, Any] | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's name
            found = [check for check in checks if _is_wanted(check, filterBy or {})]
            return page(found, lambda check: self.check(repository, sha, check), **paging)

        return field

    def check(self, repository: Repository, sha: str, check: PlacedCheck) -> Payload:
        """A check run."""
        html = self.site.check_html(repository, check)
        return {
            "__typename": "CheckRun",
            "id": node_id("CR", check.check_run_id),
            "databaseId": check.check_run_id,
            "name": check.name,
            **_completion(check.conclusion),
            "startedAt": iso(check.started_at),
            "completedAt": iso(check.completed_at) if check.conclusion else None,
            **dict.fromkeys(("detailsUrl", "url", "permalink"), html),
            "externalId": check.external_id,
            "isRequired": is_required(repository, self.index.pulls[repository.full_name], check.name, check.app[0]),
            "checkSuite": lambda _info: self.suite(repository, sha, check.suite_id),
            "steps": lambda _info, number=None, **paging: page(_steps(check, number), _step, **paging),
            "repository": lambda _info: self.repository(repository),
        }

    def _app(self, app_id: int, slug: str) -> Payload:
        url = f"{self.site.html}/apps/{slug}"
        return {"id": node_id("A", app_id), "databaseId": app_id, "slug": slug, "name": slug.replace("-", " ").title(), "url": url}

    def _workflow_run(self, repository: Repository, run: WorkflowRun, sha: str) -> Payload:
        return {
            "id": node_id("WFR", run.run_id),
            "databaseId": run.run_id,
            "url": f"{self.site.repo_html(repository)}/actions/runs/{run.run_id}",
            "runNumber": run.run_number,
            "event": run.event,
            **times(run.created_at, run.attempts[-1].updated_at),
            "checkSuite": lambda _info: self.suite(repository, sha, suite_of_run(run)),
        }


def _file(entry: tuple[str, str, int, int]) -> Payload:
    path, change, added, deleted = entry
    return {"path": path, "changeType": change, "additions": added, "deletions": deleted}


def _completion(conclusion: str) -> Payload:
    """Status and conclusion in GraphQL's capitals."""
    return {name: value and value.upper() for name, value in completion(conclusion).items()}


def _steps(check: PlacedCheck, number: int | None) -> list[Payload]:
    """Steps of a job of Actions, all or the one of that number; a check run of another app has none."""
    return [step for step in steps(check.placed_job) if number in {None, step["number"]}] if check.placed_job else []


def _step(step: Payload) -> Payload:
    return {
        "name": step["name"],
        "number": step["number"],
        **{key: step[key] and step[key].upper() for key in ("status", "conclusion")},
        "startedAt": step["started_at"],
        "completedAt": step["completed_at"],
    }


def _is_wanted(check: PlacedCheck, wanted: dict[str, Any]) -> bool:
    """Whether a check run passes a `CheckRunFilter`; without a type, only the latest of each name does."""
    state = _completion(check.conclusion)
    statuses = wanted.get("statuses") or ([wanted["status"]] if wanted.get("status") else None)
    return (
        (check.is_latest or wanted.get("checkType") == "ALL")
        and wanted.get("appId") in {None, check.app[0]}
        and wanted.get("checkName") in {None, check.name}
        and (not wanted.get("conclusions") or state["conclusion"] in wanted["conclusions"])
        and (not statuses or state["status"] in statuses)
    )
