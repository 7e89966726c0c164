"""Plain pages behind the addresses that payloads and evidence give people: pull requests, issues, runs, checks, commits, files, rules.

They need no credential: the servers listen on loopback only.
"""

import re
import subprocess
from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pipelines.demo.servers.github_http import Github
from pipelines.demo.servers.github_site import iso
from pipelines.demo.world import Issue, PullRequest, Repository

Facts = dict[str, object]
Page = Callable[[Github, Repository, str], Response | None]
SHA = re.compile(r"[0-9a-f]{40}")
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}pre{{white-space:pre-wrap}}
:target{{background:#ff9}}</style></head>
<body><p>{place}</p><h1>{title}</h1><dl>{facts}</dl><pre>{text}</pre></body></html>"""


def page(place: str, title: str, facts: Facts, text: str = "", is_code: bool = False) -> Response:
    """A page of a title, some facts and a text; lines of code can be linked to as `#L12`."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items() if value)
    lines = [escape(line) for line in text.split("\n")]
    if is_code:
        lines = [f'<span id="L{number}">{number:5}  {line}</span>' for number, line in enumerate(lines, start=1)]
    return HTMLResponse(PAGE.format(title=escape(title), place=escape(place), facts=rows, text="\n".join(lines)))


def _discussion(github: Github, repository: Repository, item: str) -> Response | None:
    number = _number(item)
    found: Issue | PullRequest | None = github.index.pulls[repository.full_name].get(number)
    found = found or github.index.issues[repository.full_name].get(number)
    if found is None:
        return None
    facts: Facts = {"opened by": found.account.login, "opened": iso(found.created_at), "closed": iso(found.closed_at)}
    if isinstance(found, PullRequest):
        facts |= {"merged by": found.merged_by and found.merged_by.login, "files": ", ".join(file[0] for file in found.files)}
    return page(repository.full_name, f"#{found.number} {found.title}", facts, found.body)


def _run(github: Github, repository: Repository, item: str) -> Response | None:
    run = github.index.runs_by_id.get(_number(item))
    if run is None or run.repository != repository.full_name:
        return None
    facts: Facts = {"workflow": run.path, "event": run.event, "commit": github.world.sha(run.head)}
    attempts = [f"attempt {number}: {attempt.conclusion}" for number, attempt in enumerate(run.attempts, start=1)]
    return page(repository.full_name, f"{run.name} #{run.run_number}", facts, "\n".join(attempts))


def _check(github: Github, repository: Repository, item: str) -> Response | None:
    found = next((check for check in github.world.check_runs if check.check_run_id == _number(item)), None)
    if found is None or found.repository != repository.full_name:
        return None
    facts: Facts = {"app": found.app_slug, "conclusion": found.conclusion, "completed": iso(found.completed_at)}
    return page(repository.full_name, found.name, facts)


def _commit(github: Github, repository: Repository, item: str) -> Response | None:
    commit = github.index.commits.get((repository.full_name, item.partition("/")[0]))
    if commit is None:
        return None
    facts: Facts = {"author": f"{commit.author.name} <{commit.author.email}>", "written": iso(commit.authored_at)}
    return page(repository.full_name, item, facts, commit.message)


def _file(github: Github, repository: Repository, item: str) -> Response | None:
    """A file as it was at a commit."""
    sha, _, path = item.partition("/")
    if not SHA.fullmatch(sha):
        return None
    command = ["git", "--git-dir", str(github.git_root / f"{repository.full_name}.git"), "show", f"{sha}:{path}"]
    shown = subprocess.run(command, capture_output=True)
    return (
        None if shown.returncode else page(repository.full_name, path, {"commit": sha}, shown.stdout.decode(errors="replace"), is_code=True)
    )


def _rules(_: Github, repository: Repository, __: str) -> Response | None:
    lines = [f"{check.context} ({check.how} {check.ruleset_id or ''})" for check in repository.required_checks]
    return page(repository.full_name, f"Required checks of {repository.default_branch}", {}, "\n".join(lines))


def _number(item: str) -> int:
    number = item.partition("/")[0]
    return int(number) if number.isdigit() else 0


PAGES: dict[str, Page] = {
    "pull": _discussion,
    "issues": _discussion,
    "commit": _commit,
    "actions/runs": _run,
    "runs": _check,
    "blob": _file,
    "blame": _file,
    "rules": _rules,
    "settings": _rules,
}


def page_routes(github: Github) -> list[Route]:
    """The pages."""

    def serving(make: Page) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            repository = github.index.repository(request.path_params["owner"], request.path_params["name"])
            found = None if repository is None else make(github, repository, request.path_params.get("item", ""))
            return found or HTMLResponse("<h1>404</h1>", 404)

        return show

    def front(_: Github, repository: Repository, __: str) -> Response:
        return page(repository.owner, repository.full_name, {"created": iso(repository.created_at)}, repository.description)

    items = [Route(f"/{{owner}}/{{name}}/{path}/{{item:path}}", serving(make)) for path, make in PAGES.items()]
    return [*items, Route("/{owner}/{name}", serving(front))]
