"""Faults that tests make the servers commit: what networks, proxies and overloaded services do to a client.

A `Fault` names the requests it meets by a pattern on method and path and says how often it strikes. The faults of one
`Faults` are tried in order; the first that applies strikes. They can be added while the servers run.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["answer", "html", "cut", "drop", "delay"]
HANG_UP = "fulcrum.hang_up"
"""Key of the ASGI scope under which the HTTP protocol leaves a function that closes the connection after what was sent."""
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    " If you reach out to GitHub Support for help, please include the request ID."
)
SIGN_IN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Single sign-on</h1></body></html>"


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        path: regular expression searched in `METHOD /path?query`.
        kind: `answer` (the given status, headers and JSON body), `html` (a sign-in page with the given status), `cut` (the true
            answer, its body ending half-way), `drop` (connection closed before any answer), `delay` (the true answer, late).
        times: how often it strikes; None is for ever.
        after: how many matching requests it lets pass first.
        seconds: how late a delayed answer is.
    """

    path: str
    kind: Kind = "answer"
    status: int = 503
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    struck: int = 0
    _met: int = 0

    def strikes(self, target: str) -> bool:
        """Whether it strikes this request; counts it."""
        if not re.search(self.path, target) or (self.times is not None and self.struck >= self.times):
            return False
        self._met += 1
        if self._met <= self.after:
            return False
        self.struck += 1
        return True


def burst(path: str, status: int = 502, times: int = 2) -> Fault:
    """Server errors in a row, as a restarting service gives them."""
    return Fault(path, status=status, times=times, body={"message": "Server Error"})


def limited(path: str, status: int = 429, retry_after: int | None = 1, times: int = 1) -> Fault:
    """Refusals for asking too fast: 429 or GitHub's 403, with or without Retry-After."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Fault(path, status=status, times=times, headers=headers, body={"message": SECONDARY})


@dataclass
class Faults:
    """The faults of a server, in the order in which they are tried."""

    faults: list[Fault] = field(default_factory=list[Fault])

    def striking(self, target: str) -> Fault | None:
        """The fault that strikes a request, if any."""
        return next((fault for fault in self.faults if fault.strikes(target)), None)

    @property
    def struck(self) -> int:
        """How often any of them struck."""
        return sum(fault.struck for fault in self.faults)


class Faulty:
    """ASGI layer that commits the faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.app, self.faults = app, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer truly, unless a fault strikes."""
        query = scope["query_string"].decode("latin-1")
        fault = self.faults.striking(f"{scope['method']} {scope['path']}" + (f"?{query}" if query else ""))
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "drop":
            await _hang_up(scope, receive)
        elif fault.kind == "cut":
            await self._cut(scope, receive, send)
        elif fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self.app(scope, receive, send)
        else:
            await _answer(fault, send)

    async def _cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the true answer promise its whole length, send half of it, and hang up."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, hold)
        body = b"".join(message.get("body", b"") for message in held[1:])
        await send(held[0])
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await _hang_up(scope, receive)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection and wait until it is: a server that still has it would answer in our stead."""
    scope[HANG_UP]()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(fault: Fault, send: Send) -> None:
    is_html = fault.kind == "html"
    body = SIGN_IN if is_html else _body(fault)
    content_type = "text/html; charset=utf-8" if is_html else "application/json; charset=utf-8"
    headers = {"content-type": content_type, "content-length": str(len(body)), **fault.headers}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


def _body(fault: Fault) -> bytes:
    if isinstance(fault.body, str):
        return fault.body.encode()
    return b"" if fault.body is None else orjson.dumps(fault.body)
