"""Sprints as an issue's field gives them: objects on the Cloud, the text of a Java object on a Server."""

from datetime import UTC, datetime
from typing import Any

from pipelines.demo.servers.github_index import stable_id
from pipelines.demo.world_jira import JiraSprint

SPRINT_FIELD = "com.pyxis.greenhopper.jira:gh-sprint"
"""Key of the field's type, by which a site's own number and name for it are found."""


def sprint_object(sprint: JiraSprint, board: str = "boardId") -> dict[str, Any]:
    """The form of the Cloud, and of the agile API, which calls the board `originBoardId`; what has not happened is left out."""
    dates = {"startDate": sprint.started_at, "endDate": sprint.ends_at, "completeDate": sprint.completed_at}
    told = {name: _moment(at) for name, at in dates.items() if at}
    return {"id": sprint.sprint_id, "name": sprint.name, "state": _state(sprint), board: sprint.board_id, "goal": "", **told}


def sprint_text(sprint: JiraSprint) -> str:
    """The form of a Server."""
    started, completed = (_moment(at) if at else "<null>" for at in (sprint.started_at, sprint.completed_at))
    told = {"id": sprint.sprint_id, "rapidViewId": sprint.board_id, "state": _state(sprint).upper(), "name": sprint.name}
    dates = {"startDate": started, "endDate": _moment(sprint.ends_at), "completeDate": completed, "activatedDate": started}
    listed = ",".join(f"{name}={value}" for name, value in (told | dates | {"sequence": sprint.sprint_id, "goal": ""}).items())
    return f"com.atlassian.greenhopper.service.sprint.Sprint@{stable_id('sprint', str(sprint.sprint_id)):x}[{listed}]"


def _state(sprint: JiraSprint) -> str:
    return "closed" if sprint.completed_at else "active" if sprint.started_at else "future"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
