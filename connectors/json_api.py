"""Answers of a vendor's REST API as JSON: asked again while that helps, waited for where told, and refused in words.

What the answers mean is not decided here, and no key leaves this file.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import requests
import tenacity
from pydantic import SecretStr
from requests.auth import AuthBase

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, SourceError, Unavailable
from connectors.retrying import retry_at, retrying

CONNECT_SECONDS = 10.0
USUAL_WINDOW = timedelta(seconds=60)
"""Sites count requests by the minute, and do not always say how long to wait."""
SAID = 200
"""Characters of the site's own words that go into a message."""


@dataclass(frozen=True)
class Site:
    """A vendor's API.

    Attributes:
        source: the connector's name, for errors.
        vendor: its name in messages.
        url: what paths are below.
        key: the secret; null where the site asks for none.
        header: which header takes the key, and `prefix` what stands before it there.
        key_hint, role_hint: what to look at when the key is refused, or may not see something.
        also: further headers.
    """

    source: str
    vendor: str
    url: str
    key: SecretStr | None
    header: str = "Authorization"
    prefix: str = ""
    key_hint: str = ""
    role_hint: str = ""
    also: dict[str, str] = field(default_factory=dict[str, str])
    timeout_seconds: float = 60.0


class _Key(AuthBase):
    """The key in its header. As a plain header, `requests` would replace it by a login of the same host from `.netrc`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._site.key is not None:
            r.headers[self._site.header] = f"{self._site.prefix}{self._site.key.get_secret_value()}"
        return r


class JsonApi:
    """One site.

    Raises:
        AuthFailed, NotFound, Unavailable, RateLimited, ContractBroken: from every method, naming what was asked for.
    """

    def __init__(self, site: Site, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        self._site, self._meter = site, meter
        self._session = requests.Session()
        self._session.auth = _Key(site)
        self._session.headers.update(site.also)
        self._retrying = retrying(meter, sleep)

    def get(self, path: str, what: str, needs: str | None, **parameters: int | str) -> dict[str, Any]:
        """The object at a path; `needs` is a key that it must have, None where the site leaves out what is empty."""
        return self._object(self._ask("GET", path, what, parameters, None), what, needs)

    def find(self, path: str, what: str, needs: str, **parameters: int | str) -> dict[str, Any] | None:
        """The object at a path, or None where the site says that there is none yet (status 204)."""
        answer = self._ask("GET", path, what, parameters, None)
        return None if answer is None else self._object(answer, what, needs)

    def post(self, path: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """The object that a search answers, whose question is too long for an address; nothing is changed by it."""
        answer = self._ask("POST", path, what, {}, body)
        if not isinstance(answer, dict):
            raise ContractBroken(self._site.source, what, f"expected an object, got {str(answer)[:SAID]!r}")
        return answer  # type: ignore[reportUnknownVariableType] - JSON

    def get_list(self, path: str, what: str, **parameters: int | str | list[str]) -> list[Any]:
        """The list at a path; a parameter of several values is given once for each."""
        answer = self._ask("GET", path, what, parameters, None)
        if not isinstance(answer, list):
            raise ContractBroken(self._site.source, what, f"expected a list, got {str(answer)[:SAID]!r}")
        return answer  # type: ignore[reportUnknownVariableType] - JSON

    def _object(self, answer: Any, what: str, needs: str | None) -> dict[str, Any]:
        if not isinstance(answer, dict) or (needs is not None and needs not in answer):
            expected = "an object" if needs is None else f"an object with {needs!r}"
            raise ContractBroken(self._site.source, what, f"expected {expected}, got {str(answer)[:SAID]!r}")
        return answer  # type: ignore[reportUnknownVariableType] - JSON

    def _ask(self, method: str, path: str, what: str, parameters: Mapping[str, int | str | list[str]], body: dict[str, Any] | None) -> Any:
        limits = (CONNECT_SECONDS, self._site.timeout_seconds)
        send = partial(self._session.request, method, f"{self._site.url}/{path}", params=parameters, json=body, timeout=limits)
        return self._retrying(self._attempt, send, what)

    def _attempt(self, send: Callable[[], requests.Response], what: str) -> Any:
        self._meter.ask()
        try:
            response = send()
        except requests.RequestException as error:
            why = f"no answer ({type(error).__name__})"
            raise Unavailable(self._site.source, what, why, f"is {self._site.url} reachable?") from None
        if not response.ok:
            raise self._failure(what, response)
        if response.status_code == 204:
            return None
        try:
            return response.json()
        except ValueError:
            why = "no JSON came, but a web page or a broken answer"
            hint = "is the url the API's, not the page's? a login page in between?"
            raise Unavailable(self._site.source, what, why, hint) from None

    def _failure(self, what: str, response: requests.Response) -> SourceError:
        source, status, said = self._site.source, response.status_code, self._said(response)
        if status == 401:
            return AuthFailed(source, what, f"{self._site.vendor} does not accept the token", self._site.key_hint)
        if status == 403:
            return AuthFailed(source, what, f"the key may not see it: {said}", self._site.role_hint)
        if status == 404:
            return NotFound(source, what, said)
        if status == 429:
            return RateLimited(source, what, f"status 429: {said}", retry_at=_retry_at(response))
        if status >= 500:
            return Unavailable(source, what, f"status {status}: {said}")
        return ContractBroken(source, what, f"status {status}: {said}")

    def _said(self, response: requests.Response) -> str:
        try:
            told = response.json()
            nested = told.get("error")
            text = str(told.get("message") or (nested.get("message") if isinstance(nested, dict) else nested) or "")
        except (ValueError, AttributeError):
            text = "" if response.text.lstrip().startswith("<") else response.text
        text = " ".join(text.split())
        if self._site.key is not None:
            text = text.replace(self._site.key.get_secret_value(), "***")
        return text[:SAID] or "no reason given"


def _retry_at(response: requests.Response) -> datetime:
    after = response.headers.get("Retry-After") or response.headers.get("RateLimit-Reset") or ""
    return retry_at(after) or datetime.now(UTC) + USUAL_WINDOW
