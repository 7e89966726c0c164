"""Fetching the next logs of a store while one is being read: a bucket answers slowly, and hashing costs time of its own."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from connectors.errors import SourceError
from connectors.evals.store import Entry, Fetched, Store
from connectors.evals.units import Unit

AHEAD = 3
"""Logs held open at once. A log of lm-eval may have two hundred parts, and a process may have a thousand files."""


@dataclass
class FetchedUnit:
    """A log's files, open and hashed, main first; closing it closes them all."""

    unit: Unit
    files: list[tuple[Entry, Fetched]]
    stack: ExitStack

    @property
    def shas(self) -> dict[str, str]:
        """Hash of each file, by path."""
        return {entry.path: file.sha for entry, file in self.files}


def fetched_ahead(store: Store, units: Sequence[Unit]) -> Iterator[tuple[Unit, FetchedUnit | SourceError]]:
    """Each log in the given order, closed again when the next one is asked for; or why it could not be fetched."""
    waiting: deque[tuple[Unit, Future[FetchedUnit | SourceError]]] = deque()
    with ThreadPoolExecutor(max_workers=AHEAD, thread_name_prefix="evals") as pool:
        try:
            remaining = iter(units)
            for unit in remaining:
                waiting.append((unit, pool.submit(_fetch, store, unit)))
                if len(waiting) == AHEAD:
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        finally:
            for _, future in waiting:
                if not future.cancel():
                    _close(future.result())


def _next(waiting: deque[tuple[Unit, Future[FetchedUnit | SourceError]]]) -> Iterator[tuple[Unit, FetchedUnit | SourceError]]:
    unit, future = waiting.popleft()
    fetched = future.result()
    try:
        yield unit, fetched
    finally:
        _close(fetched)


def _fetch(store: Store, unit: Unit) -> FetchedUnit | SourceError:
    with ExitStack() as stack:
        try:
            files = [(entry, stack.enter_context(store.fetch(entry))) for entry in unit.files]
        except SourceError as error:
            return error
        return FetchedUnit(unit, files, stack.pop_all())


def _close(fetched: FetchedUnit | SourceError) -> None:
    if isinstance(fetched, FetchedUnit):
        fetched.stack.close()
