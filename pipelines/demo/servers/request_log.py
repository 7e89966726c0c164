"""Counts of what was asked and how it was answered, by endpoint. An ASGI layer around each server."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.demo.servers.faults import HANG_UP

NAMES = (
    (re.compile(r"^/api/v3/(?:repos/[^/]+/[^/]+|repositories/\d+)"), "/repos/{owner}/{repo}"),
    (re.compile(r"^/api/v3"), ""),
    (re.compile(r"^/[^/]+/[^/]+\.git/"), "/{owner}/{repo}.git/"),
    (re.compile(r"^/(orgs|users)/[^/]+"), r"/\1/{name}"),
    (re.compile(r"/commits/[^/]+"), "/commits/{sha}"),
    (re.compile(r"/branches/[^/]+"), "/branches/{branch}"),
    (re.compile(r"/experiments/[^/]+"), "/experiments/{id}"),
    (re.compile(r"/issue/[^/]+"), "/issue/{id}"),
    (re.compile(r"(?<!/rest/api)/\d+(?=/|$)"), "/{id}"),
)


def endpoint_name(method: str, path: str) -> str:
    """`GET /repos/{owner}/{repo}/pulls/{id}` for any such path."""
    for pattern, name in NAMES:
        path = pattern.sub(name, path)
    return f"{method} {path}"


def outcome_of(status: int) -> str:
    """How an answer counts: answered, not_modified, limited, refused (4xx) or failed (5xx)."""
    if status in {304, 429}:
        return "not_modified" if status == 304 else "limited"
    return "answered" if status < 400 else "refused" if status < 500 else "failed"


@dataclass
class RequestLog:
    """What one server was asked.

    Attributes:
        endpoints: per endpoint, how often it was `made`, and how the answers counted (`answered`, `not_modified`, `limited`,
            `refused`, `failed`); what never got an answer counts as `dropped`.
        peak: most requests under way at one moment.
    """

    endpoints: dict[str, Counter[str]] = field(default_factory=dict[str, Counter[str]])
    peak: int = 0
    _under_way: int = 0

    def total(self, outcome: str = "made") -> int:
        """Requests with that outcome, over all endpoints."""
        return sum(counts[outcome] for counts in self.endpoints.values())

    def clear(self) -> None:
        """Start counting anew."""
        self.endpoints.clear()
        self.peak = 0

    def counts(self) -> dict[str, dict[str, int]]:
        """A copy that does not change any more."""
        return {name: dict(+counts) for name, counts in sorted(self.endpoints.items())}

    def begin(self, method: str, path: str) -> Counter[str]:
        """Note a request that has arrived."""
        counts = self.endpoints.setdefault(endpoint_name(method, path), Counter())
        counts["made"] += 1
        self._under_way += 1
        self.peak = max(self.peak, self._under_way)
        return counts

    def end(self) -> None:
        """Note that it is over."""
        self._under_way -= 1


class Logged:
    """ASGI layer that keeps a `RequestLog`."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self.app, self.log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request and its answer; a refusal for a spent budget counts as limited, not as refused."""
        counts, is_counted = self.log.begin(scope["method"], scope["path"]), False

        # Counted before the client can know of the outcome: whoever looks after it has come finds it counted.
        def note(outcome: str) -> None:
            nonlocal is_counted
            counts[outcome] += not is_counted
            is_counted = True

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                note("limited" if _is_limit(message) else outcome_of(message["status"]))
            await send(message)

        def hang_up() -> None:
            note("dropped")
            scope[HANG_UP]()

        try:
            await self.app({**scope, HANG_UP: hang_up}, receive, noting)
        finally:
            note("dropped")
            self.log.end()


def _is_limit(message: Message) -> bool:
    headers: dict[bytes, Any] = dict(message["headers"])
    return message["status"] == 403 and (b"retry-after" in headers or headers.get(b"x-ratelimit-remaining") == b"0")
