"""What CI says about a head: ordinary test runs, and runs of the eval gate, with attempts, jobs and steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipelines.demo.story.pulls import Pull
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.world import Account, Commit
from pipelines.demo.world_checks import Attempt, CheckRun, CommitStatus, Job, Step, WorkflowRun

Verdict = Literal["success", "failure", "infra", "skipped", "cancelled"]
StatusState = Literal["error", "failure", "pending", "success"]

GATE_CONTEXT = "gate / evaluate"
COVERAGE = "codecov/patch"
ACTIONS_APP = 15368
HARNESS_WORKFLOW = "acme/eval-harness/.github/workflows/gate.yml"
GATE_REF = "v2"


@dataclass(frozen=True)
class Workflow:
    """A workflow file with one job."""

    path: str
    name: str
    job: str
    steps: tuple[str, ...]
    minutes: int
    main_step: str
    is_gate: bool = False


TESTS = Workflow(".github/workflows/ci.yml", "CI", "test", ("Set up job", "Checkout", "Install", "Run tests"), 6, "Run tests")
GATE = Workflow(
    ".github/workflows/eval.yml",
    "Evals",
    GATE_CONTEXT,
    ("Set up job", "Checkout", "Install", "Run evals", "Upload results"),
    18,
    "Run evals",
    is_gate=True,
)
NIGHTLY = Workflow(
    ".github/workflows/nightly.yml", "Nightly", "nightly", ("Set up job", "Checkout", "Install", "Rebuild index"), 31, "Rebuild index"
)


def check(stage: Stage, pull: Pull, workflow: Workflow, verdict: Verdict = "success") -> WorkflowRun:
    """Run a workflow on a pull request's head."""
    request = pull.request
    run = started(stage, pull.site, workflow, "pull_request", request.account, request.head, request.head_ref)
    run.pull_requests = (request.number,)
    if workflow.is_gate:
        pull.gated_heads.add(request.head)
    retry(stage, run, workflow, verdict, request.account)
    return run


def check_trial(stage: Stage, pull: Pull, workflow: Workflow, trial: Commit, verdict: Verdict = "success") -> WorkflowRun:
    """Run a workflow on a trial of the merge queue, whose branch is named after the main that it was made on."""
    request = pull.request
    branch = f"gh-readonly-queue/{pull.site.repository.default_branch}/pr-{request.number}-{{sha:{trial.parents[0]}}}"
    run = started(stage, pull.site, workflow, "merge_group", request.account, trial.mark, branch)
    retry(stage, run, workflow, verdict, request.account)
    return run


def report(stage: Stage, pull: Pull, context: str, state: StatusState) -> None:
    """Set a status, the older kind of check, on a pull request's head."""
    world, request = stage.world, pull.request
    world.statuses.append(CommitStatus(stage.new_id("status"), request.repository, pull.head, context, state, request.account, stage.now))


def scheduled(stage: Stage, site: Site, workflow: Workflow, actor: Account) -> WorkflowRun:
    """Run a workflow on main by its schedule."""
    run = started(stage, site, workflow, "schedule", actor, site.repository.head, "main")
    retry(stage, run, workflow, "success", actor)
    return run


def retry(stage: Stage, run: WorkflowRun, workflow: Workflow, verdict: Verdict, who: Account) -> Attempt:
    """Add an attempt to a run: its first, or one more of the same head."""
    started = stage.now
    minutes = 0 if verdict == "skipped" else 3 if verdict == "infra" else workflow.minutes
    ended = started + timedelta(minutes=minutes, seconds=1 + stage.new_id("job") % 50)
    conclusion = "failure" if verdict == "infra" else verdict
    job = Job(stage.new_id("job"), workflow.job, conclusion, started, ended, _steps(workflow, verdict))
    attempt = Attempt(conclusion, started, ended, who, [job], _referenced(stage, workflow))
    run.attempts.append(attempt)
    return attempt


def checked(stage: Stage, pull: Pull, gate: Verdict = "success", tests: Verdict = "success") -> WorkflowRun | None:
    """Run everything that the repository runs on a push; returns the gate's run, if it has a gate."""
    if pull.site.has_tests:
        check(stage, pull, TESTS, tests)
    if pull.site.name == "search-ranker":
        _coverage(stage, pull)
    return check(stage, pull, GATE, gate) if pull.site.is_gated else None


def _coverage(stage: Stage, pull: Pull) -> None:
    """A check by another app than Actions."""
    report = CheckRun(
        check_run_id=stage.new_id("check_run"),
        repository=pull.request.repository,
        head=pull.head,
        name=COVERAGE,
        app_id=254,
        app_slug="codecov",
        conclusion="success",
        started_at=stage.now + timedelta(minutes=7),
        completed_at=stage.now + timedelta(minutes=8),
    )
    stage.world.check_runs.append(report)


def ended(run: WorkflowRun) -> datetime:
    """When the newest attempt ended."""
    return run.attempts[-1].updated_at


def started(stage: Stage, site: Site, workflow: Workflow, event: str, actor: Account, head: str, branch: str) -> WorkflowRun:
    """A new run of a workflow, still without an attempt."""
    workflow_id = site.workflows.setdefault(workflow.path, 0) or stage.new_id("workflow")
    site.workflows[workflow.path] = workflow_id
    site.runs[workflow.path] += 1
    run = WorkflowRun(
        run_id=stage.new_id("run"),
        repository=site.repository.full_name,
        workflow_id=workflow_id,
        name=workflow.name,
        path=workflow.path,
        event=event,
        head=head,
        head_branch=branch,
        run_number=site.runs[workflow.path],
        actor=actor,
        created_at=stage.now,
        attempts=[],
    )
    stage.world.runs.append(run)
    return run


def _steps(workflow: Workflow, verdict: Verdict) -> list[Step]:
    """A failed or cancelled step leaves the later ones skipped; a skipped job has no steps at all."""
    if verdict == "skipped":
        return []
    broken = {"failure": workflow.main_step, "infra": "Install", "cancelled": workflow.main_step}.get(verdict)
    conclusion = "cancelled" if verdict == "cancelled" else "failure"
    return _steps_until(workflow.steps, broken, conclusion)


def _steps_until(names: Sequence[str], broken: str | None, conclusion: str) -> list[Step]:
    at = names.index(broken) if broken else len(names)
    # Results are uploaded whatever the evals said, but only if they were reached.
    reached = broken == "Run evals"
    return [
        Step(name, "success" if place < at else conclusion if place == at else "success" if reached else "skipped")
        for place, name in enumerate(names)
    ]


def _referenced(stage: Stage, workflow: Workflow) -> tuple[tuple[str, str, str], ...]:
    if not workflow.is_gate:
        return ()
    sha = stage.sites["eval-harness"].repository.tags[GATE_REF]
    return ((f"{HARNESS_WORKFLOW}@{GATE_REF}", sha, f"refs/tags/{GATE_REF}"),)
