"""The servers in a process of their own, as real services are: the demo runs them so.

Measured on the GitHub connector's first reading of the demo organisation (1,052 requests): 2.2 s of CPU in the client and 1.9 s in
the servers, which two cores do side by side, against 4.1 s on one interpreter's lock when a thread of the client's process
serves. The child costs 0.6 s of CPU to start.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any, NamedTuple

from pipelines.demo.servers.faults import Fault, Faults
from pipelines.demo.servers.request_log import RequestLog
from pipelines.demo.servers.serving import START_SECONDS, Endpoints, Settings
from pipelines.demo.world import World

Addresses = tuple[str, str, str, str]


class Start(NamedTuple):
    """First message to the child: what to serve."""

    world: World
    git_root: Path
    token: str
    settings: Settings
    faults: Faults


class Order(NamedTuple):
    """Every further message: a method of `Control` and what it is called with."""

    method: str
    arguments: tuple[Any, ...]


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message.

    Raises:
        EOFError: when the other side has gone.
    """
    return pickle.load(stream)  # noqa: S301 - the other end of our own pipe


@dataclass(frozen=True)
class Remote:
    """`Control` over servers in another process."""

    child: subprocess.Popen[bytes]
    _turn: Lock = field(default_factory=Lock, repr=False)

    def _ask(self, method: str, *arguments: Any) -> Any:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        with self._turn:
            send(self.child.stdin, Order(method, arguments))
            return receive(self.child.stdout)

    def logs(self) -> dict[str, RequestLog]:
        """The logs as they are now; copies."""
        return self._ask("logs")

    def clear_logs(self) -> None:
        """Start counting anew."""
        self._ask("clear_logs")

    def show(self, world: World) -> None:
        """Serve another world, or the same one after it has changed."""
        self._ask("show", world)

    def add_faults(self, *faults: Fault) -> None:
        """Let more go wrong from now on; the child strikes with copies of its own."""
        self._ask("add_faults", *faults)

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._ask("clear_faults")

    def struck(self) -> int:
        """How many requests have met a fault."""
        return self._ask("struck")


@contextmanager
def serve_apart(
    world: World, git_root: Path, *, token: str, settings: Settings | None = None, faults: Faults | None = None
) -> Generator[Endpoints]:
    """Serve a world from a child process while the block runs; arguments as of `serving.serve`.

    The child ends with the block, and also when this process dies: it reads its orders from a pipe that then closes.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "pipelines.demo.servers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ}
    )
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        send(child.stdin, Start(world, git_root, token, settings or Settings(), faults or Faults()))
        try:
            addresses: Addresses = receive(child.stdout)
        except EOFError:
            raise RuntimeError(f"the demo servers ended before they listened (exit code {child.wait()}); their message is above") from None
        yield Endpoints(*addresses, Remote(child))
    finally:
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Close the pipe, which ends the child, and wait for it."""
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            stream.close()
    try:
        child.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
