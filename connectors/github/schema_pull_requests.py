"""Contracts of the raw tables around pull requests: what was proposed, reviewed, pushed, checked, and when."""

from connectors.contract import Table, boolean, integer, text, timestamp
from connectors.github.schema_surroundings import actor

PULL_REQUESTS = Table(
    name="pull_requests",
    grain="one pull request, as last seen; its body is in the raw answer",
    key=("pull_request_id",),
    columns={
        "pull_request_id": integer(null=False),
        "repository_id": integer(null=False),
        "number": integer(null=False, at_least=1),
        "title": text(),
        "state": text(one_of=("open", "closed", "merged")),
        "is_draft": boolean(),
        **actor("author"),
        "head_ref": text(),
        "head_sha": text(),
        "head_repository_id": integer(about="Null where the head repository was deleted"),
        "base_ref": text(),
        "base_sha": text(),
        "merge_commit_sha": text(),
        **actor("merged_by"),
        "additions": integer(at_least=0),
        "deletions": integer(at_least=0),
        "changed_files": integer(at_least=0),
        "labels": text(about="JSON list of names"),
        "created_at": timestamp(null=False),
        "updated_at": timestamp(null=False),
        "closed_at": timestamp(),
        "merged_at": timestamp(),
    },
    pii=("author_login", "merged_by_login", "title"),
)

REVIEWS = Table(
    name="reviews",
    grain="one review of one pull request",
    key=("review_id",),
    columns={
        "review_id": integer(null=False),
        "repository_id": integer(null=False),
        "pull_request_id": integer(null=False),
        "pull_request_number": integer(),
        **actor("author"),
        "state": text(about="APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING"),
        "submitted_at": timestamp(),
        "commit_sha": text(about="Head that was reviewed"),
        "updated_at": timestamp(about="Last change of the review: submitted, edited or dismissed"),
        "edited_at": timestamp(about="Last time that somebody edited its text; null for never"),
    },
    pii=("author_login",),
)

PULL_REQUEST_COMMITS = Table(
    name="pull_request_commits",
    grain="one commit that was seen in one pull request, also when it was squashed or pushed away later",
    key=("pull_request_id", "sha"),
    columns={
        "pull_request_id": integer(null=False),
        "sha": text(null=False),
        "repository_id": integer(null=False),
        "pull_request_number": integer(),
        "position": integer(at_least=1, about="Place in the pull request when it was read, oldest first"),
        "author_name": text(),
        "author_email": text(),
        "author_user_id": integer(),
        "author_login": text(),
        "authored_at": timestamp(),
        "committed_at": timestamp(),
        "co_authors": text(about="JSON list of {name, email} from Co-authored-by trailers"),
        "headline": text(),
    },
    pii=("author_name", "author_email", "author_login", "co_authors", "headline"),
)

PULL_REQUEST_FILES = Table(
    name="pull_request_files",
    grain="one path that was seen in one pull request's diff",
    key=("pull_request_id", "path"),
    columns={
        "pull_request_id": integer(null=False),
        "path": text(null=False),
        "repository_id": integer(null=False),
        "pull_request_number": integer(),
        "change_type": text(one_of=("ADDED", "MODIFIED", "DELETED", "RENAMED", "COPIED", "CHANGED")),
        "additions": integer(at_least=0),
        "deletions": integer(at_least=0),
    },
)

PULL_REQUEST_EVENTS = Table(
    name="pull_request_events",
    grain="one event of one pull request's timeline",
    key=("event_id",),
    columns={
        "event_id": text(null=False, about="GraphQL node id"),
        "repository_id": integer(null=False),
        "pull_request_id": integer(null=False),
        "pull_request_number": integer(),
        "kind": text(null=False, about="GitHub's name in snake case: `head_ref_force_pushed`, `removed_from_merge_queue`, ..."),
        **actor("actor"),
        "created_at": timestamp(null=False),
        "before_sha": text(about="Head before a force push, or the trial merge that left the merge queue; null where git has dropped it"),
        "before_committed_at": timestamp(about="When that commit was made"),
        "after_sha": text(about="Head after a force push, or the commit that a merge made"),
        "reason": text(about="Why it left the merge queue, why auto-merge was switched off, or the state of a review before its dismissal"),
        "label": text(),
        "previous_ref": text(about="Base branch before it was changed"),
        "current_ref": text(about="Base branch afterwards, or the branch merged into"),
        "review_id": integer(about="Review that was dismissed"),
        "source_kind": text(one_of=("issue", "pull_request"), about="What refers to the pull request, or was connected with it"),
        "source_repository_id": integer(),
        "source_number": integer(),
        "source_url": text(),
        "is_cross_repository": boolean(about="The other side lies in another repository"),
    },
    pii=("actor_login", "reason"),
)

REVIEW_COMMENTS = Table(
    name="review_comments",
    grain="one comment on the diff of one pull request, answers included; its text is in the raw answer",
    key=("review_comment_id",),
    columns={
        "review_comment_id": integer(null=False),
        "review_id": integer(null=False),
        "repository_id": integer(null=False),
        "pull_request_id": integer(null=False),
        "pull_request_number": integer(),
        **actor("author"),
        "created_at": timestamp(null=False),
        "updated_at": timestamp(),
        "path": text(),
        "commit_sha": text(about="Head that it stands on today; null once its line is gone"),
        "original_commit_sha": text(about="Head that it was written on"),
        "in_reply_to_id": integer(about="Comment that it answers"),
        "has_suggestion": boolean(about="Its text offers a change that the author can commit with a click"),
    },
    pii=("author_login",),
)

COMMIT_STATUSES = Table(
    name="commit_statuses",
    grain="one status that was set on one commit: the older kind of check, each change a row",
    key=("status_id",),
    columns={
        "status_id": text(null=False, about="Numeric id of the status, as text"),
        "repository_id": integer(null=False),
        "sha": text(null=False),
        "context": text(null=False),
        "state": text(one_of=("error", "failure", "pending", "success")),
        **actor("creator"),
        "target_url": text(),
        "created_at": timestamp(null=False),
    },
    pii=("creator_login",),
)

PULL_REQUEST_REQUIRED_CHECKS = Table(
    name="pull_request_required_checks",
    grain="one check of one head of one pull request, with whether it was required when last seen open",
    key=("pull_request_id", "head_sha", "context", "kind"),
    columns={
        "pull_request_id": integer(null=False),
        "head_sha": text(null=False),
        "context": text(null=False, about="Name of the check run, or context of the status"),
        "kind": text(null=False, one_of=("check_run", "status")),
        "repository_id": integer(null=False),
        "pull_request_number": integer(),
        "app_id": integer(about="App that reported the check run; null for a status"),
        "is_required": boolean(null=False),
        "observed_at": timestamp(
            null=False, about="Reading that first saw it so; rules may have changed between the last one and the close"
        ),
    },
)

PULL_REQUEST_TABLES = (
    PULL_REQUESTS,
    REVIEWS,
    PULL_REQUEST_COMMITS,
    PULL_REQUEST_FILES,
    PULL_REQUEST_EVENTS,
    REVIEW_COMMENTS,
    COMMIT_STATUSES,
    PULL_REQUEST_REQUIRED_CHECKS,
)
