"""Langfuse's API over real HTTP on loopback: pages, who gave a score, refusals; answers held to the published client's types."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.evals.langfuse_server import LangfuseServer
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import LangfuseStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.unit.scripted_site import Answer, Script, Site, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PUBLISHED = "langfuse==5.0.4"
AT = "2026-11-20T00:00:00Z"
PROJECT = {"id": "P1", "name": "support", "organization": {"id": "o", "name": "Acme"}, "metadata": {}}
DATASET = {"id": "D1", "name": "tickets", "projectId": "P1", "createdAt": AT, "updatedAt": AT, "metadata": None}


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/public/")


def score(value: Any = 1.0, kind: str = "NUMERIC", source: str = "API", **changes: Any) -> dict[str, Any]:
    told = {"id": "s1", "projectId": "P1", "name": "exact", "dataType": kind, "value": value, "source": source}
    return told | {"timestamp": AT, "environment": "default", "createdAt": AT, "updatedAt": AT, "comment": None} | changes


def experiment(number: int = 1, days_old: int = 1, **changes: Any) -> dict[str, Any]:
    ended = (NOW - timedelta(days=days_old)).isoformat()
    told = {"id": f"E{number}", "name": f"run {number}", "startTime": ended, "endTime": ended, "itemCount": 1, "datasetId": "D1"}
    return told | {"metadata": {"git_sha": "a" * 40, "project": "support", "model": "acme/large-2"}, "scores": []} | changes


def item(number: int = 1, *scores: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {"id": f"I{number}", "traceId": f"t{number}", "startTime": AT, "endTime": AT, "environment": "default", "experimentId": "E1"}
    more = {
        "experimentName": "run 1",
        "experimentItemId": f"X{number}",
        "input": {"q": "secret words"},
        "output": "a",
        "expectedOutput": "b",
    }
    return told | more | {"level": "DEFAULT", "experimentItemMetadata": {"slice": "money"}, "scores": list(scores)} | changes


def script(*experiments: dict[str, Any], items: Any = (), **instead: Answer) -> Script:
    """Answers one project with these experiments, two a page; `instead` replaces the answer of a path's last part."""

    def answer(path: str, parameters: dict[str, str]) -> Answer:
        last = path.rpartition("/")[2].replace("-", "_")
        if last in instead:
            return instead[last]
        if last == "projects":
            return Answer({"data": [PROJECT]})
        if last == "datasets":
            return Answer({"data": [DATASET], "meta": {"page": 1, "limit": 100, "totalItems": 1, "totalPages": 1}})
        found = list(experiments if last == "experiments" else items)
        start = int(parameters.get("cursor", 0))
        return Answer({"data": found[start : start + 2], "meta": {"cursor": str(start + 2)} if len(found) > start + 2 else {}})

    return answer


def read(site: Site, **options: Any) -> list[Event]:
    given = {"kind": "langfuse", "url": site.url, "public_key": "pk-lf-1", "secret_key": "sk-lf-very"} | options
    return list(EvalsReader((LangfuseStore.model_validate(given),), FsspecStore, impatient).read(ReadContext(now=NOW)))


def impatient(options: Any, meter: Meter, now: datetime) -> LangfuseServer:
    return LangfuseServer(options, meter, now, lambda _: None)


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def test_an_experiment_is_a_run_with_its_items_as_samples(site: Site):
    tone = score(0.25, name="tone", source="EVAL", configId="judge-7", comment="kind words")
    site.script = script(
        experiment(scores=[score(0.7, name="overall")]), items=[item(1, score(), tone), item(2, score(0)), item(2, score(), id="I3")]
    )
    events = read(site)
    [run] = rows(events, "runs")
    assert (run["native_run_id"], run["git_sha_raw"], run["project_raw"], run["dataset_name"]) == ("P1/E1", "a" * 40, "support", "tickets")
    assert run["_source_url"] == f"{site.url}/project/P1/experiments"
    samples = {(one["sample_key"], one["epoch"], one["scorer"]): one for one in rows(events, "samples")}
    assert {key: one["score_num"] for key, one in samples.items()} == {
        ("X1", 1, "exact"): 1,
        ("X1", 1, "tone"): 0.25,
        ("X2", 1, "exact"): 0,
        ("X2", 2, "exact"): 1,
    }
    judged = samples["X1", 1, "tone"]
    assert (judged["judge_kind"], judged["judge_id"], judged["slice"]) == ("llm", "judge-7", "money")
    assert judged["rationale_sha"] is not None
    metrics = {(one["scorer"], one["metric"]): one["value"] for one in rows(events, "metrics") if not one["slice"]}
    assert metrics == {("overall", "value"): 0.7, ("exact", "mean"): pytest.approx(2 / 3), ("tone", "mean"): 0.25}
    assert not any(word in repr(events) for word in ("secret words", "kind words", "sk-lf"))
    for table in ("runs", "metrics", "samples", "dataset_versions", "files"):
        assert check_records(rows(events, table), CONNECTOR.table(table)).quarantined == [], table


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (score(True, "BOOLEAN"), (1.0, "true", True, None, None)),
        (score(False, "BOOLEAN", "ANNOTATION", authorUserId="u7"), (0.0, "false", False, None, "human")),
        (score("fair", "CATEGORICAL", "ANNOTATION"), (None, "fair", None, "no_number", "human")),
        (score("words of somebody", "TEXT"), (None, None, None, "no_number", None)),
        (score("NaN"), (None, "NaN", None, "no_number", None)),
        (score(0.5, updatedAt="2026-11-20T05:00:00Z"), (0.5, "0.5", None, None, None)),
    ],
)
def test_a_score_is_a_number_or_unscored_and_says_who_gave_it(site: Site, told: dict[str, Any], expected: Any):
    site.script = script(experiment(), items=[item(1, told)])
    [sample] = rows(read(site), "samples")
    assert (sample["score_num"], sample["score_raw"], sample["passed"], sample["unscored_reason"], sample["judge_kind"]) == expected
    assert sample["edited"] == (told["updatedAt"] != AT)


def test_every_page_is_asked_with_the_projects_keys_and_experiments_are_chosen_by_dataset(site: Site):
    site.script = script(*(experiment(number, days_old=40 if number == 3 else 1) for number in (1, 2, 3)), items=[item(1, score())])
    assert len(rows(read(site), "runs")) == 3
    assert [path for path in site.paths() if path != "experiment-items"] == ["projects", "v2/datasets", "experiments", "experiments"]
    login = base64.b64encode(b"pk-lf-1:sk-lf-very").decode()
    assert {headers["authorization"] for _, _, headers in site.requests} == {f"Basic {login}"}
    assert rows(read(site, datasets=["other*"]), "runs") == []
    site.script = script(experiment(datasetId=None), items=[item(1, score())])
    assert len(rows(read(site, datasets=["run *"]), "runs")) == 1


def test_an_experiment_without_scores_is_an_error_and_an_item_without_id_is_told(site: Site):
    site.script = script(experiment(), items=[item(1, level="ERROR"), item(2, id=None)])
    events = read(site)
    assert [run["status"] for run in rows(events, "runs")] == ["error"]
    assert [sample["error_kind"] for sample in rows(events, "samples")] == ["item_error"]
    assert any("item without its id" in one.reason for one in events if isinstance(one, Rejected))


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({"projects": Answer({"message": "no"}, 401)}, "Langfuse does not accept the token"),
        ({"experiments": Answer({"data": [{"name": "x"}], "meta": {}})}, "an experiment came without its id"),
        ({"experiment_items": Answer({"data": {}})}, "expected a list in 'data'"),
        ({"experiment_items": Answer({"data": [], "meta": {"cursor": "x"}})}, "the next page is said to be one that came already"),
        ({"experiment_items": Answer('{"data": [', is_cut_short=True)}, "no answer"),
    ],
)
def test_a_service_that_breaks_off_is_no_success(site: Site, instead: dict[str, Answer], words: str):
    site.script = script(experiment(), items=[item(1, score())], **instead)
    events = read(site)
    [failure] = [f"{event.error}" for event in events if isinstance(event, Failed)]
    assert words in failure
    assert [event for event in events if isinstance(event, Finished)] == []


CHECK = """
import json, sys
from langfuse.api.core.pydantic_utilities import parse_obj_as
from langfuse.api.datasets.types import PaginatedDatasets
from langfuse.api.experiments.types import ExperimentItemsResponse, ExperimentsResponse
from langfuse.api.projects.types import Projects
kinds = {"projects": Projects, "datasets": PaginatedDatasets, "experiments": ExperimentsResponse, "items": ExperimentItemsResponse}
for kind, answer in json.load(open(sys.argv[1])):
    parse_obj_as(kinds[kind], answer)
    print(kind)
"""


@pytest.mark.slow
def test_the_scripted_answers_are_of_the_published_types(tmp_path: Path):
    scores = [score(), score(True, "BOOLEAN"), score("fair", "CATEGORICAL", "ANNOTATION"), score("words", "TEXT", "EVAL")]
    answers = [
        ("projects", {"data": [PROJECT]}),
        ("datasets", {"data": [DATASET], "meta": {"page": 1, "limit": 100, "totalItems": 1, "totalPages": 1}}),
        ("experiments", {"data": [experiment(scores=scores)], "meta": {"cursor": "2"}}),
        ("items", {"data": [item(1, *scores)], "meta": {}}),
    ]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    python = python_with(PUBLISHED.replace("==", "-"), PUBLISHED)
    held = ran([str(python), "-c", CHECK, str(tmp_path / "answers.json")], tmp_path, {})
    assert held.split() == [kind for kind, _ in answers]


def test_a_list_that_leads_in_a_circle_ends_in_an_error(site: Site):
    turns = iter(["1", "2", "1"])
    site.script = lambda path, _: (
        Answer({"data": [experiment()], "meta": {"cursor": next(turns)}}) if path == "experiments" else script()(path, _)
    )
    assert ["one that came already" in str(event.error) for event in read(site) if isinstance(event, Failed)] == [True]


def test_what_langfuses_action_writes_says_where_a_run_belongs(site: Site):
    site.script = script(experiment(metadata={"langfuse.git_sha": "b" * 40, "langfuse.actor": "ana"}), items=[item(1, score())])
    [run] = rows(read(site), "runs")
    assert (run["git_sha_raw"], run["created_by_raw"]) == ("b" * 40, "ana")
