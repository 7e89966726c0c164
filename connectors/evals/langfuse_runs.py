"""What Langfuse 3 calls runs of a dataset, told as the experiments of version 4, so that one format reads both.

Version 3 tells an item of a run in three places: the dataset's item, the trace, and the scores in the trace.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import orjson

from connectors.errors import NotFound
from connectors.evals.digest import sha_of_content
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.shape import Json, integer, mapping, objects, text
from connectors.json_api import JsonApi
from connectors.seen import Kept

PAGE = 100


def numbered(api: JsonApi, path: str, what: str, **asked: int | str) -> Iterator[Json]:
    """Every thing of a list whose pages have numbers."""
    page = 1
    while True:
        answer = api.get(path, what, "data", page=page, limit=PAGE, **asked)
        yield from objects(answer, "data")
        if page >= (integer(answer, "meta", "totalPages") or 0):
            return
        page += 1


class LangfuseRuns:
    """The runs of one project's datasets; errors are those of `JsonApi`."""

    def __init__(self, api: JsonApi) -> None:
        self._api = api
        self._asked: set[str] = set()
        self._known = Kept()
        """What is told of the items of the datasets that were asked for, texts by hash."""

    def experiments(self, datasets: Iterable[str]) -> Iterator[Json]:
        """Every run of some datasets, by their names."""
        for dataset in datasets:
            for run in numbered(self._api, f"datasets/{quote(dataset, safe='')}/runs", f"the runs of dataset {dataset}"):
                yield run | {"startTime": run.get("createdAt"), "scores": list(self._scores_of(run))}

    def items(self, run: Json) -> Iterator[Json]:
        """The items of a run, as items of an experiment."""
        what = f"the items of run {run.get('name')}"
        asked = {"datasetId": str(run.get("datasetId")), "runName": str(run.get("name"))}
        self._ask_for_items(str(run.get("datasetName")))
        for item in numbered(self._api, "dataset-run-items", what, **asked):
            trace = self._trace(text(item, "traceId"))
            yield self._item(str(item.get("datasetItemId"))) | {
                "id": item.get("id"),
                "traceId": item.get("traceId"),
                "experimentItemId": item.get("datasetItemId"),
                "output": trace.get("output"),
                "totalCost": trace.get("totalCost"),
                "latency": trace.get("latency"),
                "models": _models(trace),
                "scores": [_as_of_version_4(one) for one in objects(trace, "scores") if _is_of(one, text(item, "observationId"))],
            }

    def _scores_of(self, run: Json) -> Iterator[Json]:
        """What was scored about the run itself."""
        scores = numbered(self._api, "v2/scores", f"the scores of run {run.get('name')}", datasetRunId=str(run.get("id")))
        return map(_as_of_version_4, scores)

    def _ask_for_items(self, dataset: str) -> None:
        """Learn a dataset's items as they are now, once."""
        if dataset not in self._asked:
            for one in numbered(self._api, "dataset-items", f"the items of dataset {dataset}", datasetName=dataset):
                self._known.put(str(one.get("id")), orjson.dumps(_hashed(one)))
            self._asked.add(dataset)

    def _item(self, identity: str) -> Json:
        """What is known of an item; nothing where it is gone."""
        told = self._known.get(identity)
        return orjson.loads(told) if told else {}

    def _trace(self, identity: str | None) -> Json:
        """A trace with its scores; nothing where it is gone, as traces are kept for a time only."""
        if identity is None:
            return {}
        try:
            return self._api.get(f"traces/{quote(identity, safe='')}", f"trace {identity}", "id")
        except NotFound:
            return {}


def _hashed(item: Json) -> Json:
    metadata = mapping(item, "metadata")
    labels = {"slice": slice_of(metadata), "failure_mode": failure_mode_of(metadata)}
    return {
        "inputSha": sha_of_content(item.get("input")),
        "expectedOutputSha": sha_of_content(item.get("expectedOutput")),
        "experimentItemMetadata": {name: label for name, label in labels.items() if label},
    }


def _models(trace: Json) -> list[str]:
    """Models of a trace's generations: integrations write there what the vendor's answer names."""
    return sorted({name for one in objects(trace, "observations") if one.get("type") == "GENERATION" and (name := text(one, "model"))})


def _is_of(score: Json, observation: str | None) -> bool:
    """Whether a score is about the part of its trace that a run's item is, or about all of it."""
    return observation is None or text(score, "observationId") in {None, observation}


def _as_of_version_4(score: Json) -> Json:
    """A score with its value itself: version 3 tells a yes and a label as numbers, with the words beside them."""
    match score.get("dataType"):
        case "BOOLEAN":
            return score | {"value": score.get("value") == 1}
        case "CATEGORICAL":
            return score | {"value": score.get("stringValue")}
        case _:
            return score
