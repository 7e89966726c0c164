"""The only place that asks for anything: GrowthBook over HTTP, and folders through `fsspec`.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import fsspec
import requests
import tenacity
from requests.auth import AuthBase

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, Retryable, SourceError, Unavailable
from connectors.experiments.options import FilesStore, GrowthBookStore
from connectors.experiments.source import Json, ListPage

PAGE = 100
"""GrowthBook refuses more."""
ATTEMPTS = 5
CONNECT_SECONDS = 10.0
LONGEST_WAIT = timedelta(minutes=5)
"""A site that asks to wait longer than this ends the reading of the store; the next sync continues."""
USUAL_WINDOW = timedelta(seconds=60)
"""GrowthBook's own cloud allows 60 requests a minute, and does not always say how long to wait."""
SAID = 200
"""Characters of GrowthBook's own words that go into a message."""


class _Bearer(AuthBase):
    """The key as a bearer token. As a plain header, `requests` would replace it by a login of the same host from `.netrc`."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"Bearer {self._token}"
        return r


class GrowthBookClient:
    """GrowthBook's REST API.

    Raises:
        AuthFailed, NotFound, Unavailable, RateLimited, ContractBroken: from every method, naming what was asked for.
    """

    def __init__(self, store: GrowthBookStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        self._store, self._meter, self._sleep = store, meter, sleep
        self._session = requests.Session()
        self._session.auth = _Bearer(store.token.get_secret_value())
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_repeating),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=_wait,
            sleep=self._wait_and_count,
            reraise=True,
        )

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol, here and below
        for page in self._pages("experiments", "experiments", "the list of experiments"):
            yield ListPage(page["experiments"], int(page.get("total") or 0))

    def results(self, native_id: str, phase: int) -> Json | None:  # noqa: D102
        what = f"results of experiment {native_id}, phase {phase}"
        try:
            return self._get(f"experiments/{native_id}/results", what, "result", phase=phase)["result"]
        except (NotFound, ContractBroken) as error:
            # An experiment that was never analysed is a bad request to GrowthBook.
            if "no results found" in error.why.lower():
                return None
            raise

    def metrics(self) -> list[Json]:  # noqa: D102
        return [metric for page in self._pages("metrics", "metrics", "the metrics") for metric in page["metrics"]]

    def fact_metrics(self) -> list[Json]:  # noqa: D102
        return [metric for page in self._pages("fact-metrics", "factMetrics", "the fact metrics") for metric in page["factMetrics"]]

    def settings(self) -> Json:  # noqa: D102
        return self._get("settings", "the settings", "settings")["settings"]

    def _pages(self, path: str, items: str, what: str) -> Iterator[Json]:
        offset = 0
        while True:
            page = self._get(path, what, items, limit=PAGE, offset=offset)
            if not isinstance(page[items], list):
                raise ContractBroken("experiments", what, f"expected a list in {items!r}, got {type(page[items]).__name__}")
            yield page
            following = page.get("nextOffset") or 0
            if not page.get("hasMore"):
                return
            if following <= offset:
                raise ContractBroken("experiments", what, f"the page after offset {offset} is said to start at {following}")
            offset = following

    def _get(self, path: str, what: str, needs: str, **parameters: int) -> Json:
        return self._retrying(self._attempt, f"{self._store.url}/api/v1/{path}", what, needs, parameters)

    def _attempt(self, url: str, what: str, needs: str, parameters: dict[str, int]) -> Json:
        self._meter.ask()
        try:
            response = self._session.get(url, params=parameters, timeout=(CONNECT_SECONDS, self._store.timeout_seconds))
        except requests.RequestException as error:
            why = f"no answer ({type(error).__name__})"
            raise Unavailable("experiments", what, why, f"is {self._store.url} reachable?") from None
        if not response.ok:
            raise self._failure(what, response)
        try:
            answer: Any = response.json()
        except ValueError:
            why = "no JSON came, but a web page or a broken answer"
            raise Unavailable("experiments", what, why, "is the url the API's, not the page's? a login page in between?") from None
        if not isinstance(answer, dict) or needs not in answer:
            raise ContractBroken("experiments", what, f"expected an object with {needs!r}, got {str(answer)[:SAID]!r}")
        return answer  # type: ignore[reportUnknownVariableType] - JSON

    def _failure(self, what: str, response: requests.Response) -> SourceError:
        status, said = response.status_code, self._said(response)
        if status == 401:
            return AuthFailed(
                "experiments", what, "GrowthBook does not accept the token", "is it a secret or read-only key, and still valid?"
            )
        if status == 403:
            return AuthFailed("experiments", what, f"the key may not see it: {said}", "it needs a role that reads experiments and metrics")
        if status == 404:
            return NotFound("experiments", what, said)
        if status == 429:
            return RateLimited("experiments", what, f"status 429: {said}", retry_at=_retry_at(response))
        if status >= 500:
            return Unavailable("experiments", what, f"status {status}: {said}")
        return ContractBroken("experiments", what, f"status {status}: {said}")

    def _said(self, response: requests.Response) -> str:
        try:
            text = str(response.json().get("message", ""))
        except (ValueError, AttributeError):
            text = "" if response.text.lstrip().startswith("<") else response.text
        return " ".join(text.split()).replace(self._store.token.get_secret_value(), "***")[:SAID] or "no reason given"

    def _wait_and_count(self, seconds: float) -> None:
        self._meter.count(waited_seconds=seconds)
        self._sleep(seconds)


_BACKOFF = tenacity.wait_exponential_jitter(initial=1, max=30)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, RateLimited) and error.retry_at:
        return max(0.0, (error.retry_at - datetime.now(UTC)).total_seconds())
    return _BACKOFF(state)


def _is_worth_repeating(error: BaseException) -> bool:
    if isinstance(error, RateLimited) and error.retry_at:
        return error.retry_at - datetime.now(UTC) <= LONGEST_WAIT
    return isinstance(error, Retryable)


def _retry_at(response: requests.Response) -> datetime:
    after = response.headers.get("Retry-After") or response.headers.get("RateLimit-Reset") or ""
    if after.isdigit():
        return datetime.now(UTC) + timedelta(seconds=int(after))
    try:
        return parsedate_to_datetime(after).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC) + USUAL_WINDOW


class Folder:
    """A folder or file, local or remote, through fsspec."""

    def __init__(self, store: FilesStore) -> None:
        self._name = store.partition.partition(":")[2]
        try:
            self._files, self._root = fsspec.core.url_to_fs(store.path)
        except (ImportError, ValueError) as error:
            # fsspec names the package that opens the address, or the address's unknown scheme.
            raise ContractBroken(
                "experiments", self._name, f"the address cannot be opened: {error}", "install the package or correct the path"
            ) from error

    def names(self) -> Sequence[str]:
        """Paths below the folder, sorted; the file's own name when the store is one file.

        Raises:
            NotFound: when there is no such folder or it may not be listed.
            Unavailable: when its store does not answer.
        """
        try:
            if self._files.isfile(self._root):
                return [self._root.rpartition("/")[2]]
            if not self._files.exists(self._root):
                raise NotFound("experiments", self._name, "there is no such folder or file", "correct the store's path")
            return sorted(path.removeprefix(self._root).lstrip("/") for path in self._files.find(self._root))
        except PermissionError as error:
            raise AuthFailed("experiments", self._name, "it may not be listed", "the sync needs to read it") from error
        except OSError as error:
            raise Unavailable("experiments", self._name, f"it cannot be listed ({type(error).__name__})") from error

    def read(self, name: str) -> bytes:
        """Content of one file."""
        return self._files.cat_file(self._path(name))

    def url(self, name: str) -> str:
        """Address of one file."""
        return str(self._files.unstrip_protocol(self._path(name)))

    def _path(self, name: str) -> str:
        return (
            self._root if self._root.rpartition("/")[2] == name and self._files.isfile(self._root) else f"{self._root.rstrip('/')}/{name}"
        )
