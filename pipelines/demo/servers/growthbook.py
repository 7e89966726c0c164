"""The GrowthBook server: experiments, results, metrics and settings, with its limit/offset paging and its way to say no."""

import time
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from pipelines.demo.servers.github_access import token_of
from pipelines.demo.servers.github_http import json_response
from pipelines.demo.servers.github_pages import page
from pipelines.demo.servers.limits import Limits, Window
from pipelines.demo.world import World

PAGE, MOST_A_PAGE = 10, 100
Payload = dict[str, Any]


class Declined(Exception):
    """An answer that is no success: a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class GrowthbookServer:
    """GrowthBook's REST API, as far as the connector uses it."""

    def __init__(self, world: World, token: str, limits: Limits) -> None:
        self.world, self.token = world, token
        most = limits.growthbook_per_minute
        self._window = None if most is None else Window(most, 60.0, time.time() + 60.0)
        handlers: dict[str, Callable[[Request], Payload]] = {
            "/experiments": self._experiments,
            "/experiments/{id}": self._experiment,
            "/experiments/{id}/results": self._results,
            "/metrics": lambda request: _page(request, "metrics", self.world.growthbook_metrics),
            "/fact-metrics": lambda request: _page(request, "factMetrics", []),
            "/settings": lambda _: {"settings": self.world.growthbook_settings},
        }
        routes = [Route(f"/api/v1{path}", self._endpoint(handler)) for path, handler in handlers.items()]
        self.app = Starlette(routes=[*routes, Route("/experiment/{id}", self._page)])

    def show(self, world: World) -> None:
        """Serve another world."""
        self.world = world

    def _endpoint(self, handler: Callable[[Request], Payload]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            try:
                self._check(request)
                return json_response(handler(request))
            except Declined as declined:
                return json_response({"message": declined.message}, declined.status)

        return answer

    async def _page(self, request: Request) -> Response:
        """The page of an experiment for people."""
        try:
            found = self._found(request)
        except Declined:
            return HTMLResponse("<h1>404</h1>", 404)
        summary: dict[str, object] = {"hypothesis": found.get("hypothesis"), "status": found.get("status"), "owner": found.get("owner")}
        return page("GrowthBook", found["name"], summary)

    def _check(self, request: Request) -> None:
        """Refuse wrong keys, and what comes faster than allowed."""
        authorization = request.headers.get("authorization", "")
        if not authorization:
            raise Declined(401, "Missing Authorization header")
        if token_of(authorization) != self.token:
            raise Declined(401, "Invalid API key")
        if self._window:
            self._window.turn(time.time())
            if not self._window.remaining:
                raise Declined(429, f"Too many requests, limit to {self._window.limit} per minute")
            self._window.used += 1

    def _experiments(self, request: Request) -> Payload:
        return _page(request, "experiments", self.world.growthbook_experiments)

    def _found(self, request: Request) -> Payload:
        wanted = request.path_params["id"]
        found = next((one for one in self.world.growthbook_experiments if one["id"] == wanted), None)
        if found is None:
            raise Declined(404, "Could not find experiment with that id")
        return found

    def _experiment(self, request: Request) -> Payload:
        return {"experiment": self._found(request)}

    def _results(self, request: Request) -> Payload:
        """Results of one phase, the latest unless asked otherwise; an experiment never analysed is a bad request there."""
        experiment = self._found(request)
        phase = request.query_params.get("phase", str(len(experiment["phases"]) - 1))
        result = self.world.growthbook_results.get(f"{experiment['id']}/{phase}")
        if result is None:
            raise Declined(400, "No results found for that experiment")
        return {"result": result}


def _count(request: Request, name: str, default: int, least: int, most: int | None) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or int(text) < least or (most is not None and int(text) > most):
        raise Declined(400, f"Request data error(s): Query: [{name}] must be between {least} and {most or 'any number'}")
    return int(text)


def _page(request: Request, name: str, items: list[Payload]) -> Payload:
    limit, offset = _count(request, "limit", PAGE, 1, MOST_A_PAGE), _count(request, "offset", 0, 0, None)
    shown = items[offset : offset + limit]
    after = offset + len(shown)
    has_more = after < len(items)
    totals = {"limit": limit, "offset": offset, "count": len(shown), "total": len(items)}
    return {name: shown, **totals, "hasMore": has_more, "nextOffset": after if has_more else None}
