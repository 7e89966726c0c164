"""Braintrust's API over real HTTP on loopback: pages, trials, scores that are none, refusals; answers held to the published client's types."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.evals import braintrust_server
from connectors.evals.braintrust_server import BraintrustServer
from connectors.evals.options import EvalsOptions
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import BraintrustStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.unit.scripted_site import Answer, Script, Site, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PUBLISHED = "braintrust-api==0.6.0"
PROJECT = {"id": "p1", "name": "support", "org_id": "o1", "created": "2026-01-01T00:00:00Z"}
DATASET = {"id": "d1", "project_id": "p1", "name": "tickets", "created": "2026-01-01T00:00:00Z"}


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/v1/")


def experiment(number: int = 1, days_old: int = 1, **changes: Any) -> dict[str, Any]:
    git = {
        "commit": "a" * 40,
        "branch": "main",
        "dirty": True,
        "author_name": "Ana",
        "author_email": "ana@acme.example",
        "git_diff": "- secret",
    }
    told = {"id": f"e{number}", "name": f"run {number}", "project_id": "p1", "public": False, "repo_info": git, "user_id": "u7"}
    more = {"dataset_id": "d1", "dataset_version": "1000", "metadata": {"model": "acme/large-2", "project": "support"}}
    return told | more | {"created": (NOW - timedelta(days=days_old)).isoformat()} | changes


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    told = {"id": f"v{number}", "_xact_id": "9", "created": "2026-11-20T00:00:00Z", "experiment_id": "e1", "project_id": "p1"}
    span = {"span_id": f"s{number}", "root_span_id": f"s{number}", "is_root": True, "dataset_record_id": f"r{number}", "error": None}
    said = {"input": {"q": "secret words"}, "output": "a", "expected": "b", "scores": {"exact": 1}, "metadata": {"slice": "money"}}
    return told | span | said | {"metrics": {"start": 10.0, "end": 10.5, "prompt_tokens": 7, "completion_tokens": 3}} | changes


def span(number: int, of: int, **changes: Any) -> dict[str, Any]:
    place = {"span_id": f"s{number}", "root_span_id": f"s{of}", "is_root": False, "scores": None, "dataset_record_id": None}
    return event(number) | place | {"span_attributes": {"type": "llm"}} | changes


def script(*experiments: dict[str, Any], events: Any = (), **instead: Answer) -> Script:
    """Answers one project with these experiments, two events a page; `instead` replaces the answer of a path's last part."""

    def answer(path: str, parameters: dict[str, str]) -> Answer:
        last = path.rpartition("/")[2]
        if last in instead:
            return instead[last]
        if last == "fetch":
            start = int(parameters.get("cursor", 0))
            page = list(events)[start : start + 2]
            return Answer({"events": page, "cursor": str(start + 2) if page else None})
        found: dict[str, list[dict[str, Any]]] = {"project": [PROJECT], "dataset": [DATASET], "experiment": list(experiments)}
        after = parameters.get("starting_after")
        rest = found[last]
        start = 1 + [one["id"] for one in rest].index(after) if after else 0
        return Answer({"objects": rest[start : start + int(parameters["limit"])]})

    return answer


def read(site: Site, **options: Any) -> list[Event]:
    store = BraintrustStore(kind="braintrust", url=site.url, token="sk-very", **options)  # type: ignore[arg-type] - pydantic makes it a secret
    return list(EvalsReader((store,), FsspecStore, impatient).read(ReadContext(now=NOW)))


def impatient(options: Any, meter: Meter, now: datetime) -> BraintrustServer:
    return BraintrustServer(options, meter, now, lambda _: None)


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def test_an_experiment_is_a_run_with_its_cases_as_samples(site: Site):
    child = event(9, span_id="s9", root_span_id="s1", is_root=False, scores=None)
    site.script = script(experiment(), events=[event(), child, event(2, scores={"exact": 0}, metadata={"failure_mode": "late"})])
    events = read(site, organisation="Acme AI")
    [run] = rows(events, "runs")
    assert (run["git_sha_raw"], run["git_is_dirty"], run["created_by_raw"], run["project_raw"]) == ("a" * 40, True, "u7", "support")
    assert (run["n_samples"], run["dataset_name"], run["model_provider"], run["model_name"]) == (2, "tickets", "acme", "large-2")
    assert run["_source_url"] == "https://www.braintrust.dev/app/Acme%20AI/p/support/experiments/run%201"
    first, second = sorted(rows(events, "samples"), key=lambda one: one["sample_key"])
    assert (first["sample_key"], first["score_num"], first["judge_kind"], first["slice"]) == ("r1", 1, None, "money")
    assert (first["latency_ms"], first["tokens_in"], first["tokens_out"]) == (500, 7, 3)
    assert (second["score_num"], second["failure_mode"]) == (0, "late")
    means = {one["scorer"]: one["value"] for one in rows(events, "metrics") if not one["slice"]}
    assert means == {"exact": 0.5}
    assert not any(word in repr(events) for word in ("secret", "ana@acme", "sk-very"))
    for table in ("runs", "metrics", "samples", "dataset_versions", "files"):
        assert check_records(rows(events, table), CONNECTOR.table(table)).quarantined == [], table


def test_a_case_that_was_tried_twice_has_two_epochs_and_what_is_no_number_is_unscored(site: Site):
    site.script = script(
        experiment(), events=[event(1), event(1, id="v2", scores={"exact": None, "tone": "NaN"}, error="KeyError: '/home/ana'")]
    )
    found = {(one["epoch"], one["scorer"]): one for one in rows(read(site), "samples")}
    assert {key: one["score_num"] for key, one in found.items()} == {(1, "exact"): 1, (2, "exact"): None, (2, "tone"): None}
    assert (found[2, "tone"]["unscored_reason"], found[2, "tone"]["error_kind"]) == ("no_number", "KeyError")


def test_what_answered_is_what_the_spans_of_the_cases_name_whichever_comes_first(site: Site):
    answers = {"object": "response", "model": "large-2-2026-05", "id": "resp_1"}
    judge = {"span_attributes": {"type": "llm", "purpose": "scorer"}, "metadata": answers | {"model": "judge-3-2026-01"}}
    spans = [
        span(11, 1, metadata=answers),
        span(12, 1, metadata={"model": "large-2", "temperature": 0}),
        event(1),
        event(2),
        span(13, 2, **judge),
        span(14, 2, metadata=answers | {"model": "large-2-2026-08"}),
    ]
    site.script = script(experiment(), events=spans)
    events = read(site)
    [run] = rows(events, "runs")
    assert (run["model_name"], run["answered_model"], run["n_samples"]) == ("large-2", "large-2-2026-05, large-2-2026-08", 2)
    site.script = script(experiment(), events=[spans[1], event(1)])
    assert [run["answered_model"] for run in rows(read(site), "runs")] == [None], "a span of chat completions names what was asked for"


def test_lists_are_read_to_their_end_and_settled_experiments_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(braintrust_server, "PAGE", 2)
    site.script = script(*(experiment(number, days_old=40 if number == 3 else 1) for number in (1, 2, 3)), events=[event(1)])
    assert len(rows(read(site, projects=["supp*"]), "runs")) == 3
    assert [path for path in site.paths() if not path.endswith("fetch")] == ["project", "dataset", "experiment", "experiment"]
    assert {headers["authorization"] for _, _, headers in site.requests} == {"Bearer sk-very"}
    assert rows(read(site, projects=["other"]), "runs") == []


def test_an_experiment_without_cases_is_an_error_and_an_event_without_id_is_told(site: Site):
    site.script = script(experiment(), events=[])
    assert [run["status"] for run in rows(read(site), "runs")] == ["error"]
    site.script = script(experiment(), events=[event(1), event(2, id=None)])
    assert any("event without its id" in one.reason for one in read(site) if isinstance(one, Rejected))


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({"project": Answer("no", 401)}, "Braintrust does not accept the token"),
        ({"experiment": Answer("no", 403)}, "the key may not see it"),
        ({"experiment": Answer({"objects": [{"name": "x"}]})}, "something in the list has no id"),
        ({"project": Answer({"items": []})}, "expected an object with 'objects'"),
        ({"fetch": Answer({"events": [{}], "cursor": "x"})}, "the next page is said to be one that came already"),
        ({"fetch": Answer({"events": None})}, "expected a list in 'events'"),
        ({"fetch": Answer('{"events": [', is_cut_short=True)}, "no answer"),
        ({"fetch": Answer("down", 503)}, "status 503: down"),
    ],
)
def test_a_service_that_breaks_off_is_no_success(site: Site, instead: dict[str, Answer], words: str):
    site.script = script(experiment(), events=[event()], **instead)
    events = read(site)
    [failure] = [f"{event.error}" for event in events if isinstance(event, Failed)]
    assert words in failure
    assert [event for event in events if isinstance(event, Finished)] == []


def test_two_organisations_of_one_data_plane_are_two_stores():
    given = {"kind": "braintrust", "token": "sk"}
    EvalsOptions.model_validate({"stores": [given | {"organisation": "one"}, given | {"organisation": "two"}]})
    with pytest.raises(ValueError, match="overlap"):
        EvalsOptions.model_validate({"stores": [given, given]})


CHECK = """
import json, sys
from braintrust_api.types import Project
from braintrust_api.types.shared import Dataset, Experiment, FetchExperimentEventsResponse
kinds = {"project": Project, "dataset": Dataset, "experiment": Experiment, "events": FetchExperimentEventsResponse}
for kind, answer in json.load(open(sys.argv[1])):
    kinds[kind].model_validate(answer)
    unknown = set(answer) - {field.alias or name for name, field in kinds[kind].model_fields.items()}
    assert not unknown, (kind, unknown)
    print(kind)
"""


@pytest.mark.slow
def test_the_scripted_answers_are_of_the_published_types(tmp_path: Path):
    answers = [("project", PROJECT), ("dataset", DATASET), ("experiment", experiment()), ("events", {"events": [event()], "cursor": "2"})]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    python = python_with(PUBLISHED.replace("==", "-"), PUBLISHED)
    held = ran([str(python), "-c", CHECK, str(tmp_path / "answers.json")], tmp_path, {})
    assert held.split() == [kind for kind, _ in answers]
