"""One repository being read: what its parts share."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from connectors.contract import Counted, Event
from connectors.errors import AuthFailed, ContractBroken, NotFound, Unavailable
from connectors.github.gaps import Access
from connectors.github.options import GithubOptions
from connectors.github.protocol import SOURCE, Client, Graph
from connectors.github.records import dig
from connectors.github.repositories import Repository
from connectors.github.survey import Survey, Surveyed
from connectors.github.waiting import Waiting

Item = TypeVar("Item")
Result = TypeVar("Result")
Saved = dict[str, Any]
"""The part of a partition's cursor that belongs to one part of the reading."""


@dataclass(frozen=True)
class Reached:
    """What a part has yielded so far is complete down to `saved`; the last one is what it remembers. Not changed after it is yielded.

    Attributes:
        at_end: to be remembered only when the whole reading ends: it rests on a census, which must be of one reading.
    """

    saved: Saved
    at_end: bool = False


Told = Event | Reached
"""What the parts of a reading yield."""


@dataclass
class Visit:
    """Reading one repository.

    Attributes:
        side_by_side: runs many small requests in the shared threads, results in order.
        since: read nothing older; None for everything.
        is_resumed: an earlier reading was cut short within this repository.
        waiting: what was met in listings and is to be asked for later.
        open_pulls: open pull requests, number to head.
        whole: census tables that this reading listed completely.
        issue_count: issues by the source's own count, where an earlier part was told it.
        survey: what was asked for many repositories at once.
        known_gaps: what was refused or absent before.
        access: asks for what may be refused or absent.
    """

    client: Client
    repository: Repository
    options: GithubOptions
    now: datetime
    side_by_side: Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
    since: datetime | None = None
    is_resumed: bool = False
    waiting: Waiting = field(default_factory=Waiting)
    open_pulls: dict[str, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    issue_count: int | None = None
    progress: Callable[[str], None] = lambda _: None
    survey: Survey | None = None
    known_gaps: Mapping[str, Any] = field(default_factory=dict)
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access(self.client, self.now, self.known_gaps, self.repository_id, self.repository.html_url)

    @cached_property
    def surveyed(self) -> Surveyed:
        """What the survey tells of this repository, asked for at first need."""
        return self.survey.of(self.repository) if self.survey else Surveyed()

    @property
    def partition(self) -> str:
        """Name of the partition."""
        return self.repository.partition

    @property
    def repository_id(self) -> int:
        """Numeric id of the repository."""
        return self.repository.repository_id

    def counted(self, table: str, count: int, how: str) -> Counted:
        """The source's own total for one table of this repository."""
        return Counted(table, self.partition, count, how)

    def is_in_scope(self, moment: datetime | None) -> bool:
        """Not older than asked for; what has no date is read."""
        return self.since is None or moment is None or moment >= self.since

    def ask(self, what: str, query: str, variables: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], Graph]:
        """A GraphQL question about this repository: its `repository` object and the whole answer.

        Raises:
            NotFound: when it is gone, or when its name now belongs to another repository.
        """
        what = f"{self.repository.full_name} {what}"
        names = {"owner": self.repository.owner, "name": self.repository.name}
        graph = self.client.graphql(what, query, {**names, **(variables or {})})
        found = graph.data.get("repository")
        if not isinstance(found, dict):
            raise self.missing(what, graph)
        if found.get("databaseId") != self.repository_id:
            raise NotFound(SOURCE, what, f"the name now belongs to repository {found.get('databaseId')}, not {self.repository_id}")
        return found, graph

    def ask_whole(self, what: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The `repository` object of an answer that withholds nothing but what does not exist.

        Raises:
            AuthFailed, ContractBroken, NotFound: when null stands for what is there, which must not be taken for absence.
        """
        found, graph = self.ask(what, query, variables)
        self.refuse_holes(what, graph)
        return found

    def refuse_holes(self, what: str, graph: Graph) -> None:
        """Raise as `ask_whole` does."""
        errors = tuple(error for error in graph.errors if error.kind != "NOT_FOUND")
        if errors:
            raise self.missing(f"{self.repository.full_name} {what}", Graph(graph.data, errors))

    @staticmethod
    def missing(what: str, graph: Graph) -> NotFound | AuthFailed | ContractBroken:
        """Why a GraphQL answer lacks what was asked for."""
        for error in graph.errors:
            if error.kind == "NOT_FOUND":
                return NotFound(SOURCE, what, error.message, "deleted, renamed, or hidden from this credential")
            if error.kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
                return AuthFailed(SOURCE, what, error.message, "grant the scopes listed in connectors/github/README.md")
        told = graph.errors[0].message[:200] if graph.errors else "no error says why"
        return ContractBroken(SOURCE, what, f"the answer lacks what was asked for: {told}")


def connection(value: Any) -> tuple[list[Any], str | None]:
    """Nodes of a GraphQL connection, and the cursor of its next page, if there is one."""
    nodes = dig(value, "nodes")
    has_next = dig(value, "pageInfo", "hasNextPage")
    return (nodes if isinstance(nodes, list) else []), (dig(value, "pageInfo", "endCursor") if has_next else None)


def in_halves(ask: Callable[[list[Item]], list[Result]], items: list[Item]) -> list[Result]:
    """Ask about many things in one request; one that is too heavy for GitHub is asked again in halves."""
    try:
        return ask(items)
    except Unavailable:
        if len(items) == 1:
            raise
    half = len(items) // 2
    return in_halves(ask, items[:half]) + in_halves(ask, items[half:])
