"""LangSmith's API over real HTTP on loopback: pages, judgements of one run, what is partial, refusals; answers held to the published types."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from connectors.contract import Failed, Finished, ReadContext, Rejected
from connectors.evals import langsmith_server
from connectors.evals.langsmith_server import LangsmithServer
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import LangsmithStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.unit.evals_reading import NOW, Reading, again
from tests.unit.scripted_site import Answer, Script, Site, serving

AT, LATER = "2026-11-20T00:00:00+00:00", "2026-11-20T05:00:00+00:00"
PUBLISHED = "langsmith==0.15.1"
GIT = {"remote_url": "https://ana:pass@github.com/acme/support", "commit": "a" * 40, "branch": "main", "dirty": True}
AUTHOR = {"author_name": "Ana", "author_email": "ana@acme.example"}


def identity(kind: str, number: int) -> str:
    return str(UUID(int=int.from_bytes(kind.encode()) << 32 | number))


DATASET = {"id": identity("d", 1), "name": "tickets", "created_at": AT, "data_type": "kv"}


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving("/api/v1/")


def session(number: int = 1, days_old: int = 1, metadata: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    begun = (NOW - timedelta(days=days_old)).isoformat()
    told = {"git": GIT | AUTHOR, "model": "acme/large-2", "project": "support", "dataset_version": AT, "dataset_splits": ["base"]}
    names = {"id": identity("s", number), "name": f"run {number}", "tenant_id": identity("t", 1), "reference_dataset_id": DATASET["id"]}
    extra = {"metadata": {"__ls_runner": "py_sdk_evaluate"} | (told if metadata is None else metadata)}
    return names | {"start_time": begun, "extra": extra, "run_count": 2, "feedback_stats": {"exact": {"n": 2, "avg": 0.5}}} | changes


def example(number: int = 1, **metadata: Any) -> dict[str, Any]:
    words = {"inputs": {"q": "secret words"}, "outputs": {"a": f"secret {number}"}}
    return {"id": identity("x", number), "dataset_id": DATASET["id"], "created_at": AT, "metadata": metadata} | words


def run(number: int = 1, of: int | None = None, **changes: Any) -> dict[str, Any]:
    told = {"id": identity("r", number), "trace_id": identity("r", number), "name": "target", "run_type": "chain", "status": "success"}
    words = {"inputs": {"q": "secret words"}, "outputs": {"a": "secret"}, "reference_example_id": identity("x", of or number)}
    spent = {
        "start_time": AT,
        "end_time": "2026-11-20T00:00:00.500000+00:00",
        "total_cost": "0.002",
        "prompt_tokens": 7,
        "completion_tokens": 3,
    }
    return told | words | spent | changes


def judged(of: int = 1, score: Any = 1, source: str = "model", **changes: Any) -> dict[str, Any]:
    told = {"id": identity("f", of), "run_id": identity("r", of), "trace_id": identity("r", of), "key": "exact", "score": score}
    return told | {"created_at": AT, "modified_at": AT, "feedback_source": {"type": source, "user_id": "u7"}} | changes


def script(*sessions: Any, runs: Any = (), feedback: Any = (), examples: Any = (), instead: dict[str, Answer] | None = None) -> Script:
    """Answers one dataset with these experiments; `instead` replaces the answer of a path's last part."""
    lists = {"datasets": [DATASET], "sessions": sessions, "examples": examples or [example()], "feedback": feedback}

    def answer(path: str, parameters: dict[str, Any]) -> Answer:
        last = path.rpartition("/")[2]
        if instead and last in instead:
            return instead[last]
        start = int(parameters.get("cursor") or parameters.get("offset") or 0)
        end = start + int(parameters["limit"])
        if last == "query":
            return Answer({"runs": list(runs[start:end]), "cursors": {"next": str(end) if end < len(runs) else None}})
        return Answer(list(lists[last][start:end]))

    return answer


def read(site: Site, context: ReadContext | None = None, **options: Any) -> Reading:
    store = LangsmithStore.model_validate({"kind": "langsmith", "url": site.url, "token": "ls-very"} | options)
    reader = EvalsReader((store,), FsspecStore, lambda *given: LangsmithServer(*given, sleep=lambda _: None))
    return Reading(list(reader.read(context or ReadContext(now=NOW))))


def test_an_experiment_is_a_run_with_its_root_runs_as_samples(site: Site):
    tone = judged(1, 0.25, key="tone", comment="kind words", id=identity("f", 9))
    examples = [example(1, slice="money"), example(2, failure_mode="late")]
    summary = session(session_feedback_stats={"overall": {"n": 1, "avg": 0.7}})
    site.script = script(summary, runs=[run(1), run(2)], feedback=[judged(1), judged(2, 0), tone], examples=examples)
    found = read(site)
    told = found.run(native_run_id=identity("s", 1))
    assert (told["repository_raw"], told["git_sha_raw"], told["git_is_dirty"]) == ("https://github.com/acme/support", "a" * 40, True)
    assert (told["dataset_name"], told["project_raw"], told["model_name"], told["status"]) == ("tickets", "support", "large-2", "success")
    assert told["cost_usd"] == pytest.approx(0.004)
    assert told["_source_url"].endswith(f"/datasets/{DATASET['id']}/compare?selectedSessions={identity('s', 1)}")
    [first] = found.samples(told, sample_key=identity("x", 1), scorer="exact")
    assert (first["score_num"], first["judge_kind"], first["slice"], first["latency_ms"], first["tokens_in"]) == (1, None, "money", 500, 7)
    [second] = found.samples(told, sample_key=identity("x", 2))
    assert (second["score_num"], second["failure_mode"]) == (0, "late")
    assert second["target_sha"] not in {None, first["target_sha"]}
    means = {(one["scorer"], one["metric"]): one["value"] for one in found.metrics(told, slice="")}
    assert means == {("overall", "value"): 0.7, ("exact", "mean"): 0.5, ("tone", "mean"): 0.25}
    [version] = found.rows("dataset_versions").values()
    assert (version["n_items"], version["version_label"]) == (2, AT)
    assert not any(word in repr(found.events) for word in ("secret", "kind words", "ana@", "Ana", ":pass@", "ls-very"))
    for table in ("runs", "metrics", "samples", "dataset_versions", "files"):
        assert check_records(found.tables[table], CONNECTOR.table(table)).quarantined == [], table


COMPLETION = {"id": "c1", "object": "chat.completion", "model": "large-2-2026-05", "choices": [{"message": {"content": "secret"}}]}
MESSAGE = {"id": "m1", "role": "assistant", "model": "large-2-2026-05", "stop_reason": "end_turn", "content": [{"text": "secret"}]}
SPOKEN = {"content": "secret", "type": "ai", "response_metadata": {"model_name": "large-2-2026-05"}}


@pytest.mark.parametrize(
    ("outputs", "answered"),
    [
        (COMPLETION, "large-2-2026-05"),
        (MESSAGE, "large-2-2026-05"),
        ({"output": {"lc": 1, "type": "constructor", "kwargs": SPOKEN}}, "large-2-2026-05"),
        ({"messages": [{"content": "secret", "type": "human", "response_metadata": {}}, SPOKEN]}, "large-2-2026-05"),
        ({"output": {"candidates": [{"content": "secret"}], "modelVersion": "large-2-2026-05"}}, "large-2-2026-05"),
        (COMPLETION | {"model": "acme/large-2"}, None),
        ({"model": "router-7", "output": "secret"}, None),
        ({"output": "secret"}, None),
    ],
    ids=["OpenAI", "Anthropic", "LangChain", "LangGraph", "Google", "the name asked for", "a task's own words", "a text"],
)
def test_what_answered_is_told_where_a_task_hands_the_vendors_answer_on(site: Site, outputs: Any, answered: str | None):
    asked = {"metadata": {"ls_model_name": "large-2"}}
    site.script = script(session(), runs=[run(outputs=outputs, extra=asked)], feedback=[judged()])
    assert read(site).run()["answered_model"] == answered


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        ([judged(score=True)], (1.0, "true", True, None, None, False)),
        ([judged(score=None, value="fair", source="app")], (None, "fair", None, "no_number", "human", False)),
        ([judged(score="NaN")], (None, "NaN", None, "no_number", None, False)),
        ([judged(score=0, extra={"error": True})], (None, "0", None, "grader_failed", None, False)),
        ([judged(score=None, value="words " * 40)], (None, None, None, "no_number", None, False)),
        ([judged(score=0.5, modified_at=LATER)], (0.5, "0.5", None, None, None, True)),
        ([judged(score=0.5, source="app", modified_at=LATER, created_at=LATER), judged()], (0.5, "0.5", None, None, "human", True)),
    ],
)
def test_a_judgement_is_a_number_or_unscored_and_the_last_of_several_stands(site: Site, feedback: Any, expected: Any):
    site.script = script(session(), runs=[run()], feedback=feedback)
    [sample] = read(site).tables["samples"]
    names = ("score_num", "score_raw", "passed", "unscored_reason", "judge_kind", "edited")
    assert tuple(sample[name] for name in names) == expected


def test_repetitions_are_epochs_and_a_part_of_a_dataset_is_no_version_of_it(site: Site):
    site.script = script(session(), runs=[run(1), run(2, of=1)], feedback=[judged(1), judged(2)], examples=[example(1), example(2)])
    found = read(site)
    assert [(one["sample_key"], one["epoch"]) for one in found.tables["samples"]] == [(identity("x", 1), 1), (identity("x", 1), 2)]
    assert found.tables["dataset_versions"] == []


def test_every_page_is_asked_with_the_key_and_the_workspace(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(langsmith_server, "PAGE", 2)
    runs, feedback = [run(number) for number in (1, 2, 3)], [judged(1)]
    site.script = script(*(session(number) for number in (1, 2, 3)), runs=runs, feedback=feedback)
    found = read(site, workspace="w1")
    assert [one["n_samples"] for one in found.tables["runs"]] == [3, 3, 3]
    counts = {path: site.paths().count(path) for path in site.paths()}
    assert counts == {"datasets": 1, "sessions": 2, "examples": 1, "runs/query": 6, "feedback": 6}
    assert {(headers["x-api-key"], headers["x-tenant-id"]) for _, _, headers in site.requests} == {("ls-very", "w1")}
    assert "runs" not in read(site, datasets=["other*"]).tables


def test_an_old_experiment_is_read_again_only_when_its_feedback_changed(site: Site):
    site.script = script(session(days_old=40), runs=[run()], feedback=[judged()])
    first = read(site)
    site.requests.clear()
    assert "runs" not in read(site, again(first)).tables
    assert site.paths() == ["datasets", "sessions"]
    site.script = script(session(days_old=40, feedback_stats={"exact": {"n": 2, "avg": 0.0}}), runs=[run()], feedback=[judged(score=0)])
    [sample] = read(site, again(first)).tables["samples"]
    assert sample["score_num"] == 0


@pytest.mark.parametrize(
    ("told", "runs", "status"),
    [
        (session(), [run()], "success"),
        (session(), [run(status="pending")], "partial"),
        (session(metadata={}), [run()], "partial"),
        (session(metadata={"__ls_runner": "pytest"} | GIT), [run()], "success"),
        (session(), [], "error"),
        (session(), [run(), run(2, id=None)], "partial"),
    ],
)
def test_what_did_not_come_to_its_end_is_partial(site: Site, told: Any, runs: Any, status: str):
    site.script = script(told, runs=runs, feedback=[judged()])
    found = read(site)
    [one] = found.tables["runs"]
    assert one["status"] == status
    assert bool(found.of(Rejected)) == any(run["id"] is None for run in runs)


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ({"datasets": Answer({"detail": "no"}, 401)}, "LangSmith does not accept the token"),
        ({"sessions": Answer({"detail": "no"}, 403)}, "the key may not see it"),
        ({"sessions": Answer([{"name": "x"}])}, "something in the list has no id"),
        ({"feedback": Answer({"items": []})}, "expected a list"),
        ({"query": Answer({"runs": None})}, "expected a list in 'runs'"),
        ({"query": Answer({"runs": [run()], "cursors": {"next": "x"}})}, "the next page is said to be one that came already"),
        ({"query": Answer('{"runs": [', is_cut_short=True)}, "no answer"),
        ({"examples": Answer({"detail": "slow down"}, 429, {"Retry-After": "1"})}, "status 429"),
        ({"examples": Answer([example(number) for number in range(100)])}, "the next page is the one that came"),
    ],
)
def test_a_service_that_breaks_off_is_no_success(site: Site, instead: dict[str, Answer], words: str):
    site.script = script(session(), runs=[run()], instead=instead)
    found = read(site)
    [failure] = found.of(Failed)
    assert words in str(failure.error)
    assert found.of(Finished) == []


CHECK = """
import json, sys
from langsmith.schemas import Dataset, Example, Feedback, Run, TracerSessionResult
kinds = {"dataset": Dataset, "example": Example, "feedback": Feedback, "run": Run, "session": TracerSessionResult}
for kind, answer in json.load(open(sys.argv[1])):
    kinds[kind](**answer)
    unknown = set(answer) - set(kinds[kind].model_fields)
    assert not unknown, (kind, unknown)
    print(kind)
"""


@pytest.mark.slow
def test_the_scripted_answers_are_of_the_published_types(tmp_path: Path):
    told = [judged(), judged(score=True), judged(score=None, value="fair", source="app"), judged(score=0, extra={"error": True})]
    answers: list[tuple[str, Any]] = [("dataset", DATASET), ("example", example(slice="money")), ("run", run()), ("session", session())]
    answers += [("feedback", one) for one in told]
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    python = python_with(PUBLISHED.replace("==", "-"), PUBLISHED)
    held = ran([str(python), "-c", CHECK, str(tmp_path / "answers.json")], tmp_path, {"LANGSMITH_TRACING": "false"})
    assert held.split() == [kind for kind, _ in answers]
