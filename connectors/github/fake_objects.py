"""Objects in the shape of GitHub's answers, for the in-memory client: as small as they may be and still be believed."""

from typing import Any

from connectors.github.fake import FakeRepository, Json


def repository(repository_id: int, full_name: str, *, details: Json | None = None, **changes: Any) -> FakeRepository:
    """A repository without content; `changes` override its REST object."""
    owner, _, name = full_name.partition("/")
    url = f"https://github.com/{full_name}"
    item: Json = {
        "id": repository_id,
        "node_id": f"R_{repository_id}",
        "name": name,
        "full_name": full_name,
        "owner": {"id": 1, "login": owner, "type": "Organization"},
        "html_url": url,
        "clone_url": f"{url}.git",
        "default_branch": "main",
        "private": True,
        "fork": False,
        "is_template": False,
        "archived": False,
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "pushed_at": "2026-01-01T00:00:00Z",
        "permissions": {"admin": False, "push": False, "pull": True},
        **changes,
    }
    return FakeRepository(item, details or {})


def actor(user_id: int, login: str, kind: str = "User") -> Json:
    """A GraphQL actor."""
    return {"__typename": kind, "login": login, "databaseId": user_id}


def user(user_id: int, login: str, kind: str = "User") -> Json:
    """A REST user."""
    return {"id": user_id, "login": login, "type": kind}


def pull_request(number: int, updated_at: str, *, head: str = "", **changes: Any) -> Json:
    """A GraphQL pull request with its nested connections as plain lists."""
    url = f"https://github.com/acme/search/pull/{number}"
    return {
        "id": f"PR_{number}",
        "fullDatabaseId": str(10_000 + number),
        "number": number,
        "url": url,
        "title": f"Change {number}",
        "body": "",
        "state": "OPEN",
        "isDraft": False,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": updated_at,
        "closedAt": None,
        "mergedAt": None,
        "headRefName": f"branch-{number}",
        "headRefOid": head or sha(number),
        "headRepository": {"databaseId": 1},
        "baseRefName": "main",
        "baseRefOid": sha(0),
        "mergeCommit": None,
        "additions": 1,
        "deletions": 0,
        "changedFiles": 1,
        "author": actor(7, "ana"),
        "mergedBy": None,
        "labels": {"nodes": [{"name": "prompt"}]},
        "reviews": [],
        "commits": [commit(head or sha(number))],
        "files": [{"path": "prompts/a.md", "changeType": "MODIFIED", "additions": 1, "deletions": 0}],
        "timelineItems": [],
        **changes,
    }


def commit(oid: str, message: str = "Change the prompt") -> Json:
    """One commit of a pull request."""
    return {
        "commit": {
            "oid": oid,
            "url": f"https://github.com/acme/search/commit/{oid}",
            "message": message,
            "authoredDate": "2026-01-01T00:00:00Z",
            "committedDate": "2026-01-01T00:00:00Z",
            "author": {"name": "Ana", "email": "ana@acme.example", "user": {"databaseId": 7, "login": "ana"}},
        }
    }


def review(review_id: int, state: str = "APPROVED", **changes: Any) -> Json:
    """One review; its comments are a plain list."""
    return {
        "id": f"PRR_{review_id}",
        "fullDatabaseId": str(review_id),
        "url": f"https://github.com/acme/search/pull/1#pullrequestreview-{review_id}",
        "state": state,
        "body": "",
        "submittedAt": "2026-01-02T00:00:00Z",
        "updatedAt": "2026-01-02T00:00:00Z",
        "lastEditedAt": None,
        "author": actor(8, "ben"),
        "commit": {"oid": sha(1)},
        "comments": [],
        **changes,
    }


def review_comment(comment_id: int, body: str = "Why?", **changes: Any) -> Json:
    """One comment of a review."""
    return {
        "fullDatabaseId": str(comment_id),
        "url": f"https://github.com/acme/search/pull/1#discussion_r{comment_id}",
        "body": body,
        "path": "prompts/a.md",
        "createdAt": "2026-01-02T00:00:00Z",
        "updatedAt": "2026-01-02T00:00:00Z",
        "author": actor(8, "ben"),
        "commit": {"oid": sha(1)},
        "originalCommit": {"oid": sha(1)},
        "replyTo": None,
        **changes,
    }


def event(event_id: str, kind: str, created_at: str = "2026-01-02T00:00:00Z", **fields: Any) -> Json:
    """One event of a timeline; `kind` is its GraphQL type."""
    return {"__typename": kind, "id": event_id, "createdAt": created_at, "actor": actor(7, "ana"), **fields}


def status(status_id: int, context: str = "ci/build", state: str = "success", created_at: str = "2026-01-02T00:00:00Z") -> Json:
    """A REST status of a commit."""
    return {
        "id": status_id,
        "node_id": f"SC_{status_id}",
        "context": context,
        "state": state,
        "description": None,
        "target_url": None,
        "creator": user(9, "jenkins[bot]", "Bot"),
        "created_at": created_at,
        "updated_at": created_at,
    }


def required(name: str, is_required: bool = True, kind: str = "CheckRun") -> Json:
    """A check of a pull request's head as GraphQL's rollup gives it."""
    if kind == "CheckRun":
        return {"__typename": kind, "name": name, "isRequired": is_required, "checkSuite": {"app": {"databaseId": 15368}}}
    return {"__typename": kind, "context": name, "state": "SUCCESS", "isRequired": is_required}


def issue(issue_id: int, updated_at: str, created_at: str = "2026-01-01T00:00:00Z", **changes: Any) -> Json:
    """A REST issue."""
    return {
        "id": issue_id,
        "number": issue_id,
        "title": f"Issue {issue_id}",
        "state": "open",
        "state_reason": None,
        "user": user(7, "ana"),
        "labels": [{"name": "bug"}],
        "created_at": created_at,
        "updated_at": updated_at,
        "closed_at": None,
        "html_url": f"https://github.com/acme/search/issues/{issue_id}",
        **changes,
    }


def workflow_run(run_id: int, created_at: str, *, attempt: int = 1, updated_at: str = "", **changes: Any) -> Json:
    """A REST workflow run, completed."""
    return {
        "id": run_id,
        "run_attempt": attempt,
        "workflow_id": 3,
        "name": "gate",
        "path": ".github/workflows/gate.yml",
        "event": "pull_request",
        "status": "completed",
        "conclusion": "success",
        "head_sha": sha(run_id),
        "head_branch": "topic",
        "actor": user(7, "ana"),
        "triggering_actor": user(7, "ana"),
        "run_number": run_id,
        "pull_requests": [{"number": 1}],
        "referenced_workflows": [{"path": "acme/eval-harness/.github/workflows/gate.yml@v1", "sha": sha(9), "ref": "refs/tags/v1"}],
        "created_at": created_at,
        "run_started_at": created_at,
        "updated_at": updated_at or created_at,
        "html_url": f"https://github.com/acme/search/actions/runs/{run_id}",
        **changes,
    }


def job(job_id: int, run_id: int, attempt: int = 1, conclusion: str = "success") -> Json:
    """A REST job with one step."""
    step = {"number": 1, "name": "Run evals", "status": "completed", "conclusion": conclusion, "started_at": None, "completed_at": None}
    return {
        "id": job_id,
        "run_id": run_id,
        "run_attempt": attempt,
        "name": "evals",
        "status": "completed",
        "conclusion": conclusion,
        "head_sha": sha(run_id),
        "steps": [step],
        "started_at": "2026-01-01T00:00:00Z",
        "completed_at": "2026-01-01T00:05:00Z",
        "html_url": f"https://github.com/acme/search/actions/runs/{run_id}/job/{job_id}",
    }


def suite(suite_id: int, *runs: Json) -> Json:
    """A GraphQL check suite of Actions with its check runs as a plain list."""
    return {"id": f"CS_{suite_id}", "databaseId": suite_id, "app": {"databaseId": 15368, "slug": "github-actions"}, "checkRuns": list(runs)}


def check_of_job(job: Json) -> Json:
    """A REST job as the check run that GraphQL shows it to be."""
    step_keys = {"number": "number", "name": "name", "started_at": "startedAt", "completed_at": "completedAt"}
    return {
        **check_run(job["id"], job["status"].upper(), job["conclusion"].upper()),
        "name": job["name"],
        "startedAt": job["started_at"],
        "completedAt": job["completed_at"],
        "detailsUrl": job["html_url"],
        "url": job["html_url"],
        "steps": [
            {**{new: step[old] for old, new in step_keys.items()}, **{key: step[key].upper() for key in ("status", "conclusion")}}
            for step in job["steps"]
        ],
    }


def check_run(check_run_id: int, status: str = "COMPLETED", conclusion: str | None = "SUCCESS") -> Json:
    """A GraphQL check run."""
    return {
        "id": f"CR_{check_run_id}",
        "databaseId": check_run_id,
        "name": "evals",
        "status": status,
        "conclusion": conclusion,
        "startedAt": "2026-01-01T00:00:00Z",
        "completedAt": "2026-01-01T00:05:00Z",
        "detailsUrl": f"https://github.com/acme/search/actions/runs/1/job/{check_run_id}",
        "externalId": "",
        "url": f"https://github.com/acme/search/actions/runs/1/job/{check_run_id}",
    }


def sha(number: int) -> str:
    """A sha that is told apart by a number."""
    return f"{number:040x}"
