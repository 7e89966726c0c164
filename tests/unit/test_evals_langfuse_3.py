"""Langfuse before version 4 over real HTTP on loopback: runs of datasets become runs as experiments do; answers held to the published client."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Event, Failed, Finished
from connectors.errors import Unavailable
from connectors.evals.digest import sha_of_content
from connectors.evals.langfuse_runs import LangfuseRuns
from connectors.evals.resources import CONNECTOR
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.unit.scripted_site import Answer, Script, Site, serving
from tests.unit.test_evals_langfuse import AT, DATASET, PROJECT, read, rows, score

PUBLISHED = "langfuse==3.14.6"
DETAILS = {"tags": [], "public": False, "environment": "default", "htmlPath": "/project/P1/traces/t", "observations": []}


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/public/")


def run(number: int = 1, **changes: Any) -> dict[str, Any]:
    told = {"id": f"R{number}", "name": f"run {number}", "datasetId": "D1", "datasetName": "team/tickets", "createdAt": AT, "updatedAt": AT}
    return told | {"metadata": {"git_sha": "a" * 40, "project": "support"}} | changes


def item(number: int, **changes: Any) -> dict[str, Any]:
    told = {"id": f"D1-{number}", "status": "ACTIVE", "datasetId": "D1", "datasetName": "team/tickets", "createdAt": AT, "updatedAt": AT}
    return told | {"input": {"q": f"secret words {number}"}, "expectedOutput": "b", "metadata": {"slice": "money"}} | changes


def linked(number: int, **changes: Any) -> dict[str, Any]:
    told = {"id": f"L{number}", "datasetRunId": "R1", "datasetRunName": "run 1", "datasetItemId": f"D1-{number}", "traceId": f"t{number}"}
    return told | {"observationId": None, "createdAt": AT, "updatedAt": AT} | changes


def trace(*scores: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"id": "t", "timestamp": AT, "output": "secret answer", "latency": 1.5, "totalCost": 0.25, "scores": list(scores)}
    return DETAILS | told | changes


def of_trace(value: float, kind: str = "NUMERIC", word: str | None = None, **changes: Any) -> dict[str, Any]:
    """A score as version 3 tells it."""
    return score(value, kind, traceId="t1", metadata=None, **({"stringValue": word} if word else {}), **changes)


def listed(found: list[dict[str, Any]], asked: dict[str, str], size: int = 2) -> Answer:
    """A page of two."""
    page = int(asked["page"])
    meta = {"page": page, "limit": size, "totalItems": len(found), "totalPages": -(-len(found) // size)}
    return Answer({"data": found[size * (page - 1) : size * page], "meta": meta})


def script(links: list[dict[str, Any]], traces: dict[str, Answer], *of_run: dict[str, Any], **instead: Answer) -> Script:
    dataset = DATASET | {"name": "team/tickets"}
    lists = {
        "projects": [PROJECT],
        "v2/datasets": [dataset, DATASET | {"id": "D2", "name": "other"}],
        "datasets/team%2Ftickets/runs": [run()],
        "dataset-items": [item(1), item(2), item(3)],
        "dataset-run-items": links,
        "v2/scores": list(of_run),
    }

    def answer(path: str, asked: dict[str, str]) -> Answer:
        if path in instead:
            return instead[path]
        if path.startswith("traces/"):
            return traces[path.partition("/")[2]]
        return listed(lists[path], {"page": "1"} | asked) if path in lists else Answer({"message": "not found"}, 404)

    return answer


def read_tickets(site: Site) -> list[Event]:
    return read(site, datasets=["team/*"])


def test_a_list_of_items_that_broke_is_asked_for_again_for_the_next_run():
    lists = {"dataset-run-items": [Answer({"data": [linked(1)], "meta": {"totalPages": 1}})] * 3}
    lists["dataset-items"] = [
        Answer({"data": [item(1)], "meta": {"totalPages": 2}}),
        Answer({}, 503),
        *2 * [Answer({"data": [item(1)], "meta": {"totalPages": 1}})],
    ]

    class Api:
        def get(self, path: str, what: str, *_: Any, **asked: Any) -> Any:
            answer = lists[path].pop(0) if path in lists else Answer(trace())
            if answer.status != 200:
                raise Unavailable("evals", what, "it is down")
            return answer.body

    runs = LangfuseRuns(Api())  # type: ignore[arg-type] - only `get` is needed
    with pytest.raises(Unavailable):
        list(runs.items(run()))
    [found] = runs.items(run(2))
    assert found["inputSha"] == sha_of_content({"q": "secret words 1"})
    list(runs.items(run(3)))
    assert len(lists["dataset-items"]) == 1, "once is enough"


def test_a_run_of_a_dataset_is_a_run_with_its_items_as_samples(site: Site):
    tone = of_trace(0.25, name="tone", source="EVAL", comment="kind words")
    traces = {"t1": Answer(trace(of_trace(1.0, "BOOLEAN", "True"), tone)), "t2": Answer(trace(of_trace(0.0, "BOOLEAN", "False")))}
    traces["t3"] = Answer({"message": "gone"}, 404)
    site.script = script([linked(1), linked(2), linked(3)], traces, score(0.7, name="overall", datasetRunId="R1", metadata=None))
    events = read_tickets(site)
    [found] = rows(events, "runs")
    assert (found["native_run_id"], found["dataset_name"], found["git_sha_raw"], found["n_samples"]) == (
        "P1/R1",
        "team/tickets",
        "a" * 40,
        3,
    )
    samples = {(one["sample_key"], one["scorer"]): one for one in rows(events, "samples")}
    assert {key: (one["score_num"], one["passed"]) for key, one in samples.items()} == {
        ("D1-1", "exact"): (1, True),
        ("D1-1", "tone"): (0.25, None),
        ("D1-2", "exact"): (0, False),
        ("D1-3", ""): (None, None),
    }
    first = samples["D1-1", "exact"]
    assert (first["slice"], first["cost_usd"], first["latency_ms"]) == ("money", 0.25, 1500)
    assert (first["input_sha"], first["output_sha"]) == (sha_of_content({"q": "secret words 1"}), sha_of_content("secret answer"))
    assert samples["D1-1", "tone"]["judge_kind"] == "llm"
    metrics = {(one["scorer"], one["metric"]): one["value"] for one in rows(events, "metrics") if not one["slice"]}
    assert metrics == {("overall", "value"): 0.7, ("exact", "mean"): 0.5, ("tone", "mean"): 0.25}
    assert not any(word in repr(events) for word in ("secret", "kind words"))
    for table in ("runs", "metrics", "samples", "dataset_versions", "files"):
        assert check_records(rows(events, table), CONNECTOR.table(table)).quarantined == [], table


def test_what_answered_is_what_the_generations_of_the_traces_name(site: Site):
    seen = [
        {"type": "GENERATION", "model": "gpt-4o-2024-08-06"},
        {"type": "GENERATION", "model": "gpt-4o-2024-08-06"},
        {"type": "SPAN", "model": "no-generation"},
        {"type": "GENERATION", "model": None},
    ]
    site.script = script([linked(1)], {"t1": Answer(trace(of_trace(1.0), observations=seen))})
    [run] = rows(read_tickets(site), "runs")
    assert run["answered_model"] == "gpt-4o-2024-08-06"


def test_a_label_is_a_word_and_scores_of_other_parts_of_the_trace_are_not_the_items(site: Site):
    scores = [of_trace(2.0, "CATEGORICAL", "fair"), of_trace(1.0, name="whole"), of_trace(1.0, name="other", observationId="o2")]
    site.script = script([linked(1, observationId="o1")], {"t1": Answer(trace(*scores))})
    found = {one["scorer"]: (one["score_num"], one["score_raw"]) for one in rows(read_tickets(site), "samples")}
    assert found == {"exact": (None, "fair"), "whole": (1, "1.0")}


def test_only_the_chosen_datasets_are_asked_for_and_their_items_once(site: Site):
    site.script = script([linked(1)], {"t1": Answer(trace(of_trace(1.0)))})
    read_tickets(site)
    assert not any("other" in path for path in site.paths())
    assert site.paths().count("dataset-items") == 2, "two pages, whatever the number of runs"
    assert [asked for path, asked, _ in site.requests if path == "dataset-run-items"] == [
        {"page": "1", "limit": "100", "datasetId": "D1", "runName": "run 1"}
    ]


@pytest.mark.parametrize("path", ["datasets/team%2Ftickets/runs", "dataset-run-items", "dataset-items", "v2/scores"])
def test_a_server_that_breaks_off_is_no_success(site: Site, path: str):
    site.script = script([linked(1)], {"t1": Answer(trace(of_trace(1.0)))}, **{path: Answer({"message": "down"}, 502)})
    events = read_tickets(site)
    assert ["status 502" in str(event.error) for event in events if isinstance(event, Failed)] == [True]
    assert [event for event in events if isinstance(event, Finished)] == []


CHECK = """
import json, sys
from pydantic.v1 import parse_obj_as
from langfuse.api.resources.commons.types import DatasetItem, DatasetRun, TraceWithFullDetails
from langfuse.api.resources.dataset_items.types import PaginatedDatasetItems
from langfuse.api.resources.dataset_run_items.types import PaginatedDatasetRunItems
from langfuse.api.resources.datasets.types import PaginatedDatasetRuns, PaginatedDatasets
from langfuse.api.resources.score_v_2.types import GetScoresResponse
kinds = {
    "datasets": PaginatedDatasets, "runs": PaginatedDatasetRuns, "items": PaginatedDatasetItems,
    "run_items": PaginatedDatasetRunItems, "trace": TraceWithFullDetails, "scores": GetScoresResponse,
}
for kind, answer in json.load(open(sys.argv[1])):
    parse_obj_as(kinds[kind], answer)
    print(kind)
"""


@pytest.mark.slow
def test_the_scripted_answers_are_of_the_published_types(tmp_path: Path):
    scores = [of_trace(1.0), of_trace(1.0, "BOOLEAN", "True"), of_trace(2.0, "CATEGORICAL", "fair", source="ANNOTATION")]
    pages = {"datasets": DATASET | {"name": "team/tickets"}, "runs": run(), "items": item(1), "run_items": linked(1)}
    answers = [(kind, listed([one], {"page": "1"}).body) for kind, one in pages.items()]
    answers += [("trace", trace(*scores)), ("scores", listed([score(0.7, datasetRunId="R1", metadata=None)], {"page": "1"}).body)]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    python = python_with(PUBLISHED.replace("==", "-"), PUBLISHED)
    held = ran([str(python), "-c", CHECK, str(tmp_path / "answers.json")], tmp_path, {})
    assert held.split() == [kind for kind, _ in answers]
