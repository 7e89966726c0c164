"""What becomes of repositories: renamed, transferred, archived, made private, deleted, out of reach, back again, their name taken.

A repository that is known and no longer listed is asked for by its number. If that answers, it goes on being read under its new name; a
partition is named by the number. If it does not, its row is tombstoned with the reason, and it is asked for again only now and then.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.contract import Event, Failed, Finished, Gone, Page, ReadContext, Record
from connectors.errors import AuthFailed, NotFound, SourceError
from connectors.github.gaps import ASK_AGAIN
from connectors.github.protocol import Absent, Client, Denied, Refused
from connectors.github.records import moment

if TYPE_CHECKING:
    from connectors.github.repositories import Repository

TABLE = "repository_lifecycle"
Known = dict[str, Any]
"""What the cursor remembers of one repository."""


def record(repository_id: int, state: str, now: datetime, known: Mapping[str, Any], detail: str) -> Record:
    """One change; `known` is the repository as it was before."""
    row = {
        "repository_id": repository_id,
        "state": state,
        "observed_at": now.isoformat(),
        "full_name": known.get("full_name"),
        "detail": detail,
        "source_url": known.get("html_url"),
    }
    return {**row, "_raw": {"full_name": row["full_name"], "detail": detail}, "_source_url": row["source_url"]}


def changes(key: str, before: Known | None, item: Mapping[str, Any], now: datetime) -> Iterator[Record]:
    """What changed of a repository that can be read, since it was last seen."""
    name = str(item.get("full_name"))
    if before is None:
        yield record(int(key), "live", now, item, "first seen" + (", archived" if item.get("archived") else ""))
        return
    if before.get("gone"):
        yield record(int(key), "restored", now, {**before, "full_name": name}, f"it was {before['gone']['state'].replace('_', ' ')}")
    old = str(before.get("full_name"))
    if old.lower() != name.lower():
        yield record(int(key), _moved(old, name), now, before, name)
    for flag, states in (("archived", ("unarchived", "archived")), ("private", ("made_public", "made_private"))):
        if flag in before and bool(before[flag]) != bool(item.get(flag)):
            yield record(int(key), states[bool(item.get(flag))], now, before, name)


def owner_of(full_name: str) -> str:
    """The part of owner/name before the slash."""
    return full_name.partition("/")[0]


def _moved(old: str, name: str) -> str:
    return "renamed" if owner_of(old).lower() == owner_of(name).lower() else "transferred"


def formerly(key: str, old: str, known: Known, now: datetime) -> Iterator[Record]:
    """A name that led to a repository which has another one now; told once, and remembered in `known`."""
    name, names = str(known.get("full_name")), known.get("names", [])
    if old.lower() not in {each.lower() for each in (name, *names)}:
        known["names"] = [*names, old]
        yield record(int(key), _moved(old, name), now, {**known, "full_name": old}, name)


def met(known: Known, summary: Mapping[str, Any]) -> Known:
    """What to remember of a repository that can be read: a name that it had before is kept, and that it was gone is over."""
    kept = {key: value for key, value in known.items() if key != "gone"}
    if known.get("gone"):
        kept["returned"] = known["gone"]["asked"]
    old = known.get("full_name")
    if old and str(old).lower() != str(summary.get("full_name")).lower():
        kept["names"] = [*known.get("names", []), old]
    return {**kept, **summary}


def take_over(known: Known, cursor: Mapping[str, Any]) -> bool:
    """Whether the reading of the repository itself noticed that it is gone; it is remembered as such from now on."""
    gone = cursor.get("gone")
    if not gone or known.get("gone") or known.get("returned") == gone["asked"]:
        return False
    known["gone"] = dict(gone)
    return True


@dataclass(frozen=True)
class Answered:
    """What a repository's number answers: its item, None where it is unchanged, or why it cannot be read."""

    item: dict[str, Any] | None = None
    error: SourceError | None = None
    etag: str = ""


def by_number(client: Client, repository_id: int | str, etag: str | None = None) -> Answered:
    """Ask for a repository by its number, which survives renames and transfers."""
    try:
        answer = client.get(f"/repositories/{repository_id}", etag=etag)
    except Refused:
        raise
    except (NotFound, AuthFailed) as error:
        return Answered(error=error)
    return Answered(answer.data if isinstance(answer.data, dict) else None, None, answer.etag)


def never_read(partition: str, key: str, known: Known, now: datetime, error: SourceError) -> Iterator[Event]:
    """The events of a repository that is listed and never answered; it is remembered as gone."""
    state, detail = verdict(error, 1, None, None)
    known["gone"] = {"state": state, "asked": now.isoformat(), "was_listed": True}
    yield Page(TABLE, partition, [record(int(key), state, now, known, f"listed, and {detail}")])
    yield Gone("repositories", partition, [(int(key),)], f"{state.replace('_', ' ')}: listed, and {detail}")


def vanished(client: Client, repository: "Repository", context: ReadContext, error: NotFound) -> Iterator[Event]:
    """What becomes of a repository that was listed and is not found: one that was read before is recorded, and read no more."""
    saved = context.cursor(repository.partition)
    try:
        found = by_number(client, repository.repository_id) if saved else None
    except Refused:
        raise
    except SourceError:
        found = None
    if found is None or found.error is None:
        yield Failed(repository.partition, error)
        return
    state, detail = verdict(found.error, 1, None, None)
    known = {"full_name": repository.full_name, "html_url": repository.html_url}
    yield Page(TABLE, repository.partition, [record(repository.repository_id, state, context.now, known, detail)])
    yield Finished(repository.partition, {**saved, "gone": {"state": state, "asked": context.now.isoformat(), "was_listed": True}})


@dataclass(frozen=True)
class Owner:
    """How many repositories an organisation says it has, and how many of them were listed."""

    counted: int | None
    listed: int

    @property
    def hidden(self) -> int | None:
        """Those that this credential does not see; None where the organisation does not tell."""
        return None if self.counted is None else max(self.counted - self.listed, 0)


def verdict(error: SourceError, vanished: int, owner: Owner | None, hidden_before: int | None) -> tuple[str, str]:
    """`deleted` or `access_lost`, and what that rests on.

    404 is GitHub's answer to both. What tells them apart is the organisation's own count: repositories that were deleted are missing from
    it, and those that were hidden are not. Where it is not told, or tells only a part, access is what is known to be lost.
    """
    status = error.status if isinstance(error, Absent | Denied) else 404
    if status == 451:
        return "access_lost", "451: taken down for legal reasons"
    if status == 403:
        return "access_lost", f"403: {error.why}"
    hidden = owner.hidden if owner else None
    if owner is None or hidden is None or hidden_before is None:
        return "access_lost", f"{status}: deleted or access lost; nothing tells which"
    told = f"the organisation counts {owner.counted} repositories, of which {owner.listed} are listed"
    newly_hidden = hidden - hidden_before
    if newly_hidden <= 0:
        return "deleted", f"{status}, and {told}: no more are hidden than before"
    if newly_hidden >= vanished:
        return "access_lost", f"{status}, and {told}: {newly_hidden} more are hidden than before"
    return "access_lost", f"{status}: deleted or access lost; {told}, and of {vanished} that vanished {newly_hidden} may be hidden"


@dataclass
class Census:
    """The repositories that are known and were not listed.

    Attributes:
        known: by number, what the cursor remembers; changed in place.
        owners: by login in lower case, counts of this reading; `hidden` those of the reading before.
        found: by number, repositories to be read; those that answer by their number are added, gone ones taken out.
    """

    client: Client
    now: datetime
    known: dict[str, Known]
    found: dict[str, dict[str, Any] | None]
    owners: Mapping[str, Owner] = field(default_factory=dict)
    hidden: Mapping[str, int | None] = field(default_factory=dict)
    gone: dict[str, SourceError] = field(default_factory=dict)

    def ask(self, missing: Iterable[str]) -> None:
        """Ask for repositories by number: those not listed, and those listed that were gone before."""
        for key in missing:
            known = self.known[key]
            if known.get("gone") and not (self._is_due(known["gone"]) or self._is_back(key)):
                self.found.pop(key, None)
                continue
            etag = "" if known.get("gone") else known.get("etag", "")
            answered = by_number(self.client.of(owner_of(str(known.get("full_name")))), key, etag)
            if answered.error:
                self.found.pop(key, None)
                self.gone[key] = answered.error
            else:
                self.found[key] = answered.item or self.found.get(key)
                known["etag"] = answered.etag

    def _is_due(self, gone: Mapping[str, Any]) -> bool:
        asked = moment(gone.get("asked"))
        return asked is None or self.now - asked >= ASK_AGAIN

    def _is_back(self, key: str) -> bool:
        """Listed again, where it was not; one that was listed all the while and did not answer may go on like that."""
        return bool(self.found.get(key)) and not self.known[key]["gone"].get("was_listed")

    def events(self, partition: str) -> Iterator[Event]:
        """Lifecycle rows and tombstones of those that do not answer."""
        rows: list[Record] = []
        for key, error in self.gone.items():
            known = self.known[key]
            before = known.get("gone")
            if before:
                before["asked"] = self.now.isoformat()
                continue
            state, detail = self._verdict(known, error)
            rows.append(record(int(key), state, self.now, known, detail))
            known["gone"] = {"state": state, "asked": self.now.isoformat()}
            yield Gone("repositories", partition, [(int(key),)], f"{state.replace('_', ' ')}: {detail}")
        rows += self._reassigned()
        if rows:
            yield Page(TABLE, partition, rows)

    def _verdict(self, known: Known, error: SourceError) -> tuple[str, str]:
        login = owner_of(str(known.get("full_name"))).lower()
        fresh = [key for key in self.gone if not self.known[key].get("gone") or self.known[key]["gone"]["asked"] == self.now.isoformat()]
        vanished = sum(1 for key in fresh if str(self.known[key].get("full_name")).lower().startswith(f"{login}/"))
        return verdict(error, vanished, self.owners.get(login), self.hidden.get(login))

    def _reassigned(self) -> Iterator[Record]:
        """Names that belonged to one repository and are another's now."""
        names = {key: (item or self.known.get(key, {})).get("full_name") for key, item in self.found.items()}
        holders = {str(name).lower(): key for key, name in names.items()}
        for key, known in self.known.items():
            for name in {*known.get("names", []), *([known.get("full_name")] if known.get("gone") else [])}:
                holder = holders.get(str(name).lower())
                if holder and holder != key and name not in known.get("taken", []):
                    known["taken"] = [*known.get("taken", []), name]
                    yield record(
                        int(key), "name_reassigned", self.now, {**known, "full_name": name}, f"now the name of repository {holder}"
                    )
