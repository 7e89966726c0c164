"""What the lines of `people.csv` say, taken together: people, accounts and spells, and every line that contradicts another.

A line that cannot be taken whole is taken as far as it goes: with a bad date the person and the accounts still count.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.contract import Record, Rejected
from connectors.people.client import Line
from connectors.people.schema import KINDS, SHARED_MAILBOX, SYSTEMS
from connectors.people.times import Time

PARTITION = "people"
DAY_LENGTH = len("2026-01-31")
"""Python reads more forms than this one; week dates and dates without dashes are more likely a slip than meant."""


class BadDate(ValueError):
    """A cell that should hold a day and does not."""


@dataclass
class _Spell:
    line: int
    record: Record

    @property
    def start(self) -> date:
        return self.record["valid_from"]

    @property
    def end(self) -> date:
        return self.record["valid_to"] or date.max

    def overlaps(self, other: "_Spell") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass
class _Account:
    line: int
    record: Record

    def widen(self, start: date | None, end: date | None) -> None:
        """Stretch the validity to another line's dates; a missing date is open."""
        known = self.record
        known["valid_from"] = None if None in (known["valid_from"], start) else min(known["valid_from"], start)
        known["valid_to"] = None if None in (known["valid_to"], end) else max(known["valid_to"], end)


@dataclass
class _Person:
    record: Record
    named_on: str
    """`from` of the line that gave the name; the latest line's name is shown."""
    kind_line: int = 0
    """Line that states the kind; 0 while none does."""


@dataclass
class Roster:
    """Everything read so far; `rejected` lists what could not be taken, each with its line."""

    file: str
    url: str
    people: dict[str, _Person] = field(default_factory=dict[str, _Person])
    accounts: dict[tuple[str, str], _Account] = field(default_factory=dict[tuple[str, str], _Account])
    spells: dict[str, list[_Spell]] = field(default_factory=dict[str, list[_Spell]])
    rejected: list[Rejected] = field(default_factory=list[Rejected])
    doubtful: set[str] = field(default_factory=set[str])
    """Tables that something could not be taken into: what they do not list may still be there."""

    @property
    def kinds(self) -> dict[str, str]:
        """person_id to kind; a shared mailbox is nobody that anything could be given to."""
        kinds = {person_id: person.record["kind"] for person_id, person in self.people.items()}
        return {person_id: kind for person_id, kind in kinds.items() if kind != SHARED_MAILBOX}

    def take(self, line: Line) -> None:
        """Take one line."""
        problem = line.problem or _line_problem(line.values)
        if problem:
            identity = line.values.get("person") or f"line {line.number}"
            self._reject("people", f"{identity}|line", line, problem)
            self.doubtful |= {"people", "accounts", "spells"}
            return
        self._take_person(line)
        start, end = self._take_spell(line)
        for system, account in self._stated_accounts(line):
            self._take_account(line, system, account, start, end)

    def check_managers(self) -> None:
        """List every spell whose manager no line knows. The spell stays, with the manager as written."""
        for person_id, spell in [(person_id, spell) for person_id, spells in self.spells.items() for spell in spells]:
            manager = spell.record["manager_id"]
            # Line 0: an identity provider's, which has said so itself.
            if manager is None or manager in self.people or not spell.line:
                continue
            nearest = difflib.get_close_matches(manager, self.people, 1)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
            reason = f"manager {manager!r} is no person of this file{hint} (the spell is kept, its manager leads nowhere)"
            self._reject("spells", f"{person_id}|{spell.start}|manager", Line(spell.line, spell.record["_raw"]), reason)

    def owners(self, system: str) -> Iterator[tuple[str, str]]:
        """Every account of a system in lower case, and whose it is."""
        return ((account, known.record["person_id"]) for (held_in, account), known in self.accounts.items() if held_in == system)

    def add_person(self, person_id: str, name: str, url: str) -> None:
        """Somebody whom an identity provider knows; who is known already keeps all but a missing name."""
        record = {"person_id": person_id, "name": None, "kind": "human", "_raw": {"person": person_id, "name": name}, "_source_url": url}
        known = self.people.setdefault(person_id, _Person(record, named_on=""))
        known.record["name"] = known.record["name"] or name or None

    def add_account(self, person_id: str, system: str, account: str, url: str) -> None:
        """An account that an identity provider states; who has it already keeps it."""
        record = {"person_id": person_id, "system": system, "account": account, "valid_from": None, "valid_to": None, "stated_by": "scim"}
        record |= {"_raw": {"person": person_id, "system": system, "account": account}, "_source_url": url}
        self.accounts.setdefault((system, account.casefold()), _Account(0, record))

    def add_spells(self, person_id: str, times: Iterable[Time], url: str) -> None:
        """Times in teams that an identity provider states, or has stated before."""
        self.spells[person_id] = [_Spell(0, _record_of(person_id, time) | {"_source_url": url}) for time in times]

    def _take_person(self, line: Line) -> None:
        values = line.values
        person_id, stated, since = values["person"], values.get("kind", "").lower(), values["from"]
        known = self.people.get(person_id)
        if known is None:
            record = {"person_id": person_id, "name": None, "kind": "human", "_source_url": self.url}
            known = self.people[person_id] = _Person(record, named_on="")
        if values["name"] and since >= known.named_on:
            known.record["name"], known.named_on = values["name"], since
        if stated and known.kind_line and stated != known.record["kind"]:
            reason = f"kind is {stated!r}, but line {known.kind_line} says {known.record['kind']!r}; the earlier line counts"
            self._reject("people", f"{person_id}|kind", line, reason)
        elif stated:
            known.record["kind"], known.kind_line = stated, line.number
        known.record["_raw"] = {"person": person_id, "name": known.record["name"] or "", "kind": known.record["kind"]}

    def _take_spell(self, line: Line) -> tuple[date | None, date | None]:
        """Take the line's time in a team, if it tells one; gives its dates for the accounts' validity."""
        values = line.values
        raw = {name: values[name] for name in ("person", "team", "manager", "level", "from", "to")}
        if not any(raw[name] for name in raw if name != "person"):
            return None, None
        try:
            start, end = _dates(values)
        except BadDate as error:
            self._reject("spells", f"{values['person']}|{values['from'] or '?'}", line, str(error))
            self.doubtful.add("spells")
            return None, None
        record = {"person_id": values["person"], "valid_from": start, "valid_to": end, "_raw": raw, "_source_url": self.url}
        record |= {"stated_by": "directory"}
        record |= {"team": values["team"] or None, "manager_id": values["manager"] or None, "level": values["level"] or None}
        self._add_spell(line, _Spell(line.number, record))
        return start, end

    def _add_spell(self, line: Line, spell: _Spell) -> None:
        person_id = spell.record["person_id"]
        accepted = self.spells.setdefault(person_id, [])
        clash = next((other for other in accepted if spell.overlaps(other)), None)
        if clash is None:
            accepted.append(spell)
            return
        identity = f"{person_id}|{spell.start}"
        if spell.start == clash.start:
            identity += f"|{spell.record['team']}"  # the key itself belongs to the line that was taken
        reason = (
            f"{person_id} is in {spell.record['team']!r} {_span(spell)}, but line {clash.line} has the same person in "
            f"{clash.record['team']!r} {_span(clash)}; expected one team at a time: end the earlier spell with a `to`"
        )
        self._reject("spells", identity, line, reason)
        self.doubtful.add("spells")

    def _stated_accounts(self, line: Line) -> Iterator[tuple[str, str]]:
        """System and account of every item of the line's lists; items of no legal form are rejected."""
        for item in _items(line.values["emails"]):
            if _is_email(item):
                yield "git", item.lower()
            else:
                self._reject_account(line, item, f"e-mail {item!r} has no address form; expected name@domain")
        for item in _items(line.values["logins"]):
            problem = _login_problem(item)
            if problem:
                self._reject_account(line, item, problem)
                continue
            system, _, account = item.rpartition(":") if ":" not in item else item.partition(":")
            yield system.lower() or "github", account.lower() if system.lower() == "git" else account

    def _take_account(self, line: Line, system: str, account: str, start: date | None, end: date | None) -> None:
        person_id = line.values["person"]
        known = self.accounts.get((system, account.casefold()))
        if known is None:
            record = {"person_id": person_id, "system": system, "account": account, "valid_from": start, "valid_to": end}
            record |= {
                "stated_by": "directory",
                "_raw": {"person": person_id, "system": system, "account": account},
                "_source_url": self.url,
            }
            self.accounts[system, account.casefold()] = _Account(line.number, record)
        elif known.record["person_id"] == person_id:
            known.widen(start, end)
        else:
            owner = known.record["person_id"]
            reason = f"{system} account {account!r} is given to {person_id!r}, but line {known.line} gives it to {owner!r}, who keeps it"
            self._reject("accounts", f"{person_id}|{system}|{account}", line, reason)
            self.doubtful.add("accounts")

    def _reject_account(self, line: Line, item: str, reason: str) -> None:
        self._reject("accounts", f"{line.values['person']}|{item}", line, reason)
        self.doubtful.add("accounts")

    def _reject(self, table: str, identity: str, line: Line, reason: str) -> None:
        raw: Any = line.values or {"cells": line.written}
        self.rejected.append(Rejected(table, PARTITION, identity, f"{self.file} line {line.number}: {reason}", raw, self.url))


def _record_of(person_id: str, time: Time) -> Record:
    said = {"team": time.team, "manager_id": time.manager, "level": time.level}
    raw = {"person": person_id, "from": time.start.isoformat(), "to": time.end and time.end.isoformat(), **said}
    return {"person_id": person_id, "valid_from": time.start, "valid_to": time.end, **said, "stated_by": "scim", "_raw": raw}


def _line_problem(values: dict[str, str]) -> str:
    """Why a line tells nothing usable at all; empty when it does."""
    if not values["person"]:
        return "person is empty; expected the durable id of a person, such as ana"
    kind = values.get("kind", "").lower()
    if kind and kind not in KINDS:
        nearest = difflib.get_close_matches(kind, KINDS, 1)
        return f"kind is {kind!r}; expected {', '.join(KINDS)}" + (f" (nearest: {nearest[0]!r})" if nearest else "")
    return ""


def _dates(values: dict[str, str]) -> tuple[date, date | None]:
    if not values["from"]:
        raise BadDate("from is empty; expected the first day in this team as YYYY-MM-DD")
    start = _day("from", values["from"])
    end = _day("to", values["to"]) if values["to"] else None
    if end is not None and end <= start:
        raise BadDate(f"to is {end}, which is not after from {start}; expected the first day no longer in this team")
    return start, end


def _day(column: str, cell: str) -> date:
    try:
        if len(cell) == DAY_LENGTH:
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise BadDate(f"{column} is {cell!r}; expected a day as YYYY-MM-DD")


def _login_problem(item: str) -> str:
    system, colon, account = item.partition(":")
    if not colon:
        return f"login {item!r} looks like an e-mail; put it under emails, or write evals:{item} for a store's user" if "@" in item else ""
    if system.lower() not in SYSTEMS:
        nearest = difflib.get_close_matches(system.lower(), SYSTEMS, 1)
        hint = f" (nearest: {nearest[0]!r})" if nearest else ""
        return f"login {item!r} names the system {system!r}; expected {', '.join(SYSTEMS)}{hint}"
    return "" if account.strip() else f"login {item!r} names a system but no account"


def _items(cell: str) -> Iterator[str]:
    return (item.strip() for item in cell.split(";") if item.strip())


def _is_email(item: str) -> bool:
    name, at, domain = item.partition("@")
    return bool(name and at and domain) and " " not in item and "@" not in domain


def _span(spell: _Spell) -> str:
    end = spell.record["valid_to"]
    return f"from {spell.start} to {end}" if end else f"from {spell.start} on"
