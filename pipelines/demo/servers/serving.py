"""Starts and stops the servers: GitHub with git, Jira, GrowthBook, each on its own port of `localhost`, in one thread.

Unleash is served below a path of GrowthBook's, as its hosted instances are below one.
`process.serve_apart` runs the same in a process of its own, which the demo does; tests that change the world or add faults
while it is served use this module.
"""

import asyncio
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pipelines.demo.servers.faults import HANG_UP, Fault, Faults, Faulty
from pipelines.demo.servers.github_access import GithubApp
from pipelines.demo.servers.github_server import GithubServer
from pipelines.demo.servers.growthbook import GrowthbookServer
from pipelines.demo.servers.jira import JiraServer, JiraSite
from pipelines.demo.servers.limits import Limits
from pipelines.demo.servers.request_log import Logged, RequestLog
from pipelines.demo.servers.unleash import PATH as UNLEASH
from pipelines.demo.servers.unleash import UnleashServer
from pipelines.demo.world import World

START_SECONDS = 20
NAMES = ("github", "jira", "growthbook")


@dataclass(frozen=True)
class Settings:
    """How the servers behave.

    Attributes:
        more_tokens: further GitHub tokens, each with a budget of its own.
        app: a GitHub App that may ask for installation tokens.
        limits: request budgets.
        jira: which kind of Jira it is.
        ports: of GitHub, Jira and GrowthBook; 0 takes any free one, and so does one that is in use. Payloads hold addresses,
            so a sync sees nothing new on the next start only if the port has stayed.
    """

    more_tokens: tuple[str, ...] = ()
    app: GithubApp | None = None
    limits: Limits = field(default_factory=Limits)
    jira: JiraSite = field(default_factory=JiraSite)
    ports: tuple[int, int, int] = (0, 0, 0)


class ClosableProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, which also lets a fault close the connection."""

    def on_message_begin(self) -> None:
        """Leave the way to hang up beside the request."""
        super().on_message_begin()
        self.scope[HANG_UP] = self.transport.close  # type: ignore[typeddict-unknown-key, attr-defined]


@dataclass
class Servers:
    """The three applications around one world, without sockets."""

    world: World
    git_root: Path
    token: str
    settings: Settings
    faults: Faults
    _logs: dict[str, RequestLog] = field(default_factory=lambda: {name: RequestLog() for name in NAMES})

    def __post_init__(self) -> None:
        settings = self.settings
        tokens = frozenset({self.token, *settings.more_tokens})
        self._github = GithubServer(self.world, self.git_root, tokens, settings.app, settings.limits)
        self._jira = JiraServer(self.world, settings.jira, self.token)
        self._growthbook = GrowthbookServer(self.world, self.token, settings.limits)
        self._unleash = UnleashServer(self.world, self.token)

    def show(self, world: World) -> None:
        """Serve another world, or the same one after it has changed."""
        self.world = world
        for server in (self._github, self._jira, self._growthbook, self._unleash):
            server.show(world)

    def logs(self) -> dict[str, RequestLog]:
        """The logs themselves; they go on counting."""
        return self._logs

    def clear_logs(self) -> None:
        """Start counting anew."""
        for log in self._logs.values():
            log.clear()

    def add_faults(self, *faults: Fault) -> None:
        """Let more go wrong from now on."""
        self.faults.faults.extend(faults)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self.faults.faults.clear()

    def struck(self) -> int:
        """How many requests have met a fault."""
        return self.faults.struck

    def applications(self) -> dict[str, ASGIApp]:
        """The ASGI application of each server, with its log and the faults around it."""
        experiments = Starlette(routes=[Mount(UNLEASH, app=self._unleash.app), Mount("/", app=self._growthbook.app)])
        apps = {"github": self._github.app, "jira": self._jira.app, "growthbook": experiments}
        return {name: Logged(Faulty(app, self.faults, self.show), self._logs[name]) for name, app in apps.items()}


class Control(Protocol):
    """What can be asked of running servers, wherever they run."""

    def logs(self) -> dict[str, RequestLog]:
        """What `github`, `jira` and `growthbook` were asked so far."""
        ...

    def clear_logs(self) -> None:
        """Start counting anew."""
        ...

    def show(self, world: World) -> None:
        """Serve another world, or the same one after it has changed."""
        ...

    def add_faults(self, *faults: Fault) -> None:
        """Let more go wrong from now on."""
        ...

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        ...

    def struck(self) -> int:
        """How many requests have met a fault."""
        ...


@dataclass(frozen=True)
class Endpoints:
    """Where the servers listen, and the hold on them while they run."""

    github_api_url: str
    github_html_url: str
    jira_url: str
    growthbook_url: str
    control: Control

    @property
    def request_log(self) -> dict[str, RequestLog]:
        """What `github`, `jira` and `growthbook` were asked so far."""
        return self.control.logs()


def listen(port: int) -> socket.socket:
    """A listening socket on loopback, on the wanted port or, where that is in use, on any free one."""
    for wanted in (port, 0):
        # With TCP named, asyncio switches Nagle's algorithm off; without it every answer waits 40 ms for an acknowledgement.
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", wanted))
        except OSError:
            found.close()
            if not wanted:
                raise
        else:
            found.listen(512)
            return found
    raise AssertionError("a free port was asked for last")


def addresses(sockets: dict[str, socket.socket]) -> tuple[str, str, str, str]:
    """Addresses of GitHub's API, its pages, Jira and GrowthBook; `localhost`, as clients compare host names."""
    base = {name: f"http://localhost:{found.getsockname()[1]}" for name, found in sockets.items()}
    return f"{base['github']}/api/v3", base["github"], base["jira"], base["growthbook"]


def uvicorn_servers(servers: Servers) -> dict[str, uvicorn.Server]:
    """A uvicorn server for each application. Idle connections stay open: a client's next burst may be a minute away."""

    def configured(app: ASGIApp) -> uvicorn.Config:
        config = uvicorn.Config(app, http=ClosableProtocol, ws="none", lifespan="off", timeout_keep_alive=120, log_config=None)
        config.access_log = config.server_header = False
        return config

    return {name: uvicorn.Server(configured(app)) for name, app in servers.applications().items()}


async def run(running: dict[str, uvicorn.Server], sockets: dict[str, socket.socket]) -> None:
    """Serve until every server is told to stop."""
    await asyncio.gather(*(server.serve(sockets=[sockets[name]]) for name, server in running.items()))


@contextmanager
def serve(
    world: World, git_root: Path, *, token: str, settings: Settings | None = None, faults: Faults | None = None
) -> Generator[Endpoints]:
    """Serve a world from a thread of this process while the block runs.

    Args:
        world: what is served; after changing it, call `Endpoints.control.show`.
        git_root: folder with the bare repositories, `<owner>/<name>.git`.
        token: what GitHub, Jira (with `settings.jira.email`) and GrowthBook accept.
        settings: limits, ports, kind of Jira.
        faults: what goes wrong.
    """
    servers = Servers(world, git_root, token, settings or Settings(), faults or Faults())
    sockets = {name: listen(port) for name, port in zip(NAMES, servers.settings.ports, strict=True)}
    running = uvicorn_servers(servers)
    thread = threading.Thread(target=lambda: asyncio.run(run(running, sockets)), name="demo-servers", daemon=True)
    thread.start()
    try:
        yield Endpoints(*addresses(sockets), servers)
    finally:
        for server in running.values():
            server.should_exit = True
        thread.join(START_SECONDS)
        for found in sockets.values():
            found.close()
