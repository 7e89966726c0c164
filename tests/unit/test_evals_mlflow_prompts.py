"""Prompts that runs of an MLflow server used, over real HTTP on loopback: asked for once, hashed, and told with a reason where not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext
from connectors.evals.digest import sha_of_prompt
from connectors.evals.mlflow_server import MlflowServer
from connectors.evals.resources import EvalsReader
from connectors.evals.served_options import MlflowStore
from connectors.evals.store import FsspecStore
from tests.unit.scripted_site import Answer, Script, Site, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VERSION = "2.0/mlflow/model-versions/get"
SHA = sha_of_prompt("Be brief")


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/")


def run(number: int, linked: Any) -> dict[str, Any]:
    tag = linked if isinstance(linked, str) else orjson.dumps(linked).decode()
    info = {"run_id": f"r{number}", "experiment_id": "1", "status": "FINISHED", "start_time": 1_790_000_000_000}
    return {"info": info, "data": {"tags": [{"key": "mlflow.linkedPrompts", "value": tag}]}}


def script(*runs: dict[str, Any], version: Answer) -> Script:
    answers = {
        "2.0/mlflow/experiments/search": Answer({"experiments": [{"experiment_id": "1", "name": "qa"}]}),
        "2.0/mlflow/runs/search": Answer({"runs": list(runs)}),
        VERSION: version,
    }
    # An empty list is left out by this server: of anything else there is nothing.
    return lambda path, _: answers.get(path, Answer({}))


def version(**tags: str) -> Answer:
    return Answer({"model_version": {"tags": [{"key": key.replace("__", "."), "value": value} for key, value in tags.items()]}})


def read(site: Site) -> list[Event]:
    store = MlflowStore(kind="mlflow", tracking_uri=site.url)
    reader = EvalsReader((store,), FsspecStore, patiently)
    return list(reader.read(ReadContext(now=NOW)))


def patiently(options: Any, meter: Meter, now: datetime) -> MlflowServer:
    return MlflowServer(options, meter, now, lambda _: None)


def runs_of(events: list[Event]) -> list[Any]:
    return [record for event in events if isinstance(event, Page) and event.table == "runs" for record in event.records]


def test_a_version_is_asked_for_once_whatever_its_name(site: Site):
    link = [{"name": "teams/a&b brief", "version": "3"}]
    site.script = script(run(1, link), run(2, link), version=version(mlflow__prompt__text="Be brief"))
    assert [found["prompt_sha"] for found in runs_of(read(site))] == [SHA, SHA]
    assert [asked for path, asked, _ in site.requests if path == VERSION] == [{"name": "teams/a&b brief", "version": "3"}]


@pytest.mark.parametrize(
    ("linked", "answer", "why"),
    [
        ([{"name": "brief", "version": 3}], Answer({"message": "not found"}, 404), "deleted"),
        ([{"name": "brief", "version": 3}], Answer({"message": "denied"}, 403), "the account may not read it"),
        ([{"name": "brief", "version": 3}], version(_mlflow_prompt_type="text"), "the registry holds no text of it"),
        (
            [{"name": "brief", "version": 3}],
            version(_mlflow_prompt_type="chat", mlflow__prompt__text="[]"),
            "a prompt of messages is no file",
        ),
        ([{"name": "brief"}], version(), "the tag mlflow.linkedPrompts names no prompt and version"),
        ("[{", version(), "the tag mlflow.linkedPrompts names no prompt and version"),
        ({"name": "brief"}, version(), "the tag mlflow.linkedPrompts names no prompt and version"),
    ],
)
def test_a_prompt_that_cannot_be_hashed_says_why_and_its_run_is_read(site: Site, linked: Any, answer: Answer, why: str):
    site.script = script(run(1, linked), version=answer)
    [found] = runs_of(read(site))
    assert found["prompt_sha"] is None
    assert [prompt["why"] for prompt in found["_raw"]["prompts"]] == [why]


def test_no_link_is_no_prompt_and_nothing_is_asked(site: Site):
    site.script = script(run(1, []), version=Answer("down", 502))
    [found] = runs_of(read(site))
    assert (found["prompt_sha"], found["_raw"]["prompts"]) == (None, [])
    assert VERSION not in site.paths()


def test_a_registry_that_breaks_off_is_no_success(site: Site):
    site.script = script(run(1, [{"name": "brief", "version": "3"}]), version=Answer("down", 502))
    events = read(site)
    assert ["status 502" in event.error.why for event in events if isinstance(event, Failed)] == [True]
    assert [event for event in events if isinstance(event, Finished)] == []
