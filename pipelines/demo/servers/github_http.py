"""How every REST request of GitHub is answered: credentials, limits, paging, conditional requests, error bodies.

Route functions take a `Call` and return an `Answer` or raise a `Refusal`; they know nothing of HTTP.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.demo.servers.faults import SECONDARY
from pipelines.demo.servers.git_objects import Trees
from pipelines.demo.servers.github_access import DOCS, Access, Caller, Refusal, moved, not_found
from pipelines.demo.servers.github_index import GithubIndex
from pipelines.demo.servers.github_site import Site
from pipelines.demo.servers.limits import RateBook, headers_of
from pipelines.demo.world import Repository, World

T = TypeVar("T")
PAGE, MOST_A_PAGE = 30, 100
RATE_DOCS = f"{DOCS}/overview/rate-limits-for-the-rest-api"
REQUEST_HEADERS = {"x-github-media-type": "github.v3; format=json", "x-github-api-version-selected": "2022-11-28"}


@dataclass
class Github:
    """What the GitHub server holds: the world, who may ask, and the budgets."""

    world: World
    git_root: Path
    access: Access
    rates: RateBook
    index: GithubIndex = field(init=False)
    trees: Trees = field(init=False)
    _sites: dict[str, Site] = field(default_factory=dict[str, Site])

    def __post_init__(self) -> None:
        self.show(self.world)

    def show(self, world: World) -> None:
        """Serve another world, or the same one after it has changed."""
        self.world, self.index, self.trees = world, GithubIndex(world), Trees(self.git_root)
        self._sites.clear()

    def site(self, request: Request) -> Site:
        """The world under the host name that the client used: clients check the host of the URLs they are given."""
        host = request.headers.get("host", "localhost")
        if host not in self._sites:
            self._sites[host] = Site(self.index, f"http://{host}")
        return self._sites[host]


@dataclass
class Call:
    """One REST request."""

    github: Github
    site: Site
    caller: Caller
    path: Mapping[str, Any]
    query: Mapping[str, str]
    address: str
    """The request's own address below the API, as Link headers print it."""

    @property
    def repository(self) -> Repository:
        """The repository that the path names, by name or by number.

        Raises:
            Refusal: 404 for an unknown or vanished one; 301 to its number for one that has another name now.
        """
        if "repository_id" in self.path:
            found = self.site.index.repositories_by_id.get(int(self.path["repository_id"]))
            found = found if found and found.is_readable else None
        else:
            name = f"{self.path['owner']}/{self.path['repo']}"
            found = self.site.index.repository(*name.split("/"))
            if found and found.full_name.lower() != name.lower():
                raise moved(self.site.api + self.address)
        if found is None:
            raise not_found()
        return found


@dataclass
class Answer:
    """A successful answer."""

    payload: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


Handler = Callable[[Call], Answer]


def endpoint(github: Github, handler: Handler, is_free: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """The Starlette endpoint of a route function."""

    async def answer(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            caller = github.access.caller(request.headers.get("authorization", ""))
            response = _answered(github, handler, request, caller, is_free)
        except Refusal as refusal:
            headers = refusal.headers
            response = json_response(refusal.payload, refusal.status)
        else:
            counts = not is_free and response.status_code != 304
            window = github.rates.window(caller.credential, "core")
            window.used += counts
            headers = headers_of(window, "core") | _scopes(caller)
        response.headers.update(headers | REQUEST_HEADERS)
        return response

    return answer


def _scopes(caller: Caller) -> dict[str, str]:
    return {"x-oauth-scopes": "read:org, repo"} if caller.kind == "user" else {}


def _answered(github: Github, handler: Handler, request: Request, caller: Caller, is_free: bool) -> Response:
    if not is_free:
        check_secondary(github, caller)
        check_primary(github, caller)
    call = Call(github, github.site(request), caller, request.path_params, request.query_params, _address(github, request))
    try:
        answer = handler(call)
    except Refusal as refusal:
        # An answer of the API, and counted as one, unlike the refusals before it.
        return json_response(refusal.payload, refusal.status, refusal.headers)
    body = orjson.dumps(answer.payload)
    etag = f'W/"{hashlib.sha256(body).hexdigest()}"'
    headers = {"etag": etag, "cache-control": "private, max-age=60, s-maxage=60", "vary": "Accept, Authorization", **answer.headers}
    if request.method == "GET" and etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, answer.status, headers, media_type="application/json; charset=utf-8")


def check_secondary(github: Github, caller: Caller) -> None:
    """Refuse what comes faster than the secondary limit allows.

    Raises:
        Refusal: 403 with Retry-After.
    """
    wait = github.rates.seconds_to_wait(caller.credential)
    if wait:
        raise Refusal(403, SECONDARY, RATE_DOCS, {"retry-after": str(wait)})


def check_primary(github: Github, caller: Caller) -> None:
    """Refuse what goes beyond the hourly budget of REST requests.

    Raises:
        Refusal: 403 with the headers that tell when the next window starts.
    """
    window = github.rates.window(caller.credential, "core")
    if not window.remaining:
        raise Refusal(403, "API rate limit exceeded for user ID 1.", RATE_DOCS, headers_of(window, "core"))


def json_response(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(payload), status, headers, media_type="application/json; charset=utf-8")


def _address(github: Github, request: Request) -> str:
    """The request's address in Link headers, where GitHub writes repositories by their number."""
    parts = request.url.path.split("/")
    if len(parts) > 5 and parts[3] == "repos":
        repository = github.index.repository(parts[4], parts[5])
        if repository:
            return "/".join(["", "repositories", str(repository.repository_id), *parts[6:]])
    return "/" + "/".join(parts[3:])


def _number(value: str | None, default: int, most: int | None = None) -> int:
    if value is None or not value.isdigit() or int(value) < 1:
        return default
    return int(value) if most is None else min(int(value), most)


def listing(
    call: Call,
    items: Sequence[T],
    render: Callable[[T], Any],
    wrap: str = "",
    cap: int | None = None,
    has_last: bool = True,
) -> Answer:
    """One page of a list, with its Link header; only that page is rendered.

    Args:
        call: the request, whose `per_page` and `page` are read.
        items: the whole list.
        render: makes the payload of one item.
        wrap: name of the list inside an object with `total_count`, as Actions answers; empty for a bare list.
        cap: items that can be reached by paging, whatever `total_count` says.
        has_last: whether the Link header tells the last page.
    """
    size, page = _number(call.query.get("per_page"), PAGE, MOST_A_PAGE), _number(call.query.get("page"), 1)
    reachable = items if cap is None else items[:cap]
    shown = [render(item) for item in reachable[(page - 1) * size : page * size]]
    last = max(1, -(-len(reachable) // size))
    link = _link(call, page, last, has_last)
    payload = {"total_count": len(items), wrap: shown} if wrap else shown
    return Answer(payload, headers={"link": link} if link else {})


def _link(call: Call, page: int, last: int, has_last: bool) -> str:
    pages = {"prev": min(page - 1, last), "next": page + 1, "last": last, "first": 1}
    if page == 1:
        del pages["prev"], pages["first"]
    if page >= last:
        del pages["next"], pages["last"]
    if not has_last:
        pages.pop("last", None)
    base = f"{call.site.api}{call.address}"
    return ", ".join(f'<{base}?{urlencode({**call.query, "page": number})}>; rel="{name}"' for name, number in pages.items())
