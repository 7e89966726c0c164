"""Phoenix's API over real HTTP on loopback: pages, refusals, answers that break off, and scores that are none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.evals.phoenix_server import PhoenixServer
from connectors.evals.resources import EvalsReader
from connectors.evals.served_options import PhoenixStore
from connectors.evals.store import FsspecStore
from tests.unit.scripted_site import Answer, Script, Site, serving

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/v1/")


def experiment(number: int = 1, days_old: int = 1, **changes: Any) -> dict[str, Any]:
    changed = (NOW - timedelta(days=days_old)).isoformat()
    counts = {"example_count": 1, "successful_run_count": 1, "failed_run_count": 0, "missing_run_count": 0}
    told = {"id": f"E{number}", "dataset_id": "D1", "dataset_version_id": "V1", "name": f"e{number}", "repetitions": 1, "metadata": {}}
    return told | counts | {"created_at": changed, "updated_at": changed} | changes


def outcome(*annotations: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {
        "example_id": "X1",
        "repetition_number": 1,
        "input": {"q": "secret words"},
        "reference_output": "b",
        "output": "a",
        "error": None,
    }
    return told | {"latency_ms": 3.5, "annotations": list(annotations)} | changes


def said(score: Any, label: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "name": "exact",
        "annotator_kind": "CODE",
        "score": score,
        "label": label,
        "explanation": None,
        "error": None,
        "metadata": {},
    } | changes


def script(*experiments: dict[str, Any], outcomes: Any = (), **instead: Answer) -> Script:
    """Answers one dataset with these experiments; `instead` replaces the answer of a path's last part."""

    def answer(path: str, parameters: dict[str, str]) -> Answer:
        last = path.rpartition("/")[2]
        if last in instead:
            return instead[last]
        if path.endswith("/json"):
            return Answer(list(outcomes))
        if path.endswith("/examples"):
            return Answer({"data": {"examples": [{"id": "X1", "metadata": {"slice": "money"}}]}})
        if path.endswith("/experiments"):
            start = int(parameters.get("cursor", 0))
            return Answer({"data": experiments[start : start + 2], "next_cursor": str(start + 2) if len(experiments) > start + 2 else None})
        return Answer({"data": [{"id": "D1", "name": "qa"}], "next_cursor": None})

    return answer


def read(site: Site) -> list[Event]:
    store = PhoenixStore(kind="phoenix", url=site.url, token="key:very")  # type: ignore[arg-type] - pydantic makes it a secret
    reader = EvalsReader((store,), FsspecStore, patiently)
    return list(reader.read(ReadContext(now=NOW)))


def patiently(options: Any, meter: Meter, now: datetime) -> PhoenixServer:
    return PhoenixServer(options, meter, now, lambda _: None)


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def failures(events: list[Event]) -> list[str]:
    return [f"{event.error} {event.error.hint}" for event in events if isinstance(event, Failed)]


def test_every_page_is_read_with_the_key_and_settled_experiments_are_asked_once(site: Site):
    site.script = script(*(experiment(number, days_old=40 if number == 5 else 1) for number in range(1, 6)), outcomes=[outcome(said(1.0))])
    events = read(site)
    assert len(rows(events, "runs")) == 5
    assert {headers["authorization"] for _, _, headers in site.requests} == {"Bearer key:very"}
    assert [path for path in site.paths() if not path.endswith("json")] == [
        "datasets",
        "datasets/D1/experiments",
        "datasets/D1/examples",
        "datasets/D1/experiments",
        "datasets/D1/experiments",
    ]
    assert "secret words" not in repr(events)


def test_what_answered_is_told_where_a_task_hands_the_vendors_answer_on(site: Site):
    handed_on = {"id": "r1", "object": "response", "model": "large-2-2026-05", "output": []}
    for output, answered in ((handed_on, "large-2-2026-05"), ("a", None)):
        site.script = script(experiment(), outcomes=[outcome(said(1.0), output=output)])
        [run] = rows(read(site), "runs")
        assert run["answered_model"] == answered


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (said("NaN"), (None, "NaN", None, "no_number")),
        (said("Infinity"), (None, "Infinity", None, "no_number")),
        (said(None), (None, None, None, "no_number")),
        (said(None, "False"), (0.0, "False", False, None)),
        (said(1, "True"), (1.0, "True", True, None)),
        (said(0.3, "fair"), (0.3, "fair", None, None)),
        (said(1.0, error="ValueError('/home/ana')"), (None, None, None, "grader_failed")),
    ],
)
def test_what_an_evaluation_says_is_a_score_or_unscored_with_its_reason(site: Site, told: dict[str, Any], expected: Any):
    site.script = script(experiment(), outcomes=[outcome(told)])
    [sample] = rows(read(site), "samples")
    assert (sample["score_num"], sample["score_raw"], sample["passed"], sample["unscored_reason"]) == expected
    assert sample["slice"] == "money"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "success"),
        ({"missing_run_count": 1}, "partial"),
        ({"successful_run_count": 0, "failed_run_count": 1}, "error"),
        ({"successful_run_count": 0}, "success"),
    ],
)
def test_the_counts_of_an_experiment_give_its_status(site: Site, changes: dict[str, Any], status: str):
    site.script = script(experiment(**changes), outcomes=[outcome(said(1.0))])
    assert [run["status"] for run in rows(read(site), "runs")] == [status]


def test_a_run_without_evaluations_and_one_without_an_example(site: Site):
    site.script = script(experiment(), outcomes=[outcome(), outcome(example_id=None), "odd"])
    events = read(site)
    assert [sample["unscored_reason"] for sample in rows(events, "samples")] == ["not_scored"]
    reasons = [event.reason for event in events if isinstance(event, Rejected)]
    assert any("2 of its 3 samples" in reason or "without its example_id" in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({"datasets": Answer({"detail": "no"}, 401)}, "Phoenix does not accept the token"),
        ({"experiments": Answer("no", 403)}, "the key may not see it"),
        ({"experiments": Answer({"data": [], "next_cursor": "2"})}, "the next page is said to be one that came already"),
        ({"experiments": Answer({"data": {}})}, "expected a list in 'data'"),
        ({"datasets": Answer({"items": []})}, "expected an object with 'data'"),
        ({"json": Answer('[{"example_id": "X1"', is_cut_short=True)}, "no answer"),
        ({"json": Answer("down", 502)}, "status 502: down"),
        ({"examples": Answer("<html>", 200)}, "no JSON came"),
    ],
)
def test_a_server_that_breaks_off_is_no_success_and_nothing_counts_as_gone(site: Site, instead: dict[str, Answer], words: str):
    site.script = script(experiment(), outcomes=[outcome(said(1.0))], **instead)
    events = read(site)
    [failure] = failures(events)
    assert words in failure
    assert "very" not in failure
    assert [event for event in events if isinstance(event, Finished)] == []
