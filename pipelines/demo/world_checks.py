"""What ran on commits of the demo organisation: workflow runs with every attempt, check runs, statuses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipelines.demo.world_surroundings import Account


@dataclass
class Step:
    """One step of a job."""

    name: str
    conclusion: str


@dataclass
class Job:
    """One job of one attempt; it is also the Actions check run of its head, under `name`."""

    job_id: int
    name: str
    conclusion: str
    started_at: datetime
    completed_at: datetime
    steps: list[Step] = field(default_factory=list)


@dataclass
class Attempt:
    """One attempt of a workflow run."""

    conclusion: str
    started_at: datetime
    updated_at: datetime
    triggering: Account
    jobs: list[Job] = field(default_factory=list)
    referenced: tuple[tuple[str, str, str], ...] = ()
    """Reusable workflows that really ran: path with ref as GitHub prints it, mark of the commit, ref."""


@dataclass
class WorkflowRun:
    """One workflow run with every attempt, oldest first."""

    run_id: int
    repository: str
    workflow_id: int
    name: str
    path: str
    event: str
    head: str
    head_branch: str
    run_number: int
    actor: Account
    created_at: datetime
    attempts: list[Attempt]
    pull_requests: tuple[int, ...] = ()


@dataclass
class CheckRun:
    """A check run made by another app than Actions."""

    check_run_id: int
    repository: str
    head: str
    name: str
    app_id: int
    app_slug: str
    conclusion: str
    started_at: datetime
    completed_at: datetime
    external_id: str = ""


@dataclass
class CommitStatus:
    """A status that was set on a commit: the older kind of check."""

    status_id: int
    repository: str
    head: str
    context: str
    state: Literal["error", "failure", "pending", "success"]
    account: Account
    created_at: datetime
    target_url: str = ""
    description: str = ""
