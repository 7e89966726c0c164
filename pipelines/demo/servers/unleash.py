"""The Unleash server: the log of what was done to feature flags, searched as Unleash 7 does it, and the environments.

It is mounted below a path, as hosted instances are.
"""

from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pipelines.demo.servers.github_http import json_response
from pipelines.demo.servers.github_pages import page
from pipelines.demo.world import World
from pipelines.demo.world_flags import FlagEvent

PATH = "/unleash"
PROJECT = "search"
PAGE, MOST_A_PAGE = 50, 1000
ENVIRONMENTS = ("development", "production")
"""Each of the type that its name says."""
Payload = dict[str, Any]


class UnleashServer:
    """Unleash's admin API, as far as the connector uses it."""

    def __init__(self, world: World, token: str) -> None:
        self.world, self.token = world, token
        handlers: dict[str, Callable[[Request], Payload]] = {"/search/events": self._events, "/environments": _environments}
        routes = [Route(f"/api/admin{path}", self._endpoint(handler)) for path, handler in handlers.items()]
        self.app = Starlette(routes=[*routes, Route("/projects/{project}/features/{flag}", self._page)])

    def show(self, world: World) -> None:
        """Serve another world."""
        self.world = world

    def _endpoint(self, handler: Callable[[Request], Payload]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if request.headers.get("authorization") != self.token:
                return json_response({"name": "UnauthorizedError", "message": "You must log in to use Unleash."}, 401)
            return json_response(handler(request))

        return answer

    def _events(self, request: Request) -> Payload:
        """A page of the events asked for, newest first, with how many there are; a limit out of range is the usual one."""
        asked = {name: _operands(text) for name, text in request.query_params.items() if name in ("type", "project", "from")}
        found = [event for event in self.world.flag_events if _is_asked(event, asked)]
        found.sort(key=lambda event: (event.created_at, event.event_id), reverse=True)
        limit, offset = (_number(request, name) for name in ("limit", "offset"))
        size = limit if 0 < limit <= MOST_A_PAGE else PAGE
        return {"events": [event_payload(event) for event in found[offset : offset + size]], "total": len(found)}

    async def _page(self, request: Request) -> Response:
        """The page of a flag for people."""
        flag = request.path_params["flag"]
        done = {f"{event.created_at:%F %R}": event.kind for event in self.world.flag_events if event.flag == flag}
        return page("Unleash", flag, dict(done)) if done else HTMLResponse("<h1>404</h1>", 404)


def event_payload(event: FlagEvent) -> Payload:
    """One event in the API's shape."""
    told = {"label": event.kind.removeprefix("feature-").replace("-", " ").capitalize(), "summary": f"**{event.account}** {event.flag}"}
    return {
        "id": event.event_id,
        "type": event.kind,
        "createdBy": event.account,
        "createdAt": f"{event.created_at.astimezone(UTC):%FT%T}.000Z",
        "createdByUserId": 1,
        "data": _strategy(event.flag, event.share_after),
        "preData": _strategy(event.flag, event.share_before),
        "tags": [],
        "featureName": event.flag,
        "project": PROJECT,
        "environment": event.environment or None,
        **told,
    }


def _strategy(flag: str, share: int | None) -> Payload | None:
    parameters = {"rollout": str(share), "stickiness": "default", "groupId": flag}
    return None if share is None else {"name": "flexibleRollout", "parameters": parameters, "constraints": [], "disabled": False}


def _environments(_: Request) -> Payload:
    shared = {"enabled": True, "protected": False}
    listed = [{"name": name, "type": name, "sortOrder": place, **shared} for place, name in enumerate(ENVIRONMENTS, start=1)]
    return {"version": 1, "environments": listed}


def _operands(text: str) -> list[str]:
    """What stands behind `IS:` and `IS_ANY_OF:`."""
    return [value.strip() for value in text.partition(":")[2].split(",")]


def _is_asked(event: FlagEvent, asked: dict[str, list[str]]) -> bool:
    told: Iterable[bool] = (
        event.kind in asked.get("type", [event.kind]),
        PROJECT in asked.get("project", [PROJECT]),
        f"{event.created_at.astimezone(UTC):%F}" >= asked.get("from", [""])[0],
    )
    return all(told)


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    return int(text) if text.isdigit() else 0
