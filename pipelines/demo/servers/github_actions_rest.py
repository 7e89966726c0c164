"""Routes of GitHub's REST API for workflow runs, attempts, jobs and check runs."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from pipelines.demo.servers import github_actions as payloads
from pipelines.demo.servers.github_access import Refusal, not_found
from pipelines.demo.servers.github_http import Answer, Call, Handler, listing
from pipelines.demo.servers.github_index import PlacedCheck, PlacedJob, jobs_of, suite_of_run
from pipelines.demo.world import Repository
from pipelines.demo.world_checks import WorkflowRun

FILTERED_CAP = 1000
"""A filtered listing of runs cannot be paged beyond so many, whatever its `total_count` says."""
FILTERS = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")
Test = Callable[[WorkflowRun], bool]


def moment_range(text: str) -> tuple[datetime, datetime]:
    """First instant included and first excluded of GitHub's date syntax: `a..b`, `>=a`, `>a`, `<=b`, `<b`, `a`; `*` is open.

    A day without a time is the whole day, UTC.
    """
    low, high = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if ".." in text:
        first, _, last = text.partition("..")
        return (low if first == "*" else _span(first)[0], high if last == "*" else _span(last)[1])
    for sign, pick in (
        (">=", lambda s: (s[0], high)),
        (">", lambda s: (s[1], high)),
        ("<=", lambda s: (low, s[1])),
        ("<", lambda s: (low, s[0])),
    ):
        if text.startswith(sign):
            return pick(_span(text.removeprefix(sign)))
    return _span(text)


def _span(text: str) -> tuple[datetime, datetime]:
    """The day or the second that a date or time names.

    Raises:
        Refusal: 422 for anything else.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(422, f"Validation Failed: created {text!r} is not a recognised date/time") from None
    if len(text) == len("2026-01-01"):
        start = datetime.combine(moment.date(), time(), UTC)
        return start, start + timedelta(days=1)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment, moment + timedelta(seconds=1)


def _tests(call: Call) -> list[Test]:
    """The filters that a query asks for."""
    query, world = call.query, call.site.index.world
    tests: dict[str, Callable[[str], Test]] = {
        "actor": lambda login: lambda run: run.actor.login == login,
        "branch": lambda branch: lambda run: run.head_branch == branch,
        "check_suite_id": lambda number: lambda run: str(suite_of_run(run)) == number,
        "event": lambda event: lambda run: run.event == event,
        "head_sha": lambda sha: lambda run: world.sha(run.head) == sha,
        "status": lambda word: lambda run: word in _state(run),
    }
    found = [test(query[name]) for name, test in tests.items() if query.get(name)]
    if query.get("created"):
        start, end = moment_range(query["created"])
        found.append(lambda run: start <= run.created_at < end)
    return found


def _state(run: WorkflowRun) -> tuple[str, str]:
    """What the `status` filter compares with: status and conclusion alike."""
    conclusion = run.attempts[-1].conclusion
    return ("completed" if conclusion else "in_progress", conclusion)


def runs(call: Call) -> Answer:
    """Workflow runs, newest first, each in the state of its latest attempt."""
    repository, tests = call.repository, _tests(call)
    found = [run for run in call.site.index.runs[repository.full_name] if all(test(run) for test in tests)]
    cap = FILTERED_CAP if any(call.query.get(name) for name in FILTERS) else None
    return listing(call, found, lambda run: payloads.workflow_run(call.site, call.github.trees, repository, run), "workflow_runs", cap)


def _run(call: Call) -> tuple[Repository, WorkflowRun]:
    repository, found = call.repository, call.site.index.runs_by_id.get(call.path["run_id"])
    if found is None or found.repository != repository.full_name:
        raise not_found()
    return repository, found


def run(call: Call) -> Answer:
    """One run in the state of its latest attempt."""
    repository, found = _run(call)
    return Answer(payloads.workflow_run(call.site, call.github.trees, repository, found))


def attempt(call: Call) -> Answer:
    """One run in the state of one attempt."""
    repository, found = _run(call)
    return Answer(payloads.workflow_run(call.site, call.github.trees, repository, found, _attempt_number(call, found)))


def _attempt_number(call: Call, found: WorkflowRun) -> int:
    number = call.path["attempt"]
    if not 1 <= number <= len(found.attempts):
        raise not_found()
    return number


def jobs(call: Call) -> Answer:
    """Jobs of a run: of its latest attempt, or with `filter=all` of every one."""
    repository, found = _run(call)
    wants_all = call.query.get("filter") == "all"
    return _jobs(call, repository, [placed for placed in jobs_of(found) if wants_all or placed.is_latest])


def attempt_jobs(call: Call) -> Answer:
    """Jobs of one attempt."""
    repository, found = _run(call)
    number = _attempt_number(call, found)
    return _jobs(call, repository, [placed for placed in jobs_of(found) if placed.number == number])


def _jobs(call: Call, repository: Repository, found: list[PlacedJob]) -> Answer:
    return listing(call, found, lambda placed: payloads.job(call.site, repository, placed), "jobs")


def job(call: Call) -> Answer:
    """One job."""
    repository, found = call.repository, call.site.index.jobs_by_id.get(call.path["job_id"])
    if found is None or found.run.repository != repository.full_name:
        raise not_found()
    return Answer(payloads.job(call.site, repository, found))


def check_runs(call: Call) -> Answer:
    """Check runs of a commit: the latest of each name, or with `filter=all` every one."""
    repository, sha, query = call.repository, call.path["ref"], call.query

    def is_wanted(check: PlacedCheck) -> bool:
        named = query.get("check_name", check.name) == check.name and query.get("app_id", str(check.app[0])) == str(check.app[0])
        return named and (check.is_latest or query.get("filter") == "all")

    if (repository.full_name, sha) not in call.site.index.commits:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    found = [check for check in call.site.index.checks.get((repository.full_name, sha), []) if is_wanted(check)]
    return listing(call, found, lambda check: payloads.check_run(call.site, repository, sha, check), "check_runs")


ACTIONS_ROUTES: dict[str, Handler] = {
    "/actions/runs": runs,
    "/actions/runs/{run_id:int}": run,
    "/actions/runs/{run_id:int}/attempts/{attempt:int}": attempt,
    "/actions/runs/{run_id:int}/jobs": jobs,
    "/actions/runs/{run_id:int}/attempts/{attempt:int}/jobs": attempt_jobs,
    "/actions/jobs/{job_id:int}": job,
    "/commits/{ref}/check-runs": check_runs,
}
