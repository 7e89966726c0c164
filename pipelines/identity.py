"""Decisions of people about who is who: proposed against what holds now, refused when they contradict it, appended to the journal.

The journal is a file in the configuration's folder, not a table: it survives a rebuilt warehouse and is reviewed in git.
"""

import getpass
import os
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import duckdb
from filelock import FileLock, Timeout

from connectors.contract import ReadContext
from connectors.people.client import PeopleFile
from connectors.people.decisions import Standing, Subject, settle, why_no_merge
from connectors.people.journal import Decision, JournalFile
from connectors.people.resources import take_roster
from connectors.people.roster import Roster
from connectors.people.scim import ProviderFile
from pipelines.config_sections import People
from pipelines.evidence import rows

Act = Literal["link", "unlink", "exclude", "include"]
AT_NEXT_SYNC = "from the next sync on"
LONGEST_WAIT = 30
"""Seconds that one decision waits for another that is being written."""


class UnknownAccount(LookupError):
    """Text that names no account that was seen, or more than one."""


class DecisionRefused(Exception):
    """A decision that contradicts what holds; says what holds, by whom, and what to do first."""


@dataclass(frozen=True)
class Account:
    """An account that was seen, and what the published snapshot says of it; `rule` is empty where it says nothing."""

    system: str
    account: str
    login: str
    person_id: str | None
    rule: str

    @property
    def subject(self) -> Subject:
        """System and account."""
        return self.system, self.account

    def __str__(self) -> str:
        return f"{self.system}:{self.account}" + (f" ({self.login})" if self.login and self.login != self.account else "")


@dataclass(frozen=True)
class Proposal:
    """A decision that contradicts nothing, and what it would change, in a sentence."""

    decision: Decision
    change: str


class Registry:
    """Who is who now: `people.csv`, the journal's standing decisions, and the accounts of the published snapshot."""

    def __init__(self, people: People, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        journal = JournalFile(people.decisions).read()
        self._decisions = journal.decisions if journal else ()
        self.standing: Standing = settle(self._decisions, _everybody(people).kinds)

    def propose(self, act: Act, what: str, who: str, by: str, reason: str, now: datetime) -> Proposal:
        """Check a decision against what holds.

        Args:
            act: what is decided.
            what: an account (`system:account`, or a login or address that only one account has), or the person_id of a duplicate.
            who: a person of `people.csv`; empty for exclude and include.
            by: who decides.
            reason: why.
            now: when, UTC.

        Raises:
            LookupError: when `what` or `who` names nothing, or more than one thing.
            DecisionRefused: when the decision contradicts what holds.
        """
        newest = max((decision.at for decision in self._decisions), default=None)
        if newest and newest >= now:
            raise DecisionRefused(f"the journal's newest decision is of {newest.isoformat()}, and it is {now.isoformat()}: check the clock")
        person = self._person(who) if who else ""
        given = {"at": now, "by": by, "decision": act, "person": person, "reason": reason}
        if person and what in self.standing.kinds:
            change = self._between_people(act, what, person)
            return Proposal(Decision.model_validate(given | {"duplicate": what}), change)
        account = self.account(what)
        change = getattr(self, f"_{act}")(account, person)
        return Proposal(Decision.model_validate(given | {"account": f"{account.system}:{account.account}", "login": account.login}), change)

    def account(self, text: str) -> Account:
        """The one account that was seen and answers to a text.

        Raises:
            UnknownAccount: with what is near, or with the candidates.
        """
        system, colon, name = text.strip().partition(":")
        known = self._known_accounts()
        wanted = [("", text.strip().lower()), *([(system.lower(), name.lower())] if colon else [])]
        found = [a for a in known if any(s in ("", a.system) and n in (a.account.lower(), a.login.lower()) for s, n in wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            listed = "\n".join(f"  {account}" for account in found[:20])
            raise UnknownAccount(f"{text!r} may be any of {len(found)} accounts; write one as system:account:\n{listed}")
        raise UnknownAccount(
            f"no record shows an account {text!r}; expected system:account, a login or an address, as `fulcrum people list` and "
            "`fulcrum people unresolved` show them (an account that has done nothing yet goes into people.csv)"
        )

    def _known_accounts(self) -> Sequence[Account]:
        """Accounts of the snapshot, and those of the journal, which may be excluded and so be in no list."""
        found = self._connection.execute(
            """select system, account, coalesce(account_login, ''), person_id, rule from core.bridge_people_accounts
               where rule <> 'directory_only'
               union all
               select system, account, coalesce(account_login, ''), null, reason from ops.identity_unresolved"""
        ).fetchall()
        known = {(row[0], row[1]): Account(*row) for row in found}
        for decision in self._decisions:
            if decision.account:
                known.setdefault(decision.subject, Account(*decision.subject, decision.login, None, ""))
        return list(known.values())

    def _person(self, text: str) -> str:
        """The person_id of `people.csv` that a text means."""
        person_id = text if text in self.standing.kinds else rows.find_person(self._connection, text).person_id
        if person_id not in self.standing.kinds:
            raise LookupError(f"{person_id!r} is no person of people.csv; expected one of its person ids")
        counts_for = self.standing.person(person_id)
        if counts_for != person_id:
            raise DecisionRefused(f"{person_id} counts as {counts_for} {self._since(('', person_id))}; name {counts_for}")
        return person_id

    def _since(self, subject: Subject) -> str:
        decision = self.standing.deciding[subject]
        return f"(decided by {decision.by} on {decision.at.date()}: {decision.reason})"

    def _owner(self, account: Account) -> str | None:
        """Whose the account is; None for nobody, and where only the next sync will tell."""
        decision = self.standing.deciding.get(account.subject)
        if decision:
            return self.standing.person(decision.person) if decision.decision == "link" else None
        if account.person_id is None or account.rule in {"decision_link", "excluded"}:
            return None
        person_id = self.standing.person(account.person_id)
        latest = self.standing.latest.get((account.subject, person_id))
        return None if latest and latest.decision == "unlink" else person_id

    def _state(self, account: Account) -> str:
        if account.subject in self.standing.deciding:
            decision = self.standing.deciding[account.subject]
            whom = f"counts for {self._owner(account)}" if decision.decision == "link" else "is excluded"
            return f"{whom} {self._since(account.subject)}"
        owner = self._owner(account)
        return f"counts for {owner} by rule {account.rule}" if owner else "counts for nobody"

    def _link(self, account: Account, person: str) -> str:
        if account.rule == "ghost":
            raise DecisionRefused(f"{account} is GitHub's account for what deleted accounts have left; it can be nobody's")
        decided = self.standing.deciding.get(account.subject)
        owner = self._owner(account)
        if owner == person:
            raise DecisionRefused(f"{account} {self._state(account)}; nothing would change")
        if decided:
            first = f"include {_written(account)}" if decided.decision == "exclude" else f"unlink {_written(account)} {decided.person}"
            raise DecisionRefused(f"{account} {self._state(account)}; run `fulcrum people {first}` first")
        return f"{account} {self._state(account)}; {AT_NEXT_SYNC} it counts for {person}"

    def _unlink(self, account: Account, person: str) -> str:
        if self._owner(account) != person and account.rule != "conflict":
            raise DecisionRefused(f"{account} {self._state(account)}, not for {person}; there is nothing to take back")
        return f"{account} {self._state(account)}; {AT_NEXT_SYNC} it does not count for {person}, and the other rules and decisions decide"

    def _exclude(self, account: Account, _: str) -> str:
        decided = self.standing.deciding.get(account.subject)
        if decided:
            first = f"; run `fulcrum people unlink {_written(account)} {decided.person}` first" if decided.decision == "link" else ""
            raise DecisionRefused(f"{account} {self._state(account)}{first}")
        return f"{account} {self._state(account)}; {AT_NEXT_SYNC} it counts for nobody and is listed as excluded"

    def _include(self, account: Account, _: str) -> str:
        decided = self.standing.deciding.get(account.subject)
        if not decided or decided.decision != "exclude":
            raise DecisionRefused(f"{account} {self._state(account)}; only an exclusion can be ended")
        return f"{account} {self._state(account)}; {AT_NEXT_SYNC} the rules decide"

    def _between_people(self, act: Act, one: str, other: str) -> str:
        merged = self.standing.merged.get(one)
        if act == "unlink":
            if merged != other:
                raise DecisionRefused(f"{one} does not count as {other}; there is nothing to take back")
            return f"{one} counts as {other} {self._since(('', one))}; {AT_NEXT_SYNC} they are two people again"
        if merged:
            raise DecisionRefused(f"{one} counts as {merged} {self._since(('', one))}; run `fulcrum people unlink {one} {merged}` first")
        reason = why_no_merge(self.standing, one, other) if one != other else "they are one person_id"
        if reason:
            raise DecisionRefused(f"{one} cannot count as {other}: {reason}")
        query = "select count(*) from core.bridge_people_accounts where person_id = ?"
        (n_accounts,) = self._connection.execute(query, [one]).fetchall()[0]
        accounts = "1 account" if n_accounts == 1 else f"{n_accounts} accounts"
        return f"{one} has {accounts}; {AT_NEXT_SYNC} what {one} has counts for {other}, and {one} is no person of its own"


def _everybody(people: People) -> Roster:
    provider = ProviderFile(people.scim) if people.scim else None
    return take_roster(PeopleFile(people.directory), provider, ReadContext(now=datetime.now(UTC)))


def _written(account: Account) -> str:
    return f"{account.system}:{account.account}"


@contextmanager
def deciding(journal: Path) -> Generator[None]:
    """Hold a journal from the check of a decision to its last byte, so that two that contradict each other cannot both be written.

    Raises:
        DecisionRefused: when others hold it for `LONGEST_WAIT`.
    """
    journal.parent.mkdir(parents=True, exist_ok=True)
    lock = journal.with_name(f".{journal.name}.lock")
    try:
        with FileLock(lock, timeout=LONGEST_WAIT):
            yield
    except Timeout:
        waited = f"{journal}: another process has been writing a decision for {LONGEST_WAIT} s"
        raise DecisionRefused(f"{waited}; nothing was written: run the command again once it has ended ({lock} is held)") from None


def append(path: Path, decision: Decision) -> None:
    """Add a decision to the journal, on the disk when this returns; only while `deciding`."""
    with path.open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        is_open_line = file.read(1) not in (b"", b"\n")
        file.write((b"\n" if is_open_line else b"") + decision.line().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def author(folder: Path) -> str:
    """Who decides, when nobody is named: git's user in the journal's folder, else the account of this machine."""
    try:
        done = subprocess.run(["git", "config", "user.email"], cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return getpass.getuser()
    return done.stdout.strip() or getpass.getuser()


def moment() -> datetime:
    """Now, as a decision holds it."""
    return datetime.now(UTC)
