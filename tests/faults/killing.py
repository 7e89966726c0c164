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
from pathlib import Path
from typing import Any

PROGRESS = frozenset({"fulcrum.progress"})
COUNTED = PROGRESS | {
    *("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.scandir", "os.symlink", "shutil.rmtree", "socket.connect")
}
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


def sync_github(config_path: Path, root: Path, full: bool) -> None:
    """Read GitHub without a build, with pieces of the reading made durable as often as they can be: the test's reading is short."""
    from pipelines import config, landing, sync
    from pipelines.warehouse import Home

    landing.LEAST_SECONDS, landing.MOST_SHARE = 0.0, 1.0
    sync.sync(config.load(config_path), Home(root), only=["github"], full=full, build=False, progress=progress)
