"""The Jira server: Cloud, or with `JiraSite.deployment` a Server or Data Center, with the rules of each."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipelines.demo.servers.github_http import json_response
from pipelines.demo.servers.github_pages import page
from pipelines.demo.servers.jira_jql import BadQuery, Query, parse_jql
from pipelines.demo.servers.jira_payloads import JiraPayloads, JiraSite, Payload
from pipelines.demo.world import World
from pipelines.demo.world_jira import JiraIssue

MOST_A_PAGE = 100
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."
    " A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
ID_ONLY = frozenset({"id"})
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
NO_ISSUE = "Issue does not exist or you do not have permission to see it."
Parameters = Mapping[str, Any]
Handler = Callable[[JiraPayloads, Parameters], Any]


class Refused(Exception):
    """An answer that is no success: a status and Jira's messages."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, list(messages)


class JiraServer:
    """Jira's REST API, as far as the connector uses it."""

    def __init__(self, world: World, site: JiraSite, token: str) -> None:
        self.world, self.site = world, site
        basic = base64.b64encode(f"{site.email}:{token}".encode()).decode()
        self._accepted = {f"Basic {basic}"} | (set() if site.is_cloud else {f"Bearer {token}"})
        self.app = Starlette(routes=self._routes())

    def show(self, world: World) -> None:
        """Serve another world."""
        self.world = world

    def _routes(self) -> list[Route]:
        both: dict[str, Handler] = {
            "/serverInfo": self._server_info,
            "/myself": lambda payloads, _: self._myself(payloads),
            "/field": lambda payloads, _: payloads.field_list(),
            "/status": lambda payloads, _: [payloads.status(name, *known) for name, known in self.world.jira_statuses.items()],
            "/project": lambda payloads, _: [payloads.project(key) for key in self.world.jira_projects],
            "/project/{id}": self._project,
            "/issue/{id}": self._issue,
            "/issue/{id}/comment": self._comments,
            "/issue/{id}/remotelink": self._remote_links,
            "/search": self._removed if self.site.is_cloud else self._numbered_search,
        }
        cloud: dict[str, Handler] = {
            "/search/jql": self._token_search,
            "/search/approximate-count": self._approximate_count,
            "/issue/{id}/changelog": self._changelog,
        }
        handlers = both | cloud if self.site.is_cloud else both
        versions = "2|3|latest" if self.site.is_cloud else "2|latest"
        routes = [
            Route(f"/rest/api/{version}{path}", self._endpoint(handler, path, version), methods=["GET", "POST"])
            for version in versions.split("|")
            for path, handler in handlers.items()
        ]
        sprint = Route("/rest/agile/1.0/sprint/{id}", self._endpoint(self._sprint, "/sprint/{id}", "2"))
        return [*routes, sprint, Route("/browse/{key}", self._page)]

    def _endpoint(self, handler: Handler, path: str, version: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            authorization = request.headers.get("authorization", "")
            # Anybody may ask what a site is; a wrong credential is refused even there.
            if authorization not in self._accepted and (authorization or path != "/serverInfo"):
                return PlainTextResponse("Client must be authenticated to access this resource.", 401, {"www-authenticate": "OAuth"})
            payloads = JiraPayloads(self.world, self.site, f"http://{request.headers['host']}", "2" if version == "latest" else version)
            try:
                return json_response(handler(payloads, await _parameters(request)))
            except BadQuery as fault:
                return json_response({"errorMessages": [str(fault)], "errors": {}}, 400)
            except Refused as refused:
                return json_response({"errorMessages": refused.messages, "errors": {}}, refused.status)

        return answer

    def _server_info(self, payloads: JiraPayloads, _: Parameters) -> Payload:
        version = "1001.0.0-SNAPSHOT" if self.site.is_cloud else "10.3.12"
        numbers = [1001, 0, 0] if self.site.is_cloud else [10, 3, 12]
        now = payloads.moment(datetime.now(UTC))
        about = {"serverTitle": "Jira", "serverTime": now, "buildNumber": 100_300, "buildDate": "2026-10-01T00:00:00.000+0000"}
        return {"baseUrl": payloads.base, "version": version, "versionNumbers": numbers, "deploymentType": self.site.deployment, **about}

    def _myself(self, payloads: JiraPayloads) -> Payload:
        """The user of the credential: the one with its e-mail, or a service account of that name."""
        found = next((key for key, user in self.world.jira_users.items() if user.get("emailAddress") == self.site.email), "service:sync")
        own = {"displayName": "Sync", "active": True} if found not in self.world.jira_users else {}
        return {**(payloads.user(found) or {}), **own, "emailAddress": self.site.email, "locale": "en_GB"}

    def _project(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        wanted = parameters["id"].lower()
        for key, (number, _) in self.world.jira_projects.items():
            if wanted in {key.lower(), str(number)}:
                return payloads.project(key)
        raise Refused(404, f"No project could be found with key '{parameters['id']}'.")

    def _found(self, parameters: Parameters) -> JiraIssue:
        wanted = parameters["id"].upper()
        found = next((issue for issue in self.world.jira_issues if wanted in {issue.key.upper(), str(issue.issue_id)}), None)
        if found is None:
            raise Refused(404, NO_ISSUE)
        return found

    def _issue(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        fields = _fields(parameters, "*all")
        return payloads.issue(self._found(parameters), fields, _has_changelog(parameters))

    def _changelog(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        """The whole changelog by pages, oldest first."""
        histories = sorted(self._found(parameters).history, key=lambda history: history["created"])
        return _numbered(parameters, histories, payloads.history, "values", has_last=True)

    def _comments(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        issue = self._found(parameters)
        return _numbered(parameters, issue.comments, lambda comment: payloads.comment(issue, comment), "comments")

    def _sprint(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        """A sprint that some issue is or was in: the site shows no other."""
        kinds = {name for name, (_, kind) in self.world.jira_fields.items() if kind == "sprint"}
        shown = (each for issue in self.world.jira_issues for name in kinds for each in issue.fields.get(name, []))
        found = next((each for each in shown if str(each.sprint_id) == parameters["id"]), None)
        if found is None:
            raise Refused(404, "Sprint does not exist or you do not have permission to view it.")
        return payloads.sprint(found)

    def _remote_links(self, payloads: JiraPayloads, parameters: Parameters) -> list[Payload]:
        issue = self._found(parameters)
        return [payloads.remote_link(issue, link) for link in issue.remote_links]

    def _removed(self, _payloads: JiraPayloads, _parameters: Parameters) -> Payload:
        raise Refused(410, GONE)

    def _query(self, parameters: Parameters) -> Query:
        return parse_jql(self.world, str(parameters.get("jql", "")), self.site.zone)

    def _numbered_search(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        """The search of Server: any page by its start, with the total."""
        found = self._query(parameters).run(self.world.jira_issues)
        fields, has_changelog = _fields(parameters, "*navigable"), _has_changelog(parameters)
        return _numbered(parameters, found, lambda issue: payloads.issue(issue, fields, has_changelog), "issues")

    def _token_search(self, payloads: JiraPayloads, parameters: Parameters) -> Payload:
        """The search of the Cloud: from page to page by an opaque token that fits its query only, without a total."""
        query = self._query(parameters)
        if not query.is_bounded:
            raise Refused(400, UNBOUNDED)
        found, start = query.run(self.world.jira_issues), _start(parameters)
        size = max(1, min(MOST_A_PAGE, int(parameters.get("maxResults") or 50)))
        fields, has_changelog = _fields(parameters, "id"), _has_changelog(parameters)
        shown = found[start : start + size]
        issues = [{"id": str(issue.issue_id)} if fields == ID_ONLY else payloads.issue(issue, fields, has_changelog) for issue in shown]
        is_last = start + size >= len(found)
        return {"issues": issues, "isLast": is_last} | ({} if is_last else {"nextPageToken": _token(parameters, start + size)})

    def _approximate_count(self, _: JiraPayloads, parameters: Parameters) -> Payload:
        query = self._query(parameters)
        if not query.is_bounded:
            raise Refused(400, UNBOUNDED)
        return {"count": len(query.run(self.world.jira_issues))}

    async def _page(self, request: Request) -> Response:
        """The page of an issue for people."""
        found = next((issue for issue in self.world.jira_issues if issue.key == request.path_params["key"]), None)
        if found is None:
            return HTMLResponse("<h1>404</h1>", 404)
        facts: dict[str, object] = {"type": found.issue_type, "status": found.status, "priority": found.priority}
        return page("Jira", f"{found.key} {found.summary}", facts, found.description)


async def _parameters(request: Request) -> Parameters:
    """Path, query and JSON body as one; repeated query fields become a list."""
    listed = {name: request.query_params.getlist(name) for name in request.query_params}
    query = {name: values[0] if len(values) == 1 else values for name, values in listed.items()}
    body = await request.body() if request.method == "POST" else b""
    try:
        sent = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.") from None
    return {**query, **sent, **request.path_params}


def _words(value: Any, default: str) -> list[str]:
    listed: list[Any] = value if isinstance(value, list) else [value or default]
    return [word.strip() for text in listed for word in str(text).split(",")]


def _fields(parameters: Parameters, default: str) -> frozenset[str]:
    return frozenset(_words(parameters.get("fields"), default))


def _has_changelog(parameters: Parameters) -> bool:
    return "changelog" in _words(parameters.get("expand"), "")


def _fingerprint(parameters: Parameters) -> str:
    return hashlib.sha256(str(parameters.get("jql", "")).encode()).hexdigest()[:16]


def _token(parameters: Parameters, start: int) -> str:
    return base64.urlsafe_b64encode(f"{_fingerprint(parameters)}:{start}".encode()).decode()


def _start(parameters: Parameters) -> int:
    """Where the page of a token starts."""
    token = parameters.get("nextPageToken")
    if not token:
        return 0
    try:
        fingerprint, _, start = base64.urlsafe_b64decode(str(token)).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        fingerprint, start = "", ""
    if fingerprint != _fingerprint(parameters) or not start.isdigit():
        raise Refused(400, "The provided next page token is invalid or expired, or it does not belong to this JQL.")
    return int(start)


def _numbered(parameters: Parameters, items: list[Any], render: Callable[[Any], Payload], name: str, has_last: bool = False) -> Payload:
    """A page of a list by its start."""
    start, size = int(parameters.get("startAt") or 0), min(int(parameters.get("maxResults") or 50), MOST_A_PAGE)
    shown = [render(item) for item in items[start : start + size]]
    totals = {"startAt": start, "maxResults": size, "total": len(items)}
    return {**totals, **({"isLast": start + size >= len(items)} if has_last else {}), name: shown}
