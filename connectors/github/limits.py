"""Several credentials sharing the load, and waiting when every one of them has met its limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from threading import Lock
from typing import Any
from zlib import crc32

from connectors.contract import Meter
from connectors.errors import RateLimited, Unavailable
from connectors.github.protocol import SOURCE

SECONDARY_WAIT = 60.0
"""Seconds that GitHub's documentation asks for when a secondary limit comes without a time."""


class Limited(Exception):
    """GitHub said "not now"; `wait` is the number of seconds that it asks for, where it says so."""

    def __init__(self, wait: float | None) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass
class Credential:
    """One way to authenticate.

    Attributes:
        name: names it in messages, without the secret.
        requester: sends requests with it.
        owner: login in lower case of the only owner whose repositories it may read; None where it is not bound to one.
        free_at: by resource (`core`, `graphql`), when its limit ends, seconds since 1970.
    """

    name: str
    requester: Any
    owner: str | None = None
    free_at: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What a credential is wanted for.

    Attributes:
        resource: the limit that it draws on, `core` or `graphql`.
        what: names the thing asked for in error messages.
        sticky: what is asked conditionally; it sticks to one credential, to which its ETag is bound.
        owner: whose repositories are asked about, in lower case; empty where that is not known.
    """

    resource: str
    what: str
    sticky: str | None = None
    owner: str = ""


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait: `Retry-After`, or until the reset of an exhausted limit; None where it asks for nothing."""
    lowered = {name.lower(): value for name, value in headers.items()}
    after = lowered.get("retry-after", "")
    if after.isdigit():
        return float(after)
    if after:
        return _until(after, now)
    reset = lowered.get("x-ratelimit-reset", "")
    if lowered.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        # One second more: when within that second the limit is lifted is not said.
        return max(int(reset) - now, 0) + 1
    return None


def _until(date: str, now: float) -> float:
    """Seconds until an HTTP date."""
    try:
        return max(parsedate_to_datetime(date).timestamp() - now, 0)
    except ValueError:
        return SECONDARY_WAIT


class Pool:
    """Hands out credentials in turn, passing over those that have met their limit."""

    def __init__(
        self, credentials: list[Credential], meter: Meter, max_wait: float, clock: Callable[[], float], sleep: Callable[[float], bool]
    ) -> None:
        """`sleep` waits some seconds and says whether the wait was broken off."""
        self.credentials = credentials
        self._meter, self._max_wait, self._clock, self._sleep = meter, max_wait, clock, sleep
        self._turns, self._lock = count(), Lock()

    def of(self, owner: str) -> list[Credential]:
        """Credentials that may read an owner's repositories; all of them where none is meant for it, which reads what is public."""
        meant = [credential for credential in self.credentials if credential.owner in (None, owner.lower())]
        return meant if meant and owner else self.credentials

    def take(self, wanted: Wanted) -> Credential:
        """A credential that is free, waiting for one if need be.

        Raises:
            RateLimited: when all are limited for longer than may be waited.
        """
        while True:
            credential = self._next(wanted)
            wait = credential.free_at.get(wanted.resource, 0) - self._clock()
            if wait <= 0:
                return credential
            if wait > self._max_wait:
                raise self._too_long(credential.free_at[wanted.resource], wanted.what)
            self._meter.count(waited_seconds=wait)
            if self._sleep(wait):
                raise Unavailable(SOURCE, wanted.what, "the reading was given up while waiting for the rate limit")

    def _next(self, wanted: Wanted) -> Credential:
        """The next one in turn that is free, or the one that is free first."""
        able = self.of(wanted.owner)
        with self._lock:
            start = next(self._turns) if wanted.sticky is None else crc32(wanted.sticky.encode())
            first = start % len(able)
            now = self._clock()
            return min([*able[first:], *able[:first]], key=lambda credential: max(credential.free_at.get(wanted.resource, 0) - now, 0))

    def _too_long(self, until: float, what: str) -> RateLimited:
        at = datetime.fromtimestamp(until, UTC)
        why = f"the rate limit is used up until {at:%Y-%m-%d %H:%M} UTC, longer than the {self._max_wait:.0f} s of max_wait"
        return RateLimited(SOURCE, what, why, "sync again then, add a token, or raise max_wait", retry_at=at)

    def put_aside(self, credential: Credential, resource: str, wait: float) -> None:
        """Do not use a credential for some time."""
        with self._lock:
            credential.free_at[resource] = max(credential.free_at.get(resource, 0), self._clock() + wait)

    def note(self, credential: Credential, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers what is left of the limit, and that it is used up before the next request is refused."""
        left, resource = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-resource", "core")
        if left.isdigit():
            self._meter.note_left(f"{credential.name} {resource}", int(left))
        if left == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            wait = int(headers["x-ratelimit-reset"]) + 1 - self._clock()
            self.put_aside(credential, resource, max(wait, 0))
