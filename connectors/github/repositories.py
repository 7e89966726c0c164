"""Which repositories there are: partition `repositories`, and the list that the other partitions are made from.

Listings are read conditionally. What a listing leaves out (is it empty, which template and which fork network it came from) is
asked once for each repository and then remembered in the cursor.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from connectors.contract import Counted, Cursor, Event, Failed, Finished, Gone, Page, ReadContext, Rejected
from connectors.errors import ContractBroken, NotFound, SourceError
from connectors.github import lifecycle, records
from connectors.github.listing import PER_PAGE, Entry, Memory, address, chunks, walk
from connectors.github.options import Repositories
from connectors.github.owners import by_client
from connectors.github.protocol import SOURCE, Client, Refused
from connectors.github.queries import DETAILS_A_REQUEST, repository_details
from connectors.github.records import dig, listed

PARTITION = "repositories"
_SUMMARY = ("full_name", "default_branch", "html_url", "pushed_at", "node_id", "archived", "private")
_MOST_MISSING, _FEW = 0.5, 10
"""More than this share missing from a listing of not so few looks like a truncated answer, or like a credential that lost its rights."""


@dataclass(frozen=True)
class Repository:
    """What reading one repository needs to know of it."""

    repository_id: int
    full_name: str
    default_branch: str
    html_url: str
    node_id: str = ""
    """Global id in GraphQL."""
    organisation: int | None = None
    """Numeric id of its owner, where that is an organisation."""

    @property
    def partition(self) -> str:
        """Named by the id, which survives renames."""
        return f"github:{self.repository_id}"

    @property
    def owner(self) -> str:
        """First half of the full name."""
        return self.full_name.partition("/")[0]

    @property
    def name(self) -> str:
        """Second half of the full name."""
        return self.full_name.partition("/")[2]

    @property
    def path(self) -> str:
        """Its address in the REST API."""
        return f"/repos/{self.full_name}"


@dataclass
class _Listing:
    """Repositories found in this reading, what is known of them, and what could not be listed."""

    client: Client
    wanted: Repositories
    memory: Memory
    known: dict[str, dict[str, Any]]
    found: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """Id as text to its item, or to None where the listing was unchanged."""
    odd: list[Any] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)
    followed: list[tuple[str, str]] = field(default_factory=list)
    """Id and the name outright by which the configuration led to it."""
    owners: dict[str, lifecycle.Owner] = field(default_factory=dict)
    """Organisations that were listed, by login in lower case."""

    def read(self) -> None:
        """Resolve every pattern; one that fails does not stop the others."""
        for pattern in self.wanted.include:
            try:
                for data, kept in self._pages(pattern):
                    self._take(pattern, data, kept)
            except Refused:
                raise
            except NotFound as error:
                # One that was known under this name is looked for by its number.
                if not any(str(known.get("full_name")).lower() == pattern.lower() for known in self.known.values()):
                    self.errors.append(error)
            except SourceError as error:
                self.errors.append(error)

    def _pages(self, pattern: str) -> Iterator[tuple[Any, list[str]]]:
        owner, _, name = pattern.partition("/")
        client = self.client.of(owner)
        if not _is_pattern(name):
            yield from self._single(client, f"/repos/{pattern}")
            return
        order = {"sort": "created", "direction": "asc"}
        try:
            yield from self._organisation(owner, self._listing(client, f"/orgs/{owner}/repos", {"type": "all", **order}))
        except NotFound:
            yield from self._listing(client, f"/users/{owner}/repos", {"type": "owner", **order})

    def _organisation(self, owner: str, listing: Iterator[tuple[Any, list[str]]]) -> Iterator[tuple[Any, list[str]]]:
        """A listing with its size, and the organisation's own count beside it."""
        listed_ids: set[str] = set()
        for data, kept in listing:
            listed_ids.update(kept)
            yield data, kept
        if owner.lower() in self.owners:
            return
        path = f"/orgs/{owner}"
        old = self.memory.old.get(path)
        answer = self.client.of(owner).get(path, etag=old[0] if old else "")
        entry: Entry = list(old) if old and answer.is_unchanged else [answer.etag, "", _count(answer.data)]
        if entry[0]:
            self.memory.new[path] = entry
        self.owners[owner.lower()] = lifecycle.Owner(entry[2], len(listed_ids))

    def _listing(self, client: Client, path: str, parameters: dict[str, str]) -> Iterator[tuple[Any, list[str]]]:
        for page in walk(client, address(path, {**parameters, "per_page": PER_PAGE}), self.memory, _ids):
            yield page.data, page.kept

    def _single(self, client: Client, path: str) -> Iterator[tuple[Any, list[str]]]:
        old = self.memory.old.get(path)
        answer = client.get(path, etag=old[0] if old else "")
        entry: Entry = list(old) if old and answer.is_unchanged else [answer.etag, "", _ids([answer.data])]
        if entry[0]:
            self.memory.new[path] = entry
        yield None if answer.is_unchanged else [answer.data], entry[2]

    def _take(self, pattern: str, data: Any, kept: list[str]) -> None:
        items = dict.fromkeys(kept) if data is None else {str(item["id"]): item for item in data if _is_repository(item)}
        self.odd += [item for item in listed(data) if not _is_repository(item)]
        for key, item in items.items():
            name = item["full_name"] if item else dig(self.known, key, "full_name") or ""
            # One of which an unchanged page tells no name was left out by the configuration before.
            if name and self._is_wanted(pattern, name) and not self.found.get(key):
                self.found[key] = item
            if not _is_pattern(pattern) and key in self.found:
                self.followed.append((key, pattern))

    def _is_wanted(self, pattern: str, full_name: str) -> bool:
        """Names are compared without case, as GitHub does; a renamed repository named outright is still the one meant."""
        return (not _is_pattern(pattern) or fnmatchcase(full_name.lower(), pattern.lower())) and not self.is_excluded(full_name)

    def is_excluded(self, full_name: str) -> bool:
        """Left out by the configuration."""
        return any(fnmatchcase(full_name.lower(), pattern.lower()) for pattern in self.wanted.exclude)

    def missing(self) -> list[str]:
        """Known repositories to be asked for by number: wanted and not listed, and listed ones that were gone."""
        return [key for key, known in self.known.items() if self._is_to_be_asked(key, known)]

    def _is_to_be_asked(self, key: str, known: dict[str, Any]) -> bool:
        name = str(known.get("full_name"))
        if known.get("gone"):
            return key in self.found or not self.is_excluded(name)
        is_wanted = known.get("is_followed") or any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.wanted.include)
        return key not in self.found and is_wanted and not self.is_excluded(name)

    def refuse_shrunk(self) -> None:
        """Take a listing that lost most of its repositories at once for what it looks like: an error."""
        live = [key for key, known in self.known.items() if not known.get("gone")]
        missing = [key for key in self.missing() if not self.known[key].get("gone") and not self.known[key].get("is_followed")]
        if len(live) >= _FEW and len(missing) > len(live) * _MOST_MISSING:
            why = f"{len(missing)} of {len(live)} known repositories are missing from the listing at once"
            hint = "has the credential lost its rights? If they are really gone, run `fulcrum sync --full --accept-removals`"
            self.errors.append(ContractBroken(SOURCE, "the listing of repositories", why, hint))

    def details(self) -> None:
        """Learn of new repositories what listings do not say; refresh emptiness where something was pushed."""
        asked = [item for key, item in self.found.items() if item and self._is_news(self.known.get(key), item)]
        try:
            for client, items in by_client(self.client, asked, lambda item: lifecycle.owner_of(item["full_name"])):
                for some in chunks(items, DETAILS_A_REQUEST):
                    self._ask_details(client, some)
            for item in asked:
                if item.get("fork"):
                    self._ask_source(item)
        except Refused:
            raise
        except SourceError as error:
            self.errors.append(error)
        for key, item in self.found.items():
            if item:
                self.known[key] = lifecycle.met(self.known.get(key, {}), _summary(item))

    @staticmethod
    def _is_news(known: dict[str, Any] | None, item: dict[str, Any]) -> bool:
        return not known or known.get("is_empty") is None or bool(known["is_empty"] and known.get("pushed_at") != item.get("pushed_at"))

    def _ask_details(self, client: Client, items: list[dict[str, Any]]) -> None:
        variables: dict[str, str] = {}
        for i, item in enumerate(items):
            owner, _, name = item["full_name"].partition("/")
            variables |= {f"owner{i}": owner, f"name{i}": name}
        graph = client.graphql("repository details", repository_details(len(items)), variables)
        for i, item in enumerate(items):
            # A repository that vanished since it was listed is null here; its own partition will say so.
            node = graph.data.get(f"r{i}")
            template = dig(node, "templateRepository")
            key = str(item["id"])
            self.known[key] = {
                **self.known.get(key, {}),
                "is_empty": dig(node, "isEmpty"),
                "template": [dig(template, "databaseId"), dig(template, "nameWithOwner")] if template else None,
            }

    def _ask_source(self, item: dict[str, Any]) -> None:
        try:
            source = dig(self.client.of(lifecycle.owner_of(item["full_name"])).get(f"/repos/{item['full_name']}").data, "source")
        except NotFound:
            return
        if source:
            self.known.setdefault(str(item["id"]), {})["source"] = [dig(source, "id"), dig(source, "full_name")]

    def repositories(self) -> list[Repository]:
        """Every wanted repository, in order of id."""
        return [_as_repository(key, self.known[key]) for key in sorted(self.found, key=int) if key in self.known]


def read(client: Client, wanted: Repositories, context: ReadContext) -> Generator[Event, None, list[Repository]]:
    """Yield the events of partition `repositories`; return every repository to be read."""
    saved: Cursor = dict(context.cursors.get(PARTITION, {}))
    known: dict[str, dict[str, Any]] = {key: _remembered(value, context.full) for key, value in saved.get("known", {}).items()}
    noticed = [key for key, details in known.items() if lifecycle.take_over(details, context.cursor(f"github:{key}"))]
    # What the cursor of an older version does not hold is only told by a listing that is read anew.
    is_usable = (
        not context.full
        and saved.get("wanted") == wanted.model_dump(mode="json")
        and all("organisation" in details for details in known.values())
    )
    listing = _Listing(client, wanted, Memory(saved.get("pages", {}) if is_usable else {}), known)
    listing.read()
    if not context.full:
        listing.refuse_shrunk()
    if noticed:
        yield Gone("repositories", PARTITION, [(int(key),) for key in noticed], "listed, and no longer answering")
    if not listing.errors:
        yield from _census(listing, saved, context)
    before = {key: dict(value) for key, value in known.items()}
    listing.details()
    yield from _unreadable(listing, context)
    changed = [
        records.repository(item, listing.known[key]) for key, item in listing.found.items() if item and "is_empty" in listing.known[key]
    ]
    for start in range(0, len(changed), PER_PAGE):
        yield Page("repositories", PARTITION, changed[start : start + PER_PAGE])
    for item in listing.odd:
        yield Rejected("repositories", PARTITION, "?", f"expected a repository with id and full_name, got {item!r:.200}", item, "")
    rows = [row for key, item in listing.found.items() if item for row in lifecycle.changes(key, before.get(key), item, context.now)]
    rows += [row for key, name in listing.followed for row in lifecycle.formerly(key, name, listing.known[key], context.now)]
    if rows:
        yield Page(lifecycle.TABLE, PARTITION, rows)
    yield from _conclusion(listing, context)
    return listing.repositories()


def _census(listing: _Listing, saved: Cursor, context: ReadContext) -> Iterator[Event]:
    """Ask for what is known and not listed; yield what became of those that do not answer."""
    census = lifecycle.Census(listing.client, context.now, listing.known, listing.found, listing.owners, saved.get("hidden", {}))
    missing = listing.missing()
    census.ask(missing)
    for key in missing:
        item = listing.found.get(key)
        if item and listing.is_excluded(str(item.get("full_name"))):
            del listing.found[key]
        elif key in listing.found:
            listing.known[key]["is_followed"] = True
    yield from census.events(PARTITION)


def _unreadable(listing: _Listing, context: ReadContext) -> Iterator[Event]:
    """Record what is listed and does not answer: its row is kept as gone, and this reading is not whole."""
    silent = [key for key, item in listing.found.items() if item and dig(listing.known, key, "is_empty") is None]
    for key in silent if not listing.errors else ():
        error = lifecycle.by_number(listing.client.of(lifecycle.owner_of(listing.known[key]["full_name"])), key).error
        if error:
            known, item = listing.known[key], listing.found.pop(key) or {}
            yield Page("repositories", PARTITION, [records.repository(item, known)])
            yield from lifecycle.never_read(PARTITION, key, known, context.now, error)
            yield Failed(f"github:{key}", NotFound(SOURCE, f"/repos/{known['full_name']}", error.why, error.hint))


def _conclusion(listing: _Listing, context: ReadContext) -> Iterable[Event]:
    if listing.errors:
        for error in listing.errors[1:]:
            context.progress(str(error))
        yield Failed(PARTITION, listing.errors[0])
        return
    live = {key for key, details in listing.known.items() if not details.get("gone")}
    if live <= listing.found.keys():  # those that the configuration left out keep their rows as evidence of past work
        yield Counted("repositories", PARTITION, len(listing.found), "repositories listed")
    cursor = {
        "wanted": listing.wanted.model_dump(mode="json"),
        "pages": listing.memory.new,
        "known": listing.known,
        "hidden": {login: owner.hidden for login, owner in listing.owners.items()},
    }
    yield Finished(PARTITION, cursor, ("repositories", lifecycle.TABLE))


def _is_pattern(name: str) -> bool:
    return bool(set(name) & set("*?["))


def _count(organisation: Any) -> int | None:
    """All repositories of an organisation by its own count; private ones are told to its members only."""
    public, private = dig(organisation, "public_repos"), dig(organisation, "total_private_repos")
    return public + private if isinstance(public, int) and isinstance(private, int) else None


def _ids(items: Any) -> list[str]:
    return [str(item["id"]) for item in listed(items) if _is_repository(item)]


def _remembered(details: dict[str, Any], is_full: bool) -> dict[str, Any]:
    """What is known of a repository; a full reading asks anew for all but what becomes of it."""
    kept = {key: value for key, value in details.items() if not (is_full and key in ("is_empty", "template", "source", "etag"))}
    if is_full and kept.get("gone"):
        kept["gone"] = {**kept["gone"], "asked": None}
    return kept


def _is_repository(item: Any) -> bool:
    return isinstance(dig(item, "id"), int) and isinstance(dig(item, "full_name"), str)


def _summary(item: dict[str, Any]) -> dict[str, Any]:
    """What must be known of a repository when its listing answers 304."""
    organisation = dig(item, "owner", "id") if dig(item, "owner", "type") == "Organization" else None
    return {**{key: item.get(key) for key in _SUMMARY}, "organisation": organisation}


def _as_repository(key: str, known: dict[str, Any]) -> Repository:
    return Repository(
        int(key),
        known["full_name"],
        known.get("default_branch") or "main",
        known.get("html_url") or "",
        known.get("node_id") or "",
        known.get("organisation"),
    )
