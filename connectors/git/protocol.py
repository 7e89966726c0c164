"""What the rest of the connector asks of git, as plain data: `client.py` answers with the git command, `fake.py` from memory.

Paths are text in which bytes that are no UTF-8 are kept as surrogates, so that they can be given back to git;
`paths.shown` makes them printable.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class Damaged(Exception):
    """The mirror cannot be read: cut short, corrupted, or left locked by a killed process. Cloning again mends it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who, with the mailmap applied, and as the commit itself says it."""

    name: str
    email: str
    recorded: str
    at: datetime | None
    at_text: str
    """The instant as recorded, with its zone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One path in the difference between a commit and its (first) parent."""

    status: str
    """A, M, D, R, C or T."""
    path: str
    old_path: str | None
    mode: str
    old_mode: str
    blob: str
    old_blob: str


@dataclass(frozen=True, slots=True)
class LineCounts:
    """Lines that one change added and removed; None for binary files."""

    insertions: int | None
    deletions: int | None


@dataclass(frozen=True, slots=True)
class Landing:
    """One commit of the first-parent history of the default branch: what landed at that moment, however it was made."""

    sha: str
    parents: tuple[str, ...]
    at: datetime | None
    """Committer date: when it came to the default branch."""
    author_email: str
    subject: str
    changes: tuple[Change, ...]
    told: str = ""
    """Lines of the message that speak of taking back or bringing back; nothing else of it is needed."""


@dataclass(frozen=True, slots=True)
class CommitEntry:
    """One commit with its message and, unless it is a merge, its changes."""

    sha: str
    parents: tuple[str, ...]
    tree: str
    author: Signature
    committer: Signature
    subject: str
    body: str
    co_authors: tuple[str, ...]
    """`Co-authored-by` trailers as git parsed them: `Name <e-mail>`."""
    changes: tuple[tuple[Change, LineCounts], ...]


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file of a tree; submodules have no size."""

    mode: str
    kind: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True, slots=True)
class Blob:
    """Content of one file version; None where it is larger than the reader cares for."""

    sha: str
    size: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """Who last touched one surviving line, and its text."""

    sha: str
    email: str
    text: bytes


@dataclass(frozen=True, slots=True)
class RemoteHead:
    """What the remote calls its default branch, and where that stands."""

    branch: str
    sha: str


class GitClient(Protocol):
    """Everything that is asked of git. Methods with a mirror raise `Damaged` where it cannot be read."""

    def version(self) -> tuple[int, ...]:
        """Version of git; raises `SourceError` where there is none."""
        ...

    def remote_head(self, url: str, branch: str | None) -> RemoteHead | None:
        """The remote's default branch (else `branch`) and its commit; None where it has no commits."""
        ...

    def refresh(self, url: str, mirror: Path) -> None:
        """Clone into `mirror`, or fetch what is new; `Damaged` where the mirror cannot take it."""
        ...

    def discard(self, mirror: Path) -> None:
        """Forget a damaged mirror."""
        ...

    def origin(self, mirror: Path) -> str:
        """Where a mirror was cloned from; empty where nobody knows."""
        ...

    def count(self, mirror: Path, head: str) -> int:
        """Commits reachable from `head`."""
        ...

    def landings(self, mirror: Path, head: str) -> list[Landing]:
        """First-parent history of `head`, oldest first, with what changed against the first parent and renames found."""
        ...

    def commits(self, mirror: Path, head: str, since: str | None) -> Iterator[CommitEntry]:
        """Commits reachable from `head` and not from `since`, children before parents."""
        ...

    def tree(self, mirror: Path, head: str) -> list[TreeEntry]:
        """Every file of the commit's tree."""
        ...

    def blobs(self, mirror: Path, shas: Iterable[str], limit: int) -> Iterator[Blob]:
        """Contents, in order of asking; larger ones than `limit` bytes come without content."""
        ...

    def line_counts(self, mirror: Path, landings: Sequence[Landing]) -> dict[tuple[str, str], LineCounts]:
        """Lines added and removed by (commit, path) against the first parent, with the same renames as `landings`."""
        ...

    def patches(self, mirror: Path, landings: Sequence[Landing]) -> dict[str, dict[str, tuple[str, str]]]:
        """By commit and path the hashes of removed and of added lines against the first parent, renames left apart."""
        ...

    def mapped(self, mirror: Path, head: str, contacts: Sequence[str]) -> list[str]:
        """`Name <e-mail>` contacts with the mailmap of `head` applied, in order."""
        ...

    def blame(self, mirror: Path, commit: str, path: str, head: str, ignored: Path | None) -> list[BlamedLine]:
        """Who wrote the lines of a file that stand at `commit`, ignoring the revisions listed in the file `ignored`."""
        ...
