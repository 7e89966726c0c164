"""Whose lines stand in an artifact's files at the end of each quarter: rows of `surviving_lines`.

A file's blame depends only on the landing that last changed it, so a file that stood still for years is blamed once, and
the answers of earlier readings are kept beside the mirror.
"""

import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from pathspec import GitIgnoreSpec

from connectors.contract import Page, Record
from connectors.git.facts import LARGEST, History, pages
from connectors.git.landings import Standing, Tree, last_before, replayed
from connectors.git.memory import Memory
from connectors.git.paths import is_authored, is_regular, shown
from connectors.git.protocol import BlamedLine, Landing

TABLE = "surviving_lines"
IGNORED_REVISIONS = ".git-blame-ignore-revs"
HEAVIEST = 400
"""Lines that one file can weigh: a longer one (a table, a long template) would hide everything else."""
GENERATED = re.compile(
    rb"@generated\b|generated .*do not (edit|modify)|this file (is|was) (auto|automatically)[- ]?generated", re.IGNORECASE
)
SEARCHED_FOR_MARKER = 10
"""Lines at the top of a file in which generators leave their mark."""
VERSION = 1
"""Raised when the same lines would be counted differently; answers kept from before are then forgotten."""

GIT_BEGAN = datetime(2005, 4, 1, tzinfo=UTC)
"""Commits that say to be older, or to come from the future, were dated by a broken clock and begin no history."""

Shares = list[tuple[str, int, str]]
"""E-mail of an author, surviving lines, and the commit with most of them."""


def quarter_end(moment: datetime) -> date:
    """The first day after the moment's quarter, in UTC."""
    month = (moment.month - 1) // 3 * 3 + 4
    return date(moment.year + (month > 12), month if month <= 12 else 1, 1)


def quarter_ends(first: datetime, now: datetime) -> list[date]:
    """Every quarter end from the one after `first` to the one after `now`."""
    ends = [quarter_end(first)]
    while ends[-1] < quarter_end(now):
        ends.append(quarter_end(datetime(ends[-1].year, ends[-1].month, 1, tzinfo=UTC)))
    return ends


@dataclass(frozen=True)
class Place:
    """One file to be blamed at one quarter end."""

    as_of: date
    landing: Landing
    path: str
    standing: Standing

    @property
    def key(self) -> str:
        """What the blame depends on."""
        return f"{self.standing.landing} {self.path}"


def events(history: History, globs: Sequence[str], now: datetime, threads: Executor) -> list[Page]:
    """Shares of every authored file at every quarter end; files are blamed by several processes at once."""
    places = list(_places(history.landings, _selection(globs), now))
    memory = Memory.opened(history.mirror.with_suffix(".blame.json"), _rules(history), history.is_fresh)
    missing = {place.key: place for place in places if place.key not in memory}
    with tempfile.TemporaryDirectory() as folder:
        ignored = _ignored_revisions(history, Path(folder))
        answers = threads.map(lambda place: _blamed(history, place, ignored), missing.values())
        for key, shares in zip(missing, answers, strict=True):
            memory[key] = shares
    records = [record for place in places for record in _records(place, memory[place.key], history)]
    memory.save()
    return list(pages(TABLE, history.remote.partition, records))


def _rules(history: History) -> str:
    """Everything that changes old answers when it changes."""
    return sha256(json.dumps([VERSION, history.blob_of(".mailmap"), history.blob_of(IGNORED_REVISIONS)]).encode()).hexdigest()


def _ignored_revisions(history: History, folder: Path) -> Path | None:
    """The repository's list of mere reformattings as a file for git, without the lines that would make git refuse it."""
    blob = history.blob_of(IGNORED_REVISIONS)
    if not blob:
        return None
    content = next(iter(history.client.blobs(history.mirror, [blob], LARGEST))).content or b""
    file = folder / IGNORED_REVISIONS
    file.write_bytes(b"".join(sha + b"\n" for sha in re.findall(rb"(?m)^\s*([0-9a-f]{40}|[0-9a-f]{64})\b", content)))
    return file


def _selection(globs: Sequence[str]) -> Callable[[str], bool]:
    """Which paths belong to the artifacts of a repository."""
    spec = GitIgnoreSpec.from_lines(globs)
    return spec.match_file if globs else lambda _: True


def _places(landings: Sequence[Landing], is_selected: Callable[[str], bool], now: datetime) -> Iterator[Place]:
    """Every authored file of the trees that stood at the quarter ends."""
    first = min((landing.at for landing in landings if landing.at and GIT_BEGAN <= landing.at <= now), default=None)
    ends = {datetime(end.year, end.month, end.day, tzinfo=UTC): end for end in (quarter_ends(first, now) if first else [])}
    due: dict[str, list[date]] = {}
    last = last_before(landings, list(ends))
    for moment, landing in last.items():
        due.setdefault(landing.sha, []).append(ends[moment])
    for landing, tree in replayed(landings):
        for as_of in due.get(landing.sha, []):
            yield from _authored(as_of, landing, tree, is_selected)


def _authored(as_of: date, landing: Landing, tree: Tree, is_selected: Callable[[str], bool]) -> Iterator[Place]:
    for path, standing in sorted(tree.items()):
        if is_regular(standing.mode) and is_authored(path) and is_selected(path):
            yield Place(as_of, landing, path, standing)


def _blamed(history: History, place: Place, ignored: Path | None) -> Shares:
    """Lines by author; none for binary and generated files."""
    lines = history.client.blame(history.mirror, place.standing.landing, place.path, history.head, ignored)
    is_generated = any(GENERATED.search(line.text) for line in lines[:SEARCHED_FOR_MARKER])
    is_binary = any(b"\0" in line.text for line in lines)
    return [] if is_generated or is_binary else _shares(lines)


def _shares(lines: Iterable[BlamedLine]) -> Shares:
    commits: dict[str, Counter[str]] = {}
    for line in lines:
        commits.setdefault(line.email, Counter())[line.sha] += 1
    return [(email, counter.total(), min(counter, key=lambda sha: (-counter[sha], sha))) for email, counter in sorted(commits.items())]


def _records(place: Place, shares: Shares, history: History) -> Iterator[Record]:
    counts = [lines for _, lines, _ in shares]
    for (email, lines, commit), weight in zip(shares, capped(counts), strict=True):
        yield {
            "repository_id": history.remote.partition,
            "as_of": place.as_of,
            "path": shown(place.path),
            "author_email": email,
            "commit_sha": commit,
            "lines": weight,
            "_raw": {"lines": lines, "file_lines": sum(counts), "file_last_changed": place.standing.landing},
            "_source_url": history.remote.file_url(place.landing.sha, place.path, view="blame"),
        }


def capped(lines: Sequence[int]) -> list[int]:
    """The same proportions with a sum of at most `HEAVIEST`, in whole lines; what rounding leaves goes to the largest remainders."""
    total = sum(lines)
    if total <= HEAVIEST:
        return list(lines)
    weights = [count * HEAVIEST // total for count in lines]
    by_remainder = sorted(range(len(lines)), key=lambda place: (-(lines[place] * HEAVIEST % total), place))
    for place in by_remainder[: HEAVIEST - sum(weights)]:
        weights[place] += 1
    return weights
