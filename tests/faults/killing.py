"""Processes that are killed in the middle of their work, at a moment counted in what they have done, not in time.

What a process does shows in Python's audit events: files opened, moved and removed, folders made, connections, threads; a sync adds
its progress. The kill is a real SIGKILL, at the N-th such event or a few milliseconds after, which may be within a library.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

PROGRESS = frozenset({"fulcrum.progress"})
COUNTED = PROGRESS | {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.scandir", "os.symlink", "shutil.rmtree", "socket.connect")
}
SENT = frozenset({"http.client.send"})
"""What goes to a server: head and body of a request are sent one after the other."""
_ZYGOTE = get_context("forkserver")
"""Children come from a process that has imported everything and done nothing, so that each costs no start."""
_ZYGOTE.set_forkserver_preload(["tests.faults.killing", "pipelines.sync", "connectors.github.client", "dlt"])


def run(
    work: Callable[..., Any], *arguments: Any, die_at: int | None = None, delay: float = 0.0, of: frozenset[str] = COUNTED
) -> tuple[int, int]:
    """Do some work in a process of its own; its exit code (-9 when it was killed) and how many events it counted if it was not."""
    counted = _ZYGOTE.SimpleQueue()
    process = _ZYGOTE.Process(target=_watched, args=(counted, work, arguments, die_at, delay, of))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode, 0 if process.exitcode else counted.get()


def start(work: Callable[..., Any], *arguments: Any) -> ForkServerProcess:
    """Do some work in a process of its own, which nothing kills."""
    process = _ZYGOTE.Process(target=work, args=arguments)
    process.start()
    return process


def progress(message: str) -> None:
    """A sync's progress as an event."""
    sys.audit("fulcrum.progress", message)


def _watched(
    counted: Any, work: Callable[..., Any], arguments: tuple[Any, ...], die_at: int | None, delay: float, of: frozenset[str]
) -> None:
    events = 0

    def count(event: str, _: Any) -> None:
        nonlocal events
        if event in of:
            events += 1
            if events == die_at:
                _die(delay)

    sys.addaudithook(count)
    work(*arguments)
    counted.put(events)


def _die(delay: float) -> None:
    if delay:
        threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()
    else:
        os.kill(os.getpid(), signal.SIGKILL)


# The work


def sync_github(config_path: Path, root: Path, full: bool = False, budget: int | None = None) -> None:
    """Read GitHub without a build, with pieces of the reading made durable all the while: the test's reading is short."""
    from pipelines import config, sync
    from pipelines.landing import Pace
    from pipelines.warehouse import Home

    pace = Pace(least_seconds=0.0, most_share=1.0, share_of_time=0.0)
    sync.sync(config.load(config_path), Home(root), only=["github"], full=full, build=False, budget=budget, pace=pace, progress=progress)


def read(config_path: Path, root: Path) -> None:
    """Read every source, without a build."""
    from pipelines import config, sync
    from pipelines.warehouse import Home

    sync.sync(config.load(config_path), Home(root), build=False, progress=progress)


def build(config_path: Path, root: Path) -> None:
    """Build and publish what is loaded."""
    from pipelines import config, sync
    from pipelines.warehouse import Home

    sync.build(config.load(config_path), Home(root), progress=progress)


def publish(root: Path, snapshot_id: str) -> None:
    """Publish what is built once more."""
    from datetime import UTC, datetime

    from pipelines import publish as publishing
    from pipelines.warehouse import Home

    publishing.publish(Home(root), snapshot_id, datetime(2026, 10, 1, tzinfo=UTC), {"organisation": "Acme"})
