"""The only place that asks for anything over HTTP or in folders: the vendors' APIs, and `fsspec`. Databases are in `sql_client.py`.

What the answers mean is not decided here.
"""

from collections.abc import Callable, Iterator, Sequence

import fsspec
import tenacity

from connectors.contract import Meter
from connectors.errors import AuthFailed, ContractBroken, NotFound, Unavailable
from connectors.experiments.options import EppoStore, FilesStore, GrowthBookStore, StatsigStore
from connectors.experiments.source import Json, ListPage
from connectors.json_api import JsonApi, Site

PAGE = 100
"""GrowthBook and Statsig refuse more."""


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
            yield ListPage(page, offset)
            if len(page) < PAGE:
                return

    def experiment(self, native_id: str) -> Json:  # noqa: D102
        asked = {"with_calculated_metrics": "true", "with_full_cuped_data": "true"}
        return self._api.get(f"experiments/{native_id}", f"experiment {native_id}", "variations", **asked)

    def metric(self, metric_id: str) -> Json:  # noqa: D102
        return self._api.get(f"metrics/{metric_id}", f"metric {metric_id}", "name")


class Folder:
    """A folder or file, local or remote, through fsspec."""

    def __init__(self, store: FilesStore) -> None:
        self._name = store.partition.partition(":")[2]
        try:
            self._files, self._root = fsspec.core.url_to_fs(store.path)
        except (ImportError, ValueError) as error:
            # fsspec names the package that opens the address, or the address's unknown scheme.
            raise ContractBroken(
                "experiments", self._name, f"the address cannot be opened: {error}", "install the package or correct the path"
            ) from error

    def names(self) -> Sequence[str]:
        """Paths below the folder, sorted; the file's own name when the store is one file.

        Raises:
            NotFound: when there is no such folder or it may not be listed.
            Unavailable: when its store does not answer.
        """
        try:
            if self._files.isfile(self._root):
                return [self._root.rpartition("/")[2]]
            if not self._files.exists(self._root):
                raise NotFound("experiments", self._name, "there is no such folder or file", "correct the store's path")
            return sorted(path.removeprefix(self._root).lstrip("/") for path in self._files.find(self._root))
        except PermissionError as error:
            raise AuthFailed("experiments", self._name, "it may not be listed", "the sync needs to read it") from error
        except OSError as error:
            raise Unavailable("experiments", self._name, f"it cannot be listed ({type(error).__name__})") from error

    def read(self, name: str) -> bytes:
        """Content of one file."""
        return self._files.cat_file(self._path(name))

    def url(self, name: str) -> str:
        """Address of one file."""
        return str(self._files.unstrip_protocol(self._path(name)))

    def _path(self, name: str) -> str:
        return (
            self._root if self._root.rpartition("/")[2] == name and self._files.isfile(self._root) else f"{self._root.rstrip('/')}/{name}"
        )
