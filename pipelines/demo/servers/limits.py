"""GitHub's request budgets: the hourly one of each credential and, where asked for, the per-minute secondary one."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Resource = Literal["core", "graphql", "search"]


@dataclass(frozen=True)
class Limits:
    """How much a credential may ask.

    Attributes:
        core: REST requests per window; 15,000 is what an App of an Enterprise Cloud organisation gets, a person's token gets 5,000.
        graphql: GraphQL points per window, counted by GitHub's formula.
        window_seconds: length of the window, which starts with its first request.
        points_per_minute: the secondary limit; GitHub's is 900. None, as on an Enterprise Server with limits off, by default:
            the demo asks everything within a minute.
        growthbook_per_minute: GrowthBook answers 429 beyond so many requests a minute; a cloud site allows 60.
    """

    core: int = 15_000
    graphql: int = 15_000
    window_seconds: float = 3600.0
    points_per_minute: int | None = None
    growthbook_per_minute: int | None = None


@dataclass
class Window:
    """What has been used of one limit, and when the counting starts again."""

    limit: int
    seconds: float
    resets_at: float
    used: int = 0

    def turn(self, now: float) -> None:
        """Start a new window when the old one is over."""
        if now >= self.resets_at:
            self.used, self.resets_at = 0, now + self.seconds

    @property
    def remaining(self) -> int:
        """What is left."""
        return max(0, self.limit - self.used)


@dataclass
class RateBook:
    """The windows of every credential."""

    limits: Limits
    clock: Callable[[], float] = time.time
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict[tuple[str, str], Window])

    def window(self, credential: str, resource: Resource) -> Window:
        """The running window of a credential; nothing is taken from it."""
        limit = {"core": self.limits.core, "graphql": self.limits.graphql, "search": 30}[resource]
        seconds = 60.0 if resource == "search" else self.limits.window_seconds
        return self._turned((credential, resource), limit, seconds)

    def seconds_to_wait(self, credential: str, points: int = 1) -> int:
        """Takes from the secondary limit; zero when there was enough, else the seconds for Retry-After."""
        if self.limits.points_per_minute is None:
            return 0
        window = self._turned((credential, "secondary"), self.limits.points_per_minute, 60.0)
        if window.remaining < points:
            return max(1, math.ceil(window.resets_at - self.clock()))
        window.used += points
        return 0

    def _turned(self, key: tuple[str, str], limit: int, seconds: float) -> Window:
        now = self.clock()
        window = self._windows.setdefault(key, Window(limit, seconds, now + seconds))
        window.turn(now)
        return window


def headers_of(window: Window, resource: Resource) -> dict[str, str]:
    """The x-ratelimit headers that go with every answer."""
    return {
        "x-ratelimit-limit": str(window.limit),
        "x-ratelimit-remaining": str(window.remaining),
        "x-ratelimit-used": str(window.used),
        "x-ratelimit-reset": str(math.ceil(window.resets_at)),
        "x-ratelimit-resource": resource,
    }


def as_payload(window: Window) -> dict[str, int]:
    """A window in the shape of `/rate_limit`."""
    return {"limit": window.limit, "used": window.used, "remaining": window.remaining, "reset": math.ceil(window.resets_at)}
