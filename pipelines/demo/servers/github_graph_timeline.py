"""The timelines of pull requests and issues and the comments of reviews, as GraphQL walks them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pipelines.demo.servers.github_graph import Field, actor, label, page, times
from pipelines.demo.servers.github_payloads import association
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import Issue, IssueEvent, PullRequest, Repository, Review, ReviewComment, TimelineEvent

Happened = TypeVar("Happened", TimelineEvent, IssueEvent)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def item_type(kind: str) -> str:
    """The type of a timeline item as filters spell it: `HEAD_REF_FORCE_PUSHED_EVENT`."""
    return _HUMP.sub("_", kind).upper()


def issue_timeline(site: Site, repository: Repository, issue: Issue) -> Field:
    """The events of an issue of some types, oldest first; a comment is one."""

    def event(found: IssueEvent) -> Payload:
        address = f"{site.repo_html(repository)}/issues/{issue.number}"
        by = actor(site, found.account)
        return {
            "__typename": found.kind,
            "id": node_id("IC" if found.kind == "IssueComment" else "EV", found.event_id),
            "databaseId": found.event_id,
            "createdAt": iso(found.created_at),
            **dict.fromkeys(("actor", "author"), by),
            "url": f"{address}#issuecomment-{found.event_id}" if found.kind == "IssueComment" else f"{address}#event-{found.event_id}",
            "stateReason": "COMPLETED" if found.kind == "ClosedEvent" else None,
            "assignee": actor(site, found.assignee),
            "label": label(site, repository, found.label) if found.label else None,
        }

    def field(_info: Any, itemTypes: list[str] | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's name
        return page(_wanted(issue.events, itemTypes), event, **paging)

    return field


def _wanted(events: list[Happened], item_types: list[str] | None) -> list[Happened]:
    """Those of some types, oldest first."""
    wanted = [one for one in events if item_types is None or item_type(one.kind) in item_types]
    return sorted(wanted, key=lambda one: (one.created_at, one.event_id))


@dataclass(frozen=True)
class Discussion:
    """What happened on one pull request.

    Attributes:
        itself: the pull request as a field.
        commit: a commit by its mark; none for no mark.
        subject: an issue or pull request by repository and number.
    """

    site: Site
    repository: Repository
    pull: PullRequest
    itself: Field
    commit: Callable[[str], Payload | None]
    subject: Callable[[str, int], Payload]

    def timeline(self, _info: Any, itemTypes: list[str] | None = None, **paging: Any) -> Payload:  # noqa: N803 - GitHub's name
        """The events of some types, oldest first."""
        return page(_wanted(self.pull.events, itemTypes), self._event, **paging)

    def _event(self, event: TimelineEvent) -> Payload:
        """One event, with the fields of every type: which of them it has is the schema's business."""
        source = event.source
        return {
            "__typename": event.kind,
            "id": node_id("EV", event.event_id),
            "createdAt": iso(event.created_at),
            "actor": actor(self.site, event.account),
            "url": f"{self._html}#event-{event.event_id}",
            "beforeCommit": lambda _info: self.commit(event.before),
            **dict.fromkeys(("afterCommit", "commit"), lambda _info: self.commit(event.after)),
            "reason": event.reason or None,
            "label": label(self.site, self.repository, event.label) if event.label else None,
            "previousRefName": event.previous_ref,
            **dict.fromkeys(("currentRefName", "mergeRefName"), event.current_ref),
            "previousReviewState": event.reason,
            "dismissalMessage": None,
            "review": lambda _info: self._dismissed(event),
            "isCrossRepository": bool(source and source[0] != self.pull.repository),
            "source": (lambda _info: self.subject(*source)) if source else self.itself,
            **dict.fromkeys(("pullRequest", "subject", "target"), self.itself),
        }

    def _dismissed(self, event: TimelineEvent) -> Payload | None:
        every = self.itself(None)["reviews"](None)["nodes"]
        return next((one for one in every if one["databaseId"] == event.review_id), None)

    def comments(self, review: Review, review_of: Field) -> Field:
        """The comments of a review, oldest first."""
        ordered = sorted(review.comments, key=lambda one: (one.created_at, one.comment_id))
        return lambda _info, **paging: page(ordered, lambda one: self._comment(one, review_of), **paging)

    def _comment(self, comment: ReviewComment, review_of: Field) -> Payload:
        return {
            "__typename": "PullRequestReviewComment",
            "id": node_id("PRRC", comment.comment_id),
            "databaseId": comment.comment_id,
            "fullDatabaseId": comment.comment_id,
            "url": f"{self._html}#discussion_r{comment.comment_id}",
            "body": comment.body,
            "path": comment.path,
            **times(comment.created_at, comment.updated_at),
            "author": actor(self.site, comment.account),
            "authorAssociation": association(self.site, comment.account),
            # The line that it stands on lives as long as the head that it was written on is one of the pull request's.
            "commit": lambda _info: self.commit(comment.commit if comment.commit in self.pull.commits else ""),
            "originalCommit": lambda _info: self.commit(comment.commit),
            "replyTo": lambda _info: self._answered(comment, review_of),
            "pullRequest": self.itself,
            "pullRequestReview": review_of,
        }

    def _answered(self, comment: ReviewComment, review_of: Field) -> Payload | None:
        every = (one for review in self.pull.reviews for one in review.comments)
        found = next((one for one in every if one.comment_id == comment.in_reply_to), None)
        return self._comment(found, review_of) if found else None

    @property
    def _html(self) -> str:
        return f"{self.site.repo_html(self.repository)}/pull/{self.pull.number}"
