"""The objects that GraphQL queries walk over: dictionaries in the terms of `github.graphql`, made only as far as asked.

A value that is a function is a field with arguments, or one that costs something; graphql-core calls it with the field's
arguments. Which fields exist, and of what type, is the schema's business.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pipelines.demo.servers.github_payloads import association, labels, state_reason
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import Account, Issue, PullRequest, Repository, Review

T = TypeVar("T")
Field = Callable[..., Any]
CURSOR = "cursor:v2:"


class GraphRefusal(Exception):
    """An error of one field, with the type that GitHub gives it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message


def cursor_of(position: int) -> str:
    """Opaque cursor of the item at a position."""
    return base64.b64encode(f"{CURSOR}{position}".encode()).decode()


def position_of(cursor: str) -> int:
    """Position that a cursor stands for.

    Raises:
        GraphRefusal: for anything that is no cursor.
    """
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix(CURSOR))
    except (binascii.Error, ValueError):
        raise GraphRefusal("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.") from None


def page(
    items: Sequence[T],
    make: Callable[[T], Payload | GraphRefusal],
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Payload:
    """One page of a connection; only its items are made."""
    start = position_of(after) + 1 if after else 0
    end = min(len(items), position_of(before)) if before else len(items)
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    nodes = [make(item) for item in items[start:end]]
    ends = {"startCursor": cursor_of(start), "endCursor": cursor_of(end - 1)} if nodes else {"startCursor": None, "endCursor": None}
    info = {**ends, "hasPreviousPage": start > 0, "hasNextPage": end < len(items)}
    edges: list[Payload] = [{"cursor": cursor_of(start + place), "node": node} for place, node in enumerate(nodes)]
    return {"totalCount": len(items), "pageInfo": info, "nodes": nodes, "edges": edges}


def connection(items: Sequence[T], make: Callable[[T], Payload | GraphRefusal]) -> Field:
    """A connection field over a list that takes no other arguments than paging."""
    return lambda _info, **paging: page(items, make, **paging)


def avatar(site: Site, account: Account) -> Field:
    """The field of an account's picture."""
    return lambda _info, size=None: f"{site.html}/avatars/u/{account.user_id}?v=4" + (f"&s={size}" if size else "")


def actor(site: Site, account: Account | None) -> Payload | None:
    """Whoever did something: a user, a bot or an organisation."""
    if account is None:
        return None
    kind = site.user_type(account)
    # REST calls it `dependabot[bot]`, GraphQL `dependabot`.
    login = account.login.removesuffix("[bot]") if kind == "Bot" else account.login
    return {
        "__typename": kind,
        "id": node_id({"User": "U", "Bot": "BOT", "Organization": "O"}[kind], account.user_id),
        "databaseId": account.user_id,
        "login": login,
        "name": account.name or None,
        "url": site.user_html(account),
        "avatarUrl": avatar(site, account),
    }


def label(site: Site, repository: Repository, name: str) -> Payload:
    """A label."""
    known = labels(site, repository, (name,))[0]
    url = f"{site.repo_html(repository)}/labels/{name}"
    kept = {key: known[key] for key in ("name", "color", "description")}
    return {**kept, "id": known["node_id"], "url": url, "isDefault": known["default"]}


def issue(site: Site, repository: Repository, issue: Issue, repository_of: Field) -> Payload:
    """An issue."""
    return {
        "__typename": "Issue",
        "id": node_id("I", issue.issue_id),
        "databaseId": issue.issue_id,
        "fullDatabaseId": issue.issue_id,
        "number": issue.number,
        "url": f"{site.repo_html(repository)}/issues/{issue.number}",
        "title": issue.title,
        "body": issue.body,
        "state": "CLOSED" if issue.closed_at else "OPEN",
        "stateReason": lambda _info, **_: (state_reason(issue) or "").upper() or None,
        "closed": issue.closed_at is not None,
        **times(issue.created_at, issue.updated_at),
        "closedAt": iso(issue.closed_at),
        "author": actor(site, issue.account),
        "authorAssociation": association(site, issue.account),
        "labels": connection(issue.labels, lambda name: label(site, repository, name)),
        "repository": repository_of,
    }


def times(created: Any, updated: Any) -> Payload:
    """When something was made and last changed."""
    return {"createdAt": iso(created), "updatedAt": iso(updated)}


def state_of(pull: PullRequest) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if pull.merged_at else "CLOSED" if pull.closed_at else "OPEN"


def review(
    site: Site, repository: Repository, pull: PullRequest, review: Review, commit_of: Field, pull_of: Field, comments: Field
) -> Payload:
    """A submitted review."""
    return {
        "__typename": "PullRequestReview",
        "id": node_id("PRR", review.review_id),
        "databaseId": review.review_id,
        "fullDatabaseId": review.review_id,
        "url": f"{site.repo_html(repository)}/pull/{pull.number}#pullrequestreview-{review.review_id}",
        "state": review.state,
        "body": review.body,
        "submittedAt": iso(review.submitted_at),
        **times(review.submitted_at, review.updated_at or review.submitted_at),
        "lastEditedAt": iso(review.edited_at),
        "author": actor(site, review.account),
        "authorAssociation": association(site, review.account),
        "commit": commit_of,
        "comments": comments,
        "pullRequest": pull_of,
    }
