"""Asking a source again: which failures are worth another try, and how long to wait before it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import tenacity

from connectors.contract import Meter
from connectors.errors import RateLimited, Retryable

ATTEMPTS = 5
LONGEST_WAIT = timedelta(minutes=5)
"""A site that asks to wait longer than this ends the reading of the partition; the next sync continues."""
_BACKOFF = tenacity.wait_exponential_jitter(initial=1, max=30)


def retrying(meter: Meter, sleep: Callable[[float], None]) -> tenacity.Retrying:
    """Up to `ATTEMPTS` calls: at the moment that the source names, else with growing pauses; what is waited is counted.

    Raises:
        SourceError: the last one, as it came.
    """

    def wait_and_count(seconds: float) -> None:
        meter.count(waited_seconds=seconds)
        sleep(seconds)

    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(_is_worth_repeating),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=_wait,
        sleep=wait_and_count,
        reraise=True,
    )


def retry_at(after: str) -> datetime | None:
    """The moment (UTC) that a `Retry-After` header names, in seconds or as a date; None where it names none."""
    if after.isdigit():
        return datetime.now(UTC) + timedelta(seconds=int(after))
    try:
        return parsedate_to_datetime(after).astimezone(UTC)
    except ValueError:
        return None


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RateLimited) and error.retry_at:
        return max(0.0, (error.retry_at - datetime.now(UTC)).total_seconds())
    return _BACKOFF(state)


def _is_worth_repeating(error: BaseException) -> bool:
    if isinstance(error, RateLimited) and error.retry_at:
        return error.retry_at - datetime.now(UTC) <= LONGEST_WAIT
    return isinstance(error, Retryable)
