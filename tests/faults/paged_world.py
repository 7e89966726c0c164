"""The small organisation with listings of several pages."""

from dataclasses import replace
from typing import Any

from pipelines.demo.world import World
from tests.contract.demo_world import at


def many_pages(world: World, issues: int = 230) -> World:
    """The same without what is never readable, and with three pages of issues, or more, and two of runs."""
    del world.repositories["acme/vanished"]
    issue, run = world.issues[0], world.runs[0]
    for number in range(issues):
        moment = at(300 + number)
        extra = replace(issue, issue_id=71_000 + number, number=1000 + number, created_at=moment, updated_at=moment, closed_at=None)
        world.issues.append(extra)
    for number in range(100):
        world.runs.append(
            replace(
                run,
                run_id=17_000_000_000 + number,
                run_number=1000 + number,
                created_at=at(600 + number),
                attempts=_renumbered(run.attempts, number),
            )
        )
    return world


def _renumbered(attempts: list[Any], number: int) -> list[Any]:
    """The same attempts with jobs of their own."""
    jobs = [replace(job, job_id=46_000_000_000 + number) for job in attempts[0].jobs]
    return [replace(attempts[0], jobs=jobs)]
