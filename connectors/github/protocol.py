"""What the rest of the connector needs from a GitHub client; `client.py` keeps it over HTTP, `fake.py` in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.errors import AuthFailed, NotFound

SOURCE = "github"


class Refused(AuthFailed):
    """The credential itself was turned down: no partition can be read with it."""


class Denied(AuthFailed):
    """403: the thing is there, and this credential may not read it.

    Args:
        what, why, hint: as of every `SourceError`.
        status: the HTTP status.
        needed: the right that GitHub names in the answer's headers, such as `Administration: read`; empty where it names none.
    """

    def __init__(self, what: str, why: str, hint: str = "", status: int = 403, needed: str = "") -> None:
        super().__init__(SOURCE, what, why, hint)
        self.status, self.needed = status, needed


class Absent(NotFound):
    """404, 410 or 451: it is not there, or GitHub hides it from this credential; the arguments are those of `Denied`.

    Args:
        message: GitHub's own words, which for some addresses tell an absence from a missing right.
    """

    def __init__(self, what: str, why: str, hint: str = "", status: int = 404, needed: str = "", message: str = "") -> None:
        super().__init__(SOURCE, what, why, hint)
        self.status, self.needed, self.message = status, needed, message


@dataclass(frozen=True)
class Answer:
    """One REST answer.

    Attributes:
        data: parsed body; None when unchanged.
        etag: to be sent with the next request for the same page.
        next: path and query of the next page, below the API's root; empty on the last page.
        last_page: number of the last page, where the answer names one.
        is_unchanged: the source said 304 to the given etag.
    """

    data: Any
    etag: str = ""
    next: str = ""
    last_page: int | None = None
    is_unchanged: bool = False


@dataclass(frozen=True)
class GraphError:
    """One entry of a GraphQL answer's `errors`."""

    kind: str
    message: str
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True)
class Graph:
    """A GraphQL answer; parts of `data` may be null for the reasons in `errors`."""

    data: dict[str, Any]
    errors: tuple[GraphError, ...] = ()


@dataclass(frozen=True)
class CredentialState:
    """What one credential may do and has left.

    Attributes:
        name: `token 1 of 2`, `app 12 installation 34`; never the secret.
        scopes: of a classic token; None where the source names none (fine-grained tokens and Apps).
        remaining: requests left by resource (`core`, `graphql`).
        limit: requests an hour by resource.
        server_time: clock of the source at its answer.
        error: why the credential could not be asked, empty if it could.
    """

    name: str
    scopes: tuple[str, ...] | None = None
    remaining: Mapping[str, int] | None = None
    limit: Mapping[str, int] | None = None
    server_time: datetime | None = None
    error: str = ""


class Client(Protocol):
    """Asks GitHub; every failure is a `connectors.errors.SourceError`."""

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, etag: str | None = None) -> Answer:
        """One page below the API's root.

        `etag` is that of the last reading, empty on the first one; None says that the page will not be asked for again.
        """
        ...

    def graphql(self, what: str, query: str, variables: Mapping[str, Any]) -> Graph:
        """One GraphQL request; `what` names the thing asked for in error messages."""
        ...

    def of(self, owner: str) -> "Client":
        """The client to ask about an owner's repositories: the installations of an App read those of one owner each."""
        ...

    def credentials(self) -> list[CredentialState]:
        """The state of every credential, at one free request each."""
        ...

    def close(self) -> None:
        """Close connections and wake whoever waits for a limit."""
        ...
