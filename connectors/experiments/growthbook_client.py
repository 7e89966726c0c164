"""Asking GrowthBook, over HTTP.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken, NotFound
from connectors.experiments.options import GrowthBookStore
from connectors.experiments.source import Json, ListPage
from connectors.json_api import JsonApi, Site

PAGE = 100
"""GrowthBook refuses more."""


class GrowthBookClient:
    """GrowthBook's REST API; its errors are those of `JsonApi`."""

    def __init__(self, store: GrowthBookStore, meter: Meter, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            "experiments",
            "GrowthBook",
            f"{store.url}/api/v1",
            store.token,
            prefix="Bearer ",
            key_hint="is it a secret or read-only key, and still valid?",
            role_hint="it needs a role that reads experiments and metrics",
            timeout_seconds=store.timeout_seconds,
        )
        self._api = JsonApi(site, meter, sleep)

    def experiments(self) -> Iterator[ListPage]:  # noqa: D102 - as in the protocol, here and below
        for page in self._pages("experiments", "experiments", "the list of experiments"):
            yield ListPage(page["experiments"], int(page.get("total") or 0))

    def results(self, native_id: str, phase: int) -> Json | None:  # noqa: D102
        what = f"results of experiment {native_id}, phase {phase}"
        try:
            return self._api.get(f"experiments/{native_id}/results", what, "result", phase=phase)["result"]
        except (NotFound, ContractBroken) as error:
            # An experiment that was never analysed is a bad request to GrowthBook.
            if "no results found" in error.why.lower():
                return None
            raise

    def metrics(self) -> list[Json]:  # noqa: D102
        return [metric for page in self._pages("metrics", "metrics", "the metrics") for metric in page["metrics"]]

    def fact_metrics(self) -> list[Json]:  # noqa: D102
        return [metric for page in self._pages("fact-metrics", "factMetrics", "the fact metrics") for metric in page["factMetrics"]]

    def settings(self) -> Json:  # noqa: D102
        return self._api.get("settings", "the settings", "settings")["settings"]

    def _pages(self, path: str, items: str, what: str) -> Iterator[Json]:
        offset = 0
        while True:
            page = self._api.get(path, what, items, limit=PAGE, offset=offset)
            if not isinstance(page[items], list):
                raise ContractBroken("experiments", what, f"expected a list in {items!r}, got {type(page[items]).__name__}")
            yield page
            following = page.get("nextOffset") or 0
            if not page.get("hasMore"):
                return
            if following <= offset:
                raise ContractBroken("experiments", what, f"the page after offset {offset} is said to start at {following}")
            offset = following
