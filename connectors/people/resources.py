"""Reading `people.csv` and the decisions journal whole, every time: they are small, and what they no longer list is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.contract import Connector, Event, Failed, Finding, Finished, Page, ReadContext, Reader, Record, Rejected
from connectors.errors import SourceError
from connectors.people import splits as signed_splits
from connectors.people.client import PeopleFile, PeopleSource
from connectors.people.decisions import Standing, settle
from connectors.people.journal import Decision, Journal, JournalFile, JournalSource
from connectors.people.options import PeopleOptions
from connectors.people.provider import take_export
from connectors.people.roster import PARTITION, Roster
from connectors.people.schema import TABLES
from connectors.people.scim import ProviderFile, ProviderSource
from connectors.people.times import seen_before

PROVIDER_PARTITION = "scim"
DECISIONS_PARTITION = "decisions"


@dataclass(frozen=True)
class PeopleReader:
    """An opened people file, and the journal of decisions about it."""

    source: PeopleSource
    journal: JournalSource | None = None
    provider: ProviderSource | None = None
    splits: signed_splits.SplitsSource | None = None
    artifacts: tuple[str, ...] = ()

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All people, accounts and spells of the file, and every line that could not be taken.

        Raises:
            SourceError: when the file is not there or has not the documented columns; then nothing changes.
        """
        roster, failure = self._roster(context)
        if failure:
            yield Failed(PROVIDER_PARTITION, failure)
        people = [person.record for person in roster.people.values()]
        yield Page("people", PARTITION, people)
        yield Page("accounts", PARTITION, [account.record for account in roster.accounts.values()])
        yield Page("spells", PARTITION, [spell.record for spells in roster.spells.values() for spell in spells])
        yield from roster.rejected
        context.progress(f"people: {len(people)} people in {self.source.name}")
        yield Finished(PARTITION, {}, _complete_tables(roster))
        yield from self._decisions(roster)
        yield from self._splits(roster)

    def _roster(self, context: ReadContext) -> tuple[Roster, SourceError | None]:
        """Everybody; where the identity provider's export cannot be read, those of `people.csv`, and then nobody counts as gone."""
        try:
            return take_roster(self.source, self.provider, context), None
        except SourceError as error:
            roster = take_roster(self.source, None, context)
            roster.doubtful |= {"people", "accounts", "spells"}
            return roster, error

    def _decisions(self, roster: Roster) -> Iterator[Event]:
        """The journal's decisions. One that is missing or cannot be read takes no decision back: the last good rows stay."""
        try:
            journal = self.journal.read() if self.journal else None
        except SourceError as error:
            yield Failed(DECISIONS_PARTITION, error)
            return
        if journal is None:
            yield Finished(DECISIONS_PARTITION, {})
            return
        standing = settle(journal.decisions, roster.kinds)
        yield Page("decisions", DECISIONS_PARTITION, [_record(decision, journal, standing) for decision in journal.decisions])
        yield from _faults(journal, standing)
        yield Finished(DECISIONS_PARTITION, {}, () if journal.bad else ("decisions",))

    def _splits(self, roster: Roster) -> Iterator[Event]:
        """Signed splits; while the file or one of its splits cannot be read, the last good rows stay."""
        if self.splits is None:
            yield Finished(signed_splits.PARTITION, {}, (signed_splits.TABLE,))
            return
        try:
            humans = {person_id for person_id, kind in roster.kinds.items() if kind == "human"}
            found = list(signed_splits.taken(self.splits.read(), humans, self.artifacts))
        except SourceError as error:
            yield Failed(signed_splits.PARTITION, error)
            return
        yield Page(signed_splits.TABLE, signed_splits.PARTITION, [record for record in found if not isinstance(record, Rejected)])
        rejected = [event for event in found if isinstance(event, Rejected)]
        yield from rejected
        yield Finished(signed_splits.PARTITION, {}, () if rejected else (signed_splits.TABLE,))

    def probe(self) -> Iterator[Finding]:
        """Whether the file can be read, and each line that would be set aside."""
        try:
            roster, failure = self._roster(ReadContext(now=datetime.now(UTC)))
        except SourceError as error:
            yield Finding("people", "fail", f"{error.what}: {error.why}", error.hint)
            return
        if failure:
            yield Finding("scim", "fail", f"{failure.what}: {failure.why}", failure.hint)
        yield Finding("people", "ok", f"{len(roster.people)} people, {len(roster.accounts)} accounts in {self.source.name}")
        for rejected in roster.rejected:
            yield Finding("people", "warn", rejected.reason, f"correct the line in {self.source.name}")
        yield from self._probe_decisions(roster)
        yield from self._probe_splits(roster)

    def _probe_decisions(self, roster: Roster) -> Iterator[Finding]:
        try:
            journal = self.journal.read() if self.journal else None
        except SourceError as error:
            yield Finding("decisions", "fail", f"{error.what}: {error.why}", error.hint)
            return
        if journal is not None:
            standing = settle(journal.decisions, roster.kinds)
            n_standing = sum(map(standing.stands, journal.decisions))
            yield Finding("decisions", "ok", f"{n_standing} of {len(journal.decisions)} decisions in {journal.name} stand")
            for fault in _faults(journal, standing):
                yield Finding("decisions", "warn", fault.reason, "append a decision that settles it; lines are never edited")

    def _probe_splits(self, roster: Roster) -> Iterator[Finding]:
        if self.splits is None:
            return
        for event in self._splits(roster):
            if isinstance(event, Failed):
                yield Finding("splits", "fail", f"{event.error.what}: {event.error.why}", event.error.hint)
            elif isinstance(event, Rejected):
                yield Finding("splits", "warn", event.reason, f"correct the lines in {self.splits.name}")
            elif isinstance(event, Page):
                signed = {record["split_id"]: record["is_signed_by_all"] for record in event.records}
                waiting = len(signed) - sum(signed.values())
                told = f"{len(signed)} splits in {self.splits.name}, {waiting} not signed by everyone yet"
                yield Finding("splits", "ok", told)


def take_roster(source: PeopleSource, provider: ProviderSource | None, context: ReadContext) -> Roster:
    """Read every line of a people file together, and then the users of an identity provider."""
    roster = Roster(source.name, source.url)
    for line in source.lines():
        roster.take(line)
    if provider:
        take_export(roster, provider.read(), seen_before(context.loaded), context.now.astimezone(UTC).date())
    roster.check_managers()
    return roster


def _complete_tables(roster: Roster) -> tuple[str, ...]:
    """Tables whose missing rows are really gone; where something was set aside, the last good rows stay."""
    return tuple(
        table.name for table in TABLES if table.name not in {"decisions", signed_splits.TABLE} and table.name not in roster.doubtful
    )


def _record(decision: Decision, journal: Journal, standing: Standing) -> Record:
    system, account = decision.subject
    counts_for = standing.person(decision.person)
    return {
        "decision_id": decision.id,
        "decided_at": decision.at,
        "decided_by": decision.by,
        "decision": decision.decision,
        "system": system or None,
        "account": account if system else None,
        "account_login": decision.login or None,
        "duplicate_id": decision.duplicate or None,
        "person_id": decision.person or None,
        "counts_for_id": counts_for if counts_for in standing.kinds else None,
        "reason": decision.reason,
        "is_standing": standing.stands(decision),
        "overruled_by": standing.overruled.get(decision.id),
        "_raw": decision.line(),
        "_source_url": journal.url,
    }


def _faults(journal: Journal, standing: Standing) -> Iterator[Rejected]:
    """Lines that are no decision, decisions that contradict others, and links to somebody whom `people.csv` does not list."""
    place = f"{journal.name} line"
    for line in journal.bad:
        raw = {"line": line.written}
        yield Rejected("decisions", DECISIONS_PARTITION, f"line {line.number}", f"{place} {line.number}: {line.reason}", raw, journal.url)
    for decision in journal.decisions:
        reason = standing.set_aside.get(decision.id)
        if reason is None and decision in standing.deciding.values() and standing.is_unknown(decision.person):
            reason = f"{decision.person!r} is no person of people.csv; until it is, the account counts for nobody"
        if reason:
            where = f"{place} {journal.lines[decision.id]}: {reason}"
            yield Rejected("decisions", DECISIONS_PARTITION, f"{decision.id}|fault", where, decision.line(), journal.url)


def open_people(options: PeopleOptions) -> Reader:
    """A reader of the configured files; they are opened when reading starts."""
    journal = JournalFile(options.decisions) if options.decisions else None
    provider = ProviderFile(options.scim) if options.scim else None
    signed = signed_splits.SplitsFile(options.splits) if options.splits else None
    return PeopleReader(PeopleFile(options.directory), journal, provider, signed, options.artifacts)


CONNECTOR = Connector(name="people", title="People", tables=TABLES, open=open_people)
