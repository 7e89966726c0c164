"""GitHub's answers as records: pure functions from one answer to the columns of `schema.py`.

They never refuse: what is missing or odd becomes null or is passed on as it came, and the table's contract decides.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from connectors.contract import Record

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TRAILING_ID = re.compile(r"/(\d+)/?$")
_CREDENTIAL_VIEW = ("permissions", "temp_clone_token", "role_name")
"""Parts of a repository's answer that depend on who asks; with several tokens they would look like changes."""


def dig(value: Any, *path: str | int) -> Any:
    """The value at the end of `path`; None as soon as something on the way is not there."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def listed(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def digest(value: Any) -> str:
    """What stands for an answer, or a part of one, in a cursor: the same for the same JSON."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def moment(value: Any) -> datetime | None:
    """An aware datetime from GitHub's ISO text; None for anything else."""
    try:
        parsed = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return parsed if parsed and parsed.tzinfo else None


def number(value: Any) -> Any:
    """GraphQL's BigInt, which comes as text, as an integer; other values unchanged."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def lower(value: Any) -> Any:
    """GraphQL's enum spelling as REST's."""
    return value.lower() if isinstance(value, str) else value


def snake(name: Any) -> Any:
    """`HeadRefForcePushedEvent` as `head_ref_force_pushed`."""
    return _HUMP.sub("_", name.removesuffix("Event")).lower() if isinstance(name, str) else None


def rest_actor(prefix: str, user: Any) -> Record:
    """Id, login and type of an account of a REST answer."""
    return {f"{prefix}_id": dig(user, "id"), f"{prefix}_login": dig(user, "login"), f"{prefix}_type": dig(user, "type")}


def graph_actor(prefix: str, actor: Any) -> Record:
    """Id, login and type of an account of a GraphQL answer."""
    kind, login = dig(actor, "__typename"), dig(actor, "login")
    # GraphQL says `dependabot` where REST and e-mail addresses say `dependabot[bot]`.
    spelled = f"{login}[bot]" if kind == "Bot" and login and not login.endswith("[bot]") else login
    return {f"{prefix}_id": dig(actor, "databaseId"), f"{prefix}_login": spelled, f"{prefix}_type": kind}


def repository(item: dict[str, Any], details: dict[str, Any]) -> Record:
    """A repository of a listing, with what the listing leaves out (`source`, `template`, `is_empty`)."""
    raw = {key: value for key, value in item.items() if key not in _CREDENTIAL_VIEW}
    for key, answer_key in (("source", "source"), ("template", "template_repository")):
        if details.get(key):
            raw[answer_key] = {"id": details[key][0], "full_name": details[key][1]}
    return {
        "repository_id": item.get("id"),
        "full_name": item.get("full_name"),
        "owner_login": dig(item, "owner", "login"),
        "name": item.get("name"),
        "default_branch": item.get("default_branch"),
        "html_url": item.get("html_url"),
        "clone_url": item.get("clone_url"),
        "is_private": item.get("private"),
        "is_fork": item.get("fork"),
        "fork_source_id": dig(details, "source", 0),
        "fork_source_full_name": dig(details, "source", 1),
        "is_template": item.get("is_template"),
        "template_repository_id": dig(details, "template", 0),
        "template_full_name": dig(details, "template", 1),
        "is_archived": item.get("archived"),
        "is_empty": details.get("is_empty"),
        "created_at": item.get("created_at"),
        "updated_at": item.get("updated_at"),
        "pushed_at": item.get("pushed_at"),
        "_raw": raw,
        "_source_url": item.get("html_url"),
    }


def issue(item: dict[str, Any], repository_id: int) -> Record:
    """One issue."""
    return {
        "issue_id": item.get("id"),
        "repository_id": repository_id,
        "number": item.get("number"),
        "title": item.get("title"),
        "state": item.get("state"),
        "state_reason": item.get("state_reason"),
        **rest_actor("author", item.get("user")),
        "labels": label_names(item),
        "created_at": item.get("created_at"),
        "updated_at": item.get("updated_at"),
        "closed_at": item.get("closed_at"),
        "_raw": item,
        "_source_url": item.get("html_url"),
    }


def label_names(issue: dict[str, Any]) -> list[Any]:
    """Names of an issue's labels; a label is an object, or in old answers just its name."""
    return [label if isinstance(label, str) else dig(label, "name") for label in listed(issue.get("labels"))]


def issue_event(node: dict[str, Any], issue: dict[str, Any], repository_id: int) -> Record:
    """One event of an issue's timeline, or a comment without its text; its page is the issue's where it has none of its own."""
    return {
        "event_id": node.get("id"),
        "repository_id": repository_id,
        "issue_id": issue.get("id"),
        "issue_number": issue.get("number"),
        "kind": snake(node.get("__typename")),
        **graph_actor("actor", node.get("actor") or node.get("author")),
        **graph_actor("assignee", node.get("assignee")),
        "label": dig(node, "label", "name"),
        "state_reason": lower(node.get("stateReason")),
        "created_at": node.get("createdAt"),
        "_raw": node,
        "_source_url": node.get("url") or issue.get("html_url"),
    }


def workflow_run(item: dict[str, Any], repository_id: int) -> Record:
    """One attempt of a workflow run."""
    attempt = item.get("run_attempt", 1)
    url = item.get("html_url")
    return {
        "run_id": item.get("id"),
        "run_attempt": attempt,
        "repository_id": repository_id,
        "workflow_id": item.get("workflow_id"),
        "name": item.get("name"),
        "path": item.get("path"),
        "event": item.get("event"),
        "status": item.get("status"),
        "conclusion": item.get("conclusion"),
        "head_sha": item.get("head_sha"),
        "head_branch": item.get("head_branch"),
        **rest_actor("actor", item.get("actor")),
        **rest_actor("triggering_actor", item.get("triggering_actor")),
        "run_number": item.get("run_number"),
        "pull_request_numbers": [dig(pull, "number") for pull in listed(item.get("pull_requests"))],
        "referenced_workflows": [
            {key: dig(used, key) for key in ("path", "sha", "ref")} for used in listed(item.get("referenced_workflows"))
        ],
        "created_at": item.get("created_at"),
        "run_started_at": item.get("run_started_at"),
        "updated_at": item.get("updated_at"),
        "_raw": item,
        "_source_url": f"{url}/attempts/{attempt}" if url else None,
    }


def workflow_job(item: dict[str, Any], repository_id: int) -> Record:
    """One job with its steps."""
    keys = ("number", "name", "status", "conclusion", "started_at", "completed_at")
    return {
        "job_id": item.get("id"),
        "run_id": item.get("run_id"),
        "run_attempt": item.get("run_attempt", 1),
        "repository_id": repository_id,
        "name": item.get("name"),
        "status": item.get("status"),
        "conclusion": item.get("conclusion"),
        "head_sha": item.get("head_sha"),
        "steps": [{key: dig(step, key) for key in keys} for step in listed(item.get("steps"))],
        "started_at": item.get("started_at"),
        "completed_at": item.get("completed_at"),
        "_raw": item,
        "_source_url": item.get("html_url"),
    }


def job_of_check_run(node: dict[str, Any], run_id: int, sha: Any, repository_id: int) -> Record:
    """One job of a run of one attempt, as GraphQL shows it; the same row as of REST's answer."""
    return {
        "job_id": _check_run_id(node),
        "run_id": run_id,
        "run_attempt": 1,
        "repository_id": repository_id,
        "name": node.get("name"),
        "status": lower(node.get("status")),
        "conclusion": lower(node.get("conclusion")),
        "head_sha": sha,
        "steps": [_step(step) for step in listed(dig(node, "steps", "nodes"))],
        "started_at": node.get("startedAt"),
        "completed_at": node.get("completedAt"),
        "_raw": node,
        "_source_url": node.get("detailsUrl"),
    }


def _step(node: Any) -> dict[str, Any]:
    """A step in REST's terms."""
    step = node if isinstance(node, dict) else {}
    return {
        "number": step.get("number"),
        "name": step.get("name"),
        "status": lower(step.get("status")),
        "conclusion": lower(step.get("conclusion")),
        "started_at": step.get("startedAt"),
        "completed_at": step.get("completedAt"),
    }


def check_run(node: dict[str, Any], suite: dict[str, Any], sha: str, repository_id: int) -> Record:
    """One check run of one suite of one commit."""
    return {
        "check_run_id": _check_run_id(node),
        "repository_id": repository_id,
        "head_sha": sha,
        "name": node.get("name"),
        "status": lower(node.get("status")),
        "conclusion": lower(node.get("conclusion")),
        "app_id": dig(suite, "app", "databaseId"),
        "app_slug": dig(suite, "app", "slug"),
        "check_suite_id": suite.get("databaseId"),
        "external_id": node.get("externalId"),
        "details_url": node.get("detailsUrl"),
        "started_at": node.get("startedAt"),
        "completed_at": node.get("completedAt"),
        "_raw": {
            **{key: value for key, value in node.items() if key != "steps"},
            "checkSuite": {key: suite.get(key) for key in ("id", "databaseId", "app")},
        },
        "_source_url": node.get("url"),
    }


def _check_run_id(node: dict[str, Any]) -> Any:
    """The numeric id; the schema calls it a 32-bit integer, which it outgrew, so the URL is the second witness."""
    if node.get("databaseId") is not None:
        return node["databaseId"]
    found = _TRAILING_ID.search(str(node.get("url")))
    return int(found[1]) if found else None


def ruleset_checks(rules: Any, repository_id: int, branch: str, html_url: str) -> Iterable[Record]:
    """Checks that rulesets require on a branch."""
    for rule in listed(rules):
        if dig(rule, "type") != "required_status_checks":
            continue
        ruleset = dig(rule, "ruleset_id")
        for check in listed(dig(rule, "parameters", "required_status_checks")):
            yield {
                "repository_id": repository_id,
                "branch": branch,
                "context": dig(check, "context"),
                "app_id": dig(check, "integration_id"),
                "how": "ruleset",
                "ruleset_id": ruleset,
                "_raw": rule,
                "_source_url": f"{html_url}/rules/{ruleset}",
            }


def classic_checks(protection: Any, repository_id: int, branch: str, html_url: str) -> Iterable[Record]:
    """Checks that classic branch protection requires; `contexts` is the older form of `checks`."""
    checks = {dig(check, "context"): dig(check, "app_id") for check in listed(dig(protection, "checks"))}
    names = [*checks, *(name for name in listed(dig(protection, "contexts")) if name not in checks)]
    for name in names:
        app = checks.get(name)
        yield {
            "repository_id": repository_id,
            "branch": branch,
            "context": name,
            "app_id": None if app == -1 else app,  # -1 says "any app"
            "how": "classic",
            "ruleset_id": None,
            "_raw": protection,
            "_source_url": f"{html_url}/settings/branches",
        }
