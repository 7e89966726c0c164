"""What GitHub says beside a body: places of pages, scopes, its clock."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit


def page_of(url: str) -> int | None:
    """Number of the page that an address asks for."""
    page = parse_qs(urlsplit(url).query).get("page", [""])[0]
    return int(page) if page.isdigit() else None


def scopes(headers: Mapping[str, str]) -> tuple[str, ...] | None:
    """Scopes of a classic token; None where none are named."""
    named = headers.get("x-oauth-scopes")
    return None if named is None else tuple(scope.strip() for scope in named.split(",") if scope.strip())


def date(headers: Mapping[str, str]) -> datetime | None:
    """The server's clock."""
    try:
        return parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
