"""From the bytes that git prints to the data of `protocol.py`. Pure functions: no process is started here.

Everything is NUL-separated (`-z`), so file names and messages may hold anything else. A commit starts with the token
`MARK` + sha, has a fixed number of fields, and is followed by its raw and numstat lines.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

from connectors.git.protocol import BlamedLine, Blob, Change, CommitEntry, Damaged, Landing, LineCounts, RemoteHead, Signature, TreeEntry

MARK = b"\x01"
UNIT = "\x1f"
CHUNK = 1 << 20

LANDING_FORMAT = "%x01" + "%x00".join(["%H", "%P", "%ct", "%aE", "%b", "%s"])
PEOPLE = ["%aN", "%aE", "%an <%ae>", "%at", "%aI", "%cN", "%cE", "%cn <%ce>", "%ct", "%cI"]
CO_AUTHORS = "%(trailers:key=Co-authored-by,valueonly,unfold,separator=%x1f)"
COMMIT_FORMAT = "%x01" + "%x00".join(["%H", "%P", "%T", *PEOPLE, "%s", "%b", CO_AUTHORS])

_TAKING_BACK = re.compile(r"revert|reapply", re.IGNORECASE)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_INDEX = re.compile(rb"index ([0-9a-f]+)\.\.([0-9a-f]+)")
_COMMIT_LINE = re.compile(rb"[0-9a-f]{40,64}")
_BLAME_HEADER = re.compile(rb"([0-9a-f]{40,64}) \d+ \d+")


def words(data: bytes) -> str:
    """Text for people; bytes that are no UTF-8 appear as replacement characters."""
    return data.decode("utf-8", "replace")


def path(data: bytes) -> str:
    """A path that can be given back to git."""
    return data.decode("utf-8", "surrogateescape")


def instant(seconds: str) -> datetime | None:
    """Unix seconds as UTC; None for the absurd dates that broken tools have written into commits."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def tokens(stream: IO[bytes]) -> Iterator[bytes]:
    """The NUL-terminated pieces of a stream, without holding it whole."""
    rest = b""
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def landings(stream: IO[bytes]) -> Iterator[Landing]:
    """`git log --first-parent --raw -z --format=LANDING_FORMAT`."""
    for (sha, parents, at, email, body, subject), changes, _ in _entries(stream, fields=6):
        yield Landing(sha, tuple(parents.split()), instant(at), email.lower(), subject, tuple(changes), told(f"{subject}\n{body}"))


def told(message: str) -> str:
    """Lines of a message that speak of taking back."""
    return "\n".join(line for line in message.splitlines() if _TAKING_BACK.search(line)) if _TAKING_BACK.search(message) else ""


def commits(stream: IO[bytes]) -> Iterator[CommitEntry]:
    """`git log --raw --numstat -z --format=COMMIT_FORMAT`."""
    for fields, changes, counts in _entries(stream, fields=16):
        sha, parents, tree, *people, subject, body, co_authors = fields
        yield CommitEntry(
            sha=sha,
            parents=tuple(parents.split()),
            tree=tree,
            author=_signature(people[:5]),
            committer=_signature(people[5:]),
            subject=subject,
            body=body.strip("\n"),
            co_authors=tuple(filter(None, (contact.strip() for contact in co_authors.split(UNIT)))),
            changes=tuple((change, counts.get(change.path, LineCounts(None, None))) for change in changes),
        )


def _signature(fields: list[str]) -> Signature:
    name, email, recorded, seconds, text = fields
    return Signature(name, email.lower(), recorded, instant(seconds), text)


Entry = tuple[list[str], list[Change], dict[str, LineCounts]]


def _entries(stream: IO[bytes], fields: int) -> Iterator[Entry]:
    """Commits as their decoded header fields, their raw lines, and their numstat lines by path."""
    pieces = tokens(stream)
    entry: Entry | None = None
    for piece in pieces:
        if piece.startswith(MARK):
            if entry:
                yield entry
            entry = [words(piece[1:]), *(words(_next(pieces)) for _ in range(fields - 1))], [], {}
        elif entry and piece.lstrip(b"\n").startswith(b":"):
            entry[1].append(_change(piece.lstrip(b"\n"), pieces))
        elif entry and piece:
            name, counts = _line_counts(piece, pieces)
            entry[2][name] = counts
    if entry:
        yield entry


def _next(pieces: Iterator[bytes]) -> bytes:
    """The next piece; an answer that ends in the middle of a commit was killed or met a damaged object."""
    try:
        return next(pieces)
    except StopIteration:
        raise Damaged("git's answer ends in the middle of a commit") from None


def _change(piece: bytes, pieces: Iterator[bytes]) -> Change:
    """A raw line and the path or the two paths after it, which may look like anything, even like a raw line."""
    old_mode, mode, old_blob, blob, status = piece[1:].decode("ascii").split(" ")
    first = path(_next(pieces))
    second = path(_next(pieces)) if status[0] in "RC" else None
    return Change(
        status=status[0],
        path=second or first,
        old_path=first if second else None,
        mode=mode,
        old_mode=old_mode,
        blob=blob,
        old_blob=old_blob,
    )


def _line_counts(piece: bytes, pieces: Iterator[bytes]) -> tuple[str, LineCounts]:
    """A numstat line; a rename's two paths come as pieces of their own."""
    added, removed, name = piece.lstrip(b"\n").split(b"\t", 2)
    if not name:
        _, name = _next(pieces), _next(pieces)
    return path(name), LineCounts(_number(added), _number(removed))


def _number(text: bytes) -> int | None:
    return None if text == b"-" else int(text)


def line_counts(stream: IO[bytes]) -> dict[tuple[str, str], LineCounts]:
    """`git diff-tree --stdin --numstat -z`: each commit's sha, then its numstat pieces."""
    answer: dict[tuple[str, str], LineCounts] = {}
    sha = ""
    pieces = tokens(stream)
    for piece in pieces:
        if b"\t" in piece:
            name, counts = _line_counts(piece, pieces)
            answer[sha, name] = counts
        else:
            sha = piece.decode("ascii", "replace").strip()
    return answer


@dataclass
class _Patch:
    """One file's removed and added lines, in order."""

    removed: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    added: hashlib.blake2b = field(default_factory=lambda: hashlib.blake2b(digest_size=16))
    blobs: tuple[bytes, bytes] = (b"", b"")

    def take(self, line: bytes) -> bool:
        """A line of a hunk; whether it is one of the file."""
        side = {b"-": self.removed, b"+": self.added}.get(line[:1])
        if side:
            side.update(line[1:])
        return side is not None

    def take_header(self, line: bytes) -> None:
        """Modes; for files without lines the ids of their contents."""
        if match := _INDEX.match(line):
            self.blobs = match[1], match[2]
        elif line.startswith(b"Binary files "):
            self.removed.update(self.blobs[0])
            self.added.update(self.blobs[1])
        elif line.startswith((b"old mode ", b"new mode ")):
            (self.removed if line.startswith(b"old") else self.added).update(line[4:])

    def digest(self) -> tuple[str, str]:
        """Both hashes."""
        return self.removed.hexdigest(), self.added.hexdigest()


def patches(stream: IO[bytes]) -> dict[str, dict[str, tuple[str, str]]]:
    """`git diff-tree --stdin -p --full-index --no-prefix`; files without lines (binaries, modes) by their contents' ids."""
    answer: dict[str, dict[str, _Patch]] = {}
    files: dict[str, _Patch] = {}
    current, left = _Patch(), 0
    for line in stream:
        hunk = None if left > 0 else _HUNK.match(line)
        if left > 0:
            left -= current.take(line)
        elif hunk:
            left = sum(1 if count is None else int(count) for count in hunk.groups())
        elif line.startswith(b"diff --git "):
            current = files[words(line.rstrip(b"\n"))] = _Patch()
        elif _COMMIT_LINE.fullmatch(line.rstrip(b"\n")):
            files = answer[line.decode("ascii").strip()] = {}
        else:
            current.take_header(line)
    return {sha: {name: patch.digest() for name, patch in found.items()} for sha, found in answer.items()}


def tree(stream: IO[bytes]) -> Iterator[TreeEntry]:
    """`git ls-tree -r -l -z`."""
    for piece in tokens(stream):
        description, _, name = piece.partition(b"\t")
        mode, kind, sha, size = description.decode("ascii").split()
        if size == "BAD":
            raise Damaged(f"the content {sha} of a file is missing")
        yield TreeEntry(mode, kind, sha, None if size == "-" else int(size), path(name))


def blobs(stream: IO[bytes], limit: int) -> Iterator[Blob]:
    """`git cat-file --batch`."""
    while header := stream.readline():
        fields = header.split()
        if len(fields) != 3 or fields[1] != b"blob":
            raise Damaged(f"object {words(header).strip()} is not a file's content")
        sha, size = fields[0].decode("ascii"), int(fields[2])
        yield Blob(sha, size, _content(stream, size, limit))


def _content(stream: IO[bytes], size: int, limit: int) -> bytes | None:
    """The content, or None after having read past a large one."""
    kept = stream.read(size) if size <= limit else None
    left = 0 if kept is not None else size
    while left:
        left -= len(stream.read(min(left, CHUNK)) or _cut())
    if kept is not None and len(kept) < size:
        _cut()
    stream.read(1)
    return kept


def _cut() -> bytes:
    raise Damaged("git's answer ends in the middle of a file's content")


def blame(data: bytes) -> list[BlamedLine]:
    """`git blame --line-porcelain`: for each line a header, its commit's fields, and the line after a tab."""
    lines: list[BlamedLine] = []
    sha = email = ""
    for line in data.split(b"\n"):
        if line.startswith(b"\t"):
            lines.append(BlamedLine(sha, email, line[1:]))
        elif header := _BLAME_HEADER.match(line):
            sha = header[1].decode("ascii")
        elif line.startswith(b"author-mail "):
            email = words(line[12:]).strip("<> ").lower()
    return lines


def remote_head(text: str, branch: str | None) -> RemoteHead | None:
    """`git ls-remote --symref`: what HEAD points to, else the branch that the host named."""
    rows = [line.split("\t") for line in text.splitlines() if "\t" in line]
    pointers = [left.removeprefix("ref: refs/heads/") for left, right in rows if right == "HEAD" and left.startswith("ref: refs/heads/")]
    shas = {right: left for left, right in rows if not left.startswith("ref: ")}
    if "HEAD" in shas:
        return RemoteHead((pointers or [branch or "HEAD"])[0], shas["HEAD"])
    return RemoteHead(branch, shas[f"refs/heads/{branch}"]) if branch and f"refs/heads/{branch}" in shas else None
