"""Pull requests and what hangs on them as records: pure functions from one GraphQL answer to the columns of the schema."""

import re
from datetime import datetime
from typing import Any

from connectors.contract import Record
from connectors.github.pull_request_queries import NESTED
from connectors.github.records import dig, graph_actor, listed, lower, number, rest_actor, snake

_CO_AUTHOR = re.compile(r"^co-authored-by:[ \t]*(?P<name>[^<\n]*?)[ \t]*<(?P<email>[^<>\n]+)>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_SUGGESTION = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*suggestion\b", re.MULTILINE)
"""The fenced block that GitHub shows with a button to commit it."""


def co_authors(message: Any) -> list[dict[str, str]]:
    """Name and e-mail of every Co-authored-by trailer, each e-mail once."""
    found = _CO_AUTHOR.finditer(message.replace("\r\n", "\n")) if isinstance(message, str) else ()
    return list({match["email"].lower(): {"name": match["name"], "email": match["email"]} for match in found}.values())


def pull_request(node: dict[str, Any], repository_id: int) -> Record:
    """A pull request without its reviews, commits, files and events, which are records of their own."""
    return {
        "pull_request_id": number(node.get("fullDatabaseId")),
        "repository_id": repository_id,
        "number": node.get("number"),
        "title": node.get("title"),
        "state": lower(node.get("state")),
        "is_draft": node.get("isDraft"),
        **graph_actor("author", node.get("author")),
        "head_ref": node.get("headRefName"),
        "head_sha": node.get("headRefOid"),
        "head_repository_id": dig(node, "headRepository", "databaseId"),
        "base_ref": node.get("baseRefName"),
        "base_sha": node.get("baseRefOid"),
        "merge_commit_sha": dig(node, "mergeCommit", "oid"),
        **graph_actor("merged_by", node.get("mergedBy")),
        "additions": node.get("additions"),
        "deletions": node.get("deletions"),
        "changed_files": node.get("changedFiles"),
        "labels": [dig(label, "name") for label in listed(dig(node, "labels", "nodes"))],
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "closed_at": node.get("closedAt"),
        "merged_at": node.get("mergedAt"),
        "_raw": {key: value for key, value in node.items() if key not in NESTED},
        "_source_url": node.get("url"),
    }


def review(node: dict[str, Any], pull: Record) -> Record:
    """One review of a pull request."""
    return {
        "review_id": number(node.get("fullDatabaseId")),
        **_of_pull(pull),
        **graph_actor("author", node.get("author")),
        "state": node.get("state"),
        "submitted_at": node.get("submittedAt"),
        "commit_sha": dig(node, "commit", "oid"),
        "updated_at": node.get("updatedAt"),
        "edited_at": node.get("lastEditedAt"),
        "_raw": {key: value for key, value in node.items() if key != "comments"},
        "_source_url": node.get("url"),
    }


def review_comment(node: dict[str, Any], review: Record) -> Record:
    """One comment of a review."""
    body = node.get("body")
    return {
        "review_comment_id": number(node.get("fullDatabaseId")),
        **{key: review[key] for key in ("review_id", "repository_id", "pull_request_id", "pull_request_number")},
        **graph_actor("author", node.get("author")),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "path": node.get("path"),
        "commit_sha": dig(node, "commit", "oid"),
        "original_commit_sha": dig(node, "originalCommit", "oid"),
        "in_reply_to_id": number(dig(node, "replyTo", "fullDatabaseId")),
        "has_suggestion": bool(_SUGGESTION.search(body.replace("\r\n", "\n"))) if isinstance(body, str) else None,
        "_raw": node,
        "_source_url": node.get("url"),
    }


def pull_request_commit(node: dict[str, Any], pull: Record, position: int) -> Record:
    """One commit of a pull request."""
    commit = node.get("commit")
    message = dig(commit, "message")
    return {
        "sha": dig(commit, "oid"),
        **_of_pull(pull),
        "position": position,
        "author_name": dig(commit, "author", "name"),
        "author_email": dig(commit, "author", "email"),
        "author_user_id": dig(commit, "author", "user", "databaseId"),
        "author_login": dig(commit, "author", "user", "login"),
        "authored_at": dig(commit, "authoredDate"),
        "committed_at": dig(commit, "committedDate"),
        "co_authors": co_authors(message),
        "headline": message.partition("\n")[0] if isinstance(message, str) else None,
        "_raw": commit,
        "_source_url": dig(commit, "url"),
    }


def pull_request_file(node: dict[str, Any], pull: Record) -> Record:
    """One changed path of a pull request."""
    return {
        "path": node.get("path"),
        **_of_pull(pull),
        "change_type": node.get("changeType"),
        "additions": node.get("additions"),
        "deletions": node.get("deletions"),
        "_raw": node,
        "_source_url": f"{pull['_source_url']}/files" if pull["_source_url"] else None,
    }


def event(node: dict[str, Any], pull: Record) -> Record:
    """One event of a pull request's timeline; its page is the pull request's where it has none of its own."""
    other = _other_side(node, pull)
    before, source = node.get("beforeCommit"), dig(other, "__typename")
    return {
        "event_id": node.get("id"),
        **_of_pull(pull),
        "kind": snake(node.get("__typename")),
        **graph_actor("actor", node.get("actor")),
        "created_at": node.get("createdAt"),
        "before_sha": dig(before, "oid"),
        "before_committed_at": dig(before, "committedDate"),
        "after_sha": dig(node, "afterCommit", "oid") or dig(node, "commit", "oid"),
        "reason": node.get("reason") or lower(node.get("previousReviewState")),
        "label": dig(node, "label", "name"),
        "previous_ref": node.get("previousRefName"),
        "current_ref": node.get("currentRefName") or node.get("mergeRefName"),
        "review_id": number(dig(node, "review", "fullDatabaseId")),
        "source_kind": snake(source),
        "source_repository_id": dig(other, "repository", "databaseId"),
        "source_number": dig(other, "number"),
        "source_url": dig(other, "url"),
        "is_cross_repository": node.get("isCrossRepository"),
        "_raw": node,
        "_source_url": node.get("url") or pull["_source_url"],
    }


def _other_side(node: dict[str, Any], pull: Record) -> Any:
    """What a pull request was connected with or mentioned by: GitHub names both ends, and either can be the pull request itself."""
    ends = [node.get("source"), node.get("subject")]
    return next((end for end in ends if dig(end, "url") not in (None, pull["_source_url"])), None)


def required_check(node: dict[str, Any], pull: Record, head_sha: str, observed_at: datetime) -> Record:
    """One check of an open pull request's head, with whether it is required of it now."""
    is_run = node.get("__typename") == "CheckRun"
    return {
        **_of_pull(pull),
        "head_sha": head_sha,
        "context": node.get("name" if is_run else "context"),
        "kind": "check_run" if is_run else "status",
        "app_id": dig(node, "checkSuite", "app", "databaseId"),
        "is_required": node.get("isRequired"),
        "observed_at": observed_at,
        "_raw": node,
        "_source_url": f"{pull['_source_url']}/checks" if pull["_source_url"] else None,
    }


def commit_status(item: dict[str, Any], sha: str, repository_id: int, commit_url: str) -> Record:
    """One status of a commit, from REST; it has no page of its own."""
    return {
        "status_id": str(item["id"]) if item.get("id") is not None else None,
        "repository_id": repository_id,
        "sha": sha,
        "context": item.get("context"),
        "state": item.get("state"),
        **rest_actor("creator", item.get("creator")),
        "target_url": item.get("target_url"),
        "created_at": item.get("created_at"),
        "_raw": item,
        "_source_url": commit_url,
    }


def _of_pull(pull: Record) -> Record:
    return {
        "pull_request_id": pull["pull_request_id"],
        "repository_id": pull["repository_id"],
        "pull_request_number": pull["number"],
    }
