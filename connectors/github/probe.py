"""What `fulcrum doctor` is told about GitHub: credentials, scopes, budget, clock, and whether one repository can be listed."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

from connectors.contract import Finding, Meter
from connectors.errors import NotFound, SourceError
from connectors.github.options import GithubOptions
from connectors.github.protocol import Client, CredentialState
from connectors.github.records import dig, listed

_SKEW_SECONDS = 60
_LOW_BUDGET = 0.1
"""Warn where less than this share of the hour's requests is left."""
_NEEDED_SCOPES = {"repo", "read:org"}


def findings(options: GithubOptions, connect: Callable[[GithubOptions, Meter], Client]) -> Iterator[Finding]:
    """One finding for each question, worst news included."""
    try:
        client = connect(options, Meter())
    except SourceError as error:
        yield _failed("github credential", error)
        return
    with closing(client):
        for state in client.credentials():
            yield from _of_credential(state)
        yield _one_repository(options, client)


def _failed(name: str, error: SourceError) -> Finding:
    return Finding(name, "fail", error.why, error.hint)


def _of_credential(state: CredentialState) -> Iterator[Finding]:
    name = f"github {state.name}"
    if state.error:
        yield Finding(name, "fail", state.error, "replace the token in the environment, or renew the App's key")
        return
    yield _scopes(name, state)
    yield from _budget(name, state)
    if state.server_time:
        skew = abs((datetime.now(UTC) - state.server_time).total_seconds())
        detail = f"{skew:.0f} s between this machine and GitHub"
        is_fine = skew <= _SKEW_SECONDS
        yield Finding(f"{name}: clock", "ok" if is_fine else "warn", detail, "" if is_fine else "synchronise this machine's clock (NTP)")


def _scopes(name: str, state: CredentialState) -> Finding:
    if state.scopes is None:
        return Finding(f"{name}: rights", "ok", "accepted; its rights are not listed (fine-grained token or App)")
    missing = _NEEDED_SCOPES - set(state.scopes)
    listed_scopes = ", ".join(state.scopes) or "none"
    if "repo" in missing:
        return Finding(f"{name}: rights", "warn", f"scopes: {listed_scopes}", "without `repo` only public repositories are seen")
    return Finding(f"{name}: rights", "ok", f"scopes: {listed_scopes}")


def _budget(name: str, state: CredentialState) -> Iterator[Finding]:
    for resource, remaining in (state.remaining or {}).items():
        limit = (state.limit or {}).get(resource, 0)
        is_low = limit > 0 and remaining < limit * _LOW_BUDGET
        fix = "wait for the reset, or add a token" if is_low else ""
        yield Finding(f"{name}: budget {resource}", "warn" if is_low else "ok", f"{remaining} of {limit} requests left this hour", fix)


def _one_repository(options: GithubOptions, client: Client) -> Finding:
    """Whether the first pattern of the configuration finds anything."""
    pattern = options.repositories.include[0]
    name = f"github {pattern}"
    try:
        count = _how_many(client, pattern)
    except SourceError as error:
        return _failed(name, error)
    if not count:
        return Finding(name, "warn", "no repository is listed", "check the owner's name and that the credential may see its repositories")
    return Finding(name, "ok", "can be listed")


def _how_many(client: Client, pattern: str) -> int:
    owner, _, repository = pattern.partition("/")
    client = client.of(owner)
    if not set(repository) & set("*?["):
        return 1 if dig(client.get(f"/repos/{pattern}").data, "id") else 0
    try:
        return len(listed(client.get(f"/orgs/{owner}/repos", {"per_page": 1}).data))
    except NotFound:
        return len(listed(client.get(f"/users/{owner}/repos", {"per_page": 1}).data))
