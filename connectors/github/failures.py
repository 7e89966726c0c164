"""What an HTTP status or a GraphQL error means to the caller, as one of `connectors.errors`."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import AuthFailed, ContractBroken, Empty, NotFound, SourceError, Unavailable
from connectors.github.protocol import SOURCE, GraphError, Refused
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
        needed = headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes")
        return AuthFailed(SOURCE, what, f"{credential} may not read it ({why})", f"needs {needed}" if needed else _GRANT)
    if status in (404, 410, 451):
        return NotFound(SOURCE, what, why, "deleted, renamed, switched off, or hidden from this credential")
    if status == 409:
        return Empty(SOURCE, what, why)
    if status >= 500:
        return Unavailable(SOURCE, what, why, "sync again later")
    return ContractBroken(SOURCE, what, why or f"unexpected status {status}", _API_URL)


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
