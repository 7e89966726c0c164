"""Asking Unleash, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.experiments.options import UnleashStore
from connectors.experiments.source import Json
from connectors.json_api import JsonApi, Site

PAGE = 1000
"""Unleash gives no more."""
WHAT = "the changes of flags"
EVENT_TYPES = (
    *("feature-created", "feature-archived", "feature-revived", "feature-deleted", "feature-project-change", "feature-import"),
    *("feature-environment-enabled", "feature-environment-disabled"),
    *("feature-strategy-add", "feature-strategy-update", "feature-strategy-remove"),
    *("feature-variants-updated", "feature-environment-variants-updated"),
    *("feature-completed", "feature-uncompleted"),
)
"""What is asked for: what changes whom a flag reaches. Tags, links, favourites and descriptions do not."""


class UnleashClient:
    """Unleash's admin API; its errors are those of `JsonApi`."""

    def __init__(self, store: UnleashStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "Unleash",
            f"{store.url.rstrip('/')}/api/admin",
            store.token,
            key_hint="is it a personal access token or a service account's, not a client or frontend token, and still valid?",
            role_hint="it needs to read the event log",
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)
        self._asked = {"type": f"IS_ANY_OF:{','.join(EVENT_TYPES)}"}
        if store.projects:
            self._asked["project"] = f"IS_ANY_OF:{','.join(store.projects)}"

    def count(self) -> int:  # noqa: D102 - as in the protocol, here and below
        total = self._api.get("search/events", WHAT, "total", limit=1, **self._asked)["total"]
        if not isinstance(total, int):
            raise ContractBroken("experiments", WHAT, f"expected a number in 'total', got {total!r}")
        return total

    def events(self, since: date | None) -> Iterator[list[Any]]:  # noqa: D102
        # A change made while pages are read moves older ones onto later pages: they come twice, never not at all.
        offset, asked = 0, self._asked | ({"from": f"IS:{since.isoformat()}"} if since else {})
        while True:
            page = self._api.get("search/events", WHAT, "events", limit=PAGE, offset=offset, **asked)["events"]
            if not isinstance(page, list):
                raise ContractBroken("experiments", WHAT, f"expected a list in 'events', got {type(page).__name__}")
            yield page
            offset += len(page)
            if len(page) < PAGE:
                return

    def environments(self) -> list[Json]:  # noqa: D102
        return self._api.get("environments", "the environments", "environments")["environments"]
