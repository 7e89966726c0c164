"""Which addresses are one author's by the word of a repository: the entries of `.mailmap`, and the rows of `mailmap_entries`.

The connector has git apply the mailmap to the commits that it reads. What is kept here is the statement itself, for addresses
that other sources show as the commit recorded them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Record
from connectors.git.facts import FactTable, Report, states
from connectors.git.intervals import Interval, Name, span
from connectors.git.remotes import Remote

TABLE = "mailmap_entries"
PLACE = ".mailmap"
_LINE = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>\s*((?P<commit_name>[^<>]*)<(?P<commit_email>[^<>]+)>\s*)?(#.*)?")


@dataclass(frozen=True)
class Entry:
    """One line that calls an address another one's; addresses in lower case, as git compares them."""

    name: str
    email: str
    commit_name: str
    commit_email: str
    line: int
    text: str

    @property
    def key(self) -> Name:
        """What makes it the same statement on another line."""
        return self.email, self.commit_name.lower(), self.commit_email


def table() -> FactTable[Entry]:
    """The detector of one repository's mailmap."""
    return FactTable(TABLE, Entry, PLACE.__eq__, parse, record)


def parse(path: str, text: str, report: Report) -> Mapping[Name, Entry]:
    """Entries that join two addresses; of several about one address and name the last counts, as for git.

    A line that only corrects a name joins nothing and is left out.
    """
    found: dict[tuple[str, str], Entry] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            report(f"{path} line {number}: expected `Name <address>` or `Name <address> [name in commits] <address in commits>`")
        elif match["commit_email"]:
            name, email, commit_name, commit_email = (_words(match[p]) for p in ("name", "email", "commit_name", "commit_email"))
            entry = Entry(name, email.lower(), commit_name, commit_email.lower(), number, line[:300])
            found[entry.commit_name.lower(), entry.commit_email] = entry
    return {entry.key: entry for entry in found.values() if entry.email != entry.commit_email}


def _words(text: str) -> str:
    return " ".join(text.split())


def record(interval: Interval[Entry], remote: Remote) -> Record:
    """Everything as introduced; where the line is now is in the raw part."""
    first = interval.first
    return {
        **span(interval, remote, first.line),
        "name": first.name or None,
        "email": first.email,
        "commit_name": first.commit_name,
        "commit_email": first.commit_email,
        "_raw": states(interval, _described),
    }


def _described(entry: Entry) -> Record:
    return {"line": entry.line, "text": entry.text}
