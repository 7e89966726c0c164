"""Contracts of the raw GitHub tables: columns, keys and what may be null.

Columns that the source may leave out are nullable; a record without its key or its dates is quarantined by the caller.
"""

from connectors.contract import Table, boolean, integer, text, timestamp
from connectors.github.schema_pull_requests import PULL_REQUEST_TABLES
from connectors.github.schema_surroundings import SURROUNDINGS, actor

REPOSITORIES = Table(
    name="repositories",
    grain="one repository that the configuration includes",
    key=("repository_id",),
    columns={
        "repository_id": integer(null=False),
        "full_name": text(null=False, pattern=r"^[^/]+/[^/]+$"),
        "owner_login": text(),
        "name": text(),
        "default_branch": text(),
        "html_url": text(),
        "clone_url": text(),
        "is_private": boolean(),
        "is_fork": boolean(),
        "fork_source_id": integer(about="Root of the fork network"),
        "fork_source_full_name": text(),
        "is_template": boolean(),
        "template_repository_id": integer(about="Template that it was made from"),
        "template_full_name": text(),
        "is_archived": boolean(),
        "is_empty": boolean(about="Has no commit at all"),
        "created_at": timestamp(),
        "updated_at": timestamp(),
        "pushed_at": timestamp(),
    },
)

ISSUES = Table(
    name="issues",
    grain="one issue (pull requests are not issues here), as last seen",
    key=("issue_id",),
    columns={
        "issue_id": integer(null=False),
        "repository_id": integer(null=False),
        "number": integer(null=False, at_least=1),
        "title": text(),
        "state": text(one_of=("open", "closed")),
        "state_reason": text(),
        **actor("author"),
        "labels": text(about="JSON list of names"),
        "created_at": timestamp(),
        "updated_at": timestamp(),
        "closed_at": timestamp(),
    },
    # Issues can be deleted and transferred; a reading that listed them all says so in its `Finished` event.
    census=True,
    pii=("author_login", "title"),
)

ISSUE_EVENTS = Table(
    name="issue_events",
    grain="one event of the timeline of one issue that is an incident by its labels; comments without what they say",
    key=("event_id",),
    columns={
        "event_id": text(null=False, about="GraphQL node id"),
        "repository_id": integer(null=False),
        "issue_id": integer(null=False),
        "issue_number": integer(),
        "kind": text(null=False, one_of=("assigned", "closed", "issue_comment", "labeled", "reopened", "unassigned", "unlabeled")),
        **actor("actor"),
        **actor("assignee"),
        "label": text(),
        "state_reason": text(about="Why it was closed"),
        "created_at": timestamp(null=False),
    },
    pii=("actor_login", "assignee_login"),
)

WORKFLOW_RUNS = Table(
    name="workflow_runs",
    grain="one attempt of one workflow run",
    key=("run_id", "run_attempt"),
    columns={
        "run_id": integer(null=False),
        "run_attempt": integer(null=False, at_least=1),
        "repository_id": integer(null=False),
        "workflow_id": integer(),
        "name": text(),
        "path": text(about="Workflow file"),
        "event": text(),
        "status": text(),
        "conclusion": text(),
        "head_sha": text(),
        "head_branch": text(),
        **actor("actor"),
        **actor("triggering_actor"),
        "run_number": integer(),
        "pull_request_numbers": text(about="JSON list; GitHub empties it when the pull request is closed"),
        "referenced_workflows": text(about="JSON list of {path, sha, ref}: reusable workflows that really ran"),
        "created_at": timestamp(about="Creation of the run, the same for each attempt"),
        "run_started_at": timestamp(about="Start of this attempt"),
        "updated_at": timestamp(),
    },
    pii=("actor_login", "triggering_actor_login"),
)

WORKFLOW_JOBS = Table(
    name="workflow_jobs",
    grain="one job of one attempt; its id is also that of the Actions check run",
    key=("job_id",),
    columns={
        "job_id": integer(null=False),
        "run_id": integer(null=False),
        "run_attempt": integer(null=False, at_least=1),
        "repository_id": integer(null=False),
        "name": text(),
        "status": text(),
        "conclusion": text(),
        "head_sha": text(),
        "steps": text(about="JSON list of {number, name, status, conclusion, started_at, completed_at}"),
        "started_at": timestamp(),
        "completed_at": timestamp(),
    },
)

CHECK_RUNS = Table(
    name="check_runs",
    grain="one check run on one commit, earlier attempts included",
    key=("check_run_id",),
    columns={
        "check_run_id": integer(null=False),
        "repository_id": integer(null=False),
        "head_sha": text(null=False),
        "name": text(),
        "status": text(),
        "conclusion": text(),
        "app_id": integer(),
        "app_slug": text(),
        "check_suite_id": integer(),
        "external_id": text(),
        "details_url": text(),
        "started_at": timestamp(),
        "completed_at": timestamp(),
    },
)

REQUIRED_CHECKS = Table(
    name="required_checks",
    grain="one check that must pass before a merge into a repository's default branch, today",
    key=("repository_id", "branch", "context"),
    columns={
        "repository_id": integer(null=False),
        "branch": text(null=False),
        "context": text(null=False),
        "app_id": integer(about="App that must report it; null for any"),
        "how": text(one_of=("ruleset", "classic")),
        "ruleset_id": integer(),
    },
    census=True,
)

TABLES = (
    REPOSITORIES,
    *PULL_REQUEST_TABLES,
    ISSUES,
    ISSUE_EVENTS,
    WORKFLOW_RUNS,
    WORKFLOW_JOBS,
    CHECK_RUNS,
    REQUIRED_CHECKS,
    *SURROUNDINGS,
)
