"""Asking LaunchDarkly, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.experiments.options import LaunchDarklyStore
from connectors.experiments.source import ListPage
from connectors.json_api import JsonApi, Site

PAGE = 20
"""LaunchDarkly's own default; with all iterations a page is large."""
EXPANDED = "previousIterations,treatments,secondaryMetrics,analysisConfig"


class LaunchDarklyClient:
    """LaunchDarkly's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: LaunchDarklyStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "LaunchDarkly",
            f"{store.url}/api/v2/projects/{store.project}/environments/{store.environment}",
            store.token,
            key_hint="is it an access token (api-...), not an SDK key, and still valid?",
            role_hint=f"it needs the role Reader in project {store.project}",
            also={"LD-API-Version": "20240415"},
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol
        what, asked = "the list of experiments", {"limit": PAGE, "expand": EXPANDED, "lifecycleState": "active,archived"}
        offset = 0
        while True:
            page = self._api.get("experiments", what, "items", offset=offset, **asked)
            items = page["items"]
            if not isinstance(items, list):
                raise ContractBroken("experiments", what, f"expected a list in 'items', got {type(items).__name__}")
            offset += len(items)
            total = page.get("total_count")
            yield ListPage(items, offset if total is None else int(total), is_running_total=total is None)
            if not items or (len(items) < PAGE if total is None else offset >= total):
                return
