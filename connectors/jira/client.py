"""The only place that speaks to Jira: requests through the `jira` package, retried, counted, and failing in our own words.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import tenacity
from jira import JIRA
from jira.exceptions import JIRAError

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, SourceError, Unavailable
from connectors.jira.options import JiraOptions
from connectors.jira.source import Json
from connectors.retrying import retry_at, retrying

PAGE = 100
"""Jira's own cap for issues with all fields; a site that gives fewer is followed, not argued with."""
CONNECT_SECONDS = 10.0
SAID = 200
"""Characters of Jira's own words that go into a message."""

T = TypeVar("T")


class _Site(JIRA):
    """The package's client with its requests counted, its own retries off, and bare access to JSON."""

    def __init__(self, options: JiraOptions, meter: Meter) -> None:
        token = options.token.get_secret_value()
        super().__init__(
            options.url,
            basic_auth=(options.email, token) if options.email else None,
            token_auth=None if options.email else token,
            get_server_info=False,
            max_retries=0,
            timeout=(CONNECT_SECONDS, options.timeout_seconds),
            logging=False,  # at its own levels the package logs bodies of answers
        )
        assert self._session is not None  # the package types it as optional for closed clients
        self._session.hooks["response"].append(lambda *_args, **_kwargs: meter.ask_again())

    def fetch(self, path: str, **parameters: Any) -> Any:
        """A JSON answer from below `/rest/api/2`."""
        return self._get_json(path, params=parameters)

    def fetch_agile(self, path: str) -> Any:
        """A JSON answer from below `/rest/agile/1.0`, which only sites with Jira Software have."""
        return self._get_json(path, base=self.AGILE_BASE_URL)

    def know_fields(self, fields: list[Json]) -> None:
        """Give the package the fields that it would ask for at its first search, in each thread that searches before an answer is there."""
        self._fields_cache_value = {"*all": "*all"} | {name: field["id"] for field in fields for name in field.get("clauseNames", ())}


class JiraClient:
    """A Jira site over HTTP.

    Raises:
        AuthFailed, NotFound, Unavailable, RateLimited, ContractBroken: from every method, naming what was asked for.
    """

    def __init__(self, options: JiraOptions, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        self._options, self._meter = options, meter
        self._site = _Site(options, meter)
        self._retrying = retrying(meter, sleep)
        self.is_cloud = self._is_cloud()
        # Without it the package takes every site for a Server, and its Cloud calls answer None in silence.
        self._site.deploymentType = "Cloud" if self.is_cloud else "Server"  # type: ignore[assignment] - set by the package itself

    def server_info(self) -> Json:  # noqa: D102 - as in the protocol, here and below
        return self._object("the site", lambda: self._site.fetch("serverInfo"))

    def myself(self) -> Json:  # noqa: D102
        account = self._object("the account of the token", self._site.myself)
        if not (account.get("accountId") or account.get("name") or account.get("key")):
            raise AuthFailed("jira", "the account of the token", "Jira answers as if nobody were logged in", self._credential_hint())
        return account

    def fields(self) -> list[Json]:  # noqa: D102
        found = _listing(self._call("the fields", self._site.fields), "the fields")
        self._site.know_fields(found)
        return found

    def statuses(self) -> list[Json]:  # noqa: D102
        return _listing(self._call("the statuses", lambda: self._site.fetch("status")), "the statuses")

    def sprint(self, sprint_id: str) -> Json:  # noqa: D102
        return self._object(f"sprint {sprint_id}", lambda: self._site.fetch_agile(f"sprint/{sprint_id}"), needs="id")

    def project(self, key: str) -> Json:  # noqa: D102
        what = f"project {key}"
        return self._object(what, lambda: self._site.fetch(f"project/{key}"), needs="id")

    def count(self, project_id: str) -> tuple[int, str]:  # noqa: D102
        what, jql = f"the number of issues of project {project_id}", _jql(project_id, None)
        if self.is_cloud:
            number = self._call(what, lambda: self._site.approximate_issue_count(jql.partition(" ORDER")[0]))
            return _whole(number, what), "approximate count"
        page = self._object(what, lambda: self._site.search_issues(jql, maxResults=1, fields="id", json_result=True), needs="total")
        return _whole(page["total"], what), "total of the search"

    def issues(self, project_id: str, since_ms: int | None) -> Iterator[list[Json]]:  # noqa: D102
        return (self._cloud_pages if self.is_cloud else self._server_pages)(project_id, _jql(project_id, since_ms))

    def histories(self, issue_id: str) -> list[Json]:  # noqa: D102
        what = f"the changelog of issue {issue_id}"
        if not self.is_cloud:
            issue = self._object(what, lambda: self._site.fetch(f"issue/{issue_id}", fields="id", expand="changelog"), needs="changelog")
            changelog = _mapping(issue["changelog"], what)
            found = _listing(changelog.get("histories"), what)
            if len(found) >= _whole(changelog.get("total", len(found)), what):
                return found
        # Only Cloud and new Data Centers have it; on any other Server a changelog that is cut even there cannot be read whole.
        return self._paged(f"issue/{issue_id}/changelog", "values", what)

    def comments(self, issue_id: str) -> list[Json]:  # noqa: D102
        return self._paged(f"issue/{issue_id}/comment", "comments", f"the comments of issue {issue_id}")

    def remote_links(self, issue_id: str) -> list[Json]:  # noqa: D102
        what = f"the remote links of issue {issue_id}"
        return _listing(self._call(what, lambda: self._site.fetch(f"issue/{issue_id}/remotelink")), what)

    def worklogs(self, issue_id: str) -> list[Json]:  # noqa: D102
        return self._paged(f"issue/{issue_id}/worklog", "worklogs", f"the work logs of issue {issue_id}")

    def deleted_worklogs(self, since_ms: int) -> tuple[list[str], int]:  # noqa: D102
        what, found = "deleted work logs", list[str]()
        while True:
            page = self._object(what, lambda since=since_ms: self._site.fetch("worklog/deleted", since=since), needs="values")
            found += [str(item.get("worklogId")) for item in _listing(page["values"], what)]
            until = _whole(page.get("until", since_ms), what)
            if page.get("lastPage", True) or until <= since_ms:
                return found, until
            since_ms = until

    def whereabouts(self, issue_id: str) -> Json:  # noqa: D102
        what = f"issue {issue_id}"
        return self._object(what, lambda: self._site.fetch(f"issue/{issue_id}", fields="project"), needs="fields")

    def _cloud_pages(self, project_id: str, jql: str) -> Iterator[list[Json]]:
        what, token = f"issues of project {project_id}", None
        while True:
            page = self._object(what, lambda token=token: self._cloud_page(jql, token), needs="issues")
            yield _listing(page["issues"], what)
            following = page.get("nextPageToken")
            if not following or page.get("isLast"):
                return
            if following == token:
                raise ContractBroken("jira", what, "the same page token came twice", "report it to Atlassian with the JQL: " + jql)
            token = following

    def _cloud_page(self, jql: str, token: str | None) -> Any:
        return self._site.enhanced_search_issues(
            jql, nextPageToken=token, maxResults=PAGE, fields=["*all"], expand="changelog", json_result=True
        )

    def _server_pages(self, project_id: str, jql: str) -> Iterator[list[Json]]:
        what, start = f"issues of project {project_id}", 0
        while True:
            page = self._object(what, lambda start=start: self._server_page(jql, start), needs="issues")
            issues, total = _listing(page["issues"], what), _whole(page.get("total"), what)
            if not issues and start < total:
                raise Unavailable("jira", what, f"an empty page came after {start} of {total} issues")
            yield issues
            start += len(issues)
            if start >= total:
                return

    def _server_page(self, jql: str, start: int) -> Any:
        return self._site.search_issues(jql, startAt=start, maxResults=PAGE, fields=["*all"], expand="changelog", json_result=True)

    def _paged(self, path: str, items: str, what: str) -> list[Json]:
        found: list[Json] = []
        while True:
            start = len(found)
            page = self._object(what, lambda start=start: self._site.fetch(path, startAt=start, maxResults=PAGE), needs=items)
            batch = _listing(page[items], what)
            found += batch
            if not batch or page.get("isLast") or len(found) >= _whole(page.get("total", len(found)), what):
                return found

    def _is_cloud(self) -> bool:
        """Whether the site is Cloud: as configured, else as it says, else as its address says."""
        if self._options.deployment != "auto":
            return self._options.deployment == "cloud"
        stated = str(self.server_info().get("deploymentType") or "").lower()
        if stated in {"cloud", "server", "datacenter", "data center"}:
            return stated == "cloud"
        return (urlsplit(self._options.url).hostname or "").endswith((".atlassian.net", ".jira.com"))

    def _object(self, what: str, ask: Callable[[], Any], needs: str = "") -> Json:
        return self._call(what, lambda: _mapping(ask(), what, needs))

    def _call(self, what: str, ask: Callable[[], T]) -> T:
        """Ask, in our own words when it fails, again while that may help."""

        def attempt() -> T:
            self._meter.budget.ask(0)  # the package tells of a request when it was made
            try:
                return ask()
            except JIRAError as error:
                raise self._failure(what, error) from None  # the package's error prints whole answers
            except requests.RequestException as error:
                if isinstance(error, ValueError):
                    raise _not_json(what) from None
                raise Unavailable("jira", what, f"no answer ({type(error).__name__})", f"is {self._options.url} reachable?") from None
            except ValueError:
                raise _not_json(what) from None

        return self._retrying(attempt)

    def _failure(self, what: str, error: JIRAError) -> SourceError:
        status, said = error.status_code, self._said(error)
        if status in {401, 403}:
            return self._refused(what, status, said, error)
        until = retry_at(getattr(error.response, "headers", {}).get("Retry-After", ""))
        if status == 429 or (status == 503 and until):
            return RateLimited("jira", what, f"status {status}: {said}", retry_at=until)
        if status is None or status >= 500:
            return Unavailable("jira", what, f"status {status}: {said}")
        if status == 404:
            return NotFound("jira", what, said, "does it exist, and may this account browse it?")
        hint = "is this site Cloud or Server? say it with deployment = " if status == 410 else ""
        return ContractBroken("jira", what, f"status {status}: {said}", f'{hint}"cloud" or "server"' if hint else "")

    def _refused(self, what: str, status: int, said: str, error: JIRAError) -> AuthFailed:
        headers = getattr(error.response, "headers", {})
        if "CAPTCHA" in str(headers.get("X-Authentication-Denied-Reason", "")):
            return AuthFailed(
                "jira", what, "Jira asks for a captcha after failed logins", "log in once in a browser, then correct the token"
            )
        if status == 401:
            return AuthFailed("jira", what, "Jira does not accept the token", self._credential_hint())
        return AuthFailed("jira", what, f"the account may not see it: {said}", "it needs the project permission 'Browse projects'")

    def _credential_hint(self) -> str:
        if self._options.email:
            return f"is the token one of {self._options.email}, and still valid?"
        return "no email is set, so it is sent as a personal access token; Cloud's API tokens need email = as well"

    def _said(self, error: JIRAError) -> str:
        text = " ".join((error.text or "").split())
        if text.startswith("<"):
            return "a web page instead of an answer"
        return text.replace(self._options.token.get_secret_value(), "***")[:SAID] or "no reason given"


def _jql(project_id: str, since_ms: int | None) -> str:
    """Issues of a project in an order that no edit changes, without an upper bound.

    Ordered by `updated`, an issue edited meanwhile would shift others across the page border unread; with an upper bound, one that
    is edited all the time would never be inside it. Epoch milliseconds mean the same in every account's time zone.
    """
    since = "" if since_ms is None else f" AND updated >= {since_ms}"
    return f"project = {project_id}{since} ORDER BY key ASC"


def _not_json(what: str) -> Unavailable:
    return Unavailable("jira", what, "no JSON came, but a web page or a broken answer", "a login page in between? a maintenance page?")


def _mapping(answer: Any, what: str, needs: str = "") -> Json:
    if answer == {} or answer is None:
        # The package gives an empty object for an empty body.
        raise Unavailable("jira", what, "the answer is empty")
    if not isinstance(answer, dict) or (needs and needs not in answer):
        raise ContractBroken(
            "jira", what, f"expected an object with {needs or 'fields'!r}, got {type(answer).__name__} {str(answer)[:SAID]!r}"
        )
    return answer  # type: ignore[reportUnknownVariableType]


def _listing(answer: Any, what: str) -> list[Json]:
    if not isinstance(answer, list):
        raise ContractBroken("jira", what, f"expected a list, got {type(answer).__name__} {str(answer)[:SAID]!r}")
    return answer  # type: ignore[reportUnknownVariableType]


def _whole(answer: Any, what: str) -> int:
    if not isinstance(answer, int):
        raise ContractBroken("jira", what, f"expected a number, got {str(answer)[:SAID]!r}")
    return answer
