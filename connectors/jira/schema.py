"""Contracts of the Jira tables."""

from connectors.contract import Table, boolean, integer, text, timestamp

PROJECTS = Table(
    name="projects",
    grain="one Jira project",
    key=("project_id",),
    columns={
        "project_id": text(null=False, about="Jira's numeric id; it outlives renamed keys."),
        "project_key": text(about="Key at the time of reading."),
        "name": text(about="Name at the time of reading."),
    },
    census=True,
)

STATUSES = Table(
    name="statuses",
    grain="one status of the site, whether or not an issue is in it",
    key=("status_id",),
    columns={
        "status_id": text(null=False, about="Jira's numeric id; changelogs name statuses by it."),
        "name": text(about="Name at the time of reading, in the site's language."),
        "status_category": text(about="new, indeterminate or done, in any language; undefined where the site has not said."),
    },
)

SPRINTS = Table(
    name="sprints",
    grain="one sprint that some issue is or was in",
    key=("sprint_id",),
    columns={
        "sprint_id": text(null=False, about="Jira's numeric id."),
        "name": text(about="Name at the time of reading."),
        "state": text(one_of=("future", "active", "closed"), about="State at the time of reading."),
        "board_id": text(about="The board that it was made on."),
        "started_at": timestamp(about="When it was started; of one that was not, the planned start."),
        "ends_at": timestamp(about="Planned end."),
        "completed_at": timestamp(about="When it was completed; null: not yet."),
    },
)

USERS = Table(
    name="users",
    grain="one Jira account that some issue, change or comment names",
    key=("account_id",),
    columns={
        "account_id": text(null=False, about="accountId on Cloud; key, else name, on Server."),
        "display_name": text(about="Name shown."),
        "email": text(about="E-mail, where the account lets it be seen."),
        "is_active": boolean(about="False for a closed account."),
        "account_type": text(about="atlassian, app or customer; null on Server."),
    },
    pii=("display_name", "email"),
    retention="identity",
)

ISSUES = Table(
    name="issues",
    grain="one issue",
    key=("issue_id",),
    columns={
        "issue_id": text(null=False, about="Jira's numeric id; it outlives moves between projects."),
        "issue_key": text(about="Key at the time of reading."),
        "project_id": text(about="Project at the time of reading."),
        "project_key": text(about="Its key."),
        "issue_type": text(about="Name of the issue type."),
        "summary": text(about="Title."),
        "status": text(about="Name of the status."),
        "status_category": text(about="new, indeterminate or done, whatever the site calls its statuses."),
        "resolution": text(about="Name of the resolution; null: unresolved."),
        "priority": text(about="Name of the priority."),
        "severity": text(about="Value of the configured severity field; null when none is configured or set."),
        "assignee_id": text(about="account_id."),
        "reporter_id": text(about="account_id."),
        "creator_id": text(about="account_id."),
        "labels": text(about="JSON list."),
        "parent_id": text(about="issue_id of the parent."),
        "epic_id": text(about="issue_id of the epic; null on Server, whose epic links are keys."),
        "epic_key": text(about="Key of the epic, on Server as it was when the link was made."),
        "is_epic": boolean(about="Stands above ordinary issues (epic, initiative), whatever the site calls its types; null: not told."),
        "sprint_ids": text(about="JSON list of the sprints that it is in or was in when they ended; null: the site has no sprints."),
        "impact_started_at": timestamp(about="Value of the configured impact-start field; null unless it is an instant."),
        "customer_impact": text(about="Value of the configured customer-impact field, as plain text."),
        "eval_attributable": text(about="Value of the configured field: whether an eval could have caught it."),
        "cause": text(about="Value of the configured cause field, as plain text: what it names may have caused the incident."),
        "created_at": timestamp(null=False, about="When the issue was created."),
        "updated_at": timestamp(null=False, about="Last change by Jira's account."),
        "resolution_at": timestamp(about="Jira's own resolution date: it moves with re-opening and imports."),
    },
    census=True,
    pii=("summary", "cause"),
)

ISSUE_CHANGES = Table(
    name="issue_changes",
    grain="one field changed in one edit of one issue",
    key=("issue_id", "history_id", "item"),
    columns={
        "issue_id": text(null=False, about="The issue."),
        "project_id": text(about="Project of the issue at the time of reading."),
        "history_id": text(null=False, about="Jira's id of the edit."),
        "item": integer(null=False, at_least=0, about="Position of the field within the edit."),
        "author_id": text(about="account_id of who changed it; null: an account that is gone, or anonymous."),
        "changed_at": timestamp(about="When."),
        "field": text(about="Field name as Jira shows it."),
        "field_id": text(about="Field id; null on Server."),
        "subject": text(
            one_of=("status", "sprint", "epic", "parent", "key", "project"),
            about="What the field is on this site, in any language; null: something else.",
        ),
        "from_value": text(about="Id before."),
        "from_text": text(about="Text before; null for comments, whose text is not kept, and for time spent unless it is read."),
        "to_value": text(about="Id after."),
        "to_text": text(about="Text after; null as before."),
    },
    census=True,
)

ISSUE_LINKS = Table(
    name="issue_links",
    grain="one link as seen from one of its two issues",
    key=("link_id", "issue_id"),
    columns={
        "link_id": text(null=False, about="Jira's id of the link; both ends show the same."),
        "issue_id": text(null=False, about="The issue that it is seen from."),
        "project_id": text(about="Project of that issue at the time of reading."),
        "link_type": text(about="Name of the type, such as Problem/Incident."),
        "direction": text(one_of=("inward", "outward"), about="How this issue stands to the other."),
        "description": text(about="The type's words in that direction, such as `is caused by`."),
        "other_issue_id": text(about="issue_id of the other end."),
        "other_issue_key": text(about="Its key."),
    },
    census=True,
)

ISSUE_COMMENTS = Table(
    name="issue_comments",
    grain="one comment, without its text",
    key=("comment_id",),
    columns={
        "comment_id": text(null=False, about="Jira's id of the comment."),
        "issue_id": text(null=False, about="The issue."),
        "project_id": text(about="Project of the issue at the time of reading."),
        "author_id": text(about="account_id of the author."),
        "created_at": timestamp(about="When it was written."),
        "updated_at": timestamp(about="When it was last edited."),
    },
    census=True,
)

REMOTE_LINKS = Table(
    name="remote_links",
    grain="one link from an issue to a page outside Jira",
    key=("remote_link_id",),
    columns={
        "remote_link_id": text(null=False, about="Jira's id of the link."),
        "issue_id": text(null=False, about="The issue."),
        "project_id": text(about="Project of the issue at the time of reading."),
        "global_id": text(about="What names the page in its application."),
        "relationship": text(about="How the issue stands to the page, in the words of who linked it."),
        "application_type": text(about="Type of the application, such as com.atlassian.confluence; null for a plain web link."),
        "application_name": text(about="Its name."),
        "url": text(null=False, about="Where the page is."),
        "title": text(about="Title of the page."),
        "is_resolved": boolean(about="What the link shows of the page's state; null: nothing."),
    },
    census=True,
    pii=("title",),
)

WORKLOGS = Table(
    name="worklogs",
    grain="one time that somebody logged on an issue, without what they say about it",
    key=("worklog_id",),
    columns={
        "worklog_id": text(null=False, about="Jira's id of the work log."),
        "issue_id": text(null=False, about="The issue."),
        "project_id": text(about="Project of the issue at the time of reading."),
        "author_id": text(about="account_id of who worked."),
        "started_at": timestamp(about="When the work began, as entered."),
        "time_spent_seconds": integer(null=False, at_least=0, about="How long it took, as entered, in seconds."),
        "created_at": timestamp(about="When it was logged."),
        "updated_at": timestamp(about="When it was last edited."),
    },
    census=True,
    pii=("started_at", "time_spent_seconds"),
)

TABLES = (PROJECTS, STATUSES, SPRINTS, USERS, ISSUES, ISSUE_CHANGES, ISSUE_LINKS, ISSUE_COMMENTS, REMOTE_LINKS, WORKLOGS)
