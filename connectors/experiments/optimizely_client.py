"""Asking Optimizely, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator

import tenacity

from connectors.contract import Meter
from connectors.experiments.options import OptimizelyStore
from connectors.experiments.source import Json, ListPage
from connectors.json_api import JsonApi, Site

PAGE = 100
"""Optimizely refuses more."""


class OptimizelyClient:
    """Optimizely's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: OptimizelyStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "Optimizely",
            f"{store.url}/v2",
            store.token,
            prefix="Bearer ",
            key_hint="is it a personal access token, and still valid?",
            role_hint=f"its account needs to see project {store.project} and its results",
            timeout_seconds=store.timeout_seconds,
        )
        self._api, self._project = JsonApi(site, meter, sleep), store.project

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol, here and below
        seen, number = 0, 1
        while True:
            page = self._api.get_list("experiments", "the list of experiments", project_id=self._project, per_page=PAGE, page=number)
            seen, number = seen + len(page), number + 1
            yield ListPage(page, seen, is_running_total=True)
            if len(page) < PAGE:
                return

    def results(self, native_id: str, baseline: str) -> Json | None:  # noqa: D102
        what = f"results of experiment {native_id}"
        return self._api.find(f"experiments/{native_id}/results", what, "metrics", baseline_variation_id=baseline)
