"""Facts about files as intervals of the default branch: from the landing that brought them to the landing that removed them.

A fact is anything with a name inside a file: a declared package, a used workflow, a mentioned artifact. While a fact keeps
its name it stays one interval, however its details change: a bumped version is no new adoption.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from connectors.contract import Record
from connectors.git.landings import Side, after, before, pull_request_number
from connectors.git.paths import shown
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote

Fact = TypeVar("Fact")
Name = tuple[Any, ...]


@dataclass
class Interval(Generic[Fact]):
    """One fact's time in one file; `first` and `last` are its details when it came and when it was last seen changed.

    `seen` is the last landing that changed the file and left the fact standing.
    """

    path: str
    name: Name
    first: Fact
    start: Landing
    last: Fact
    last_changed: Landing
    seen: Landing
    end: Landing | None = None


@dataclass
class Tracker(Generic[Fact]):
    """Collects intervals while history is told to it, oldest landing first."""

    intervals: list[Interval[Fact]] = field(default_factory=list)
    _open: dict[str, dict[Name, Interval[Fact]]] = field(default_factory=dict)

    def observe(self, landing: Landing, path: str, found: Mapping[Name, Fact]) -> None:
        """After this landing the file holds exactly these facts."""
        standing = self._open.setdefault(path, {})
        for name in [name for name in standing if name not in found]:
            standing.pop(name).end = landing
        for name, fact in found.items():
            if name not in standing:
                standing[name] = Interval(path, name, fact, landing, fact, landing, landing)
                self.intervals.append(standing[name])
            elif standing[name].last != fact:
                standing[name].last, standing[name].last_changed = fact, landing
            standing[name].seen = landing


def touched(landing: Landing) -> Iterator[tuple[str, Side | None]]:
    """Every path that the landing changed, with the file it left there; a rename leaves nothing at its old path."""
    left = {side.path: side for change in landing.changes if (side := after(change))}
    taken = [side.path for change in landing.changes if (side := before(change)) and side.path not in left]
    return iter([*((path, None) for path in taken), *left.items()])


def traced(
    landings: Iterable[Landing], facts: Mapping[tuple[str, str], Mapping[Name, Fact] | None], reads: Iterable[str]
) -> list[Interval[Fact]]:
    """Intervals of the files `reads`, from what each (path, blob) holds.

    A version that could not be parsed (None) says nothing, so what stood before goes on standing.
    """
    tracker: Tracker[Fact] = Tracker()
    paths = set(reads)
    for landing in landings:
        for path, side in touched(landing):
            found = facts.get((path, side.blob), {}) if side else {}
            if path in paths and found is not None:
                tracker.observe(landing, path, found)
    return tracker.intervals


def span(interval: Interval[Any], remote: Remote, line: int | None) -> Record:
    """The columns that every interval table has."""
    start, end = interval.start, interval.end
    return {
        "repository_id": remote.partition,
        "path": shown(interval.path),
        "from_sha": start.sha,
        "from_at": start.at,
        "from_author_email": start.author_email,
        "from_pull_request_number": pull_request_number(start.subject),
        "line": line,
        "last_sha": interval.seen.sha,
        "last_at": interval.seen.at,
        "to_sha": end.sha if end else None,
        "to_at": end.at if end else None,
        "to_author_email": end.author_email if end else None,
        "to_pull_request_number": pull_request_number(end.subject) if end else None,
        "is_current": end is None,
        "_source_url": remote.file_url(start.sha, interval.path, line),
    }
