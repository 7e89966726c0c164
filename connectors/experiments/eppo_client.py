"""Asking Eppo, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator

import tenacity

from connectors.contract import Meter
from connectors.experiments.options import EppoStore
from connectors.experiments.source import Json, ListPage
from connectors.json_api import JsonApi, Site

PAGE = 100
"""Experiments of one request."""


class EppoClient:
    """Eppo's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: EppoStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "Eppo",
            f"{store.url}/api/v1",
            store.token,
            header="X-Eppo-Token",
            key_hint="is it a REST API key, not an SDK key, and still valid?",
            role_hint="the key needs to read experiments and metrics",
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol, here and below
        offset = 0
        while True:
            page = self._api.get_list("experiments", "the list of experiments", limit=PAGE, offset=offset)
            offset += len(page)
            yield ListPage(page, offset, is_running_total=True)
            if len(page) < PAGE:
                return

    def experiment(self, native_id: str) -> Json:  # noqa: D102
        asked = {"with_calculated_metrics": "true", "with_full_cuped_data": "true"}
        return self._api.get(f"experiments/{native_id}", f"experiment {native_id}", "variations", **asked)

    def metric(self, metric_id: str) -> Json:  # noqa: D102
        return self._api.get(f"metrics/{metric_id}", f"metric {metric_id}", "name")
