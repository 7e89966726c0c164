"""Plain pages behind the addresses that payloads give people: a repository, a pull request, an issue, a run, a commit.

Evidence links lead here while the demo organisation is served. They need no credential: the servers listen on loopback only.
"""

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pipelines.demo.servers.github_http import Github
from pipelines.demo.servers.github_site import iso
from pipelines.demo.world import Issue, PullRequest, Repository

Facts = dict[str, object]
PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}pre{{white-space:pre-wrap}}</style></head>
<body><p>{place}</p><h1>{title}</h1><dl>{facts}</dl><pre>{text}</pre></body></html>"""


def _page(repository: Repository, title: str, facts: Facts, text: str = "") -> Response:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in facts.items() if value)
    return HTMLResponse(PAGE.format(title=escape(title), place=escape(repository.full_name), facts=rows, text=escape(text)))


def _discussion(repository: Repository, item: Issue | PullRequest) -> Response:
    facts: Facts = {"opened by": item.account.login, "opened": iso(item.created_at), "closed": iso(item.closed_at)}
    if isinstance(item, PullRequest):
        facts |= {"merged by": item.merged_by and item.merged_by.login, "files": "\n".join(file[0] for file in item.files)}
    return _page(repository, f"#{item.number} {item.title}", facts, item.body)


def _run(github: Github, repository: Repository, run_id: int) -> Response | None:
    run = github.index.runs_by_id.get(run_id)
    if run is None or run.repository != repository.full_name:
        return None
    facts: Facts = {"workflow": run.path, "event": run.event, "commit": github.world.sha(run.head)}
    attempts = [f"attempt {number}: {attempt.conclusion}" for number, attempt in enumerate(run.attempts, start=1)]
    return _page(repository, f"{run.name} #{run.run_number}", facts, "\n".join(attempts))


def _commit(github: Github, repository: Repository, sha: str) -> Response | None:
    commit = github.index.commits.get((repository.full_name, sha))
    if commit is None:
        return None
    facts: Facts = {"author": f"{commit.author.name} <{commit.author.email}>", "written": iso(commit.authored_at)}
    return _page(repository, sha, facts, commit.message)


def _shown(github: Github, repository: Repository, kind: str, name: str) -> Response | None:
    number = int(name) if name.isdigit() else 0
    if kind in {"pull", "issues"}:
        found = github.index.pulls[repository.full_name].get(number) or github.index.issues[repository.full_name].get(number)
        return _discussion(repository, found) if found else None
    return _commit(github, repository, name) if kind == "commit" else _run(github, repository, number)


def page_routes(github: Github) -> list[Route]:
    """The pages."""

    async def repository_page(request: Request) -> Response:
        repository = github.index.repository(request.path_params["owner"], request.path_params["name"])
        if repository is None:
            return HTMLResponse("<h1>404</h1>", 404)
        return _page(repository, repository.full_name, {"created": iso(repository.created_at)}, repository.description)

    def item_page(kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            repository = github.index.repository(request.path_params["owner"], request.path_params["name"])
            item = request.path_params["item"].split("/")[0]
            found = None if repository is None else _shown(github, repository, kind, item)
            return found or HTMLResponse("<h1>404</h1>", 404)

        return show

    kinds = {"pull": "pull", "issues": "issues", "commit": "commit", "actions/runs": "run"}
    items = [Route(f"/{{owner}}/{{name}}/{path}/{{item:path}}", item_page(kind)) for path, kind in kinds.items()]
    return [*items, Route("/{owner}/{name}", repository_page)]
