"""Several event streams as one, read in threads and yielded from the calling thread; and threads that all of them share."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event as Flag
from threading import Lock
from typing import Any

from connectors.contract import Event
from connectors.github.listing import side_by_side

Stream = Callable[[], Iterable[Event]]
_POLL = 0.1
"""Seconds after which a blocked worker looks whether the reading was given up; costs nothing while events flow."""


class Helpers:
    """Threads for small requests, shared by all partitions that are being read."""

    def __init__(self, executor: Executor, width: int) -> None:
        self._executor, self._width, self._lock = executor, width, Lock()
        self._partitions = 0

    @contextmanager
    def at_work(self) -> Generator[None]:
        """A partition that may ask for help."""
        with self._lock:
            self._partitions += 1
        try:
            yield
        finally:
            with self._lock:
                self._partitions -= 1

    def run(self, task: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Results of `task` in the order of `items`."""
        return side_by_side(self._executor, task, items, self._ahead)

    def _ahead(self) -> int:
        """How many results a partition may have under way or waiting: two for each thread over all partitions.

        One that waits is held as objects, those of a hundred check suites in 5 MB.
        """
        return max(2, 2 * self._width // max(self._partitions, 1))


class _Done:
    """A stream has ended, with the exception that ended it, if any."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Mailbox:
    """A bounded queue that workers cannot get stuck on when nobody reads it any more."""

    def __init__(self, size: int) -> None:
        self._queue: Queue[Event | _Done] = Queue(size)
        self.closed = Flag()

    def put(self, item: Event | _Done) -> bool:
        """Hand over one item; False once the mailbox is closed."""
        while not self.closed.is_set():
            try:
                self._queue.put(item, timeout=_POLL)
                return True
            except Full:
                continue
        return False

    def get(self) -> Event | _Done:
        return self._queue.get()

    def close(self) -> None:
        self.closed.set()
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return


def _pump(stream: Stream, mailbox: _Mailbox) -> None:
    """Put a stream's events into the mailbox, and how it ended."""
    try:
        for event in stream():
            if not mailbox.put(event):
                return
    except BaseException as error:  # noqa: BLE001 - the boundary: carried to the calling thread and raised there
        mailbox.put(_Done(error))
    else:
        mailbox.put(_Done())


def merged(streams: Sequence[Stream], width: int, abort: Callable[[], None]) -> Iterator[Event]:
    """Events of all streams as they come, at most `width` streams at once and two waiting events for each.

    An exception of a stream is raised here and gives up the others. `abort` is called when the reading is given up, to wake
    threads that wait for the network or for a limit.
    """
    mailbox = _Mailbox(2 * width)
    executor = ThreadPoolExecutor(width, thread_name_prefix="github")
    for stream in streams:
        executor.submit(_pump, stream, mailbox)
    running = len(streams)
    try:
        while running:
            item = mailbox.get()
            if not isinstance(item, _Done):
                yield item
            elif item.error:
                raise item.error
            else:
                running -= 1
    finally:
        if running:
            mailbox.close()
            abort()
        executor.shutdown(cancel_futures=True)
