"""A Jira site in memory, for tests: the protocol of `source.JiraSource`, with a site's caps on what comes with an issue."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import AuthFailed, NotFound, SourceError
from connectors.jira.records import updated_ms
from connectors.jira.source import Json

ANA: Json = {
    "accountId": "acc-ana",
    "displayName": "Ana Sol",
    "emailAddress": "ana@acme.example",
    "active": True,
    "accountType": "atlassian",
}


def make_issue(issue_id: int, key: str, updated: str = "2026-03-02T10:00:00.000+0000", **fields: Any) -> Json:
    """An issue as the search gives it, with the fields that every issue has."""
    project = key.partition("-")[0]
    known: Json = {
        "project": {"id": str(sum(map(ord, project))), "key": project},
        "issuetype": {"name": "Task"},
        "summary": f"Summary of {key}",
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "created": "2026-03-01T09:00:00.000+0000",
        "updated": updated,
        "reporter": ANA,
        "creator": ANA,
        "labels": [],
        "issuelinks": [],
        "comment": {"comments": [], "total": 0},
    }
    return {"id": str(issue_id), "key": key, "fields": known | fields, "changelog": {"histories": [], "total": 0}}


def make_project(key: str, name: str = "") -> Json:
    """A project whose id agrees with `make_issue`."""
    return {"id": str(sum(map(ord, key))), "key": key, "name": name or key}


@dataclass
class FakeJira:
    """Projects and issues of one site; lists may be changed between readings."""

    projects: list[Json]
    stored: list[Any] = field(default_factory=list[Any])
    site_fields: list[Json] = field(default_factory=list[Json])
    is_cloud: bool = True
    page_size: int = 100
    changelog_cap: int = 100
    comment_cap: int = 20
    info: Json = field(default_factory=lambda: {"deploymentType": "Cloud", "version": "1001.0.0"})
    failing: dict[str, SourceError] = field(default_factory=dict[str, SourceError])
    """Project keys whose search fails."""
    remote: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    """Remote links by issue id."""
    deleted: list[str] = field(default_factory=list[str])
    """Ids of deleted work logs."""
    known_statuses: list[Json] = field(default_factory=list[Json])
    sprints: dict[str, Json] = field(default_factory=dict[str, Json])
    """What the agile API tells of sprints."""
    refuses: bool = False
    """The token is not accepted."""
    asked: list[str] = field(default_factory=list[str])
    """What was asked for, in order."""

    def server_info(self) -> Json:
        """As configured."""
        return self.info

    def myself(self) -> Json:
        """Ana, unless the token is refused."""
        self.asked.append("myself")
        if self.refuses:
            raise AuthFailed("jira", "the account of the token", "Jira does not accept the token")
        return ANA

    def fields(self) -> list[Json]:
        """As configured."""
        return self.site_fields

    def project(self, key: str) -> Json:
        """By key or id."""
        for project in self.projects:
            if key in {project["key"], project["id"]}:
                return project
        raise NotFound("jira", f"project {key}", "No project could be found")

    def count(self, project_id: str) -> tuple[int, str]:
        """Issues stored for the project."""
        return len(self._of(project_id)), "approximate count"

    def issues(self, project_id: str, since_ms: int | None) -> Iterator[list[Json]]:
        """Pages in stored order, cut to what a site embeds."""
        self.asked.append(f"issues {project_id} since {since_ms}")
        if problem := self.failing.get(self._key(project_id)):
            raise problem
        # What has no fields has no date to be filtered by; sites list it as well.
        found = [issue for issue in self._of(project_id) if since_ms is None or not updated_ms(issue) or updated_ms(issue) >= since_ms]
        for start in range(0, max(len(found), 1), self.page_size):
            yield [self._embedded(issue) for issue in found[start : start + self.page_size]]

    def histories(self, issue_id: str) -> list[Json]:
        """The whole changelog."""
        self.asked.append(f"histories {issue_id}")
        return self._issue(issue_id)["changelog"]["histories"]

    def comments(self, issue_id: str) -> list[Json]:
        """All comments."""
        self.asked.append(f"comments {issue_id}")
        return self._issue(issue_id)["fields"]["comment"]["comments"]

    def remote_links(self, issue_id: str) -> list[Json]:
        """Of one issue."""
        self.asked.append(f"remote links {issue_id}")
        return self.remote.get(issue_id, [])

    def worklogs(self, issue_id: str) -> list[Json]:
        """All work logs."""
        self.asked.append(f"worklogs {issue_id}")
        return self._issue(issue_id)["fields"]["worklog"]["worklogs"]

    def deleted_worklogs(self, since_ms: int) -> tuple[list[str], int]:
        """As configured; a minute later each time."""
        self.asked.append(f"deleted worklogs {since_ms}")
        return self.deleted, since_ms + 60_000

    def whereabouts(self, issue_id: str) -> Json:
        """Wherever it is stored, configured or not."""
        self.asked.append(f"whereabouts {issue_id}")
        for issue in self.stored:
            if issue["id"] == issue_id:
                return {"id": issue_id, "key": issue["key"], "fields": {"project": issue["fields"]["project"]}}
        raise NotFound("jira", f"issue {issue_id}", "Issue does not exist or you do not have permission to see it.")

    def statuses(self) -> list[Json]:
        """As configured."""
        return self.known_statuses

    def sprint(self, sprint_id: str) -> Json:
        """As configured."""
        self.asked.append(f"sprint {sprint_id}")
        if sprint_id not in self.sprints:
            raise NotFound("jira", f"sprint {sprint_id}", "Sprint does not exist")
        return self.sprints[sprint_id]

    def _key(self, project_id: str) -> str:
        return next(project["key"] for project in self.projects if project["id"] == project_id)

    def _of(self, project_id: str) -> list[Any]:
        prefix = f"{self._key(project_id)}-"
        return [issue for issue in self.stored if str(issue["key"]).startswith(prefix)]

    def _issue(self, issue_id: str) -> Json:
        return next(issue for issue in self.stored if issue["id"] == issue_id)

    def _embedded(self, issue: Json) -> Json:
        answer = deepcopy(issue)
        _cut(answer.get("changelog"), "histories", self.changelog_cap)
        _cut((answer.get("fields") or {}).get("comment"), "comments", self.comment_cap)
        _cut((answer.get("fields") or {}).get("worklog"), "worklogs", self.comment_cap)
        return answer


def _cut(holder: Any, name: str, cap: int) -> None:
    if isinstance(holder, dict) and isinstance(holder.get(name), list):
        items: Sequence[Any] = holder[name]
        holder["total"], holder[name] = len(items), list(items[:cap])
