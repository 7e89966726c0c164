"""Who is asked to review what: the entries of CODEOWNERS while that file is the one in force, and the rows of `code_owners`.

Only the first file of `PLACES` that exists is in force. Of the entries that match a path the last one wins, so each entry
also has a position that never changes while others come and go: at any moment the highest position that matches wins.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from connectors.contract import Record
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.landings import replayed
from connectors.git.paths import is_regular
from connectors.git.protocol import Landing
from connectors.git.remotes import Remote

TABLE = "code_owners"
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where hosts look, first place first; the last one is GitLab's alone."""
NOBODY = ""
"""The owner of an entry that names none: it takes what it matches away from the entries above it."""
_COMMENT = re.compile(r"(^|\s)#.*$")
_BETWEEN = re.compile(r"(?<!\\)\s+")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](\[\d+\])?(\s+(?P<owners>\S.*))?")
_OWNER = re.compile(r"@[\w./-]+|[^@\s]+@[^@\s]+|@@[\w-]+")


@dataclass(frozen=True)
class Entry:
    """One owner of one pattern."""

    pattern: str
    owner: str
    line: int = field(compare=False)
    text: str = field(default="", compare=False)
    position: int = field(default=0, compare=False)

    @property
    def name(self) -> Name:
        """What makes it the same entry when others come and go around it."""
        return self.pattern, self.owner


def table() -> FactTable[Entry]:
    """The detector of one repository's code owners."""
    return FactTable(TABLE, Entry, PLACES.__contains__, parse, record, trace)


def parse(path: str, text: str, report: Report) -> Mapping[Name, Entry]:  # noqa: ARG001 - every parser has the same signature
    """Entries in order; of the same pattern and owner written twice the last counts, as for the host."""
    found: dict[Name, Entry] = {}
    defaults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        bare = _COMMENT.sub("", line).strip()
        section = _SECTION.fullmatch(bare)
        if section:
            defaults = (section["owners"] or "").split()
        elif bare:
            for entry in _entries(number, bare, defaults, report):
                found.pop(entry.name, None)
                found[entry.name] = entry
    return found


def _entries(number: int, line: str, defaults: Sequence[str], report: Report) -> Iterator[Entry]:
    """One line's entries; a line with an owner that is none is skipped whole, as hosts do."""
    pattern, *owners = _BETWEEN.split(line)
    strange = [owner for owner in owners if not _OWNER.fullmatch(owner)]
    if strange:
        report(f"line {number}: {strange[0][:60]!r} is neither @user, @organisation/team nor an e-mail address")
        return
    for owner in owners or defaults or [NOBODY]:
        yield Entry(pattern.replace("\\ ", " "), owner.lower(), number, line[:300])


@dataclass
class _Standing:
    """The entries in force, and all that ever were, in an order in which every two keep the places that they had."""

    everyone: list[Interval[Entry]] = field(default_factory=list)
    now: list[Interval[Entry]] = field(default_factory=list)

    def become(self, landing: Landing, path: str, entries: Sequence[Entry]) -> None:
        """From this landing exactly these entries are in force; one that moved among the others ends and begins anew."""
        before = [(interval.path, *interval.name) for interval in self.now]
        after = [(path, *entry.name) for entry in entries]
        blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        kept = {block.b + step: self.now[block.a + step] for block in blocks for step in range(block.size)}
        standing = set(map(id, kept.values()))
        for interval in self.now:
            if id(interval) not in standing:
                interval.end = landing
        self.now = []
        for place, entry in enumerate(entries):
            self.now.append(kept.get(place) or self._begin(landing, path, entry))
            self.now[-1].seen = landing
            if self.now[-1].last.line != entry.line:
                self.now[-1].last, self.now[-1].last_changed = entry, landing

    def _begin(self, landing: Landing, path: str, entry: Entry) -> Interval[Entry]:
        """A new one behind the one that stands before it in the file."""
        interval = Interval(path, entry.name, entry, landing, entry, landing, landing)
        place = next((index for index, other in enumerate(self.everyone) if other is self.now[-1]), -1) if self.now else -1
        self.everyone.insert(place + 1, interval)
        return interval


def trace(
    landings: Sequence[Landing],
    facts: Mapping[tuple[str, str], Mapping[Name, Entry] | None],
    reads: Iterable[str],  # noqa: ARG001 - every trace has the same signature
) -> list[Interval[Entry]]:
    """Intervals of the file in force. A version that could not be read leaves standing what stood before."""
    standing = _Standing()
    in_force: tuple[str, str] | None = None
    for landing, tree in replayed(landings):
        places = [(path, tree[path].blob) for path in PLACES if path in tree and is_regular(tree[path].mode)]
        chosen = places[0] if places else None
        read = facts.get(chosen) if chosen else {}
        if chosen != in_force and read is not None:
            standing.become(landing, chosen[0] if chosen else "", list(read.values()))
        in_force = chosen
    return [_placed(interval, position) for position, interval in enumerate(standing.everyone, start=1)]


def _placed(interval: Interval[Entry], position: int) -> Interval[Entry]:
    interval.first = replace(interval.first, position=position)
    return interval


def record(interval: Interval[Entry], remote: Remote) -> Record:
    """Everything as introduced; where the line is now is in the raw part."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "pattern": first.pattern,
        "owner": first.owner,
        "position": first.position,
        "_raw": states(interval, _described),
    }


def _described(entry: Entry) -> Record:
    return {"line": entry.line, "text": entry.text}
