"""From Jira's answers to records: pure functions, nothing asked and nothing decided about what to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.contract import Record
from connectors.jira.agile import AgileFields, Sprint, epic_of, is_epic, sprint_ids
from connectors.jira.fields import IncidentFields, instant, plain

Json = dict[str, Any]

COMMENT_TEXT = ("body", "renderedBody")
USER_KEPT = ("accountId", "key", "name", "displayName", "emailAddress", "active", "accountType", "timeZone")
"""Of an account: pictures and links differ from one place of the same answer to the next."""
TIME_FIELDS = frozenset({"worklog", "timespent", "aggregatetimespent", "timetracking", "progress", "aggregateprogress", "workratio"})
TIME_ITEMS = frozenset({"timespent", "worklogtimespent", "timeestimate"})
"""Changelog items that tell how long somebody worked, `timeestimate` by how much less is left."""
REMOTE_ITEMS = frozenset({"remoteissuelink", "remoteworkitemlink"})


@dataclass(frozen=True)
class Site:
    """What records of one site have in common."""

    url: str
    fields: IncidentFields
    agile: AgileFields
    keeps_time: bool
    """Time that people spent is kept; it is data about them."""

    def issue_url(self, issue: Json) -> str:
        """Where a reader opens the issue."""
        return f"{self.url}/browse/{issue.get('key') or issue.get('id')}"


def project_record(site: Site, project: Json) -> Record:
    """One project."""
    return {
        "project_id": _text(project.get("id")),
        "project_key": project.get("key"),
        "name": project.get("name"),
        "_raw": project,
        "_source_url": f"{site.url}/browse/{project.get('key')}",
    }


def status_record(site: Site, status: Json) -> Record:
    """One status."""
    return {
        "status_id": _text(status.get("id")),
        "name": status.get("name"),
        "status_category": _object(status.get("statusCategory")).get("key"),
        "_raw": {name: status.get(name) for name in ("id", "name", "statusCategory", "scope")},
        "_source_url": f"{site.url}/secure/admin/ViewStatuses.jspa",
    }


def sprint_record(site: Site, sprint: Json) -> Record:
    """One sprint, as an issue or the agile API tells it."""
    board_id = _text(sprint.get("boardId") or sprint.get("originBoardId"))
    state = sprint.get("state")
    page = f"/secure/RapidBoard.jspa?rapidView={board_id}&view=reporting&chart=sprintRetrospective&sprint={sprint.get('id')}"
    return {
        "sprint_id": _text(sprint.get("id")),
        "name": sprint.get("name"),
        "state": state.lower() if isinstance(state, str) else state,
        "board_id": board_id,
        "started_at": sprint.get("startDate"),
        "ends_at": sprint.get("endDate"),
        "completed_at": sprint.get("completeDate"),
        # The same from an issue and from the agile API, so that a later reading changes nothing.
        "_raw": {name: sprint.get(name) for name in ("id", "name", "state", "goal", "startDate", "endDate", "completeDate")},
        "_source_url": f"{site.url}{page}",
    }


def issue_record(site: Site, issue: Json, project: Json, sprints: Sequence[Sprint] = ()) -> Record:
    """One issue; the project that was asked for stands in where the issue names none."""
    fields: Json = issue["fields"]
    home = _object(fields.get("project")) or project
    status = _object(fields.get("status"))
    ids = site.fields
    epic_id, epic_key = epic_of(fields, site.agile)
    return {
        "issue_id": _text(issue.get("id")),
        "issue_key": issue.get("key"),
        "project_id": _text(home.get("id")),
        "project_key": home.get("key"),
        "issue_type": _name(fields.get("issuetype")),
        "summary": fields.get("summary"),
        "status": status.get("name"),
        "status_category": _object(status.get("statusCategory")).get("key"),
        "resolution": _name(fields.get("resolution")),
        "priority": _name(fields.get("priority")),
        "severity": plain(fields.get(ids.severity)) if ids.severity else None,
        "assignee_id": account_id(fields.get("assignee")),
        "reporter_id": account_id(fields.get("reporter")),
        "creator_id": account_id(fields.get("creator")),
        "labels": fields.get("labels") or [],
        "parent_id": _text(_object(fields.get("parent")).get("id")),
        "epic_id": epic_id,
        "epic_key": epic_key,
        "is_epic": is_epic(fields, site.agile),
        "sprint_ids": sprint_ids(sprints, site.agile),
        "impact_started_at": instant(fields.get(ids.impact_start)) if ids.impact_start else None,
        "customer_impact": plain(fields.get(ids.customer_impact)) if ids.customer_impact else None,
        "eval_attributable": plain(fields.get(ids.eval_attributable)) if ids.eval_attributable else None,
        "cause": plain(fields.get(ids.cause)) if ids.cause else None,
        "created_at": fields.get("created"),
        "updated_at": fields.get("updated"),
        "resolution_at": fields.get("resolutiondate"),
        "_raw": as_kept(issue, site.keeps_time),
        "_source_url": site.issue_url(issue),
    }


def change_records(site: Site, issue: Json, histories: Sequence[Json]) -> Iterator[Record]:
    """One row for each field of each edit."""
    for history in histories:
        for position, change in enumerate(_objects(history.get("items"))):
            item = _item_kept(change, site.keeps_time)
            yield {
                "issue_id": _text(issue.get("id")),
                "project_id": project_id(issue),
                "history_id": _text(history.get("id")),
                "item": position,
                "author_id": account_id(history.get("author")),
                "changed_at": history.get("created"),
                "field": item.get("field"),
                "field_id": item.get("fieldId"),
                "subject": site.agile.subject(item),
                "from_value": item.get("from"),
                "from_text": item.get("fromString"),
                "to_value": item.get("to"),
                "to_text": item.get("toString"),
                "_raw": {"id": history.get("id"), "author": _kept(history.get("author")), "created": history.get("created"), "item": item},
                "_source_url": site.issue_url(issue),
            }


def link_records(site: Site, issue: Json) -> Iterator[Record]:
    """One row for each link of the issue."""
    for link in _objects(issue["fields"].get("issuelinks")):
        kind = _object(link.get("type"))
        direction = "inward" if link.get("inwardIssue") else "outward"
        other = _object(link.get(f"{direction}Issue"))
        yield {
            "link_id": _text(link.get("id")),
            "issue_id": _text(issue.get("id")),
            "project_id": project_id(issue),
            "link_type": kind.get("name"),
            "direction": direction,
            "description": kind.get(direction),
            "other_issue_id": _text(other.get("id")),
            "other_issue_key": other.get("key"),
            # The other issue's own fields change without this one: only what names it is kept.
            "_raw": {"id": link.get("id"), "type": kind, f"{direction}Issue": {"id": other.get("id"), "key": other.get("key")}},
            "_source_url": site.issue_url(issue),
        }


def comment_records(site: Site, issue: Json, comments: Sequence[Json]) -> Iterator[Record]:
    """One row for each comment, without what it says."""
    for comment in comments:
        yield {
            "comment_id": _text(comment.get("id")),
            "issue_id": _text(issue.get("id")),
            "project_id": project_id(issue),
            "author_id": account_id(comment.get("author")),
            "created_at": comment.get("created"),
            "updated_at": comment.get("updated"),
            "_raw": _comment_kept(comment),
            "_source_url": f"{site.issue_url(issue)}?focusedCommentId={comment.get('id')}",
        }


def remote_link_record(site: Site, issue: Json, link: Json) -> Record:
    """One link to a page outside Jira, without the summary that its application gives."""
    page, application = _object(link.get("object")), _object(link.get("application"))
    status = _object(page.get("status"))
    told = {"url": page.get("url"), "title": page.get("title"), "status": {"resolved": status.get("resolved")}}
    return {
        "remote_link_id": _text(link.get("id")),
        "issue_id": _text(issue.get("id")),
        "project_id": project_id(issue),
        "global_id": link.get("globalId"),
        "relationship": link.get("relationship"),
        "application_type": application.get("type"),
        "application_name": application.get("name"),
        "url": page.get("url"),
        "title": page.get("title"),
        "is_resolved": status.get("resolved"),
        "_raw": {name: link.get(name) for name in ("id", "globalId", "relationship", "application")} | {"object": told},
        "_source_url": site.issue_url(issue),
    }


def worklog_records(site: Site, issue: Json, worklogs: Sequence[Json]) -> Iterator[Record]:
    """One row for each time that somebody logged, without what they say about it."""
    for worklog in worklogs:
        kept = _comment_kept(worklog)
        yield {
            "worklog_id": _text(worklog.get("id")),
            "issue_id": _text(issue.get("id")),
            "project_id": project_id(issue),
            "author_id": account_id(worklog.get("author")),
            "started_at": worklog.get("started"),
            "time_spent_seconds": worklog.get("timeSpentSeconds"),
            "created_at": worklog.get("created"),
            "updated_at": worklog.get("updated"),
            "_raw": kept | {role: _kept(worklog[role]) for role in ("author", "updateAuthor") if role in worklog},
            "_source_url": f"{site.issue_url(issue)}?focusedWorklogId={worklog.get('id')}",
        }


def user_record(site: Site, user: Json) -> Record:
    """One account."""
    page = f"/jira/people/{user['accountId']}" if user.get("accountId") else f"/secure/ViewProfile.jspa?name={quote(str(user.get('name')))}"
    return {
        "account_id": account_id(user),
        "display_name": user.get("displayName"),
        "email": user.get("emailAddress"),
        "is_active": user.get("active"),
        "account_type": user.get("accountType"),
        "_raw": user,
        "_source_url": f"{site.url}{page}",
    }


def users_of(issue: Json, histories: Sequence[Json], *said: Sequence[Json]) -> Iterator[Json]:
    """Every account that an issue, its histories, and its comments and work logs (`said`) name, as far as it is kept."""
    fields = issue["fields"]
    named = [fields.get(role) for role in ("assignee", "reporter", "creator")]
    named += [history.get("author") for history in histories]
    named += [item.get(role) for items in said for item in items for role in ("author", "updateAuthor")]
    return (_kept(user) for user in named if account_id(user))


def account_id(user: Any) -> str | None:
    """What names an account for ever: accountId on Cloud; on Server the key, or the name on old ones."""
    known = _object(user)
    return _text(known.get("accountId") or known.get("key") or known.get("name"))


def embedded_histories(issue: Json) -> tuple[list[Json], bool]:
    """The changelog that came with an issue, and whether it is whole."""
    return _embedded(_object(issue.get("changelog")), "histories")


def embedded_comments(issue: Json) -> tuple[list[Json], bool]:
    """The comments that came with an issue, and whether they are all."""
    return _embedded(_object(_object(issue.get("fields")).get("comment")), "comments")


def embedded_worklogs(issue: Json) -> tuple[list[Json], bool]:
    """The work logs that came with an issue, and whether they are all."""
    return _embedded(_object(_object(issue.get("fields")).get("worklog")), "worklogs")


def names_remote_link(histories: Sequence[Json]) -> bool:
    """Whether a link to a page outside Jira was ever made or taken away."""
    items = (item for history in histories for item in _objects(history.get("items")))
    return any(str(item.get("field", "")).casefold() in REMOTE_ITEMS for item in items)


def project_id(issue: Json) -> str | None:
    """The project that an issue is in."""
    return _text(_object(_object(issue.get("fields")).get("project")).get("id"))


def is_one_of(issue: Json, issue_types: Sequence[str], projects: Sequence[str]) -> bool:
    """Whether an issue is of one of the types, and in one of the projects (keys or ids) where any are named."""
    fields = _object(issue.get("fields"))
    home = {_text(_object(fields.get("project")).get("key")), project_id(issue)}
    return _text(_name(fields.get("issuetype"))) in issue_types and (not projects or not home.isdisjoint(projects))


def updated_ms(issue: Json) -> int:
    """When the issue was last changed, in epoch milliseconds; 0 when it does not say."""
    try:
        return int(datetime.fromisoformat(str(_object(issue.get("fields")).get("updated"))).timestamp() * 1000)
    except ValueError:
        return 0


def as_kept(issue: Json, keeps_time: bool) -> Json:
    """An issue's answer as it is kept.

    Left out: what comments say, the changelog and work logs (they have rows of their own), what concerns the reading account, and
    unless it was asked for how much time was spent.
    """
    kept = {name: value for name, value in issue.items() if name not in {"changelog", "renderedFields"}}
    if isinstance(issue.get("fields"), dict):
        dropped = {"lastViewed", "worklog"} if keeps_time else {"lastViewed", *TIME_FIELDS}
        fields = {name: value for name, value in issue["fields"].items() if name not in dropped}
        holder = fields.get("comment")
        if isinstance(holder, dict) and isinstance(holder.get("comments"), list):
            fields["comment"] = holder | {"comments": [_comment_kept(item) for item in holder["comments"]]}
        kept["fields"] = fields
    return kept


def _embedded(holder: Json, name: str) -> tuple[list[Json], bool]:
    found = _objects(holder.get(name))
    total = holder.get("total")
    return found, not isinstance(total, int) or total <= len(found)


def _comment_kept(comment: Any) -> Json:
    return {name: value for name, value in _object(comment).items() if name not in {*COMMENT_TEXT, "comment"}}


def _item_kept(item: Json, keeps_time: bool) -> Json:
    """A changelog item: an edited or deleted comment leaves its old text there, and logged work how long it took."""
    name = str(item.get("field", "")).casefold()
    if name == "comment":
        return item | {"fromString": None, "toString": None}
    if name in TIME_ITEMS and not keeps_time:
        return item | dict.fromkeys(("from", "fromString", "to", "toString"))
    return item


def _kept(user: Any) -> Json:
    return {name: value for name, value in _object(user).items() if name in USER_KEPT}


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _name(value: Any) -> Any:
    return _object(value).get("name")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
