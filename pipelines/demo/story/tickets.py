"""Jira: creating tickets and moving them along, so that every field has the history that led to it."""

from datetime import datetime
from typing import Any, Literal

from pipelines.demo.story.stage import Stage
from pipelines.demo.world_jira import JiraIssue, JiraSprint

PROJECTS = {"ML": (10100, "Machine learning"), "INC": (10101, "Incidents")}
SEVERITY, IMPACT_START, CUSTOMER_IMPACT, EVAL_ATTRIBUTABLE, CAUSE = (
    "customfield_10050",
    "customfield_10051",
    "customfield_10052",
    "customfield_10053",
    "customfield_10054",
)
SPRINT = "customfield_10020"
FIELDS = {
    SPRINT: ("Sprint", "sprint"),
    SEVERITY: ("Severity", "option"),
    IMPACT_START: ("Impact start", "datetime"),
    CUSTOMER_IMPACT: ("Customer impact", "option"),
    EVAL_ATTRIBUTABLE: ("Eval attributable", "option"),
    CAUSE: ("Caused by", "string"),
}
# Status to its id and category.
STATUSES: dict[str, tuple[str, Literal["new", "indeterminate", "done"]]] = {
    "To Do": ("10000", "new"),
    "In Progress": ("3", "indeterminate"),
    "In Review": ("10001", "indeterminate"),
    "Done": ("10002", "done"),
    "Open": ("1", "new"),
    "Investigating": ("10003", "indeterminate"),
    "Resolved": ("5", "done"),
    "Reopened": ("4", "indeterminate"),
}
RESOLUTIONS = {"Done": "10000", "Won't Do": "10001", "Duplicate": "10002"}


def ticket(
    stage: Stage,
    summary: str,
    assignee: str,
    reporter: str,
    *,
    project: str = "ML",
    issue_type: str = "Task",
    priority: str = "Medium",
    description: str = "",
    labels: tuple[str, ...] = (),
    parent: str = "",
) -> JiraIssue:
    """Create a ticket now."""
    number = 1 + sum(issue.key.startswith(f"{project}-") for issue in stage.world.jira_issues)
    issue = JiraIssue(
        issue_id=stage.new_id("jira_issue"),
        key=f"{project}-{number}",
        issue_type=issue_type,
        summary=summary,
        description=description,
        status="To Do" if project == "ML" else "Open",
        status_category="new",
        priority=priority,
        reporter=jira_id(stage, reporter),
        assignee=jira_id(stage, assignee),
        created_at=stage.now,
        updated_at=stage.now,
        labels=labels,
        parent=parent,
    )
    stage.world.jira_issues.append(issue)
    return issue


def follow_up(stage: Stage, issue: JiraIssue, who: str, status: str, resolution: str = "") -> None:
    """Move a ticket to another status; reaching a done status resolves it, leaving one takes the resolution back."""
    old_id, _ = STATUSES[issue.status]
    new_id, category = STATUSES[status]
    items = [_item("status", old_id, issue.status, new_id, status)]
    if category == "done" and not issue.resolution:
        name = resolution or "Done"
        items.insert(0, _item("resolution", None, None, RESOLUTIONS[name], name))
        issue.resolution, issue.resolved_at = name, stage.now
    elif category != "done" and issue.resolution:
        items.insert(0, _item("resolution", RESOLUTIONS[issue.resolution], issue.resolution, None, None))
        issue.resolution, issue.resolved_at = "", None
    issue.status, issue.status_category = status, category
    _record(stage, issue, who, items)


def set_field(stage: Stage, issue: JiraIssue, who: str, field_id: str, value: str) -> None:
    """Fill an empty custom field: a choice, such as the severity, or text."""
    name, kind = FIELDS[field_id]
    issue.fields[field_id] = {"value": value} if kind == "option" else value
    _record(stage, issue, who, [_item(name, None, None, None, value, field_id)])


def set_due(stage: Stage, issue: JiraIssue, who: str, day: str) -> None:
    """Promise a day, or another one; Jira writes days into its history with a time that means nothing."""
    old = issue.fields.get("duedate")
    issue.fields["duedate"] = day
    _record(stage, issue, who, [_item("duedate", old, f"{old} 00:00:00.0" if old else None, day, f"{day} 00:00:00.0")])


def plan_in(stage: Stage, issue: JiraIssue, who: str, sprint: JiraSprint) -> None:
    """Put a ticket into a sprint; it stays in those that ended while it was in them."""
    before: list[JiraSprint] = issue.fields.get(SPRINT, [])
    after = issue.fields[SPRINT] = [*before, sprint]
    (old_ids, old_names), (ids, names) = _listed(before), _listed(after)
    _record(stage, issue, who, [_item("Sprint", old_ids, old_names, ids, names, SPRINT) | {"fieldtype": "custom"}])


def _listed(sprints: list[JiraSprint]) -> tuple[str, str]:
    """Ids and names as a changelog lists them."""
    return ", ".join(str(each.sprint_id) for each in sprints), ", ".join(each.name for each in sprints)


def rescope(stage: Stage, issue: JiraIssue, who: str, description: str) -> None:
    """Say anew what a ticket asks for."""
    old, issue.description = issue.description, description
    _record(stage, issue, who, [_item("description", None, old or None, None, description)])


def put_label(stage: Stage, issue: JiraIssue, who: str, label: str) -> None:
    """Put one more label on a ticket."""
    old = " ".join(issue.labels)
    issue.labels = (*issue.labels, label)
    _record(stage, issue, who, [_item("labels", None, old, None, " ".join(issue.labels))])


def comment(stage: Stage, issue: JiraIssue, who: str, body: str) -> None:
    """Say something under a ticket."""
    issue.comments.append(
        {"id": str(stage.new_id("jira_comment")), "author": jira_id(stage, who), "created": stage.now, "updated": stage.now, "body": body}
    )
    issue.updated_at = stage.now


def caused_by(stage: Stage, incident: JiraIssue, cause: JiraIssue) -> None:
    """Link an incident to the ticket of the change that caused it; both tickets show the link."""
    link: dict[str, Any] = {"id": str(stage.new_id("jira_link")), "type": "Problem/Incident", "inward": "is caused by", "outward": "causes"}
    incident.links.append({**link, "direction": "inward", "key": cause.key})
    cause.links.append({**link, "direction": "outward", "key": incident.key})
    incident.updated_at = cause.updated_at = stage.now


def jira_id(stage: Stage, who: str) -> str:
    """The Jira account of a person id; other account ids are taken as they are."""
    return who if ":" in who else stage.person(who).jira_id


def _record(stage: Stage, issue: JiraIssue, who: str, items: list[dict[str, Any]]) -> None:
    created: datetime = stage.now
    issue.history.append({"id": str(stage.new_id("jira_history")), "author": jira_id(stage, who), "created": created, "items": items})
    issue.updated_at = created


def _item(
    name: str, from_id: str | None, from_text: str | None, to_id: str | None, to_text: str | None, field_id: str = ""
) -> dict[str, Any]:
    return {"field": name, "fieldId": field_id or name, "from": from_id, "fromString": from_text, "to": to_id, "toString": to_text}
