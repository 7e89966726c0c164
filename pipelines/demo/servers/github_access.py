"""Who may ask GitHub's API: personal tokens, App JWTs and the installation tokens made with them."""

import base64
import binascii
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import jwt

DOCS = "https://docs.github.com/rest"
INSTALLATION_SECONDS = 3600
JWT_SECONDS = 600
"""GitHub refuses a JWT that lives longer than ten minutes."""


class Refusal(Exception):
    """An answer that is no success, in GitHub's shape."""

    def __init__(self, status: int, message: str, documentation_url: str = DOCS, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.documentation_url = status, message, documentation_url
        self.headers = headers or {}

    @property
    def payload(self) -> dict[str, str]:
        """The JSON body."""
        return {"message": self.message, "documentation_url": self.documentation_url, "status": str(self.status)}


def not_found() -> Refusal:
    """The answer for what does not exist and for what the credential may not see."""
    return Refusal(404, "Not Found")


def moved(location: str) -> Refusal:
    """The answer for what is elsewhere now."""
    return Refusal(301, "Moved Permanently", headers={"location": location})


@dataclass(frozen=True)
class GithubApp:
    """An App that is installed on the organisation, and the public half of its key (PEM).

    Attributes:
        others: logins of further owners that installed it; of them only the installation is shown.
    """

    app_id: int
    public_key: str
    installation_id: int = 4_700_001
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Caller:
    """Who a request comes from; limits are kept by `credential`."""

    credential: str
    kind: Literal["user", "installation", "app"]


@dataclass
class Access:
    """Checks credentials and hands out installation tokens."""

    tokens: frozenset[str]
    app: GithubApp | None = None
    clock: Callable[[], float] = time.time
    _issued: dict[str, float] = field(default_factory=dict[str, float])

    def caller(self, authorization: str) -> Caller:
        """Who an Authorization header names.

        Raises:
            Refusal: 401 for none and for a wrong one.
        """
        if not authorization:
            raise Refusal(401, "Requires authentication")
        token = token_of(authorization)
        if token in self.tokens:
            return Caller(token, "user")
        if self._issued.get(token, 0.0) > self.clock():
            return Caller("installation", "installation")
        if self.app and token.count(".") == 2:
            return self._app_caller(self.app, token)
        raise Refusal(401, "Bad credentials")

    def _app_caller(self, app: GithubApp, token: str) -> Caller:
        try:
            claims = jwt.decode(token, app.public_key, algorithms=["RS256"], options={"require": ["exp", "iat", "iss"]})
        except jwt.ExpiredSignatureError:
            raise Refusal(401, "'Expiration time' claim ('exp') must be a numeric value representing the future time") from None
        except jwt.InvalidTokenError:
            raise Refusal(401, "A JSON web token could not be decoded") from None
        if claims["exp"] - claims["iat"] > JWT_SECONDS + 60:
            raise Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
        if str(claims["iss"]) != str(app.app_id):
            raise Refusal(401, "'Issuer' claim ('iss') must be an Integer")
        return Caller("app", "app")

    def issue(self) -> tuple[str, float]:
        """A new installation token and when it ends."""
        token, ends = f"ghs_{secrets.token_hex(18)}", self.clock() + INSTALLATION_SECONDS
        self._issued[token] = ends
        return token, ends


def token_of(authorization: str) -> str:
    """The token of a `Bearer`, `token` or Basic header (where it is the password); empty when there is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() in {"bearer", "token"}:
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    user, _, password = decoded.partition(":")
    return password or user
