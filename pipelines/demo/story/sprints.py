"""Two sprints of one board: what was not done in the first was carried over into the second."""

from pipelines.demo.story.clock import Script, berlin
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tickets import plan_in
from pipelines.demo.world_jira import JiraIssue, JiraSprint

FIRST_ENDED, SECOND_ENDED = berlin(2026, 1, 5, 10), berlin(2026, 2, 2, 10)
FIRST = JiraSprint(31, "Voice 1", 7, ends_at=FIRST_ENDED, started_at=berlin(2025, 12, 8, 10), completed_at=FIRST_ENDED)
SECOND = JiraSprint(32, "Voice 2, after the holidays", 7, ends_at=SECOND_ENDED, started_at=FIRST_ENDED, completed_at=SECOND_ENDED)


def two_sprints(stage: Stage, issues: list[JiraIssue], who: str) -> Script:
    """Plan all but the last issue now; when the first sprint ends, all of them go into the second."""
    for issue in issues[:-1]:
        plan_in(stage, issue, who, FIRST)
    yield FIRST_ENDED
    for issue in issues:
        plan_in(stage, issue, who, SECOND)
    for sprint in (FIRST, SECOND):
        row = {"sprint": str(sprint.sprint_id), "name": sprint.name, "board": str(sprint.board_id), "state": "closed"}
        note(stage.world, "sprints", row | {"started_at": sprint.started_at, "completed_at": sprint.completed_at})
    for issue in issues:
        sprints = [str(FIRST.sprint_id), str(SECOND.sprint_id)] if issue is not issues[-1] else [str(SECOND.sprint_id)]
        note(stage.world, "sprint_issues", {"issue_key": issue.key, "sprints": sprints})
