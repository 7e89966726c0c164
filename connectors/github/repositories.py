"""Which repositories there are: partition `repositories`, and the list that the other partitions are made from.

Listings are read conditionally. What a listing leaves out (is it empty, which template and which fork network it came from) is
asked once for each repository and then remembered in the cursor.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from connectors.contract import Counted, Cursor, Event, Failed, Finished, Page, ReadContext, Rejected
from connectors.errors import NotFound, SourceError
from connectors.github import records
from connectors.github.listing import PER_PAGE, Entry, Memory, address, walk
from connectors.github.options import Repositories
from connectors.github.protocol import SOURCE, Client, Refused
from connectors.github.queries import DETAILS_A_REQUEST, repository_details
from connectors.github.records import dig, listed

PARTITION = "repositories"


@dataclass(frozen=True)
class Repository:
    """What reading one repository needs to know of it."""

    repository_id: int
    full_name: str
    default_branch: str
    html_url: str

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

    def read(self) -> None:
        """Resolve every pattern; one that fails does not stop the others."""
        for pattern in self.wanted.include:
            try:
                for data, kept in self._pages(pattern):
                    self._take(pattern, data, kept)
            except Refused:
                raise
            except SourceError as error:
                self.errors.append(error)

    def _pages(self, pattern: str) -> Iterator[tuple[Any, list[str]]]:
        owner, _, name = pattern.partition("/")
        if not set(name) & set("*?["):
            yield from self._single(f"/repos/{pattern}")
            return
        order = {"sort": "created", "direction": "asc"}
        try:
            yield from self._listing(f"/orgs/{owner}/repos", {"type": "all", **order})
        except NotFound:
            yield from self._listing(f"/users/{owner}/repos", {"type": "owner", **order})

    def _listing(self, path: str, parameters: dict[str, str]) -> Iterator[tuple[Any, list[str]]]:
        for page in walk(self.client, address(path, {**parameters, "per_page": PER_PAGE}), self.memory, _ids):
            yield page.data, page.kept

    def _single(self, path: str) -> Iterator[tuple[Any, list[str]]]:
        old = self.memory.old.get(path)
        answer = self.client.get(path, etag=old[0] if old else "")
        entry: Entry = list(old) if old and answer.is_unchanged else [answer.etag, "", _ids([answer.data])]
        if entry[0]:
            self.memory.new[path] = entry
        yield None if answer.is_unchanged else [answer.data], entry[2]

    def _take(self, pattern: str, data: Any, kept: list[str]) -> None:
        items = dict.fromkeys(kept) if data is None else {str(item["id"]): item for item in data if _is_repository(item)}
        self.odd += [item for item in listed(data) if not _is_repository(item)]
        for key, item in items.items():
            name = item["full_name"] if item else dig(self.known, key, "full_name") or ""
            if self._is_wanted(pattern, name) and not self.found.get(key):
                self.found[key] = item

    def _is_wanted(self, pattern: str, full_name: str) -> bool:
        """Names are compared without case, as GitHub does; a renamed repository named outright is still the one meant."""
        name = full_name.lower()
        is_literal = not set(pattern) & set("*?[")
        return (is_literal or fnmatchcase(name, pattern.lower())) and not any(fnmatchcase(name, p.lower()) for p in self.wanted.exclude)

    def details(self) -> None:
        """Learn of new repositories what listings do not say; refresh emptiness where something was pushed."""
        asked = [item for key, item in self.found.items() if item and self._is_news(self.known.get(key), item)]
        try:
            for start in range(0, len(asked), DETAILS_A_REQUEST):
                self._ask_details(asked[start : start + DETAILS_A_REQUEST])
            for item in asked:
                if item.get("fork"):
                    self._ask_source(item)
        except Refused:
            raise
        except SourceError as error:
            self.errors.append(error)
        for key, item in self.found.items():
            if item:
                self.known[key] = {**self.known.get(key, {}), **_summary(item)}

    @staticmethod
    def _is_news(known: dict[str, Any] | None, item: dict[str, Any]) -> bool:
        return not known or "is_empty" not in known or bool(known["is_empty"] and known.get("pushed_at") != item.get("pushed_at"))

    def _ask_details(self, items: list[dict[str, Any]]) -> None:
        variables: dict[str, str] = {}
        for i, item in enumerate(items):
            owner, _, name = item["full_name"].partition("/")
            variables |= {f"owner{i}": owner, f"name{i}": name}
        graph = self.client.graphql("repository details", repository_details(len(items)), variables)
        for i, item in enumerate(items):
            # A repository that vanished since it was listed is null here; its own partition will say so.
            node = graph.data.get(f"r{i}")
            template = dig(node, "templateRepository")
            self.known[str(item["id"])] = {
                "is_empty": dig(node, "isEmpty"),
                "template": [dig(template, "databaseId"), dig(template, "nameWithOwner")] if template else None,
            }

    def _ask_source(self, item: dict[str, Any]) -> None:
        try:
            source = dig(self.client.get(f"/repos/{item['full_name']}").data, "source")
        except NotFound:
            return
        if source:
            self.known.setdefault(str(item["id"]), {})["source"] = [dig(source, "id"), dig(source, "full_name")]

    def repositories(self) -> list[Repository]:
        """Every wanted repository, in order of id."""
        return [_as_repository(key, self.known[key]) for key in sorted(self.found, key=int) if key in self.known]


def read(client: Client, wanted: Repositories, context: ReadContext) -> Generator[Event, None, list[Repository]]:
    """Yield the events of partition `repositories`; return every repository to be read."""
    saved: Cursor = context.cursor(PARTITION)
    known: dict[str, dict[str, Any]] = {key: dict(value) for key, value in saved.get("known", {}).items()}
    is_same_question = saved.get("wanted") == wanted.model_dump(mode="json")
    listing = _Listing(client, wanted, Memory(saved.get("pages", {}) if is_same_question else {}), known)
    listing.read()
    listing.details()
    changed = [
        records.repository(item, listing.known[key]) for key, item in listing.found.items() if item and "is_empty" in listing.known[key]
    ]
    for start in range(0, len(changed), PER_PAGE):
        yield Page("repositories", PARTITION, changed[start : start + PER_PAGE])
    for item in listing.odd:
        yield Rejected("repositories", PARTITION, "?", f"expected a repository with id and full_name, got {item!r:.200}", item, "")
    yield from _conclusion(listing, context)
    return listing.repositories()


def _conclusion(listing: _Listing, context: ReadContext) -> Iterable[Event]:
    if listing.errors:
        for error in listing.errors[1:]:
            context.progress(str(error))
        yield Failed(PARTITION, listing.errors[0])
        return
    gone = [dig(details, "full_name") for key, details in listing.known.items() if key not in listing.found]
    if gone:
        # Their rows stay as evidence of past work, so the source's count is smaller than ours for good.
        context.progress(f"{SOURCE}: no longer listed: {', '.join(map(str, gone))}")
    else:
        yield Counted("repositories", PARTITION, len(listing.found), "repositories listed")
    cursor = {"wanted": listing.wanted.model_dump(mode="json"), "pages": listing.memory.new, "known": listing.known}
    yield Finished(PARTITION, cursor, ("repositories",))


def _ids(items: Any) -> list[str]:
    return [str(item["id"]) for item in listed(items) if _is_repository(item)]


def _is_repository(item: Any) -> bool:
    return isinstance(dig(item, "id"), int) and isinstance(dig(item, "full_name"), str)


def _summary(item: dict[str, Any]) -> dict[str, Any]:
    """What must be known of a repository when its listing answers 304."""
    return {key: item.get(key) for key in ("full_name", "default_branch", "html_url", "pushed_at")}


def _as_repository(key: str, known: dict[str, Any]) -> Repository:
    return Repository(int(key), known["full_name"], known.get("default_branch") or "main", known.get("html_url") or "")
