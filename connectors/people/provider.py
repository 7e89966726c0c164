"""Which person of the roster an identity provider's user is, and what the provider adds: people, addresses, times in departments.

`people.csv` is written by hand and counts first. Nothing here depends on the order of the users: what two of them contradict each
other about, neither gets.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from connectors.contract import Rejected
from connectors.people.roster import PARTITION, Roster
from connectors.people.scim import BadUser, Export, User
from connectors.people.times import Time, carried_on


def take_export(roster: Roster, export: Export, earlier: Mapping[str, Sequence[Time]], today: date) -> None:
    """Add an export's users to a roster that holds all of `people.csv`, and times in teams to those that exports have told before."""
    _Taking(roster, export, earlier, today).take()


@dataclass
class _Taking:
    roster: Roster
    export: Export
    earlier: Mapping[str, Sequence[Time]]
    today: date
    persons: dict[str, str] = field(default_factory=dict[str, str])
    """SCIM id of a user to the person_id of whoever it is."""

    def take(self) -> None:
        for bad in self.export.bad:
            self._refuse(bad)
        users = self._distinct()
        listed = dict(self.roster.owners("git"))
        for user in users:
            self._find_person(user, listed)
        known = [user for user in users if user.id in self.persons]
        owners = _owners(known, self.persons)
        for user in known:
            self.roster.add_person(self.persons[user.id], user.name, self.export.url)
            for address in user.addresses:
                self._give(user, address, owners[address], listed)
        self._take_spells(known)

    def _distinct(self) -> list[User]:
        """Users by id; of two that differ under one id neither counts."""
        by_id: dict[str, set[User]] = defaultdict(set)
        for user in self.export.users:
            by_id[user.id].add(user)
        for user_id, same in sorted(by_id.items()):
            if len(same) > 1:
                reason = f"{len(same)} users have the id {user_id!r} and are not the same; neither is taken"
                self._reject("people", user_id, reason, sorted(user.user_name for user in same))
        return [min(same, key=_order) for _, same in sorted(by_id.items()) if len(same) == 1]

    def _find_person(self, user: User, listed: dict[str, str]) -> None:
        """By an id of `people.csv` that the user carries, else by the addresses that it lists; never by name."""
        named = [text for text in (user.external_id, user.id, user.user_name) if text in self.roster.people]
        owners = {listed[address] for address in user.addresses if address in listed}
        if named or len(owners) == 1:
            self.persons[user.id] = named[0] if named else owners.pop()
        elif owners:
            found = " and ".join(sorted(owners))
            self._reject("people", user.id, f"its addresses are {found}'s in {self.roster.file}; set externalId to one of them", user)
        else:
            self.persons[user.id] = user.external_id or user.user_name

    def _give(self, user: User, address: str, owners: set[str], listed: dict[str, str]) -> None:
        person_id = self.persons[user.id]
        if len(owners) > 1:
            reason = f"address {address!r} is given to {' and '.join(sorted(owners))}; neither has it"
        elif listed.get(address, person_id) != person_id:
            reason = f"address {address!r} is given to {person_id!r}, but {self.roster.file} gives it to {listed[address]!r}, who keeps it"
        else:
            self.roster.add_account(person_id, "git", address, self.export.url)
            return
        self._reject("accounts", f"{user.id}|{address}", reason, user)
        self.roster.doubtful.add("accounts")

    def _take_spells(self, users: Iterable[User]) -> None:
        """Times in departments for everybody whose teams `people.csv` does not know; an active user goes before a closed one."""
        first: dict[str, User] = {}
        for user in sorted(users, key=_order):
            first.setdefault(self.persons[user.id], user)
        for person_id, user in sorted(first.items()):
            is_told = user.department or user.manager or user.level or self.earlier.get(person_id)
            if is_told and not self.roster.spells.get(person_id):
                self._take_spell(person_id, user)

    def _take_spell(self, person_id: str, user: User) -> None:
        missing = "meta.created" if user.created is None else "meta.lastModified" if not (user.active or user.last_modified) else ""
        if user.created is None or missing:
            what = f"department {user.department!r}" if user.department else "what it says of manager and level"
            reason = f"{what} has no dates: {missing} is missing, so {person_id} has no time in a team"
            self._reject("spells", f"{user.id}|dates", reason, user)
            self.roster.doubtful.add("spells")
            return
        start = _day(user.created)
        end = None if user.active or user.last_modified is None else max(_day(user.last_modified), start + timedelta(days=1))
        manager = self.persons.get(user.manager, user.manager) or None
        if manager and manager not in self.roster.people:
            reason = f"manager {user.manager!r} is no user of the export (the time is kept, its manager leads nowhere)"
            self._reject("spells", f"{user.id}|manager", reason, user)
        present = Time(start, end, user.department or None, manager, user.level or None)
        self.roster.add_spells(person_id, carried_on(self.earlier.get(person_id, ()), present, self.today), self.export.url)

    def _refuse(self, bad: BadUser) -> None:
        self._reject("people", bad.place, bad.reason, bad.written)
        # Who it was, with which addresses, cannot be told: what is known of them stays.
        self.roster.doubtful |= {"people", "accounts", "spells"}

    def _reject(self, table: str, identity: str, reason: str, raw: object) -> None:
        kept = raw.model_dump(mode="json") if isinstance(raw, User) else raw
        where = f"{self.export.name} {identity.partition('|')[0]}: {reason}"
        self.roster.rejected.append(Rejected(table, PARTITION, f"scim|{identity}", where, kept, self.export.url))
        if table == "people":
            self.roster.doubtful |= {"people", "accounts", "spells"}


def _owners(users: Iterable[User], persons: dict[str, str]) -> dict[str, set[str]]:
    """Persons that each address is given to."""
    owners: dict[str, set[str]] = defaultdict(set)
    for user in users:
        for address in user.addresses:
            owners[address].add(persons[user.id])
    return owners


def _order(user: User) -> tuple[bool, str, str]:
    return not user.active, user.id, repr(user)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
