"""Every failure of a source, by what the caller may do about it.

    SourceError                  a source could not be read
    |-- Retryable                the same request may succeed later
    |   |-- RateLimited          the source said "not now"; carries when to come back
    |   `-- Unavailable          5xx, dropped connection, body cut short, HTML where JSON was promised
    |-- BudgetMet                the caller's own budget of requests is used up
    `-- Terminal                 asking again changes nothing
        |-- AuthFailed           the credential is wrong, expired, or lacks a scope
        |-- NotFound             the thing is gone, or hidden from this credential
        |-- Empty                the thing exists and holds nothing (a repository without commits answers 409)
        `-- ContractBroken       an answer whose shape is not the documented one

A single bad record is no error of the source: it becomes a `Rejected` event and goes to quarantine.
"""

from datetime import datetime


class SourceError(Exception):
    """A source could not be read.

    Args:
        source: connector name, such as `github`.
        what: the thing asked for, such as `acme/search pull requests`.
        why: what came instead, in a sentence; never a secret.
        hint: what the reader of the message can do about it.
    """

    def __init__(self, source: str, what: str, why: str, hint: str = "") -> None:
        super().__init__(source, what, why, hint)
        self.source, self.what, self.why, self.hint = source, what, why, hint

    def __str__(self) -> str:
        text = f"{self.source}: could not read {self.what}: {self.why}"
        return f"{text} ({self.hint})" if self.hint else text


class Retryable(SourceError):
    """The same request may succeed later."""


class RateLimited(Retryable):
    """The source asked to wait; `retry_at` (UTC) says until when, where it told."""

    def __init__(
        self,
        source: str,
        what: str,
        why: str,
        hint: str = "",
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(source, what, why, hint)
        self.retry_at = retry_at


class Unavailable(Retryable):
    """No usable answer: 5xx, dropped connection, body cut short, HTML where JSON was promised."""


class BudgetMet(SourceError):
    """The requests that the caller allowed are used up; another reading goes on from the last checkpoint."""


class Terminal(SourceError):
    """Asking again changes nothing."""


class AuthFailed(Terminal):
    """The credential is wrong, expired or lacks a scope."""


class NotFound(Terminal):
    """The thing is gone or hidden from this credential."""


class Empty(Terminal):
    """The thing exists and holds nothing."""


class ContractBroken(Terminal):
    """The answer has not the documented shape."""
