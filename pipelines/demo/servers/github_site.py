"""GitHub as seen under one host name: the URLs it prints, and the accounts and repositories that every other payload embeds."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from pipelines.demo.servers.github_index import GithubIndex, PlacedCheck, stable_id
from pipelines.demo.world import Account, Repository

Payload = dict[str, Any]
FRAGMENTS_KEPT = 20_000
"""Rendered accounts and repositories kept per host: some 2 KB each."""

USER_URLS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def iso(moment: datetime | None) -> str | None:
    """GitHub's way to write an instant: UTC, whole seconds, `Z`."""
    # A tenth of strftime's time, and every payload has several.
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def node_id(prefix: str, number: int | str) -> str:
    """An opaque global id with GitHub's prefix of the type, such as `PR_`."""
    return f"{prefix}_{base64.urlsafe_b64encode(f'demo:{number}'.encode()).decode().rstrip('=')}"


class Site:
    """Renders one index under one host; what it embeds often is kept as JSON already written."""

    def __init__(self, index: GithubIndex, html: str) -> None:
        self.index = index
        self.html = html
        self.api = f"{html}/api/v3"
        self._fragments: dict[tuple[str, object], orjson.Fragment] = {}

    def _fragment(self, kind: str, key: object, build: Callable[[], Payload]) -> orjson.Fragment:
        known = self._fragments.get((kind, key))
        if known is None:
            if len(self._fragments) >= FRAGMENTS_KEPT:
                self._fragments.clear()
            known = self._fragments[kind, key] = orjson.Fragment(orjson.dumps(build()))
        return known

    def repo_api(self, repository: Repository) -> str:
        """API address of a repository."""
        return f"{self.api}/repos/{repository.full_name}"

    def repo_html(self, repository: Repository) -> str:
        """The address of a repository for people."""
        return f"{self.html}/{repository.full_name}"

    def user(self, account: Account) -> orjson.Fragment:
        """An account as other payloads embed it."""
        return self._fragment("user", account, lambda: self.user_fields(account))

    def user_or_none(self, account: Account | None) -> orjson.Fragment | None:
        """An account that may be missing, such as the author of a commit whose e-mail nobody has verified."""
        return None if account is None else self.user(account)

    def user_type(self, account: Account) -> str:
        """`User`, `Bot` or `Organization`."""
        return "Organization" if account.login == self.index.world.owner.login else account.kind

    def user_html(self, account: Account) -> str:
        """Profile page; the one of a bot is its app's."""
        return f"{self.html}/apps/{account.login.removesuffix('[bot]')}" if account.kind == "Bot" else f"{self.html}/{account.login}"

    def user_fields(self, account: Account) -> Payload:
        """The fields of a simple user."""
        url = f"{self.api}/users/{account.login}".replace("[", "%5B").replace("]", "%5D")
        return {
            "login": account.login,
            "id": account.user_id,
            "node_id": node_id("BOT" if account.kind == "Bot" else "U", account.user_id),
            "avatar_url": f"{self.html}/avatars/u/{account.user_id}?v=4",
            "gravatar_id": "",
            "url": url,
            "html_url": self.user_html(account),
            **{name: url + suffix for name, suffix in USER_URLS.items()},
            "type": self.user_type(account),
            "user_view_type": "public",
            "site_admin": False,
        }

    def check_html(self, repository: Repository, check: PlacedCheck) -> str:
        """The page of a check run; one of Actions is the page of its job."""
        if check.placed_job is None:
            return f"{self.repo_html(repository)}/runs/{check.check_run_id}"
        return f"{self.repo_html(repository)}/actions/runs/{check.placed_job.run.run_id}/job/{check.check_run_id}"

    def owner(self, repository: Repository) -> Account:
        """The account that a repository belongs to; an owner outside the world gets an account of its own."""
        return self._account(repository.owner)

    def _account(self, login: str) -> Account:
        if login == self.index.world.owner.login:
            return self.index.world.owner
        known = {account.login: account for account in self.index.world.outsiders}
        return known.get(login) or Account(stable_id("account", login), login)

    def repository(self, repository: Repository) -> orjson.Fragment:
        """A repository as pull requests embed it."""
        return self._fragment("repository", repository.full_name, lambda: self.repository_fields(repository))

    def minimal_repository(self, repository: Repository) -> orjson.Fragment:
        """A repository as workflow runs embed it: addresses without figures."""
        return self._fragment("minimal", repository.full_name, lambda: self.repository_addresses(repository))

    def repository_addresses(self, repository: Repository) -> Payload:
        """Who and where a repository is."""
        url = self.repo_api(repository)
        return {
            "id": repository.repository_id,
            "node_id": node_id("R", repository.repository_id),
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.is_private,
            "owner": self.user(self.owner(repository)),
            "html_url": self.repo_html(repository),
            "description": repository.description or None,
            "fork": bool(repository.fork_of),
            "url": url,
            **{name: url + suffix for name, suffix in REPOSITORY_URLS.items()},
        }

    def repository_fields(self, repository: Repository) -> Payload:
        """A repository as listings give it."""
        open_count = self.index.open_count(repository.full_name)
        forks = sum(other.fork_of == repository.full_name for other in self.index.world.repositories.values())
        host = self.html.split("://", 1)[1]
        return {
            **self.repository_addresses(repository),
            "git_url": f"git://{host}/{repository.full_name}.git",
            "ssh_url": f"git@{host}:{repository.full_name}.git",
            "clone_url": f"{self.repo_html(repository)}.git",
            "svn_url": self.repo_html(repository),
            "mirror_url": None,
            "homepage": None,
            "language": None if repository.is_empty else "Python",
            "size": 0 if repository.is_empty else 1 + stable_id("size", repository.full_name) % 9000,
            "default_branch": repository.default_branch,
            "is_template": repository.is_template,
            "topics": [],
            "license": None,
            "visibility": "private" if repository.is_private else "public",
            "created_at": iso(repository.created_at),
            "updated_at": iso(max(repository.created_at, repository.pushed_at)),
            "pushed_at": iso(repository.pushed_at),
            "archived": repository.is_archived,
            **_switches(),
            **dict.fromkeys(("stargazers_count", "watchers_count", "watchers"), 0),
            **dict.fromkeys(("forks_count", "forks"), forks),
            **dict.fromkeys(("open_issues_count", "open_issues"), open_count),
            "permissions": {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True},
        }

    def full_repository(self, repository: Repository) -> Payload:
        """A repository as its own address gives it: with its parent, source and template."""
        fields = self.repository_fields(repository)
        parent = self.named(repository.fork_of)
        template = self.named(repository.template)
        if self.index.world.owner.login == repository.owner:
            fields["organization"] = self.user(self.index.world.owner)
        if parent:
            fields |= {"parent": self.repository(parent), "source": self.repository(parent)}
        network = {"network_count": fields["forks_count"], "subscribers_count": 0}
        return {**fields, **network, "temp_clone_token": "", "template_repository": self.repository(template) if template else None}

    def named(self, full_name: str) -> Repository | None:
        """A repository by name; one that a fork names but the world does not hold lives elsewhere and is made up from its name."""
        if not full_name:
            return None
        known = self.index.world.repositories.get(full_name)
        owner, name = full_name.split("/")
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        return known or Repository(stable_id("repository", full_name), owner, name, long_ago, long_ago, is_private=False)


def _switches() -> Payload:
    """Settings of a repository that are the same for all of them."""
    on: tuple[str, ...] = ("has_issues", "has_projects", "has_wiki", "has_downloads", "allow_forking")
    off: tuple[str, ...] = ("has_pages", "has_discussions", "disabled", "web_commit_signoff_required")
    return {**dict.fromkeys(on, True), **dict.fromkeys(off, False)}
