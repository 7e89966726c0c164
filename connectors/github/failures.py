"""What an HTTP status or a GraphQL error means to the caller, as one of `connectors.errors`."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import AuthFailed, ContractBroken, Empty, NotFound, SourceError, Unavailable
from connectors.github.protocol import SOURCE, Absent, Denied, GraphError, Refused
from connectors.github.records import dig, listed

_RENEW = "set a valid token in the environment variable that sources.github names, or renew the App's key"
_GRANT = "grant the rights listed in connectors/github/README.md"
_API_URL = "is api_url right? GitHub Enterprise answers under https://HOST/api/v3"
_TRANSIENT = ("something went wrong", "timeout", "timed out", "couldn't respond", "internal error", "unavailable")
_TRANSIENT_KINDS = ("INTERNAL", "SERVICE_UNAVAILABLE", "TIMEOUT", "LOADING", "EXECUTION_TIMEOUT")
_LIMITED_KINDS = ("RATE_LIMITED", "RATE_LIMIT")


def message_of(body: Any) -> str:
    """GitHub's own words, as far as the answer has some."""
    message = dig(body, "message")
    return message[:200] if isinstance(message, str) else ""


def from_status(status: int, body: Any, headers: Mapping[str, Any], what: str, credential: str) -> SourceError:
    """The error for an answer with a status of 300 or more that is no rate limit."""
    message = message_of(body)
    why = f"{status} {message}".strip()
    if status == 401:
        return Refused(SOURCE, what, f"{credential} was refused ({why})", _RENEW)
    if status == 403:
        needed = needed_right(headers)
        return Denied(what, f"{credential} may not read it ({why})", f"needs {needed}" if needed else _GRANT, status, needed)
    if status in (404, 410, 451):
        hint = "deleted, renamed, switched off, or hidden from this credential"
        return Absent(what, why, hint, status, needed_right(headers), message)
    if status == 409:
        return Empty(SOURCE, what, why)
    if status >= 500:
        return Unavailable(SOURCE, what, why, "sync again later")
    return ContractBroken(SOURCE, what, why or f"unexpected status {status}", _API_URL)


def needed_right(headers: Mapping[str, Any]) -> str:
    """The right that a refusal names: a permission as GitHub's settings spell it, or scopes; empty where none is named.

    `administration=read` becomes `Administration: read`; alternatives stand behind `or`. A classic token that holds an accepted scope
    lacks something else than a scope.
    """
    lowered = {name.lower(): str(value) for name, value in headers.items()}
    choices = [choice for choice in lowered.get("x-accepted-github-permissions", "").split(";") if "=" in choice]
    if choices:
        return " or ".join(", ".join(_permission(part) for part in choice.split(",")) for choice in choices)
    accepted = _words(lowered.get("x-accepted-oauth-scopes", ""))
    held = set(_words(lowered.get("x-oauth-scopes", "")))
    return "" if held & set(accepted) else " or ".join(f"scope {scope}" for scope in accepted)


def _permission(text: str) -> str:
    name, _, level = text.strip().partition("=")
    return f"{name.replace('_', ' ').capitalize()}: {level}"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def garbled(what: str, body: str, content_type: str) -> Unavailable:
    """The error for a body that is not the promised JSON."""
    if "html" in content_type or body.lstrip().startswith("<"):
        return Unavailable(SOURCE, what, "got a page of HTML where JSON was expected", _API_URL)
    return Unavailable(SOURCE, what, f"the answer is no whole JSON text; it ends after {len(body)} characters", "sync again later")


def graph_errors(body: Any) -> tuple[GraphError, ...]:
    """The `errors` of a GraphQL answer."""
    return tuple(
        GraphError(str(dig(error, "type") or ""), str(dig(error, "message") or "no message"), tuple(listed(dig(error, "path"))))
        for error in listed(dig(body, "errors"))
    )


def is_limit(errors: Sequence[GraphError]) -> bool:
    """GraphQL says with status 200 that the limit is used up."""
    return any(error.kind in _LIMITED_KINDS or "secondary rate limit" in error.message.lower() for error in errors)


def from_graph(body: Any, errors: Sequence[GraphError], what: str) -> SourceError | None:
    """The error that makes a GraphQL answer useless; None where its data can be used, with holes perhaps."""
    for error in errors:
        if error.kind in _TRANSIENT_KINDS or any(word in error.message.lower() for word in _TRANSIENT):
            return Unavailable(SOURCE, what, error.message[:200], "sync again later")
    if isinstance(dig(body, "data"), dict):
        return None
    if not errors:
        return ContractBroken(SOURCE, what, "the answer has neither data nor errors", _API_URL)
    kind = {"FORBIDDEN": AuthFailed, "INSUFFICIENT_SCOPES": AuthFailed, "NOT_FOUND": NotFound}.get(errors[0].kind, ContractBroken)
    return kind(SOURCE, what, errors[0].message[:200], _GRANT if kind is AuthFailed else "")
