"""Commits of the default branch and their files: rows of `commits` and `commit_files`."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from connectors.contract import Page, Record
from connectors.git.facts import PAGE
from connectors.git.landings import pull_request_number
from connectors.git.paths import shown
from connectors.git.protocol import Change, CommitEntry, Landing, LineCounts
from connectors.git.remotes import Remote

COMMITS, FILES = "commits", "commit_files"
_CONTACT = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>")
_REVERTS = re.compile(r"^This reverts commit ([0-9a-f]{7,64})", re.MULTILINE)

Mapped = Callable[[Sequence[str]], list[str]]
"""Applies the mailmap to `Name <e-mail>` contacts."""


@dataclass
class Landed:
    """Which landing brought each commit to the default branch, told while commits come children before parents.

    A commit off the first-parent line came with the oldest landing that can reach it: the oldest of its children's.
    """

    landings: Sequence[Landing]
    _places: dict[str, int] = field(default_factory=dict)
    _inherited: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places = {landing.sha: place for place, landing in enumerate(self.landings)}

    def is_landing(self, sha: str) -> bool:
        """Whether the commit is on the first-parent line."""
        return sha in self._places

    def take(self, commit: CommitEntry) -> Landing | None:
        """The commit's landing; must be asked once for each commit, in git's topological order."""
        place = self._places.get(commit.sha, self._inherited.pop(commit.sha, None))
        if place is None:
            return None
        for parent in commit.parents:
            self._inherited[parent] = min(place, self._inherited.get(parent, place))
        return self.landings[place]


def pages(remote: Remote, landings: Sequence[Landing], commits: Iterable[CommitEntry], mapped: Mapped | None) -> Iterator[Page]:
    """Both tables in step: a page of commits, then the files of the same commits."""
    landed = Landed(landings)
    for batch in _batches(commits):
        names = _co_author_names(batch, mapped)
        yield Page(COMMITS, remote.partition, [_commit(commit, landed, remote, names) for commit in batch])
        files = [_file(commit, change, counts, remote) for commit in batch for change, counts in commit.changes]
        if files:
            yield Page(FILES, remote.partition, files)


def _batches(commits: Iterable[CommitEntry]) -> Iterator[list[CommitEntry]]:
    batch: list[CommitEntry] = []
    for commit in commits:
        batch.append(commit)
        if len(batch) == PAGE:
            yield batch
            batch = []
    if batch:
        yield batch


def _co_author_names(batch: Sequence[CommitEntry], mapped: Mapped | None) -> dict[str, str]:
    """Each co-author contact of the batch with the mailmap applied, where there is one."""
    contacts = list(dict.fromkeys(contact for commit in batch for contact in commit.co_authors if _CONTACT.fullmatch(contact)))
    return dict(zip(contacts, mapped(contacts), strict=True)) if mapped and contacts else {}


def _commit(commit: CommitEntry, landed: Landed, remote: Remote, names: dict[str, str]) -> Record:
    landing = landed.take(commit)
    is_merge = len(commit.parents) > 1
    reverts = _REVERTS.search(commit.body)
    return {
        "repository_id": remote.partition,
        "sha": commit.sha,
        "parents": list(commit.parents),
        "tree_sha": commit.tree,
        "author_name": commit.author.name,
        "author_email": commit.author.email,
        "authored_at": commit.author.at,
        "committer_name": commit.committer.name,
        "committer_email": commit.committer.email,
        "committed_at": commit.committer.at,
        "subject": commit.subject,
        "is_merge": is_merge,
        "on_first_parent": landed.is_landing(commit.sha),
        "landed_sha": landing.sha if landing else None,
        "landed_at": landing.at if landing else None,
        "pull_request_number": pull_request_number(commit.subject) or (pull_request_number(landing.subject) if landing else None),
        "co_authors": [_contact(names.get(contact, contact)) for contact in commit.co_authors],
        "reverts_sha": reverts[1] if reverts else None,
        **_sums(commit, is_merge),
        "_raw": {
            "author": commit.author.recorded,
            "authored": commit.author.at_text,
            "committer": commit.committer.recorded,
            "committed": commit.committer.at_text,
            "body": commit.body,
            "co_authors": list(commit.co_authors),
        },
        "_source_url": remote.commit_url(commit.sha),
    }


def _sums(commit: CommitEntry, is_merge: bool) -> Record:
    """A merge's changes are those of the commits it brings, so it has none of its own."""
    if is_merge:
        return {"files_changed": None, "insertions": None, "deletions": None}
    return {
        "files_changed": len(commit.changes),
        "insertions": sum(counts.insertions or 0 for _, counts in commit.changes),
        "deletions": sum(counts.deletions or 0 for _, counts in commit.changes),
    }


def _contact(text: str) -> Record:
    """A trailer's value as people write it; without angle brackets it is a name, or an address if it looks like one."""
    parts = _CONTACT.search(text)
    if parts:
        return {"name": parts["name"].strip(), "email": parts["email"].strip().lower()}
    return {"name": "", "email": text.lower()} if "@" in text else {"name": text, "email": ""}


def _file(commit: CommitEntry, change: Change, counts: LineCounts, remote: Remote) -> Record:
    is_binary = counts.insertions is None
    source = shown(change.old_path) if change.old_path else None
    return {
        "repository_id": remote.partition,
        "sha": commit.sha,
        "path": shown(change.path),
        "old_path": source,
        "change_type": change.status,
        "insertions": counts.insertions,
        "deletions": counts.deletions,
        "is_binary": is_binary,
        "_raw": {"modes": [change.old_mode, change.mode], "blobs": [change.old_blob, change.blob]},
        "_source_url": remote.file_url(commit.sha if change.status != "D" else (commit.parents or (commit.sha,))[0], change.path),
    }
