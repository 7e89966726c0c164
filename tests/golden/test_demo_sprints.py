"""Sprints of a board and what was carried over from one to the next, as the issues' own field and history tell it."""

import json
from datetime import datetime

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")


def rows(demo, sql):
    """Rows of the private warehouse: no published table needs sprints yet."""
    with warehouse.connect(demo.home.warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_the_sprints_are_the_planted_ones(demo):
    found = rows(demo, "select sprint_id, name, board_id, state, started_at, completed_at from staging.stg_jira__sprints")
    planted = [
        (
            *(one[name] for name in ("sprint", "name", "board", "state")),
            *(datetime.fromisoformat(one[at]) for at in ("started_at", "completed_at")),
        )
        for one in demo.truth["sprints"]
    ]
    assert sorted(found) == sorted(planted)


def test_what_was_not_done_in_a_sprint_was_carried_over_into_the_next(demo):
    found = rows(demo, "select issue_key, sprint_ids from staging.stg_jira__issues where json_array_length(sprint_ids) > 0")
    planted = {one["issue_key"]: one["sprints"] for one in demo.truth["sprint_issues"]}
    assert {key: json.loads(sprints) for key, sprints in found} == planted
    assert sorted(len(sprints) for sprints in planted.values()) == [1, 2, 2]


def test_when_an_issue_was_carried_over_stands_in_its_history(demo):
    found = rows(
        demo,
        """select i.issue_key, c.from_value, c.to_value, c.changed_at from staging.stg_jira__issue_changes c
           join staging.stg_jira__issues i using (issue_id) where c.subject = 'sprint' and c.from_value <> ''""",
    )
    first, second = demo.truth["sprints"]
    carried = [one["issue_key"] for one in demo.truth["sprint_issues"] if len(one["sprints"]) == 2]
    both = f"{first['sprint']}, {second['sprint']}"
    assert sorted(found) == sorted((key, first["sprint"], both, datetime.fromisoformat(first["completed_at"])) for key in carried)
