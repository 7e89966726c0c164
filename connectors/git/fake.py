"""Git from memory: the same answers as `client.CommandLine` for histories in one line, without git and without files.

Blob ids are git's own; commit ids are made up, but as stable. Renames are found only where the content stayed the same.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from pathlib import Path

from connectors.errors import NotFound, SourceError
from connectors.git.output import told
from connectors.git.protocol import (
    BlamedLine,
    Blob,
    Change,
    CommitEntry,
    Landing,
    LineCounts,
    RemoteHead,
    Signature,
    TreeEntry,
)

MODE, ABSENT = "100644", "000000"
NOTHING = "0" * 40
_CONTACT = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^>]*)>")
_CO_AUTHOR = re.compile(r"(?im)^co-authored-by:\s*(.+)$")


@dataclass(frozen=True)
class FakeCommit:
    """One commit with its whole tree; `author` is `Name <e-mail>`."""

    message: str
    author: str
    at: datetime
    files: Mapping[str, bytes]


@dataclass
class FakeGit:
    """A `GitClient` over histories by URL, oldest commit first; `failures` by URL are raised when the remote is asked."""

    histories: Mapping[str, Sequence[FakeCommit]]
    failures: Mapping[str, SourceError] = field(default_factory=dict)
    branch: str = "main"
    _mirrors: dict[Path, str] = field(default_factory=dict)

    def version(self) -> tuple[int, ...]:
        """New enough."""
        return 2, 99, 0

    def remote_head(self, url: str, branch: str | None) -> RemoteHead | None:  # noqa: ARG002 - the protocol's name
        """The last commit of the URL's history."""
        if url in self.failures:
            raise self.failures[url]
        if url not in self.histories:
            raise NotFound("git", url, "nobody knows this repository")
        shas = _shas(self.histories[url])
        return RemoteHead(self.branch, shas[-1]) if shas else None

    def refresh(self, url: str, mirror: Path) -> None:
        """Remember whose mirror this is."""
        self._mirrors[mirror] = url

    def discard(self, mirror: Path) -> None:
        """Forget the mirror."""
        self._mirrors.pop(mirror, None)

    def origin(self, mirror: Path) -> str:
        """Whose mirror this is."""
        return self._mirrors.get(mirror, "")

    def count(self, mirror: Path, head: str) -> int:
        """Commits up to the head."""
        return len(self._until(mirror, head))

    def landings(self, mirror: Path, head: str) -> list[Landing]:
        """Every commit: the history is one line."""
        return [
            Landing(
                sha,
                parents,
                commit.at,
                _email(commit.author),
                _subject(commit),
                tuple(_changes(before, commit.files)),
                told(commit.message),
            )
            for sha, parents, before, commit in self._steps(mirror, head)
        ]

    def commits(self, mirror: Path, head: str, since: str | None) -> Iterator[CommitEntry]:
        """Newest first."""
        steps = list(self._steps(mirror, head))
        known = next((place for place, step in enumerate(steps, start=1) if step[0] == since), 0)
        for sha, parents, before, commit in reversed(steps[known:]):
            who = _signature(commit)
            changes = tuple((change, _counts(change, before, commit.files)) for change in _changes(before, commit.files))
            body = commit.message.partition("\n")[2].strip("\n")
            yield CommitEntry(sha, parents, NOTHING, who, who, _subject(commit), body, tuple(_CO_AUTHOR.findall(body)), changes)

    def tree(self, mirror: Path, head: str) -> list[TreeEntry]:
        """The files of the head."""
        files = self._until(mirror, head)[-1].files
        return [TreeEntry(MODE, "blob", _blob(content), len(content), path) for path, content in sorted(files.items())]

    def blobs(self, mirror: Path, shas: Iterable[str], limit: int) -> Iterator[Blob]:
        """Contents of any commit."""
        contents = {_blob(content): content for commit in self.histories[self._mirrors[mirror]] for content in commit.files.values()}
        for sha in shas:
            content = contents[sha]
            yield Blob(sha, len(content), content if len(content) <= limit else None)

    def line_counts(self, mirror: Path, landings: Sequence[Landing]) -> dict[tuple[str, str], LineCounts]:
        """By comparing lines."""
        asked = {landing.sha for landing in landings}
        return {
            (sha, change.path): _counts(change, before, commit.files)
            for sha, _, before, commit in self._steps(mirror, landings[-1].sha)
            if sha in asked
            for change in _changes(before, commit.files)
        }

    def patches(self, mirror: Path, landings: Sequence[Landing]) -> dict[str, dict[str, tuple[str, str]]]:
        """By comparing lines."""
        asked = {landing.sha for landing in landings}
        return {
            sha: {path: _patch(before.get(path, b""), commit.files.get(path, b"")) for path in sorted(_touched(before, commit.files))}
            for sha, _, before, commit in self._steps(mirror, landings[-1].sha)
            if sha in asked
        }

    def mapped(self, mirror: Path, head: str, contacts: Sequence[str]) -> list[str]:  # noqa: ARG002
        """There is no mailmap."""
        return list(contacts)

    def blame(self, mirror: Path, commit: str, path: str, head: str, ignored: Path | None) -> list[BlamedLine]:  # noqa: ARG002
        """Lines kept from the version before, also under another name, keep their author."""
        files: dict[str, list[BlamedLine]] = {}
        for sha, _, before, entry in self._steps(mirror, commit):
            for change in _changes(before, entry.files):
                lines = files.pop(change.old_path or change.path, [])
                files[change.path] = _blamed(lines, entry.files.get(change.path, b"").splitlines(), sha, _email(entry.author))
        return files[path]

    def _until(self, mirror: Path, head: str) -> Sequence[FakeCommit]:
        history = self.histories[self._mirrors[mirror]]
        return history[: _shas(history).index(head) + 1]

    def _steps(self, mirror: Path, head: str) -> Iterator[tuple[str, tuple[str, ...], Mapping[str, bytes], FakeCommit]]:
        """Each commit with its sha, its parent's, and the files before it."""
        history = self._until(mirror, head)
        before: Mapping[str, bytes] = {}
        parents: tuple[str, ...] = ()
        for sha, commit in zip(_shas(history), history, strict=True):
            yield sha, parents, before, commit
            before, parents = commit.files, (sha,)


def _blamed(lines: Sequence[BlamedLine], texts: Sequence[bytes], sha: str, email: str) -> list[BlamedLine]:
    kept = SequenceMatcher(None, [line.text for line in lines], texts, autojunk=False).get_matching_blocks()
    old = {block.b + offset: lines[block.a + offset] for block in kept for offset in range(block.size)}
    return [old.get(place) or BlamedLine(sha, email, text) for place, text in enumerate(texts)]


def _touched(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def _patch(before: bytes, after: bytes) -> tuple[str, str]:
    left, right = before.splitlines(keepends=True), after.splitlines(keepends=True)
    steps = [step for step in SequenceMatcher(None, left, right, autojunk=False).get_opcodes() if step[0] != "equal"]
    removed = b"".join(line for _, start, end, _, _ in steps for line in left[start:end])
    added = b"".join(line for _, _, _, start, end in steps for line in right[start:end])
    return hashlib.sha1(removed, usedforsecurity=False).hexdigest(), hashlib.sha1(added, usedforsecurity=False).hexdigest()


def _shas(history: Sequence[FakeCommit]) -> list[str]:
    shas: list[str] = []
    for commit in history:
        files = sorted((path, _blob(content)) for path, content in commit.files.items())
        text = repr((shas[-1:], commit.message, commit.author, commit.at.isoformat(), files))
        shas.append(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    return shas


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _email(author: str) -> str:
    match = _CONTACT.fullmatch(author)
    return match["email"].lower() if match else ""


def _subject(commit: FakeCommit) -> str:
    return commit.message.partition("\n")[0]


def _signature(commit: FakeCommit) -> Signature:
    match = _CONTACT.fullmatch(commit.author)
    name = match["name"] if match else commit.author
    return Signature(name, _email(commit.author), commit.author, commit.at.astimezone(UTC), commit.at.isoformat())


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """In order of paths, as git lists them."""
    gone = {path: _blob(content) for path, content in before.items() if path not in after}
    for path in sorted({*before, *after}):
        if path in before and path in after and before[path] != after[path]:
            yield Change("M", path, None, MODE, MODE, _blob(after[path]), _blob(before[path]))
        elif path not in before:
            blob = _blob(after[path])
            source = next((old for old, sha in sorted(gone.items()) if sha == blob), None)
            if source:
                gone.pop(source)
                yield Change("R", path, source, MODE, MODE, blob, blob)
            else:
                yield Change("A", path, None, MODE, ABSENT, blob, NOTHING)
    for path, blob in gone.items():
        yield Change("D", path, None, ABSENT, MODE, NOTHING, blob)


def _counts(change: Change, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> LineCounts:
    old, new = before.get(change.old_path or change.path, b""), after.get(change.path, b"")
    if b"\0" in old + new:
        return LineCounts(None, None)
    left, right = old.splitlines(), new.splitlines()
    same = sum(block.size for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks())
    return LineCounts(len(right) - same, len(left) - same)
