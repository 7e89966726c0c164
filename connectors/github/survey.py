"""What one GraphQL request tells of many repositories at once: their head, the sign of their rules, and what is newest around them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from connectors.errors import ContractBroken, SourceError, Unavailable
from connectors.github import surroundings_queries as queries
from connectors.github.listing import chunks
from connectors.github.owners import by_client
from connectors.github.protocol import SOURCE, Client, Graph, GraphError
from connectors.github.records import dig, listed
from connectors.github.repositories import Repository

REFUSALS = ("FORBIDDEN", "INSUFFICIENT_SCOPES")
"""Kinds of GraphQL errors that say that the credential lacks a right."""


@dataclass(frozen=True)
class Surveyed:
    """What the survey told of one repository; `refused` names fields that the credential may not read, with GitHub's words."""

    data: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def get(self, *path: str | int) -> Any:
        """The value at the end of a path; None where it was not told."""
        return dig(dict(self.data), *path)

    def count(self, connection: str) -> int | None:
        """How many of something there are; None where it was not told."""
        return self.get(connection, "totalCount")


@dataclass
class _Chunk:
    """Repositories that are asked for together, once, by whoever comes first."""

    client: Client
    members: Sequence[Repository]
    lock: Lock = field(default_factory=Lock)
    told: dict[int, Surveyed] | None = None
    error: SourceError | None = None


class Survey:
    """The survey about all repositories of a reading; safe to use from many threads."""

    def __init__(self, client: Client, repositories: Sequence[Repository]) -> None:
        apart = by_client(client, repositories, lambda repository: repository.owner)
        asked = [_Chunk(one, members) for one, some in apart for members in chunks(some, queries.REPOSITORIES_A_REQUEST)]
        self._chunk_of = {member.repository_id: chunk for chunk in asked for member in chunk.members}

    def of(self, repository: Repository) -> Surveyed:
        """What was told of one repository.

        Raises:
            SourceError: when its chunk could not be asked for.
        """
        chunk = self._chunk_of[repository.repository_id]
        with chunk.lock:
            if chunk.error:
                raise chunk.error
            if chunk.told is None:
                try:
                    chunk.told = dict(_ask(chunk.client, chunk.members))
                except SourceError as error:
                    chunk.error = error
                    raise
            # Each is taken once: what was taken need not be kept.
            return chunk.told.pop(repository.repository_id, Surveyed())


def _ask(client: Client, members: Sequence[Repository], left_out: frozenset[str] = frozenset()) -> Iterator[tuple[int, Surveyed]]:
    """The answer for some repositories; what is refused in one is left out when it is asked for again."""
    if not members:
        return
    graph = _answer(client, members, left_out)
    again: dict[frozenset[str], list[Repository]] = {}
    refusals: dict[int, dict[str, str]] = {}
    for place, member in enumerate(members):
        node, refused = graph.data["nodes"][place], _refused(graph, place)
        fresh = frozenset(refused) & frozenset(queries.LEFT_OUT_WHERE_REFUSED) - left_out
        if isinstance(node, dict):
            yield member.repository_id, Surveyed(node, refused)
        elif fresh:
            again.setdefault(left_out | fresh, []).append(member)
            refusals[member.repository_id] = refused
    for fields, some in again.items():
        for repository_id, surveyed in _ask(client, some, fields):
            yield repository_id, Surveyed(surveyed.data, {**refusals[repository_id], **surveyed.refused})


def _answer(client: Client, members: Sequence[Repository], left_out: frozenset[str]) -> Graph:
    """One answer about all members; a request that is too heavy for GitHub is asked again in halves."""
    variables = {"ids": [member.node_id for member in members], **dict.fromkeys(left_out, False)}
    try:
        graph = client.graphql("repository surroundings", queries.SURROUNDINGS, variables)
    except Unavailable:
        if len(members) == 1:
            raise
        half = len(members) // 2
        first, second = (_answer(client, some, left_out) for some in (members[:half], members[half:]))
        moved = tuple(replace(error, path=("nodes", _place(error, half), *error.path[2:])) for error in second.errors)
        return Graph({"nodes": [*first.data["nodes"], *second.data["nodes"]]}, (*first.errors, *moved))
    if len(listed(graph.data.get("nodes"))) != len(members):
        raise ContractBroken(SOURCE, "repository surroundings", f"expected {len(members)} nodes, got {graph.data.get('nodes')!r:.200}")
    return graph


def _place(error: GraphError, moved_by: int) -> Any:
    """The place in all nodes that an error in the second half points to."""
    place = error.path[1] if len(error.path) > 1 else None
    return place + moved_by if isinstance(place, int) else place


def _refused(graph: Graph, place: int) -> dict[str, str]:
    """Fields of one repository that were refused."""
    return {
        str(error.path[2]): error.message
        for error in graph.errors
        if error.kind in REFUSALS and len(error.path) > 2 and error.path[:2] == ("nodes", place)
    }
