"""Tables of facts read from file versions: which versions are wanted, what each holds, and the records they become.

A `FactTable` is told every wanted content once, parses it, and keeps only what it found. What cannot be parsed becomes a
`Rejected` event that names file, commit and the parser's message; everything else goes on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, Protocol

from connectors.contract import Event, Page, Record, Rejected
from connectors.git.intervals import Fact, Interval, Name, touched, traced
from connectors.git.landings import Side, after
from connectors.git.paths import is_regular, shown
from connectors.git.protocol import Blob, Change, GitClient, Landing, TreeEntry
from connectors.git.remotes import Remote
from connectors.markdown import without_credentials

LARGEST = 4 << 20
"""Bytes of the largest file that is parsed; a lock file of a big JavaScript project has two to three million."""
PAGE = 1000
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Unparsable(Exception):
    """The file version is not what its name promises; the message is the parser's own."""


@dataclass(frozen=True)
class History:
    """One repository at one head, as far as every table needs it."""

    remote: Remote
    client: GitClient
    mirror: Path
    head: str
    landings: Sequence[Landing]
    files: Mapping[str, TreeEntry]
    """The tree of the head, by path."""
    is_fresh: bool = False
    """Whether nothing that earlier readings found out may be used."""

    def blob_of(self, path: str) -> str:
        """Content id of a regular file at the head; empty where there is none."""
        entry = self.files.get(path)
        return entry.sha if entry and is_regular(entry.mode) else ""


class Detector(Protocol):
    """A table built from contents of file versions."""

    table: str

    def wanted(self, change: Change) -> Iterable[Side]:
        """File versions of this change whose contents must be known."""
        ...

    def examine(self, path: str, blob: Blob) -> Any:
        """What matters in the content of a wanted file version, as a JSON value."""
        ...

    def learn(self, path: str, sha: str, answer: Any) -> None:
        """Take what was examined, now or by an earlier reading."""
        ...

    def events(self, history: History) -> Iterator[Event]:
        """Pages and rejections, once everything wanted is known."""
        ...


Report = Callable[[str], None]
Parse = Callable[[str, str, Report], Mapping[Name, Fact]]
"""From path and text to facts by name; tells about parts that it had to skip, raises `Unparsable` for the whole."""
Trace = Callable[[Sequence[Landing], Mapping[tuple[str, str], Mapping[Name, Fact] | None], Iterable[str]], list[Interval[Fact]]]


@dataclass
class FactTable(Generic[Fact]):
    """A `Detector` whose records are intervals of parsed facts."""

    table: str
    fact: Callable[..., Fact]
    reads: Callable[[str], bool]
    parse: "Parse[Fact]"
    record: Callable[[Interval[Fact], Remote], Record]
    trace: "Trace[Fact]" = traced
    _facts: dict[tuple[str, str], Mapping[Name, Fact] | None] = field(default_factory=dict)
    _faults: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reads = lru_cache(maxsize=None)(self.reads)

    def wanted(self, change: Change) -> Iterable[Side]:
        """The file version that the change left, if the table reads such files."""
        side = after(change)
        return [side] if side and is_regular(side.mode) and self.reads(side.path) else []

    def examine(self, path: str, blob: Blob) -> Any:
        """Facts of one version, and what could not be read."""
        faults: list[str] = []
        try:
            found = self.parse(path, _text_of(blob), faults.append)
        except Unparsable as failure:
            return {"facts": None, "fault": str(failure)}
        return {"facts": [[list(name), vars(fact)] for name, fact in found.items()], "fault": "; ".join(faults)}

    def learn(self, path: str, sha: str, answer: Any) -> None:
        """Facts again as what they are."""
        facts = answer["facts"]
        self._facts[path, sha] = None if facts is None else {tuple(name): self.fact(**fields) for name, fields in facts}
        if answer["fault"]:
            self._faults[path, sha] = answer["fault"]

    def events(self, history: History) -> Iterator[Event]:
        """Intervals as records, then the versions that could not be parsed."""
        intervals = self.trace(history.landings, self._facts, [path for path, _ in self._facts])
        yield from pages(self.table, history.remote.partition, (self.record(interval, history.remote) for interval in intervals))
        for landing in history.landings:
            for path, side in touched(landing):
                fault = self._faults.pop((path, side.blob), None) if side else None
                if side and fault:
                    yield self._rejected(history.remote, landing, path, side.blob, fault)

    def _rejected(self, remote: Remote, landing: Landing, path: str, blob: str, fault: str) -> Rejected:
        name = shown(path)
        return Rejected(
            table=self.table,
            partition=remote.partition,
            identity=f"{remote.partition}:{name}@{landing.sha}",
            reason=f"{name} at commit {landing.sha} could not be read: {without_credentials(fault)}",
            raw={"path": name, "commit": landing.sha, "blob": blob},
            source_url=remote.file_url(landing.sha, path),
        )


def _text_of(blob: Blob) -> str:
    if blob.content is None:
        raise Unparsable(f"it has {blob.size} bytes, more than the {LARGEST} that are parsed")
    return decoded(blob.content)


def decoded(content: bytes) -> str:
    """A file as text: UTF-8 unless a byte order mark says otherwise (PowerShell writes requirements as UTF-16)."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding, "replace")


def pages(table: str, partition: str, records: Iterable[Record]) -> Iterator[Page]:
    """Records in pages of bounded size."""
    page: list[Record] = []
    for record in records:
        page.append(record)
        if len(page) == PAGE:
            yield Page(table, partition, page)
            page = []
    if page:
        yield Page(table, partition, page)


def states(interval: Interval[Any], describe: Callable[[Any], Record]) -> Record:
    """The raw part of an interval: what the file said when the fact came, and what it said last."""
    first = {"sha": interval.start.sha, **describe(interval.first)}
    last = {"sha": interval.last_changed.sha, **describe(interval.last)}
    return {"introduced": first, "last_changed": last if last != first else None}
