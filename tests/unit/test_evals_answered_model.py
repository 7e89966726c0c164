"""Which model answered, beside the one that was asked for: told by each format that knows, and by no other."""

import json

import pytest

from connectors.evals.fake import MemoryStore
from tests.unit.evals_reading import members, read, recorded, zipped
from tests.unit.test_evals_jsonl import changed, loaded
from tests.unit.test_evals_lm_eval import store as lm_eval_store

EXAMPLE_SAMPLES = range(1, 5)
"""Where the samples of the page's example stand among its records."""


def inspect_log(*names: str, is_broken: bool = False) -> MemoryStore:
    """A recorded log whose samples name these models in turn; broken, none of them has an answer."""
    memory = recorded("inspect", "triage.eval")
    parts = members(memory.files["triage.eval"])
    found = [name for name in parts if name.startswith("samples/")]
    for place, member in enumerate(found):
        sample = json.loads(parts[member])
        sample["output"]["model"] = names[place % len(names)]
        sample["output"]["choices"] = [] if is_broken else sample["output"]["choices"]
        parts[member] = json.dumps(sample).encode()
    memory.files["triage.eval"] = zipped(parts)
    return memory


@pytest.mark.parametrize(
    ("store", "answered"),
    [
        (inspect_log("acme-2026-05-01"), "acme-2026-05-01"),
        (inspect_log("acme-2026-05-01", "acme-2026-08-01"), "acme-2026-05-01, acme-2026-08-01"),
        (inspect_log("mockllm/model"), None),
        (inspect_log("mockllm/model", "acme-2026-05-01"), "acme-2026-05-01"),
        (inspect_log("acme-2026-05-01", is_broken=True), None),
    ],
    ids=["one", "two in one run", "the name asked for", "the name asked for beside a version", "no answer at all"],
)
def test_inspect_names_what_answered_in_each_sample(store: MemoryStore, answered: str | None):
    run = read("inspect", store).run()
    assert (run["model_raw"], run["answered_model"]) == ("mockllm/model", answered)


def test_promptfoo_tells_it_where_the_provider_passes_the_vendors_answer_on():
    memory = recorded("promptfoo", "queues.json")
    assert read("promptfoo", memory).run()["answered_model"] is None
    document = json.loads(memory.files["queues.json"])
    for row in document["results"]["results"]:
        row["response"]["raw"] = {"model": "gpt-4o-2024-08-06", "choices": []}
    memory.files["queues.json"] = json.dumps(document).encode()
    assert read("promptfoo", memory).run()["answered_model"] == "gpt-4o-2024-08-06"


@pytest.mark.parametrize(("commit", "answered"), [("3f1c9d", "acme/dummy-1:3f1c9d"), ("", None), (None, None)])
def test_lm_eval_tells_the_commit_of_the_weights(commit: str | None, answered: str | None):
    memory = lm_eval_store("text", lambda document: document["config"].update(model_sha=commit))
    assert read("lm_eval", memory).run()["answered_model"] == answered


def test_eval_records_say_it_sample_by_sample():
    records = changed(EXAMPLE_SAMPLES[0], answered_model="large-2-2026-05")
    assert loaded(*records).run()["answered_model"] == "large-2-2026-05"
    for place in EXAMPLE_SAMPLES:
        records[place]["answered_model"] = f"large-2-2026-0{place}"
    assert loaded(*records).run()["answered_model"] == "large-2-2026-01, large-2-2026-02, large-2-2026-03, large-2-2026-04"


@pytest.mark.parametrize("key", ["answered_model", "response_model", "gen_ai.response.model"])
def test_a_run_may_say_it_in_its_metadata(key: str):
    assert loaded(*changed(0, metadata={key: "large-2-2026-05"})).run()["answered_model"] == "large-2-2026-05"


@pytest.mark.parametrize("key", ["answered_model", "response_model", "gen_ai.response.model"])
def test_ragas_and_deepeval_tell_it_where_their_rows_and_cases_do(key: str):
    ragas = recorded("ragas", "jsonl/experiments/nightly.jsonl")
    ragas.files["jsonl/experiments/nightly.jsonl"] = b"".join(
        json.dumps(json.loads(line) | {key: f"large-2-2026-0{5 + number % 2}"}).encode() + b"\n"
        for number, line in enumerate(ragas.files["jsonl/experiments/nightly.jsonl"].splitlines())
    )
    assert read("ragas", ragas).run()["answered_model"] == "large-2-2026-05, large-2-2026-06"
    deepeval = recorded("deepeval", "test_run_20261126_180742.json")
    document = json.loads(deepeval.files["test_run_20261126_180742.json"])
    for case in document["testCases"]:
        case["metadata"] = (case.get("metadata") or {}) | {key: "triage-1-2026-05"}
        case["trace"] = {"llmSpans": [{"model": "triage-1-latest"}]}
    deepeval.files["test_run_20261126_180742.json"] = json.dumps(document).encode()
    assert read("deepeval", deepeval).run()["answered_model"] == "triage-1-2026-05", "a span's model may be the one asked for"


def test_what_the_answers_say_stands_over_the_runs_own_word():
    records = changed(0, metadata={"answered_model": "large-2-2026-05"})
    records[EXAMPLE_SAMPLES[0]]["answered_model"] = "large-2-2026-08"
    assert loaded(*records).run()["answered_model"] == "large-2-2026-08"
