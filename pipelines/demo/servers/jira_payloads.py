"""Issues, histories, comments, users and projects in the shape of Jira's answers, for both kinds of site and both API versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipelines.demo.servers.github_index import stable_id
from pipelines.demo.servers.jira_sprints import SPRINT_FIELD, sprint_object, sprint_text
from pipelines.demo.world import World
from pipelines.demo.world_jira import JiraIssue, JiraSprint

Payload = dict[str, Any]
CATEGORIES = {"new": (2, "To Do", "blue-gray"), "indeterminate": (4, "In Progress", "yellow"), "done": (3, "Done", "green")}
SYSTEM_FIELDS = {
    "summary": ("Summary", "string"),
    "description": ("Description", "string"),
    "issuetype": ("Issue Type", "issuetype"),
    "project": ("Project", "project"),
    "status": ("Status", "status"),
    "statuscategorychangedate": ("Status Category Changed", "datetime"),
    "priority": ("Priority", "priority"),
    "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"),
    "reporter": ("Reporter", "user"),
    "assignee": ("Assignee", "user"),
    "creator": ("Creator", "user"),
    "labels": ("Labels", "array"),
    "created": ("Created", "datetime"),
    "updated": ("Updated", "datetime"),
    "parent": ("Parent", "issuelink"),
    "issuelinks": ("Linked Issues", "array"),
    "comment": ("Comment", "comments-page"),
}
CLAUSES = {"issuetype": ["issuetype", "type"], "resolutiondate": ["resolutiondate", "resolved"]}


@dataclass(frozen=True)
class JiraSite:
    """Which Jira it is.

    Attributes:
        deployment: Cloud pages searches by token and names users by account id; Server (and Data Center) pages by number.
        email: user of the basic credential.
        time_zone: of that user; JQL dates are meant in it and answers are written in it.
        embedded_histories: newest histories that a Cloud search embeds; the rest is at `/issue/{id}/changelog`.
        embedded_comments: comments that a Cloud search embeds; the rest is at `/issue/{id}/comment`.
    """

    deployment: Literal["Cloud", "Server"] = "Cloud"
    email: str = "sync@acme.example"
    time_zone: str = "Europe/Berlin"
    embedded_histories: int = 40
    embedded_comments: int = 20

    @property
    def is_cloud(self) -> bool:
        """Whether it is the Cloud."""
        return self.deployment == "Cloud"

    @property
    def zone(self) -> ZoneInfo:
        """The user's time zone."""
        return ZoneInfo(self.time_zone)


def document(text: str) -> Payload | None:
    """Plain text as the document that API version 3 gives instead."""
    if not text:
        return None
    lines = [{"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": lines}


class JiraPayloads:
    """Renders one world as one site under one address and API version."""

    def __init__(self, world: World, site: JiraSite, base: str, version: str) -> None:
        self.world, self.site = world, site
        self.base, self.rest = base, f"{base}/rest/api/{version}"
        self.is_document = version == "3"

    def moment(self, moment: datetime | None) -> str | None:
        """Jira's way to write an instant: milliseconds, and the offset of the user's zone without a colon."""
        if moment is None:
            return None
        local = moment.astimezone(self.site.zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def text(self, text: str) -> str | Payload | None:
        """A long text in the version's form."""
        return document(text) if self.is_document else text or None

    def user(self, account_id: str) -> Payload | None:
        """A user; nobody for an empty id."""
        if not account_id:
            return None
        known = self.world.jira_users.get(account_id, {"displayName": "Former user", "active": False, "accountType": "atlassian"})
        email = known.get("emailAddress")
        shown = {"displayName": known["displayName"], "active": known.get("active", True), "timeZone": self.site.time_zone}
        if email:
            shown["emailAddress"] = email
        if self.site.is_cloud:
            address = f"{self.rest}/user?accountId={account_id}"
            return {"self": address, "accountId": account_id, "accountType": known.get("accountType", "atlassian"), **shown}
        name = email.split("@")[0] if email else account_id
        return {"self": f"{self.rest}/user?username={name}", "key": account_id, "name": name, **shown}

    def project(self, key: str) -> Payload:
        """A project."""
        number, name = self.world.jira_projects[key]
        common = {"self": f"{self.rest}/project/{number}", "id": str(number), "key": key, "name": name, "projectTypeKey": "software"}
        return {**common, "simplified": False, "style": "classic", "isPrivate": False} if self.site.is_cloud else common

    def sprint(self, sprint: JiraSprint) -> Payload:
        """A sprint as the agile API tells it."""
        return {"self": f"{self.base}/rest/agile/1.0/sprint/{sprint.sprint_id}", **sprint_object(sprint, board="originBoardId")}

    def _named(self, kind: str, name: str) -> Payload | None:
        """A priority, resolution or issue type: a name with a number."""
        if not name:
            return None
        number = str(stable_id(kind, name) % 90_000 + 10_000)
        return {"self": f"{self.rest}/{kind}/{number}", "id": number, "name": name}

    def _kind(self, issue: JiraIssue) -> Payload:
        """An issue type; only the Cloud tells how high it stands."""
        level = {"hierarchyLevel": int(issue.issue_type == "Epic")} if self.site.is_cloud else {}
        return {**(self._named("issuetype", issue.issue_type) or {}), "subtask": False, **level}

    def status(self, name: str, number: str, category: str) -> Payload:
        """A status with its category."""
        category_number, title, colour = CATEGORIES[category]
        address = f"{self.rest}/statuscategory/{category_number}"
        shown = {"self": address, "id": category_number, "key": category, "name": title, "colorName": colour}
        common = {"self": f"{self.rest}/status/{number}", "description": "", "iconUrl": f"{self.base}/images/icons/statuses/generic.png"}
        return {**common, "id": number, "name": name, "statusCategory": shown}

    def _status(self, issue: JiraIssue) -> Payload:
        unknown = (str(stable_id("status", issue.status) % 90_000 + 10_000), "")
        number, _ = self.world.jira_statuses.get(issue.status, unknown)
        return self.status(issue.status, number, issue.status_category)

    def fields(self, issue: JiraIssue) -> Payload:
        """All fields of an issue."""
        reporter = self.user(issue.reporter)
        return {
            "summary": issue.summary,
            "description": self.text(issue.description),
            "issuetype": self._kind(issue),
            "project": self.project(issue.key.rpartition("-")[0]),
            "status": self._status(issue),
            "priority": self._named("priority", issue.priority),
            "resolution": self._named("resolution", issue.resolution),
            "resolutiondate": self.moment(issue.resolved_at),
            **{"reporter": reporter, "creator": reporter, "assignee": self.user(issue.assignee)},
            "labels": list(issue.labels),
            "created": self.moment(issue.created_at),
            "updated": self.moment(issue.updated_at),
            "issuelinks": [self._link(link) for link in issue.links],
            **({"parent": self._other(issue.parent)} if issue.parent else {}),
            **{name: self._custom(name, value) for name, value in issue.fields.items()},
            **{name: None for name in self.world.jira_fields if name not in issue.fields},
            "comment": self._comments_of(issue),
        }

    def _custom(self, name: str, value: Any) -> Any:
        """A custom field: instants and plain names of options are put into Jira's form, anything else is served as it is."""
        if isinstance(value, datetime):
            return self.moment(value)
        kind = self.world.jira_fields.get(name, ("", ""))[1]
        if kind == "option" and isinstance(value, str):
            number = str(stable_id("option", name, value))
            return {"self": f"{self.rest}/customFieldOption/{number}", "value": value, "id": number}
        if kind == "sprint":
            return [sprint_object(each) if self.site.is_cloud else sprint_text(each) for each in value]
        return value

    def _other(self, key: str) -> Payload:
        """Another issue as links embed it."""
        found = next((issue for issue in self.world.jira_issues if issue.key == key), None)
        number = str(found.issue_id if found else stable_id("issue", key))
        fields = {"summary": found.summary, "status": self._status(found), "issuetype": self._kind(found)} if found else {}
        return {"id": number, "key": key, "self": f"{self.rest}/issue/{number}", "fields": fields}

    def _link(self, link: Payload) -> Payload:
        number = str(stable_id("link type", link["type"]) % 90_000 + 10_000)
        kind = {"id": number, "name": link["type"], "inward": link["inward"], "outward": link["outward"]}
        address = {"id": str(link["id"]), "self": f"{self.rest}/issueLink/{link['id']}"}
        kind["self"] = f"{self.rest}/issueLinkType/{number}"
        return {**address, "type": kind, f"{link['direction']}Issue": self._other(link["key"])}

    def comment(self, issue: JiraIssue, comment: Payload) -> Payload:
        """A comment."""
        author = self.user(comment["author"])
        return {
            "self": f"{self.rest}/issue/{issue.issue_id}/comment/{comment['id']}",
            "id": str(comment["id"]),
            "author": author,
            "updateAuthor": author,
            "body": self.text(comment["body"]),
            "created": self.moment(comment["created"]),
            "updated": self.moment(comment["updated"]),
        }

    def remote_link(self, issue: JiraIssue, link: Payload) -> Payload:
        """A link to a page outside Jira."""
        page = {"url": link["url"], "title": link["title"], "summary": "", "icon": {}, "status": {"icon": {}}}
        address = {"id": link["id"], "self": f"{self.rest}/issue/{issue.issue_id}/remotelink/{link['id']}"}
        return {**address, "application": {}, "relationship": link["relationship"], "object": page}

    def _comments_of(self, issue: JiraIssue) -> Payload:
        most = self.site.embedded_comments if self.site.is_cloud else len(issue.comments)
        shown = [self.comment(issue, comment) for comment in issue.comments[:most]]
        return {"comments": shown, "maxResults": len(shown), "total": len(issue.comments), "startAt": 0}

    def history(self, history: Payload) -> Payload:
        """One entry of a changelog: what one person changed at one moment."""
        items = [{"fieldtype": "jira", **item} for item in history["items"]]
        return {
            "id": str(history["id"]),
            "author": self.user(history["author"]),
            "created": self.moment(history["created"]),
            "items": items,
        }

    def changelog(self, issue: JiraIssue) -> Payload:
        """The changelog that a search or an issue embeds: newest first, on the Cloud only the newest."""
        histories = sorted(issue.history, key=lambda history: history["created"], reverse=self.site.is_cloud)
        most = self.site.embedded_histories if self.site.is_cloud else len(histories)
        shown = [self.history(history) for history in histories[:most]]
        return {"startAt": 0, "maxResults": len(shown), "total": len(histories), "histories": shown}

    def issue(self, issue: JiraIssue, fields: frozenset[str], has_changelog: bool) -> Payload:
        """An issue with the wanted fields; a broken one comes without any."""
        address = {"id": str(issue.issue_id), "self": f"{self.rest}/issue/{issue.issue_id}", "key": issue.key}
        answer: Payload = {"expand": "operations,changelog,transitions", **address}
        if not issue.is_broken:
            everything = self.fields(issue)
            answer["fields"] = {name: everything[name] for name in everything if is_wanted(name, fields)}
        return {**answer, "changelog": self.changelog(issue)} if has_changelog else answer

    def field_list(self) -> list[Payload]:
        """`/field`: system fields and the site's custom ones, each with the names that JQL knows it by."""
        system = [_field(name, title, kind, CLAUSES.get(name, [name])) for name, (title, kind) in SYSTEM_FIELDS.items()]
        custom = [
            _field(name, title, kind, [f"cf[{name.removeprefix('customfield_')}]", title], is_custom=True)
            for name, (title, kind) in self.world.jira_fields.items()
        ]
        return system + custom


def _field(name: str, title: str, kind: str, clauses: list[str], is_custom: bool = False) -> Payload:
    shape = {"type": "array", "items": "json", "custom": SPRINT_FIELD} if kind == "sprint" else {"type": kind}
    schema: Payload = shape | ({"customId": int(name.removeprefix("customfield_"))} if is_custom else {"system": name})
    flags = {"custom": is_custom, "orderable": True, "navigable": name != "comment", "searchable": True}
    return {"id": name, "key": name, "name": title, **flags, "clauseNames": clauses, "schema": schema}


def is_wanted(name: str, fields: frozenset[str]) -> bool:
    """Whether `fields` asks for a field: by name, by `*all`, or by `*navigable`, and not taken out by `-name`."""
    if f"-{name}" in fields:
        return False
    return name in fields or "*all" in fields or ("*navigable" in fields and name != "comment")
