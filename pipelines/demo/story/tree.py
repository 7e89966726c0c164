"""Files of a repository, line by line with the e-mail of who last wrote each: what `git blame` will say, known beforehand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple


class Line(NamedTuple):
    """One line and the e-mail of the commit that wrote it."""

    text: str
    email: str


Tree = dict[str, tuple[Line, ...]]


@dataclass(frozen=True)
class Write:
    """The whole new content of a file; lines that stay keep their author."""

    path: str
    text: str


@dataclass(frozen=True)
class Append:
    """Lines at the end of a file, which is made if need be."""

    path: str
    text: str


@dataclass(frozen=True)
class Swap:
    """Some neighbouring lines of a file by others (none: they are deleted)."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Drop:
    """A file deleted."""

    path: str


@dataclass(frozen=True)
class Rename:
    """A file under a new path, its lines untouched."""

    old: str
    new: str


Edit = Write | Append | Swap | Drop | Rename


def content(lines: Sequence[Line]) -> str:
    """The text of a file."""
    return "".join(f"{line.text}\n" for line in lines)


def differs(before: Sequence[Line], after: Sequence[Line]) -> bool:
    """Whether two contents of a file differ; most files of two trees are the very same object."""
    return before is not after and _texts(before) != _texts(after)


def applied(tree: Tree, edits: Sequence[Edit], email: str) -> Tree:
    """The tree after the edits of one commit, whose author's e-mail is given."""
    after = dict(tree)
    for edit in edits:
        match edit:
            case Drop(path):
                del after[path]
            case Rename(old, new):
                after[new] = after.pop(old)
            case Append(path, text):
                after[path] = (*after.get(path, ()), *_written(text, email))
            case Write(path, text):
                after[path] = _rewritten(after.get(path, ()), text, email)
            case Swap(path, old, new):
                after[path] = _swapped(path, after[path], old, new, email)
    return after


def changed_files(before: Tree, after: Tree, renames: Sequence[tuple[str, str]] = ()) -> list[tuple[str, str, int, int]]:
    """Path, ADDED|MODIFIED|DELETED|RENAMED, lines added and lines deleted between two trees."""
    rows: list[tuple[str, str, int, int]] = []
    came_from = {new: old for old, new in renames if new in after and old in before and old not in after}
    for path in sorted(after.keys() | before.keys()):
        if path in came_from:
            rows.append((path, "RENAMED", *_line_counts(before[came_from[path]], after[path])))
        elif path not in after:
            rows += [] if path in came_from.values() else [(path, "DELETED", 0, len(before[path]))]
        elif path not in before:
            rows.append((path, "ADDED", len(after[path]), 0))
        elif differs(before[path], after[path]):
            rows.append((path, "MODIFIED", *_line_counts(before[path], after[path])))
    return rows


def lines_by_email(tree: Tree) -> dict[str, dict[str, int]]:
    """Lines of each file per e-mail."""
    return {path: dict(Counter(line.email for line in lines)) for path, lines in sorted(tree.items())}


def _texts(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]


def _written(text: str, email: str) -> tuple[Line, ...]:
    return tuple(Line(line, email) for line in text.splitlines())


def _rewritten(before: tuple[Line, ...], text: str, email: str) -> tuple[Line, ...]:
    """New lines belong to the writer; blame is asked to ignore white space, so a line that only moved sideways keeps its author."""
    new = text.splitlines()
    matcher = SequenceMatcher(None, [line.text.strip() for line in before], [line.strip() for line in new], autojunk=False)
    owners = [email] * len(new)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            owners[block.b + offset] = before[block.a + offset].email
    return tuple(Line(line, owner) for line, owner in zip(new, owners, strict=True))


def _swapped(path: str, before: tuple[Line, ...], old: str, new: str, email: str) -> tuple[Line, ...]:
    wanted = old.splitlines()
    texts = _texts(before)
    for start in range(len(texts) - len(wanted) + 1):
        if texts[start : start + len(wanted)] == wanted:
            return (*before[:start], *_written(new, email), *before[start + len(wanted) :])
    raise ValueError(f"{path} has no lines {old!r} to swap: another change of the story took them first")


def _line_counts(before: Sequence[Line], after: Sequence[Line]) -> tuple[int, int]:
    """Lines added and deleted."""
    matcher = SequenceMatcher(None, _texts(before), _texts(after), autojunk=False)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return len(after) - kept, len(before) - kept
