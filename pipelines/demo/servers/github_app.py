"""Routes of GitHub's REST API for Apps: the installation, its tokens, its repositories."""

from datetime import UTC, datetime

from pipelines.demo.servers.github_access import Caller, GithubApp, Refusal, not_found
from pipelines.demo.servers.github_http import Answer, Call, Handler, listing
from pipelines.demo.servers.github_site import Payload, iso
from pipelines.demo.world import Account, Repository

PERMISSIONS = {"actions": "read", "administration": "read", "checks": "read", "contents": "read", "issues": "read"} | {
    "metadata": "read",
    "pull_requests": "read",
}


def _app(call: Call) -> GithubApp:
    """The App that asks.

    Raises:
        Refusal: 401 where the request comes with another kind of credential.
    """
    caller: Caller = call.caller
    if call.github.access.app is None or caller.kind != "app":
        raise Refusal(401, "A JSON web token could not be decoded")
    return call.github.access.app


def _installation(call: Call) -> Payload:
    app, site, owner = _app(call), call.site, call.site.index.world.owner
    url = f"{site.api}/app/installations/{app.installation_id}"
    return {
        "id": app.installation_id,
        "account": site.user(owner),
        "repository_selection": "all",
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{site.api}/installation/repositories",
        "html_url": f"{site.html}/organizations/{owner.login}/settings/installations/{app.installation_id}",
        "app_id": app.app_id,
        "app_slug": "fulcrum",
        "target_id": owner.user_id,
        "target_type": "Organization",
        "permissions": PERMISSIONS,
        "events": [],
        "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": None,
    }


def installations(call: Call) -> Answer:
    """Installations of the App, oldest first: those of other owners, and the demo organisation's."""
    own = _installation(call)
    others = [
        own | {"id": place, "target_id": place, "account": call.site.user(Account(place, login))}
        for place, login in enumerate(_app(call).others, start=1)
    ]
    return listing(call, [*others, own], lambda installation: installation)


def installation_of_account(call: Call) -> Answer:
    """The installation on an organisation or user."""
    installation = _installation(call)
    if call.path["account"].lower() != call.site.index.world.owner.login.lower():
        raise not_found()
    return Answer(installation)


def installation(call: Call) -> Answer:
    """One installation by its number."""
    found = _installation(call)
    if call.path["installation_id"] != found["id"]:
        raise not_found()
    return Answer(found)


def access_token(call: Call) -> Answer:
    """A new token of an installation, good for an hour."""
    if _app(call).installation_id != call.path["installation_id"]:
        raise not_found()
    token, ends = call.github.access.issue()
    expires_at = iso(datetime.fromtimestamp(ends, UTC))
    return Answer({"token": token, "expires_at": expires_at, "permissions": PERMISSIONS, "repository_selection": "all"}, status=201)


def installation_repositories(call: Call) -> Answer:
    """Every repository that the installation may read."""
    if call.caller.kind != "installation":
        raise Refusal(403, "You must authenticate with an installation access token in order to list repositories for an installation.")
    found: list[Repository] = list(call.site.index.world.repositories.values())
    answer = listing(call, found, call.site.repository, "repositories")
    return Answer({**answer.payload, "repository_selection": "all"}, headers=answer.headers)


APP_ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/app/installations"): installations,
    ("GET", "/app/installations/{installation_id:int}"): installation,
    ("POST", "/app/installations/{installation_id:int}/access_tokens"): access_token,
    ("GET", "/orgs/{account}/installation"): installation_of_account,
    ("GET", "/users/{account}/installation"): installation_of_account,
    ("GET", "/installation/repositories"): installation_repositories,
}
