"""A Langfuse project as a store: each experiment on the chosen datasets is an entry, its content the answers about it.

Version 4 knows experiments; what version 3 calls runs of datasets, and gives by other paths, is in `langfuse_runs.py`.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

import tenacity
from pydantic import SecretStr

from connectors.contract import Meter
from connectors.errors import ContractBroken, NotFound
from connectors.evals.cursors import Cursors, is_chosen, items_of
from connectors.evals.langfuse_runs import PAGE, LangfuseRuns, numbered
from connectors.evals.served_options import LangfuseStore
from connectors.evals.shape import Json, instant, mapping, objects, text
from connectors.evals.store import SOURCE, Entry, Fetched
from connectors.evals.waiting import Answers
from connectors.json_api import JsonApi, Site

FIRST = datetime(2023, 1, 1, tzinfo=UTC)
"""Before there was a Langfuse: every question needs a lower bound."""
ITEM_FIELDS = "core,dataset,io,metadata,itemMetadata,scores"


class LangfuseServer:
    """The experiments of one project; its errors are those of `JsonApi`."""

    meters_itself = True

    def __init__(self, options: LangfuseStore, meter: Meter, now: datetime, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        login = base64.b64encode(f"{options.public_key}:{options.secret_key.get_secret_value()}".encode()).decode()
        site = Site(
            SOURCE,
            "Langfuse",
            f"{options.url.rstrip('/')}/api/public",
            SecretStr(login),
            prefix="Basic ",
            key_hint="are public_key and secret_key of one project at this address?",
            role_hint="project keys may read everything of their project: is it theirs?",
            timeout_seconds=options.timeout_seconds,
        )
        self._options, self._api = options, JsonApi(site, meter, sleep)
        self._answers = Answers(self._samples, now)
        self._project = ""
        self._runs: LangfuseRuns | None = None
        """Of a server before version 4."""

    def entries(self) -> list[Entry]:
        """Every experiment on the chosen datasets, in the order of their ids."""
        projects = list(objects(self._api.get("projects", "the project of the key", "data"), "data"))
        self._project = text(projects[0], "id") or "" if projects else ""
        names = {str(one.get("id")): str(one.get("name")) for one in numbered(self._api, "v2/datasets", "the list of datasets")}
        found = [(one, names.get(str(one.get("datasetId")))) for one in self._experiments(names.values())]
        return sorted(
            (self._entry(one, dataset) for one, dataset in found if is_chosen(dataset or str(one.get("name")), self._options.datasets)),
            key=lambda entry: entry.name,
        )

    def fetch(self, entry: Entry) -> Fetched:
        """The answers about an experiment, one a line: itself and its dataset, then its items."""
        return self._answers.fetch(entry.name)

    def url(self, entry: Entry) -> str:  # noqa: ARG002 - Langfuse documents no address of a single experiment
        """The page that lists the project's experiments."""
        return f"{self._options.url.rstrip('/')}/project/{self._project}/experiments"

    def _entry(self, experiment: Json, dataset: str | None) -> Entry:
        identity = text(experiment, "id")
        if identity is None:
            raise ContractBroken(SOURCE, "the list of experiments", f"an experiment came without its id: {str(experiment)[:200]!r}")
        head: Json = {"project": self._project, "dataset": dataset, "experiment": experiment}
        modified_at = instant(experiment, "endTime") or instant(experiment, "startTime")
        return self._answers.entry(identity, f"{self._options.root}/{identity}", head, modified_at)

    def _experiments(self, datasets: Iterable[str]) -> Iterator[Json]:
        """The experiments; where the server knows none, as before version 4, the runs of the chosen datasets."""
        try:
            yield from self._pages("experiments", "the list of experiments", fields="core,metadata,scores")
        except NotFound:
            self._runs = LangfuseRuns(self._api)
            yield from self._runs.experiments(name for name in datasets if is_chosen(name, self._options.datasets))

    def _samples(self, head: Json) -> Iterator[Json]:
        experiment = mapping(head, "experiment")
        if self._runs is not None:
            return self._runs.items(experiment)
        what = f"the items of experiment {experiment.get('name')}"
        return self._pages("experiment-items", what, fields=ITEM_FIELDS, experimentId=str(experiment["id"]))

    def _pages(self, path: str, what: str, **asked: str) -> Iterator[Json]:
        """Every item of a list."""
        given: dict[str, int | str] = {"limit": PAGE, "fromStartTime": FIRST.isoformat(), **asked}
        cursors = Cursors(what)
        while True:
            page = self._api.get(path, what, "data", **given)
            yield from (item for item in items_of(page, "data", what) if isinstance(item, dict))
            following = text(page, "meta", "cursor")
            if following is None:
                return
            given["cursor"] = cursors.follow(following)
