"""The demo organisation in the past, and what happens to it between nights."""

from datetime import timedelta

import pytest

from pipelines.demo import nights, story
from pipelines.demo.as_of import as_of, born
from pipelines.demo.story.tickets import SPRINT
from pipelines.demo.world import World


@pytest.fixture(scope="module")
def world() -> World:
    """The organisation at its end."""
    return story.build(seed=11, engineers=12)


def test_after_the_end_the_past_is_the_present(world: World) -> None:
    end = nights.moment_of(nights.NIGHTS - 1)
    assert as_of(world, end) == world


def test_looking_back_twice_is_looking_back_once(world: World) -> None:
    earlier, later = nights.moment_of(5), nights.moment_of(20)
    assert as_of(as_of(world, later), earlier) == as_of(world, earlier)


def test_in_the_past_nothing_is_younger_than_the_moment(world: World) -> None:
    moment = nights.moment_of(10)
    past = as_of(world, moment)
    assert 0 < len(past.pull_requests) < len(world.pull_requests)
    for items in (past.pull_requests, past.issues, past.runs, past.jira_issues, past.eval_runs, list(past.commits.values())):
        assert max(born(item) for item in items) <= moment
    for pull in past.pull_requests:
        assert {*pull.commits[1:], *pull.lost_heads} <= past.commits.keys()
        assert pull.updated_at <= moment
        assert all(review.submitted_at <= moment for review in pull.reviews)
        assert (pull.merged_at is None) == (pull.merged_by is None)


def test_what_goes_on_at_a_moment_has_no_end_yet(world: World) -> None:
    run = next(run for run in world.runs if run.attempts[-1].updated_at - run.attempts[-1].started_at > timedelta(minutes=1))
    moment = run.attempts[-1].started_at + timedelta(seconds=30)
    past = next(each for each in as_of(world, moment).runs if each.run_id == run.run_id)
    assert (past.attempts[-1].conclusion, run.attempts[-1].conclusion != "") == ("", True)


def test_looking_back_leaves_the_present_as_it_is(world: World) -> None:
    before = story.build(seed=11, engineers=12)
    happenings = nights.planted(before)
    for night in (0, 15, nights.NIGHTS - 1):
        nights.shown(before, happenings.values(), night)
    amended = happenings["branch pushed by force"].ids[2]
    del before.commits[amended]
    assert before == world


def test_a_happening_is_seen_from_its_night_until_it_is_over(world: World) -> None:
    happening = nights.planted(story.build(seed=11, engineers=12))["listing shrunk"]
    assert [happening.is_seen(night) for night in (8, 9, 10)] == [False, True, False]
    listed = [{issue.issue_id for issue in nights.shown(world, [happening], night).issues} for night in (8, 9, 10)]
    missing = set(happening.ids)
    assert len(missing) == 2
    assert [missing & ids for ids in listed] == [missing, set(), missing]


def test_a_sprint_goes_on_until_it_was_completed_and_an_issue_is_in_those_that_it_was_put_into_by_then(world: World) -> None:
    first, second = world.truth["sprints"]
    halfway = first["started_at"] + (first["completed_at"] - first["started_at"]) / 2
    keys = {one["issue_key"] for one in world.truth["sprint_issues"] if len(one["sprints"]) == 2}
    for moment, names, ends in (
        (halfway, [first["name"]], [None]),
        (second["started_at"], [first["name"], second["name"]], [first["completed_at"], None]),
    ):
        shown = [issue.fields[SPRINT] for issue in as_of(world, moment).jira_issues if issue.key in keys]
        assert [[each.name for each in sprints] for sprints in shown] == [names, names]
        assert [each.completed_at for each in shown[0]] == ends
