"""What was done to feature flags, as the story tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FlagEventKind = Literal[
    "feature-archived",
    "feature-created",
    "feature-environment-disabled",
    "feature-environment-enabled",
    "feature-strategy-add",
    "feature-strategy-update",
]
"""Types of events as Unleash names them."""


@dataclass(frozen=True)
class FlagEvent:
    """One thing that was done to one flag; shares are of the users whom a strategy reaches, in percent."""

    event_id: int
    kind: FlagEventKind
    flag: str
    account: str
    """E-mail address."""
    created_at: datetime
    environment: str = ""
    share_before: int | None = None
    share_after: int | None = None
