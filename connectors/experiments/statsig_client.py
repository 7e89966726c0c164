"""Asking Statsig, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken, NotFound
from connectors.experiments.options import StatsigStore
from connectors.experiments.source import Json, ListPage
from connectors.json_api import JsonApi, Site

PAGE = 100
"""Statsig refuses more."""


class StatsigClient:
    """Statsig's Console API; its errors are those of `JsonApi`."""

    def __init__(self, store: StatsigStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "Statsig",
            f"{store.url}/console/v1",
            store.token,
            header="STATSIG-API-KEY",
            key_hint="is it a Console API key, not a client or server secret, and still valid?",
            role_hint="it needs a Console API key that reads experiments and their results",
            also={"STATSIG-API-VERSION": "20240601"},
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol, here and below
        what, number = "the list of experiments", 1
        while True:
            page = self._api.get("experiments", what, "data", limit=PAGE, page=number)
            told: Json = page.get("pagination") or {}
            if not isinstance(page["data"], list):
                raise ContractBroken("experiments", what, f"expected a list in 'data', got {type(page['data']).__name__}")
            yield ListPage(page["data"], int(told.get("totalItems") or len(page["data"])))
            if not told.get("nextPage"):
                return
            if not page["data"]:
                raise ContractBroken("experiments", what, f"page {number} is empty and said not to be the last")
            number += 1

    def pulse(self, native_id: str, control: str, test: str) -> Json | None:  # noqa: D102
        what = f"results of experiment {native_id}, group {test} against {control}"
        # The store's own defaults may say otherwise for each of these, and the answer does not tell.
        asked = {"control": control, "test": test, "cuped": "false", "confidence": 95}
        try:
            data = self._api.get(f"experiments/{native_id}/pulse_results", what, "data", **asked)["data"]
        except NotFound:
            return None
        if data is not None and not isinstance(data, dict):
            raise ContractBroken("experiments", what, f"expected an object in 'data', got {type(data).__name__}")
        return data or None
