"""Which installations of a GitHub App read the configured repositories: an App has one at each owner that installed it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from connectors.errors import AuthFailed
from connectors.github.listing import PER_PAGE, address
from connectors.github.options import AppAuth
from connectors.github.protocol import SOURCE, Answer
from connectors.github.records import dig, listed

Get = Callable[[str], Answer]
"""One page, asked for as the App."""


@dataclass(frozen=True)
class Installation:
    """One installation of an App.

    Attributes:
        installation_id: its number.
        owner: login of the owner whose repositories it reads, in lower case; None where there is no other owner to tell from.
    """

    installation_id: int
    owner: str | None = None


def of_app(app: AppAuth, owners: Sequence[str], get: Get) -> list[Installation]:
    """The installations of an App at these owners (logins in lower case), or the one that is named.

    Raises:
        AuthFailed: when the App is installed at none of them, or suspended there.
    """
    if app.installation_id and len(owners) == 1:
        return [Installation(app.installation_id)]
    found = dict(_by_owner(app, get))
    if not found.keys() & set(owners):
        named = f"installation {app.installation_id} is" if app.installation_id else "it is"
        elsewhere = f", but at {', '.join(sorted(found))}" if found else ""
        why = f"{named} not installed at {' or '.join(owners)}{elsewhere}"
        raise AuthFailed(SOURCE, f"App {app.app_id}", why, "install it there, or correct repositories.include")
    suspended = [owner for owner in owners if found.get(owner) == 0]
    if suspended:
        why = f"it is suspended at {', '.join(suspended)}"
        raise AuthFailed(SOURCE, f"App {app.app_id}", why, "an owner of the organisation can lift that in its settings, under GitHub Apps")
    return [Installation(found[owner], owner) for owner in owners if owner in found]


def _by_owner(app: AppAuth, get: Get) -> Iterator[tuple[str, int]]:
    """Owner and number of each installation, 0 for a suspended one."""
    url = f"/app/installations/{app.installation_id}" if app.installation_id else address("/app/installations", {"per_page": PER_PAGE})
    while url:
        answer = get(url)
        for item in [answer.data] if app.installation_id else listed(answer.data):
            login, number = dig(item, "account", "login"), dig(item, "id")
            if isinstance(login, str) and isinstance(number, int):
                yield login.lower(), 0 if dig(item, "suspended_at") else number
        url = answer.next
