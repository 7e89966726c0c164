"""Reading `people.csv` whole, every time: it is small, and what it no longer lists is gone."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.contract import Connector, Event, Finding, Finished, Page, ReadContext, Reader
from connectors.errors import SourceError
from connectors.people.client import PeopleFile, PeopleSource
from connectors.people.options import PeopleOptions
from connectors.people.roster import PARTITION, Roster
from connectors.people.schema import TABLES


@dataclass(frozen=True)
class PeopleReader:
    """An opened people file."""

    source: PeopleSource

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All people, accounts and spells of the file, and every line that could not be taken.

        Raises:
            SourceError: when the file is not there or has not the documented columns; then nothing changes.
        """
        roster = take_roster(self.source)
        people = [person.record for person in roster.people.values()]
        yield Page("people", PARTITION, people)
        yield Page("accounts", PARTITION, [account.record for account in roster.accounts.values()])
        yield Page("spells", PARTITION, [spell.record for spells in roster.spells.values() for spell in spells])
        yield from roster.rejected
        context.progress(f"people: {len(people)} people in {self.source.name}")
        yield Finished(PARTITION, {}, _complete_tables(roster))

    def probe(self) -> Iterator[Finding]:
        """Whether the file can be read, and each line that would be set aside."""
        try:
            roster = take_roster(self.source)
        except SourceError as error:
            yield Finding("people", "fail", f"{error.what}: {error.why}", error.hint)
            return
        yield Finding("people", "ok", f"{len(roster.people)} people, {len(roster.accounts)} accounts in {self.source.name}")
        for rejected in roster.rejected:
            yield Finding("people", "warn", rejected.reason, f"correct the line in {self.source.name}")


def take_roster(source: PeopleSource) -> Roster:
    """Read every line of a people file together."""
    roster = Roster(source.name, source.url)
    for line in source.lines():
        roster.take(line)
    roster.check_managers()
    return roster


def _complete_tables(roster: Roster) -> tuple[str, ...]:
    """Tables whose missing rows are really gone; where something was set aside, the last good rows stay."""
    return tuple(table.name for table in TABLES if table.name not in roster.doubtful)


def open_people(options: PeopleOptions) -> Reader:
    """A reader of the configured file; it is opened when reading starts."""
    return PeopleReader(PeopleFile(options.directory))


CONNECTOR = Connector(name="people", title="People", tables=TABLES, open=open_people)
