"""An Arize Phoenix server as a store: each experiment on the chosen datasets is an entry, its content the answers about it.

Phoenix tells an experiment's evaluations only in one document, and nowhere that it has new ones; labels of examples stand in the
dataset version that it ran on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import quote, urlsplit

import tenacity

from connectors.contract import Meter
from connectors.errors import ContractBroken
from connectors.evals.cursors import Cursors, is_chosen, items_of
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.served_options import PhoenixStore
from connectors.evals.shape import Json, instant, mapping, objects, text
from connectors.evals.store import SOURCE, Entry, Fetched
from connectors.evals.waiting import Answers
from connectors.json_api import JsonApi, Site

PAGE = 100
Labels = dict[str, Json]
"""Slice and failure mode by example."""


class PhoenixServer:
    """The experiments of one server; its errors are those of `JsonApi`."""

    meters_itself = True

    def __init__(self, options: PhoenixStore, meter: Meter, now: datetime, sleep: Callable[[float], None] = tenacity.nap.sleep) -> None:
        site = Site(
            SOURCE,
            "Phoenix",
            f"{options.root}/v1",
            options.token,
            prefix="Bearer ",
            key_hint="is it an API key of this server, and still valid?",
            role_hint="a viewer's key is enough",
            timeout_seconds=options.timeout_seconds,
        )
        self._options, self._api = options, JsonApi(site, meter, sleep)
        self._answers = Answers(self._samples, now)
        self._places: dict[str, tuple[str, str]] = {}
        self._labels: dict[tuple[str, str], Labels] = {}

    def entries(self) -> list[Entry]:
        """Every experiment on the chosen datasets, in the order of their names."""
        chosen = (one for one in self._pages("datasets", "the list of datasets") if is_chosen(str(one.get("name")), self._options.datasets))
        found = [self._entry(dataset, experiment) for dataset in chosen for experiment in self._experiments(dataset)]
        return sorted(found, key=lambda entry: entry.name)

    def fetch(self, entry: Entry) -> Fetched:
        """The answers about an experiment, one a line: itself and its dataset, then what became of each example."""
        return self._answers.fetch(entry.name)

    def url(self, entry: Entry) -> str:
        """The page that compares the dataset's experiments, with this one chosen."""
        dataset, experiment = self._places[entry.name]
        return f"{self._options.root}/datasets/{quote(dataset)}/compare?experimentId={quote(experiment)}"

    def _experiments(self, dataset: Json) -> Iterator[Json]:
        return self._pages(f"datasets/{quote(str(dataset.get('id')))}/experiments", f"the experiments on dataset {dataset.get('name')}")

    def _entry(self, dataset: Json, experiment: Json) -> Entry:
        place = (text(dataset, "id") or "", text(experiment, "id") or "")
        if not all(place):
            raise ContractBroken(SOURCE, "the list of experiments", f"an experiment came without its id: {str(experiment)[:200]!r}")
        name = "/".join(place)
        self._places[name] = place
        # Ids count up on every server anew.
        head: Json = {"server": urlsplit(self._options.root).netloc, "dataset": {"name": dataset.get("name")}, "experiment": experiment}
        modified_at = instant(experiment, "updated_at") or instant(experiment, "created_at")
        return self._answers.entry(name, f"{self._options.root}/{name}", head, modified_at)

    def _samples(self, head: Json) -> Iterator[Json]:
        experiment = mapping(head, "experiment")
        labels = self._labels_of(str(experiment.get("dataset_id")), str(experiment.get("dataset_version_id")))
        found = self._api.get_list(f"experiments/{quote(str(experiment['id']))}/json", f"the runs of experiment {experiment.get('name')}")
        for told in found:
            run = mapping(told)  # what is no object is told as a run without its example
            yield run | {"labels": labels.get(str(run.get("example_id")), {})}

    def _labels_of(self, dataset: str, version: str) -> Labels:
        """Labels of a dataset version's examples; nothing else of them is kept."""
        if (dataset, version) not in self._labels:
            answer = self._api.get(f"datasets/{quote(dataset)}/examples", f"the examples of dataset {dataset}", "data", version_id=version)
            self._labels[dataset, version] = {
                str(example.get("id")): {
                    "slice": slice_of(example.get("metadata")),
                    "failure_mode": failure_mode_of(example.get("metadata")),
                }
                for example in objects(answer, "data", "examples")
            }
        return self._labels[dataset, version]

    def _pages(self, path: str, what: str) -> Iterator[Json]:
        """Every item of a list."""
        cursor, cursors = "", Cursors(what)
        while True:
            page = self._api.get(path, what, "data", limit=PAGE, **({"cursor": cursor} if cursor else {}))
            yield from (item for item in items_of(page, "data", what) if isinstance(item, dict))
            following = str(page.get("next_cursor") or "")
            if not following:
                return
            cursor = cursors.follow(following)
