"""From Jira's answers to records: pure functions, nothing asked and nothing decided about what to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.contract import Record
from connectors.jira.fields import IncidentFields, instant, plain

Json = dict[str, Any]

COMMENT_TEXT = ("body", "renderedBody")
USER_KEPT = ("accountId", "key", "name", "displayName", "emailAddress", "active", "accountType", "timeZone")
"""Of an account: pictures and links differ from one place of the same answer to the next."""


@dataclass(frozen=True)
class Site:
    """What records of one site have in common."""

    url: str
    fields: IncidentFields

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


def issue_record(site: Site, issue: Json, project: Json) -> Record:
    """One issue; the project that was asked for stands in where the issue names none."""
    fields: Json = issue["fields"]
    home = _object(fields.get("project")) or project
    status = _object(fields.get("status"))
    ids = site.fields
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
        "impact_started_at": instant(fields.get(ids.impact_start)) if ids.impact_start else None,
        "customer_impact": plain(fields.get(ids.customer_impact)) if ids.customer_impact else None,
        "eval_attributable": plain(fields.get(ids.eval_attributable)) if ids.eval_attributable else None,
        "created_at": fields.get("created"),
        "updated_at": fields.get("updated"),
        "resolution_at": fields.get("resolutiondate"),
        "_raw": without_comment_texts(issue),
        "_source_url": site.issue_url(issue),
    }


def change_records(site: Site, issue: Json, histories: Sequence[Json]) -> Iterator[Record]:
    """One row for each field of each edit."""
    for history in histories:
        for position, change in enumerate(_objects(history.get("items"))):
            item = _without_comment(change)
            yield {
                "issue_id": _text(issue.get("id")),
                "history_id": _text(history.get("id")),
                "item": position,
                "author_id": account_id(history.get("author")),
                "changed_at": history.get("created"),
                "field": item.get("field"),
                "field_id": item.get("fieldId"),
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
            "author_id": account_id(comment.get("author")),
            "created_at": comment.get("created"),
            "updated_at": comment.get("updated"),
            "_raw": _comment_kept(comment),
            "_source_url": f"{site.issue_url(issue)}?focusedCommentId={comment.get('id')}",
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


def users_of(issue: Json, histories: Sequence[Json], comments: Sequence[Json]) -> Iterator[Json]:
    """Every account that an issue names, as far as it is kept."""
    fields = issue["fields"]
    named = [fields.get(role) for role in ("assignee", "reporter", "creator")]
    named += [history.get("author") for history in histories]
    named += [comment.get(role) for comment in comments for role in ("author", "updateAuthor")]
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


def updated_ms(issue: Json) -> int:
    """When the issue was last changed, in epoch milliseconds; 0 when it does not say."""
    try:
        return int(datetime.fromisoformat(str(_object(issue.get("fields")).get("updated"))).timestamp() * 1000)
    except ValueError:
        return 0


def without_comment_texts(issue: Json) -> Json:
    """An issue's answer as it is kept.

    Left out: what comments and work logs say, the changelog (it has rows of its own), and what concerns the reading account.
    """
    kept = {name: value for name, value in issue.items() if name not in {"changelog", "renderedFields"}}
    if isinstance(issue.get("fields"), dict):
        fields = {name: value for name, value in issue["fields"].items() if name != "lastViewed"}
        for name, items in (("comment", "comments"), ("worklog", "worklogs")):
            holder = fields.get(name)
            if isinstance(holder, dict) and isinstance(holder.get(items), list):
                fields[name] = holder | {items: [_comment_kept(item) for item in holder[items]]}
        kept["fields"] = fields
    return kept


def _embedded(holder: Json, name: str) -> tuple[list[Json], bool]:
    found = _objects(holder.get(name))
    total = holder.get("total")
    return found, not isinstance(total, int) or total <= len(found)


def _comment_kept(comment: Any) -> Json:
    return {name: value for name, value in _object(comment).items() if name not in {*COMMENT_TEXT, "comment"}}


def _without_comment(item: Json) -> Json:
    """A changelog item; an edited or deleted comment leaves its old text there."""
    if str(item.get("field", "")).casefold() != "comment":
        return item
    return item | {"fromString": None, "toString": None}


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
