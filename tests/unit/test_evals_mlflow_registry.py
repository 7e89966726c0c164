"""Prompts and datasets that an MLflow server keeps beside its runs, over real HTTP on loopback: what is told, what is not asked again,
what an older server or a narrower account leaves unobserved."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record
from connectors.evals.digest import sha_of_prompt
from connectors.evals.mlflow_server import MlflowServer
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import MlflowStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.unit.scripted_site import Answer, Script, Site, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
MODELS, VERSIONS = "2.0/mlflow/registered-models/search", "2.0/mlflow/model-versions/search"
DATASETS, RECORDS = "3.0/mlflow/datasets/search", "3.0/mlflow/datasets/d-1/records"
DATASET = {"dataset_id": "d-1", "name": "tickets", "digest": "3d05d987", "last_update_time": 1_790_000_000_000, "created_by": "ana"}


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/")


def tags(**told: str) -> list[dict[str, str]]:
    return [{"key": key.replace("__", "."), "value": value} for key, value in told.items()]


def version(number: int, text: str | None = "Be brief", kind: str = "text", **changes: Any) -> dict[str, Any]:
    told = tags(_mlflow_prompt_type=kind) + (tags(mlflow__prompt__text=text) if text is not None else [])
    more = changes.pop("tags", [])
    return {"name": "brief", "version": str(number), "creation_timestamp": 1_790_000_000_000 + number, "tags": told + more} | changes


def record(question: str, **changes: Any) -> dict[str, Any]:
    return {"dataset_record_id": question, "inputs": {"q": question}, "expectations": {"a": "secret answer"}, "tags": {}} | changes


def script(**instead: Answer) -> Script:
    """A server with one experiment; `instead` answers by the last part of a path but `search`, after `all_` what is asked without a filter."""

    def answer(path: str, asked: dict[str, str]) -> Answer:
        last = path.removesuffix("/search").rpartition("/")[2].replace("-", "_")
        if path in {MODELS, VERSIONS} and "filter" not in asked:
            last = f"all_{last}"
        if last == "experiments":
            return Answer({"experiments": [{"experiment_id": "1", "name": "qa"}]})
        return instead.get(last, Answer({}))

    return answer


def read(site: Site, loaded: Any = None) -> list[Event]:
    store = MlflowStore(kind="mlflow", tracking_uri=site.url)
    context = ReadContext(now=NOW, **({"loaded": loaded} if loaded else {}))
    return list(EvalsReader((store,), FsspecStore, patiently).read(context))


def patiently(options: Any, meter: Meter, now: datetime) -> MlflowServer:
    return MlflowServer(options, meter, now, lambda _: None)


def rows(events: list[Event], table: str) -> list[Record]:
    return [one for event in events if isinstance(event, Page) and event.table == table for one in event.records]


def listed_wholly(events: list[Event]) -> tuple[str, ...]:
    [finished] = [event for event in events if isinstance(event, Finished)]
    return finished.tables


def test_every_version_is_told_by_hash_with_who_when_and_what_points_at_it(site: Site):
    site.script = script(
        registered_models=Answer({"registered_models": [{"name": "brief", "aliases": [{"alias": "production", "version": "1"}]}]}),
        model_versions=Answer({"model_versions": [version(2, "Be kind"), version(1, description="first words", tags=tags(author="Ana"))]}),
    )
    events = read(site)
    second, first = rows(events, "prompt_versions")
    assert (first["version"], first["text_sha"], first["created_by_raw"], first["aliases"]) == (
        1,
        sha_of_prompt("Be brief"),
        "Ana",
        ["production"],
    )
    assert (first["message_length"], first["registered_at"]) == (11, datetime.fromtimestamp(1_790_000_000.001, UTC))
    assert (second["created_by_raw"], second["aliases"], second["message_length"]) == (None, [], 0), "nobody is guessed"
    assert check_records([first, second], CONNECTOR.table("prompt_versions")).quarantined == []
    assert "prompt_versions" in listed_wholly(events)
    assert not any(text in repr(events) for text in ("Be brief", "Be kind", "first words"))


@pytest.mark.parametrize(("one", "other"), [('[{"role": "user", "content": "x"}]', '[{"content":"x","role":"user"}]')])
def test_messages_have_the_hash_of_their_content_and_a_version_without_text_none(site: Site, one: str, other: str):
    given = [version(1, one, "chat"), version(2, other, "chat"), version(3, None)]
    site.script = script(model_versions=Answer({"model_versions": given}))
    found = {row["version"]: (row["prompt_type"], row["text_sha"]) for row in rows(read(site), "prompt_versions")}
    assert found[1] == found[2] == ("chat", found[1][1])
    assert found[1][1] is not None
    assert found[3] == ("text", None)


def test_versions_come_by_pages_and_prompts_are_asked_for_apart_from_models(site: Site):
    pages = {None: Answer({"model_versions": [version(1)], "next_page_token": "more"}), "more": Answer({"model_versions": [version(2)]})}
    site.script = lambda path, asked: pages[asked.get("page_token")] if path == VERSIONS and "filter" in asked else script()(path, asked)
    assert len(rows(read(site), "prompt_versions")) == 2
    filters = [asked.get("filter") for path, asked, _ in site.requests if path in {MODELS, VERSIONS}]
    assert set(filters) == {"tags.`mlflow.prompt.is_prompt` = 'true'", None}


@pytest.mark.parametrize("status", [403, 404])
def test_a_registry_that_may_not_be_seen_takes_nothing_for_gone(site: Site, status: int):
    site.script = script(registered_models=Answer({"message": "no"}, status), datasets=Answer({"datasets": [DATASET]}), records=Answer({}))
    events = read(site)
    assert listed_wholly(events) == ("files",)
    assert not [event for event in events if isinstance(event, Failed)]


def test_a_dataset_is_a_version_by_its_content_and_is_not_asked_for_twice(site: Site):
    page = [record("a", tags={"slice": "money"}), record("b")]
    site.script = script(datasets=Answer({"datasets": [DATASET, DATASET]}), records=Answer({"records": json.dumps(page)}))
    events = read(site)
    [found] = rows(events, "dataset_versions")
    assert (found["dataset_name"], found["native_id"], found["version_label"], found["created_by_raw"]) == (
        "tickets",
        "d-1",
        "3d05d987",
        "ana",
    )
    assert (found["n_items"], found["slices"], found["first_run_id"]) == (2, {"money": 1}, None)
    assert check_records([found], CONNECTOR.table("dataset_versions")).quarantined == []
    assert "secret answer" not in repr(events)

    def loaded(_: str, table: str, columns: Any) -> list[Any]:
        return [tuple(found[name] for name in columns)] if table == "dataset_versions" else []

    assert site.paths().count(RECORDS) == 1
    assert rows(read(site, loaded), "dataset_versions") == []
    assert site.paths().count(RECORDS) == 1, "it has not changed since"


@pytest.mark.parametrize(
    ("status", "message"),
    [(404, "no such path"), (500, "search_datasets is not supported with FileStore. This feature requires a SQL-based tracking backend")],
)
def test_a_server_without_datasets_tells_the_rest(site: Site, status: int, message: str):
    site.script = script(datasets=Answer({"message": message}, status), model_versions=Answer({"model_versions": [version(1)]}))
    events = read(site)
    assert len(rows(events, "prompt_versions")) == 1
    assert not [event for event in events if isinstance(event, Failed)]


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({"datasets": Answer({"message": "down"}, 502)}, "status 502"),
        ({"datasets": Answer({"datasets": [{"name": "x"}]})}, "one came without its id or time"),
        ({"datasets": Answer({"datasets": [DATASET]}), "records": Answer({"records": "[{"})}, "no whole JSON document"),
        ({"datasets": Answer({"datasets": [DATASET]}), "records": Answer({"records": "{}"})}, "expected a list of records, got dict"),
        ({"model_versions": Answer({"message": "down"}, 502)}, "status 502"),
    ],
)
def test_a_registry_that_breaks_off_is_no_success(site: Site, instead: dict[str, Answer], words: str):
    site.script = script(**instead)
    events = read(site)
    [failure] = [str(event.error) for event in events if isinstance(event, Failed)]
    assert words in failure
    assert [event for event in events if isinstance(event, Finished)] == []
