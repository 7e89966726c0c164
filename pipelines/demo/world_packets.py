"""Performance packets of the demo organisation, as plain data."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Statement:
    """One thing that a packet says of an artifact."""

    artifact: str
    text: str
    is_acknowledgement: bool = True
    is_reciprocal: bool = False
    """An author of the artifact acknowledges an artifact of this packet's author too."""


@dataclass(frozen=True)
class Packet:
    """One person's packet for one half-year."""

    file: str
    author: str
    """person_id."""
    project: str
    consent: str
    """quote, existence or none; empty: the packet does not say."""
    said: tuple[Statement, ...]
    period: str = "2026H1"
    written_on: date | None = None
    ends_on: date = date(2026, 6, 30)
    """Last day of the period: what a packet without a date speaks for."""

    @property
    def speaks_on(self) -> date:
        """The day that its statements are dated by."""
        return self.written_on or self.ends_on
