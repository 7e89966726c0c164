"""What the first-parent history says besides its changes: pull request numbers, and the tree as it stood at any landing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.git.protocol import Change, Landing

_SQUASHED = re.compile(r"\(#(\d+)\)\s*$")
_MERGED = re.compile(r"Merge pull request #(\d+) from ")


def pull_request_number(subject: str) -> int | None:
    """The number that GitHub writes into the subject of a squash or a merge.

    Only at the very end: `Revert "Fix (#12)"` quotes another pull request's number, `Revert "Fix (#12)" (#15)` has its own.
    """
    match = _MERGED.match(subject) or _SQUASHED.search(subject)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class Side:
    """A file before or after a change."""

    path: str
    mode: str
    blob: str


def before(change: Change) -> Side | None:
    """The file that the change took away or altered; None where it made a new one."""
    is_new = change.status in "AC"
    return None if is_new else Side(change.old_path or change.path, change.old_mode, change.old_blob)


def after(change: Change) -> Side | None:
    """The file that the change left; None where it deleted one."""
    return None if change.status == "D" else Side(change.path, change.mode, change.blob)


@dataclass(frozen=True, slots=True)
class Standing:
    """A file as it stands in a tree, and the landing that last changed it."""

    mode: str
    blob: str
    landing: str


Tree = dict[str, Standing]


def replayed(landings: Iterable[Landing]) -> Iterator[tuple[Landing, Tree]]:
    """Each landing with the tree it left. The tree is one dict that goes on changing: take what is needed at once."""
    tree: Tree = {}
    for landing in landings:
        sides = [(before(change), after(change)) for change in landing.changes]
        for old, _ in sides:
            if old:
                tree.pop(old.path, None)
        for _, new in sides:
            if new:
                tree[new.path] = Standing(new.mode, new.blob, landing.sha)
        yield landing, tree


def last_before(landings: Sequence[Landing], moments: Sequence[datetime]) -> dict[datetime, Landing]:
    """For each moment the last landing (in the order of history) whose committer date is earlier."""
    found = {moment: [landing for landing in landings if landing.at and landing.at < moment] for moment in moments}
    return {moment: members[-1] for moment, members in found.items() if members}
