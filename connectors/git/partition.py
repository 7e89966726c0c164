"""One repository: what is new since its cursor, and every table of it, as events.

All of git's work is done before the first event, so a damaged mirror is cloned again without anybody having seen half of it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path

from connectors.contract import Counted, Cursor, Event, Finished, Meter, Page, Record
from connectors.errors import Empty, Unavailable
from connectors.git import (
    blame,
    code_owners,
    commits,
    documents,
    imports,
    mailmap,
    manifests,
    mentions,
    model_settings,
    published,
    reverts,
    workflows,
)
from connectors.git.facts import LARGEST, Detector, History, pages
from connectors.git.memory import Memory
from connectors.git.options import ArtifactOptions, GitOptions
from connectors.git.paths import shown
from connectors.git.prompt_constants import PromptConstants
from connectors.git.prompts import PromptTable
from connectors.git.protocol import Damaged, GitClient, RemoteHead, TreeEntry
from connectors.git.remotes import Remote, is_github_name, normalised
from connectors.git.schema import REPOSITORIES, TABLES

RULES = 11
"""Raised when the same files would give other records; every repository is then read anew."""
CENSUS = tuple(table.name for table in TABLES if table.census)
READ_WITH_COMMITS = (commits.COMMITS, commits.FILES)


@dataclass(frozen=True)
class Reading:
    """What all repositories of one reading share."""

    options: GitOptions
    client: GitClient
    blaming: Executor
    now: datetime
    meter: Meter
    is_full: bool = False

    def read(self, remote: Remote, cursor: Cursor) -> Iterator[Event]:
        """Everything new in one repository; nothing but its cursor where nothing is.

        Raises:
            SourceError: the remote, or its mirror even after cloning again, could not be read.
        """
        self.meter.count(made=1)
        head = self.client.remote_head(remote.url, remote.branch)
        target = self._target(remote, head)
        if cursor.items() >= target.items():
            self.meter.count(saved=1)
            return iter([Finished(remote.partition, cursor)])
        if head is None:
            return self._empty(remote, cursor, target)
        return self._whole(remote, head, cursor, target)

    def _whole(self, remote: Remote, head: RemoteHead, cursor: Cursor, target: Cursor) -> Iterator[Event]:
        """Every table, from a mirror that is cloned again once if it turns out to be damaged."""
        mirror = self.options.mirrors / remote.mirror_name
        damage: Damaged | None = None
        for _ in range(2):
            self.meter.count(made=1)
            try:
                self.client.refresh(remote.url, mirror)
                return self._changed(remote, head, mirror, cursor, target)
            except Damaged as failure:
                self.client.discard(mirror)
                damage = failure
        hint = "its fresh clone cannot be read either; look at the remote: git fsck"
        raise Unavailable("git", remote.full_name, str(damage), hint) from damage

    def _target(self, remote: Remote, head: RemoteHead | None) -> Cursor:
        """The cursor after a complete reading; while it equals the saved one there is nothing to do."""
        globs = self._globs(remote)
        return {
            "head": head.sha if head else "",
            "branch": head.branch if head else "",
            "full_name": remote.full_name,
            "url": remote.url,
            "rules": self._rules(),
            "quarter": None if globs is None else blame.quarter_end(self.now).isoformat(),
        }

    def _rules(self) -> str:
        """What, besides the repository, its records depend on."""
        asked = self.options.model_dump(mode="json", include={"prompts", "rubrics", "documents", "artifacts"})
        return sha256(json.dumps([RULES, asked], sort_keys=True).encode()).hexdigest()[:16]

    def _globs(self, remote: Remote) -> tuple[str, ...] | None:
        """The files of the artifacts that live in this repository; empty for all, None where none lives there."""
        ours = [artifact for artifact in self.options.artifacts if _lives_in(artifact, remote)]
        if not ours:
            return None
        return tuple(glob for artifact in ours for glob in artifact.path_globs) if all(artifact.path_globs for artifact in ours) else ()

    def _empty(self, remote: Remote, cursor: Cursor, target: Cursor) -> Iterator[Event]:
        """A repository without commits; one that had some is not believed at once."""
        if cursor.get("head"):
            message = f"it answers without commits, but was at {cursor['head']} before"
            raise Empty("git", remote.full_name, message, "if that is right: fulcrum sync --only git --full")
        yield Page(REPOSITORIES.name, remote.partition, [_repository(remote, None)])
        yield Counted(commits.COMMITS, remote.partition, 0, "ls-remote without refs")
        yield Finished(remote.partition, target, CENSUS)

    def _changed(self, remote: Remote, head: RemoteHead, mirror: Path, cursor: Cursor, target: Cursor) -> Iterator[Event]:
        """Git is asked here, before the first event is taken."""
        count = self.client.count(mirror, head.sha)
        landings = self.client.landings(mirror, head.sha)
        files = {entry.path: entry for entry in self.client.tree(mirror, head.sha)}
        history = History(remote, self.client, mirror, head.sha, landings, files, self.is_full)
        names = history.blob_of(mailmap.PLACE)
        known = {landing.sha for landing in landings}
        # Commits never change; they are read again only where their landing or their names may have.
        since = cursor["head"] if cursor.get("head") in known and cursor.get("mailmap") == names else None
        entries = self.client.commits(mirror, head.sha, since)
        mapped = partial(self.client.mapped, mirror, head.sha) if names else None
        derived = self._derived(history)
        return chain(
            [Page(REPOSITORIES.name, remote.partition, [_repository(remote, head)])],
            commits.pages(remote, landings, entries, mapped),
            [Counted(commits.COMMITS, remote.partition, count, "git rev-list --count")],
            derived,
            [Finished(remote.partition, {**target, "mailmap": names}, CENSUS if since is None else _without_commits())],
        )

    def _derived(self, history: History) -> list[Event]:
        """Everything that is recomputed from the whole first-parent history."""
        packages = [package for artifact in self.options.artifacts for package in artifact.packages]
        others = [artifact for artifact in self.options.artifacts if not _lives_in(artifact, history.remote)]
        detectors: list[Detector] = [
            PromptTable(self.options.prompts, self.options.rubrics),
            PromptConstants(),
            manifests.table(history.remote, packages),
            published.detector(),
            workflows.table(package for artifact in others for package in artifact.packages),
            mentions.table(self.options.artifacts),
            imports.table(others),
            code_owners.table(),
            model_settings.table(),
            mailmap.table(),
            *documents.tables(self.options.documents),
        ]
        rules = f"{self._rules()} {history.remote.url}"
        _learn(detectors, history, Memory.opened(history.mirror.with_suffix(".facts.json"), rules, history.is_fresh))
        found: list[Event] = [event for detector in detectors for event in detector.events(history)]
        found += reverts.events(history)
        found += pages("tree_files", history.remote.partition, _tree_files(history))
        globs = self._globs(history.remote)
        return found if globs is None else [*found, *blame.events(history, globs, self.now, self.blaming)]


def _lives_in(artifact: ArtifactOptions, remote: Remote) -> bool:
    """Whether the artifact's repository, a GitHub name or a URL, is this one."""
    repository = artifact.repository or ""
    if is_github_name(repository):
        return repository.lower() == remote.full_name.lower()
    return bool(repository) and normalised(repository) == normalised(remote.url)


def _without_commits() -> tuple[str, ...]:
    return tuple(name for name in CENSUS if name not in READ_WITH_COMMITS)


def _learn(detectors: Sequence[Detector], history: History, memory: Memory) -> None:
    """Let everyone know every version that it wants; contents that nobody remembers are fetched, each once."""
    wanted = {
        (side.blob, detector.table, side.path): detector
        for landing in history.landings
        for change in landing.changes
        for detector in detectors
        for side in detector.wanted(change)
    }
    unknown: dict[str, list[tuple[str, Detector, str]]] = {}
    for (sha, table, path), detector in wanted.items():
        if _key(sha, table, path) not in memory:
            unknown.setdefault(sha, []).append((table, detector, path))
    for blob in history.client.blobs(history.mirror, unknown, LARGEST) if unknown else ():
        for table, detector, path in unknown[blob.sha]:
            memory[_key(blob.sha, table, path)] = detector.examine(path, blob)
    for (sha, table, path), detector in wanted.items():
        detector.learn(path, sha, memory[_key(sha, table, path)])
    memory.save()


def _key(sha: str, table: str, path: str) -> str:
    return f"{sha} {table} {shown(path)}"


def _repository(remote: Remote, head: RemoteHead | None) -> Record:
    record = {
        "repository_id": remote.partition,
        "full_name": remote.full_name,
        "url": remote.url,
        "default_branch": head.branch if head else remote.branch,
        "head_sha": head.sha if head else None,
        "is_empty": head is None,
    }
    return {**record, "_raw": {"head": f"refs/heads/{head.branch}" if head else None}, "_source_url": remote.web or remote.url}


def _tree_files(history: History) -> Iterable[Record]:
    return (_tree_file(history, entry) for entry in history.files.values() if entry.kind == "blob")


def _tree_file(history: History, entry: TreeEntry) -> Record:
    return {
        "repository_id": history.remote.partition,
        "path": shown(entry.path),
        "blob_sha": entry.sha,
        "size": entry.size,
        "_raw": {"mode": entry.mode},
        "_source_url": history.remote.file_url(history.head, entry.path),
    }
