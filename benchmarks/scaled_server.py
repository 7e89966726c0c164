"""The demo servers' GitHub over a scaled world, in a process of its own: the rules are theirs, not a copy of them.

Every request waits for the latency before it is answered, and holds up no other while it does: how much of the latency is
hidden is the client's concurrency. Budgets are out of reach, so that what is measured is the work and not an hour's pause.

Run as a module it is that process: the parent's first message says what to build, the following ones name methods of `Control`.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks import scaled_counts, scaled_world
from benchmarks.measuring import TOKEN
from benchmarks.scaled_world import Changes
from pipelines.demo.servers.faults import Fault, Faults
from pipelines.demo.servers.limits import Limits
from pipelines.demo.servers.serving import Endpoints, Settings, serve

OUT_OF_REACH = 10**9


@dataclass(frozen=True)
class Start:
    """First message to the child."""

    scale: float
    latency: float
    seed: int


@dataclass
class Control:
    """What the parent may ask, inside the child."""

    builder: scaled_world.Builder
    endpoints: Endpoints

    def url(self) -> str:
        """Address of the API."""
        return self.endpoints.github_api_url

    def held(self) -> dict[str, int]:
        """Rows that each raw table must have."""
        return scaled_counts.held(self.builder.world)

    def shapes(self) -> list[scaled_counts.Shape]:
        """What each repository consists of, for the floor."""
        return scaled_counts.shapes(self.builder.world)

    def change(self, share: float) -> Changes:
        """Let a night pass."""
        changes = scaled_world.change(self.builder, share)
        self.endpoints.control.show(self.builder.world)
        return changes

    def log(self) -> dict[str, dict[str, int]]:
        """Requests by endpoint and outcome since the last time, most at once under `at once`; starts counting anew."""
        log = self.endpoints.request_log["github"]
        counts = log.counts() | {"at once": {"made": log.peak}}
        self.endpoints.control.clear_logs()
        return counts

    def cpu(self) -> float:
        """CPU seconds of the server so far."""
        times = os.times()
        return times.user + times.system


class Server:
    """`Control` from the parent's side."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child

    def __getattr__(self, method: str) -> Any:
        return lambda *arguments: self._ask(method, *arguments)

    def _ask(self, method: str, *arguments: Any) -> Any:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        _send(self.child.stdin, (method, arguments))
        return pickle.load(self.child.stdout)


@contextmanager
def serving(scale: float, latency: float, seed: int = 7) -> Generator[Server]:
    """A server for the time of the block."""
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.scaled_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        _send(child.stdin, Start(scale, latency, seed))
        yield Server(child)
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait()


def _send(stream: IO[bytes], message: object) -> None:
    pickle.dump(message, stream)
    stream.flush()


def main() -> None:
    """Serve until standard input ends."""
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    start: Start = pickle.load(orders)
    builder = scaled_world.build(start.scale, start.seed)
    delay = [Fault("", "delay", times=None, seconds=start.latency)] if start.latency else []
    settings = Settings(limits=Limits(core=OUT_OF_REACH, graphql=OUT_OF_REACH))
    with (
        tempfile.TemporaryDirectory(prefix="fulcrum-bench-git-") as git_root,
        serve(builder.world, Path(git_root), token=TOKEN, settings=settings, faults=Faults(delay)) as endpoints,
    ):
        control = Control(builder, endpoints)
        while True:
            try:
                method, arguments = pickle.load(orders)
            except EOFError:
                return
            _send(answers, getattr(control, method)(*arguments))


if __name__ == "__main__":
    # Under its importable name, so that what is pickled is what the parent knows.
    from benchmarks import scaled_server

    scaled_server.main()
