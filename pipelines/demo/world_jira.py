"""What stands in the demo organisation's Jira: issues with their whole history, and sprints."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class JiraSprint:
    """One sprint of a board; it is closed once it was completed, and has not begun before it was started."""

    sprint_id: int
    name: str
    board_id: int
    ends_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass
class JiraIssue:
    """One Jira issue with its whole history."""

    issue_id: int
    key: str
    issue_type: str
    summary: str
    description: str
    status: str
    status_category: Literal["new", "indeterminate", "done"]
    priority: str
    reporter: str
    assignee: str
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    resolution: str = ""
    labels: tuple[str, ...] = ()
    parent: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    """Custom fields by id."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """`{"id", "author": jira account id, "created": datetime, "items": [{"field","fieldId","from","fromString","to","toString"}]}`"""
    links: list[dict[str, Any]] = field(default_factory=list)
    """`{"id", "type", "inward", "outward", "direction": "inward"|"outward", "key": other issue}`"""
    comments: list[dict[str, Any]] = field(default_factory=list)
    """`{"id", "author", "created", "updated", "body"}`"""
    remote_links: list[dict[str, Any]] = field(default_factory=list)
    """`{"id", "relationship", "url", "title"}`"""
    is_broken: bool = False
    """Served without its `fields`, as some broken sites do."""
