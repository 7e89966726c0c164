"""Real small repositories for the tests of the git connector, made by `git fast-import`, and a reading of them in one call."""

import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Counted, Cursor, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.git.options import GitOptions
from connectors.git.resources import GitReader

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANA, BEN, BOT = "Ana Ito <ana@acme.example>", "Ben Roy <ben@acme.example>", "renovate[bot] <bot@renovate.example>"
Content = str | bytes


def git(repository: Path, *arguments: str, stdin: bytes = b"") -> str:
    """One git command on a repository; its standard output."""
    done = subprocess.run(["git", "-C", str(repository), *arguments], input=stdin, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace").strip()


def at(day: str, hour: int = 12) -> datetime:
    """A moment of a day, UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def _quoted(path: str | bytes) -> bytes:
    raw = path if isinstance(path, bytes) else path.encode()
    return b'"' + b"".join(b"\\%03o" % byte if byte in b'"\\\n' else bytes([byte]) for byte in raw) + b'"'


def _data(content: Content) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return b"data %d\n%s\n" % (len(raw), raw)


@dataclass
class Repository:
    """A bare repository that grows commit by commit; `head` is the branch's last one."""

    path: Path
    branch: str = "main"
    clock: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)
    head: str = ""
    _marks: int = 0
    _stream: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        subprocess.run(["git", "init", "-q", "--bare", f"--initial-branch={self.branch}", str(self.path)], check=True)

    def commit(
        self,
        message: Content,
        files: Mapping[str | bytes, Content] | None = None,
        *,
        deletes: Iterable[str] = (),
        renames: Iterable[tuple[str, str]] = (),
        links: Mapping[str, str] | None = None,
        submodules: Mapping[str, str] | None = None,
        author: str = ANA,
        committer: str = "",
        when: datetime | None = None,
        authored: datetime | None = None,
        parents: Iterable[str] | None = None,
        branch: str | None = None,
    ) -> str:
        """One more commit; its mark, to be a parent of others. Without `parents` it follows the head."""
        self._marks += 1
        self.clock = when or self.clock + timedelta(hours=1)
        landed = int(self.clock.timestamp())
        wrote = int((authored or self.clock).timestamp())
        parents = [self.head] if parents is None and self.head else list(parents or [])
        lines = [
            f"commit refs/heads/{branch or self.branch}\nmark :{self._marks}\n".encode(),
            f"author {author} {wrote} +0200\ncommitter {committer or author} {landed} +0000\n".encode(),
            _data(message),
            *(f"{'merge' if position else 'from'} {parent}\n".encode() for position, parent in enumerate(parents)),
            *(b"R %s %s\n" % (_quoted(old), _quoted(new)) for old, new in renames),
            *(b"D %s\n" % _quoted(path) for path in deletes),
            *(b"M 100644 inline %s\n%s" % (_quoted(path), _data(content)) for path, content in (files or {}).items()),
            *(b"M 120000 inline %s\n%s" % (_quoted(path), _data(target)) for path, target in (links or {}).items()),
            *(b"M 160000 %s %s\n" % (sha.encode(), _quoted(path)) for path, sha in (submodules or {}).items()),
        ]
        self._stream += lines
        mark = f":{self._marks}"
        if branch is None:
            self.head = mark
        return mark

    def save(self) -> "Repository":
        """Write what was committed since the last time."""
        marks = self.path / "marks"
        options = ["--quiet", "--force", "--date-format=raw", f"--export-marks={marks}", f"--import-marks-if-exists={marks}"]
        git(self.path, "fast-import", *options, stdin=b"".join(self._stream))
        self._stream = []
        return self

    def sha(self, mark: str) -> str:
        """The sha of a saved commit."""
        known = dict(line.split() for line in (self.path / "marks").read_text().splitlines())
        return known[mark]

    @property
    def head_sha(self) -> str:
        """Where the default branch stands."""
        return git(self.path, "rev-parse", self.branch)


@dataclass
class Result:
    """Everything that one reading gave."""

    events: list[Event]
    reader: GitReader

    @property
    def tables(self) -> dict[str, list[Record]]:
        """Records by table."""
        found: defaultdict[str, list[Record]] = defaultdict(list)
        for event in self.events:
            if isinstance(event, Page):
                found[event.table] += event.records
        return found

    def rows(self, table: str, *columns: str, **where: Any) -> list[Any]:
        """Some columns of the records that have these values: bare values for one column, tuples for more."""
        records = [record for record in self.tables[table] if all(record[column] == value for column, value in where.items())]
        return [record[columns[0]] if len(columns) == 1 else tuple(record[column] for column in columns) for record in records]

    def only(self, table: str, **where: Any) -> Record:
        """The one record that has these values."""
        found = [record for record in self.tables[table] if all(record[column] == value for column, value in where.items())]
        assert len(found) == 1, found
        return found[0]

    @property
    def next(self) -> ReadContext:
        """What the following reading starts from."""
        return ReadContext(NOW, cursors=self.cursors)

    @property
    def rejected(self) -> list[Rejected]:
        """What could not be made into records."""
        return [event for event in self.events if isinstance(event, Rejected)]

    @property
    def failed(self) -> dict[str, Exception]:
        """Errors by partition."""
        return {event.partition: event.error for event in self.events if isinstance(event, Failed)}

    @property
    def counted(self) -> dict[str, int]:
        """The source's own counts of commits by partition."""
        return {event.partition: event.count for event in self.events if isinstance(event, Counted)}

    @property
    def finished(self) -> dict[str, Finished]:
        """Ends by partition."""
        return {event.partition: event for event in self.events if isinstance(event, Finished)}

    @property
    def cursors(self) -> dict[str, Cursor]:
        """Cursors to go on from."""
        return {partition: event.cursor for partition, event in self.finished.items()}


def read(folder: Path, *remotes: Repository | str, context: ReadContext | None = None, now: datetime = NOW, **options: Any) -> Result:
    """One reading with mirrors in `folder`."""
    addresses = tuple(str(remote.path) if isinstance(remote, Repository) else remote for remote in remotes)
    reader = GitReader(GitOptions(mirrors=folder / "mirrors", remotes=addresses, **options))
    return Result(list(reader.read(context or ReadContext(now))), reader)
