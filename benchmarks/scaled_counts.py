"""What a scaled world consists of: the rows that a complete reading has, and the sizes on which the floor of requests depends."""

from dataclasses import dataclass

from pipelines.demo.world import World


def held(world: World) -> dict[str, int]:
    """Rows that each raw table must have to be complete, and how many of them show what happened to them late."""
    attempts = [attempt for run in world.runs for attempt in run.attempts]
    jobs, pulls = sum(len(attempt.jobs) for attempt in attempts), world.pull_requests
    return {
        "repositories": len(world.repositories),
        "pull_requests": len(pulls),
        "reviews": sum(len(pull.reviews) for pull in pulls),
        "review_comments": sum(len(review.comments) for pull in pulls for review in pull.reviews),
        "pull_request_events": sum(len(pull.events) for pull in pulls),
        "pull_request_commits": sum(len(pull.commits) for pull in pulls),
        "pull_request_files": sum(len(pull.files) for pull in pulls),
        "issues": len(world.issues),
        "workflow_runs": len(attempts),
        "workflow_jobs": jobs,
        "check_runs": jobs + len(world.check_runs),
        "pull requests merged": sum(pull.merged_at is not None for pull in pulls),
        "issues triaged": sum("triaged" in issue.labels for issue in world.issues),
        "attempts completed": sum(bool(attempt.conclusion) for attempt in attempts),
    }


@dataclass(frozen=True)
class Shape:
    """What one repository consists of, as far as the floor of requests depends on it."""

    name: str
    runs: int
    earlier_attempts: int
    jobs: int
    pull_requests: int
    issues: int
    nested_pages: int
    """Pages of labels, reviews, commits, files and events of pull requests and of reviews' comments, one at least of each."""
    heads: int
    """Commits whose check runs are to be asked for: of runs and of pull requests, those that force pushes took away included."""
    suites: int
    check_runs: int
    re_runs: int
    """Runs of several attempts."""
    open_pull_requests: int


def shapes(world: World) -> list[Shape]:
    """The shape of every repository."""
    return [_shape(world, name) for name in world.repositories]


def _shape(world: World, name: str) -> Shape:
    runs = [run for run in world.runs if run.repository == name]
    pulls = [pull for pull in world.pull_requests if pull.repository == name]
    apps = [check for check in world.check_runs if check.repository == name]
    jobs = sum(len(attempt.jobs) for run in runs for attempt in run.attempts)
    nested = sum(_pages(len(part)) for pull in pulls for part in (pull.labels, pull.reviews, pull.commits, pull.files, pull.events))
    nested += sum(_pages(len(review.comments)) for pull in pulls for review in pull.reviews)
    lost = sum(len(pull.lost_heads) for pull in pulls)
    return Shape(
        name,
        len(runs),
        sum(len(run.attempts) - 1 for run in runs),
        jobs,
        len(pulls),
        sum(issue.repository == name for issue in world.issues),
        nested,
        len({item.head for item in (*runs, *pulls)}) + lost,
        len(runs) + len(apps),
        jobs + len(apps),
        sum(len(run.attempts) > 1 for run in runs),
        sum(pull.closed_at is None for pull in pulls),
    )


def _pages(items: int) -> int:
    return max(1, -(-items // 100))
