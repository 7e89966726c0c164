"""A vendor's account as the reading sees it: what can be asked, and what its answers mean in the terms of the tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connectors.contract import Record

Json = dict[str, Any]


@dataclass(frozen=True)
class Schedule:
    """A schedule with its shifts in some span of time, in the vendor's shape.

    Attributes:
        since: where the span begins; a vendor may cut off there what began before.
    """

    native_id: str
    name: str | None
    since: datetime
    shifts: list[Any]


@dataclass
class Told:
    """What one incident and its log say."""

    incident: Record
    responders: list[Record] = field(default_factory=list[Record])
    faults: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    """Entries of the log that could not be read: what names the entry, the reason, and the entry."""


@dataclass(frozen=True)
class Terms:
    """What holds for all incidents of an account.

    Attributes:
        services: names by ids, where incidents do not carry them.
        accounts: user ids by lower-case e-mail address.
    """

    services: dict[str, str] = field(default_factory=dict[str, str])
    accounts: dict[str, str] = field(default_factory=dict[str, str])


class VendorClient(Protocol):
    """What can be asked. Every method fails with an error of `connectors.errors` that names what was asked for."""

    def incidents(self, since: datetime, until: datetime) -> Iterator[list[Any]]:
        """Pages of all incidents created in that time."""
        ...

    def incident(self, native_id: str) -> Json:
        """One incident."""
        ...

    def history(self, native_id: str) -> list[Any]:
        """The log of one incident."""
        ...

    def users(self) -> Iterator[list[Any]]:
        """Pages of all accounts."""
        ...

    def services(self) -> dict[str, str]:
        """Names of services by their ids, where incidents do not carry them."""
        ...

    def schedules(self, since: datetime, until: datetime) -> Iterator[Schedule]:
        """All schedules, each with who was on call in that time."""
        ...


class Vendor(Protocol):
    """What a vendor's answers mean. What an answer lacks is a ValueError that names it."""

    @property
    def kind(self) -> str:
        """Kind of the store."""
        ...

    def is_open(self, answer: Json) -> bool:
        """Whether something may still happen to the incident."""
        ...

    def mark(self, answer: Json) -> str:
        """A text that is another one after anything has happened to the incident."""
        ...

    def told(self, answer: Json, history: list[Any] | None, terms: Terms) -> Told:
        """The incident, with its log where that could be read."""
        ...

    def user(self, answer: Json) -> Record:
        """One account."""
        ...

    def shift(self, schedule: Schedule, answer: Json) -> Record | None:
        """One shift with its planned end; None for time in which nobody, or no person, was on call."""
        ...
