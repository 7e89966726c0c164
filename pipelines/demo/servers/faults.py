"""Faults that tests make the servers commit: what networks, proxies and overloaded services do to a client.

A `Fault` names the requests it meets by a pattern on method, path and body and says how often it strikes. The faults of one
`Faults` are tried in order; the first that applies strikes. They can be added while the servers run.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.demo.world import World

Kind = Literal["answer", "html", "cut", "drop", "delay", "headers", "holes", "repeat", "turn"]
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
        path: regular expression searched in `METHOD /path?query`, followed by a space and the body where the request has one.
        kind: `answer` (the given status, headers and JSON body), `html` (a sign-in page with the given status), `cut` (the true
            answer, its body ending half-way), `drop` (connection closed before any answer), `delay` (the true answer, late),
            `headers` (the true answer under other headers), `holes` (GraphQL's true answer with null in some places and errors that
            say so), `repeat` (the answer to the matching request before it, as a stale cache gives it), `turn` (the true answer of
            another world, which is served from then on).
        times: how often it strikes; None is for ever.
        after: how many matching requests it lets pass first.
        seconds: how late a delayed answer is.
        holes: where a GraphQL answer gets null: keys and indexes from `data` on.
        error: the error that comes with each hole, without its path.
        world: what a turn makes the servers show.
    """

    path: str
    kind: Kind = "answer"
    status: int = 503
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    holes: tuple[tuple[str | int, ...], ...] = ()
    error: Mapping[str, Any] = field(default_factory=dict[str, Any])
    world: World | None = None
    struck: int = 0
    last: list[Message] = field(default_factory=list[Message])
    """The last matching answer that was let pass; kept for a repetition."""
    _met: int = 0

    def meets(self, target: str) -> bool:
        """Whether it is about this request."""
        return re.search(self.path, target) is not None

    def strikes(self, target: str) -> bool:
        """Whether it strikes this request; counts it."""
        if not self.meets(target) or (self.times is not None and self.struck >= self.times):
            return False
        self._met += 1
        if self._met <= self.after:
            return False
        self.struck += 1
        return True


def burst(path: str, status: int = 502, times: int = 2) -> Fault:
    """Server errors in a row, as a restarting service gives them."""
    return Fault(path, status=status, times=times, body={"message": "Server Error"})


def limited(path: str, status: int = 429, retry_after: int | str | None = 1, times: int = 1) -> Fault:
    """Refusals for asking too fast: 429 or GitHub's 403, with or without Retry-After in seconds or as a date."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Fault(path, status=status, times=times, headers=headers, body={"message": SECONDARY})


@dataclass
class Faults:
    """The faults of a server, in the order in which they are tried."""

    faults: list[Fault] = field(default_factory=list[Fault])

    def striking(self, target: str) -> Fault | None:
        """The fault that strikes a request, if any."""
        return next((fault for fault in self.faults if fault.strikes(target)), None)

    def to_be_repeated(self, target: str) -> Fault | None:
        """The fault that needs the true answer to this request, to repeat it."""
        return next((fault for fault in self.faults if fault.kind == "repeat" and fault.meets(target)), None)

    @property
    def struck(self) -> int:
        """How often any of them struck."""
        return sum(fault.struck for fault in self.faults)


class Faulty:
    """ASGI layer that commits the faults; `show` makes the servers serve another world."""

    def __init__(self, app: ASGIApp, faults: Faults, show: Callable[[World], None]) -> None:
        self.app, self.faults, self.show = app, faults, show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer truly, unless a fault strikes."""
        query = scope["query_string"].decode("latin-1")
        target = f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")
        if scope["method"] == "POST":
            body = await _body_of(receive)
            target, receive = f"{target} {body.decode(errors='replace')}", _replaying(body, receive)
        fault = self.faults.striking(target)
        if fault is None:
            await self._answer_truly(self.faults.to_be_repeated(target), scope, receive, send)
        elif fault.kind in ("answer", "html"):
            await _answer(fault, send)
        elif fault.kind == "drop":
            await _hang_up(scope, receive)
        elif fault.kind == "repeat":
            await _send(fault.last, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _answer_truly(self, watching: Fault | None, scope: Scope, receive: Receive, send: Send) -> None:
        if watching is None:
            await self.app(scope, receive, send)
        else:
            watching.last = await self._held(scope, receive)
            await _send(watching.last, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the true answer, but late, half, of another world, under other headers or with holes."""
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "turn":
            assert fault.world is not None
            self.show(fault.world)
        held = await self._held(scope, receive)
        if fault.kind == "cut":
            await _send([held[0], {**held[1], "body": held[1]["body"][: len(held[1]["body"]) // 2], "more_body": True}], send)
            await _hang_up(scope, receive)
        else:
            await _send(_with_holes(held, fault) if fault.kind == "holes" else _under_headers(held, fault.headers), send)

    async def _held(self, scope: Scope, receive: Receive) -> list[Message]:
        """The true answer: its head, and its body in one piece."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self.app(scope, receive, hold)
        return [held[0], {"type": "http.response.body", "body": b"".join(message.get("body", b"") for message in held[1:])}]


async def _body_of(receive: Receive) -> bytes:
    body, has_more = b"", True
    while has_more:
        message = await receive()
        body, has_more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read already, and then whatever else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _send(messages: list[Message], send: Send) -> None:
    for message in messages:
        await send(message)


def _under_headers(held: list[Message], headers: Mapping[str, str]) -> list[Message]:
    """An answer with some headers replaced or added."""
    replaced = {name.lower().encode() for name in headers}
    kept = [(name, value) for name, value in held[0]["headers"] if name.lower() not in replaced]
    added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return [{**held[0], "headers": kept + added}, *held[1:]]


def _with_holes(held: list[Message], fault: Fault) -> list[Message]:
    """A GraphQL answer with nulls, and beside its data the errors that explain them."""
    answer = orjson.loads(held[1]["body"])
    for path in fault.holes:
        holder = answer["data"]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = None
    answer["errors"] = [{"path": list(path), **fault.error} for path in fault.holes]
    body = orjson.dumps(answer)
    return _under_headers([held[0], {**held[1], "body": body}], {"content-length": str(len(body))})


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
