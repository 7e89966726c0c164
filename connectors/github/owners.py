"""Asking about the repositories of several owners, where a credential may read those of one of them only."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from connectors.github.protocol import Answer, Client, CredentialState, Graph

Item = TypeVar("Item")


class Choosing(Client, Protocol):
    """A client that chooses among its credentials by owner; an empty one means that any will do."""

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, etag: str | None = None, owner: str = "") -> Answer:
        """One page below the API's root."""
        ...

    def graphql(self, what: str, query: str, variables: Mapping[str, Any], owner: str = "") -> Graph:
        """One GraphQL request."""
        ...


@dataclass(frozen=True)
class OfOwner:
    """Such a client for the repositories of one owner."""

    client: Choosing
    owner: str

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, etag: str | None = None) -> Answer:
        """As of the client."""
        return self.client.get(path, parameters, etag, self.owner)

    def graphql(self, what: str, query: str, variables: Mapping[str, Any]) -> Graph:
        """As of the client."""
        return self.client.graphql(what, query, variables, self.owner)

    def of(self, owner: str) -> Client:
        """As of the client."""
        return self.client.of(owner)

    def credentials(self) -> list[CredentialState]:
        """As of the client."""
        return self.client.credentials()

    def close(self) -> None:
        """As of the client."""
        self.client.close()


def by_client(client: Client, items: Iterable[Item], owner_of: Callable[[Item], str]) -> list[tuple[Client, list[Item]]]:
    """The items that one request may ask about together, with the client to ask; all of them where credentials are bound to no owner."""
    groups: dict[int, tuple[Client, list[Item]]] = {}
    for item in items:
        one = client.of(owner_of(item))
        groups.setdefault(id(one), (one, []))[1].append(item)
    return list(groups.values())
