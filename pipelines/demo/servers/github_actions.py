"""Workflow runs, attempts, jobs and check runs in the shape of GitHub's REST answers."""

from datetime import datetime

from pipelines.demo.servers.git_objects import Trees
from pipelines.demo.servers.github_index import PlacedCheck, PlacedJob, stable_id, suite_of_run
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import PullRequest, Repository
from pipelines.demo.world_checks import WorkflowRun

APP_PERMISSIONS = {"checks": "write", "metadata": "read"}


def completion(conclusion: str) -> Payload:
    """Status and conclusion; what has no conclusion yet is still in progress."""
    return {"status": "completed" if conclusion else "in_progress", "conclusion": conclusion or None}


def pull_minimal(site: Site, repository: Repository, pull: PullRequest) -> Payload:
    """A pull request as runs and checks embed it."""
    world = site.index.world
    place = {"id": repository.repository_id, "url": site.repo_api(repository), "name": repository.name}
    return {
        "id": pull.pull_request_id,
        "number": pull.number,
        "url": f"{site.repo_api(repository)}/pulls/{pull.number}",
        "head": {"ref": pull.head_ref, "sha": world.sha(pull.head), "repo": place},
        "base": {"ref": repository.default_branch, "sha": world.sha(pull.base), "repo": place},
    }


def open_pulls_of_run(site: Site, repository: Repository, run: WorkflowRun) -> list[Payload]:
    """Pull requests that a run names."""
    pulls = site.index.pulls[repository.full_name]
    return [pull_minimal(site, repository, pulls[number]) for number in run.pull_requests if number in pulls]


def workflow_run(site: Site, trees: Trees, repository: Repository, run: WorkflowRun, number: int = 0) -> Payload:
    """A run in the state of one attempt; without `number`, of its latest."""
    number = number or len(run.attempts)
    attempt, world = run.attempts[number - 1], site.index.world
    url, html = f"{site.repo_api(repository)}/actions/runs/{run.run_id}", f"{site.repo_html(repository)}/actions/runs/{run.run_id}"
    suite, api = suite_of_run(run), site.repo_api(repository)
    return {
        "id": run.run_id,
        "name": run.name,
        "node_id": node_id("WFR", run.run_id),
        "head_branch": run.head_branch,
        "head_sha": world.sha(run.head),
        "path": run.path,
        "display_title": run.name,
        "run_number": run.run_number,
        "event": run.event,
        **completion(attempt.conclusion),
        "workflow_id": run.workflow_id,
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CS", suite),
        "url": url,
        "html_url": html,
        "pull_requests": open_pulls_of_run(site, repository, run),
        "created_at": iso(run.created_at),
        "updated_at": iso(attempt.updated_at),
        "actor": site.user(run.actor),
        "run_attempt": number,
        "referenced_workflows": [{"path": path, "sha": world.sha(mark), "ref": ref} for path, mark, ref in attempt.referenced],
        "run_started_at": iso(attempt.started_at),
        "triggering_actor": site.user(attempt.triggering),
        **{f"{name}_url": f"{url}/{name}" for name in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "check_suite_url": f"{api}/check-suites/{suite}",
        "previous_attempt_url": f"{url}/attempts/{number - 1}" if number > 1 else None,
        "workflow_url": f"{api}/actions/workflows/{run.workflow_id}",
        "head_commit": _head_commit(site, trees, repository, run),
        "repository": site.minimal_repository(repository),
        "head_repository": site.minimal_repository(repository),
        "head_repository_id": repository.repository_id,
    }


def _head_commit(site: Site, trees: Trees, repository: Repository, run: WorkflowRun) -> Payload | None:
    commit = site.index.world.commits.get(run.head)
    if commit is None:
        return None
    sha, committer = site.index.world.sha(run.head), commit.committer or commit.author
    return {
        "id": sha,
        "tree_id": trees.tree(repository.full_name, sha),
        "message": commit.message.rstrip("\n"),
        "timestamp": iso(commit.committed_at or commit.authored_at),
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": committer.name, "email": committer.email},
    }


def steps(placed: PlacedJob) -> list[Payload]:
    """Steps of a job, sharing its time evenly."""
    job = placed.job
    share = (job.completed_at - job.started_at) / max(1, len(job.steps))
    moments: list[datetime] = [job.started_at + share * place for place in range(len(job.steps) + 1)]
    return [
        {
            "name": step.name,
            **completion(step.conclusion),
            "number": place + 1,
            "started_at": iso(moments[place]),
            "completed_at": iso(moments[place + 1]) if step.conclusion else None,
        }
        for place, step in enumerate(job.steps)
    ]


def job(site: Site, repository: Repository, placed: PlacedJob) -> Payload:
    """One job of one attempt."""
    job, run, api = placed.job, placed.run, site.repo_api(repository)
    was_skipped = job.conclusion == "skipped"
    runner = 0 if was_skipped else 1 + stable_id("runner", job.job_id) % 40
    return {
        "id": job.job_id,
        "run_id": run.run_id,
        "workflow_name": run.name,
        "head_branch": run.head_branch,
        "run_url": f"{api}/actions/runs/{run.run_id}",
        "run_attempt": placed.number,
        "node_id": node_id("CR", job.job_id),
        "head_sha": site.index.world.sha(run.head),
        "url": f"{api}/actions/jobs/{job.job_id}",
        "html_url": f"{site.repo_html(repository)}/actions/runs/{run.run_id}/job/{job.job_id}",
        **completion(job.conclusion),
        "created_at": iso(min(placed.attempt.started_at, job.started_at)),
        "started_at": iso(job.started_at),
        "completed_at": iso(job.completed_at) if job.conclusion else None,
        "name": job.name,
        "steps": steps(placed),
        "check_run_url": f"{api}/check-runs/{job.job_id}",
        "labels": ["ubuntu-latest"],
        "runner_id": runner,
        "runner_name": f"GitHub Actions {runner}" if runner else "",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions" if runner else "",
    }


def app(site: Site, app_id: int, slug: str) -> Payload:
    """An app that reports checks."""
    owner = site.index.world.owner
    return {
        "id": app_id,
        "client_id": f"Iv1.{stable_id('client', app_id):016x}",
        "slug": slug,
        "node_id": node_id("A", app_id),
        "owner": site.user(owner),
        "name": slug.replace("-", " ").title(),
        "description": "",
        "external_url": f"{site.html}/apps/{slug}",
        "html_url": f"{site.html}/apps/{slug}",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": APP_PERMISSIONS,
        "events": [],
    }


def check_run(site: Site, repository: Repository, sha: str, check: PlacedCheck) -> Payload:
    """A check run of any app."""
    url = f"{site.repo_api(repository)}/check-runs/{check.check_run_id}"
    html = site.check_html(repository, check)
    run = check.placed_job.run if check.placed_job else None
    return {
        "id": check.check_run_id,
        "name": check.name,
        "node_id": node_id("CR", check.check_run_id),
        "head_sha": sha,
        "external_id": check.external_id,
        "url": url,
        "html_url": html,
        "details_url": html,
        **completion(check.conclusion),
        "started_at": iso(check.started_at),
        "completed_at": iso(check.completed_at) if check.conclusion else None,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": f"{url}/annotations"},
        "check_suite": {"id": check.suite_id},
        "app": app(site, *check.app),
        "pull_requests": open_pulls_of_run(site, repository, run) if run else [],
    }
