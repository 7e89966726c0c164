"""No text of a sample leaves its log: not in a column, not in `_raw`, not in the reason of a rejection."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.evals_reading import members, payloads, read, recorded

SAID_EVERYWHERE = {"Queue", "yes", "no"}
"""Too short or too common to search for."""


def inspect_texts() -> Iterator[Any]:
    for body in recorded("inspect").files.values():
        if body.startswith(b"PK"):
            samples = [json.loads(text) for name, text in members(body).items() if name.startswith("samples/")]
        else:
            samples = json.loads(body)["samples"]
        for sample in samples:
            yield sample["input"]
            yield from (message["content"] for message in sample["messages"] if message["role"] != "system")
            yield sample.get("error", {}).get("message")
            yield from (score.get("explanation") for score in sample["scores"].values())


def lm_eval_texts() -> Iterator[Any]:
    for name, body in recorded("lm_eval").files.items():
        for line in body.splitlines() if name.endswith(".jsonl") else []:
            sample = json.loads(line)
            yield sample["doc"]["question"]
            yield from (argument["arg_0"] for argument in sample["arguments"].values())


def promptfoo_texts() -> Iterator[Any]:
    for body in recorded("promptfoo").files.values():
        for row in json.loads(body)["results"]["results"]:
            yield from row["vars"].values()
            yield (row.get("response") or {}).get("output")
            yield row.get("error")
            yield (row.get("gradingResult") or {}).get("reason")
            yield row["prompt"]["raw"]


def jsonl_texts() -> Iterator[Any]:
    for body in recorded("jsonl").files.values():
        for line in body.splitlines():
            record = json.loads(line)
            yield record.get("input")
            yield from (score.get("rationale") for score in record.get("scores", {}).values() if isinstance(score, dict))
            yield from (scorer.get("judge", {}).get("prompt", "").strip() for scorer in record.get("scorers", []))


def deepeval_texts() -> Iterator[Any]:
    for name, body in recorded("deepeval").files.items():
        for document in payloads(body) if name.endswith(".db") else [json.loads(body)]:
            yield from (prompt["text_template"] for prompt in document["prompts"])
            for case in document["testCases"] + document["conversationalTestCases"]:
                yield case.get("input")
                yield from (turn["content"] for turn in case.get("turns", []))
                yield from (metric.get(key) for metric in case["metricsData"] for key in ("reason", "error"))


def openai_evals_texts() -> Iterator[Any]:
    for body in recorded("openai_evals").files.values():
        for line in body.splitlines()[1:]:
            data = json.loads(line).get("data", {})
            yield from (data.get(key) for key in ("prompt", "picked", "expected", "message"))
    yield from ("was charged twice", "oaieval acme-router", "/srv/eval/oa")


def ragas_texts() -> Iterator[Any]:
    for name, body in recorded("ragas").files.items():
        for line in body.splitlines() if name.endswith(".jsonl") else []:
            row = json.loads(line)
            yield from (row.get(key) for key in ("user_input", "reference", "response"))


TEXTS = {
    "inspect": inspect_texts,
    "lm_eval": lm_eval_texts,
    "promptfoo": promptfoo_texts,
    "deepeval": deepeval_texts,
    "openai_evals": openai_evals_texts,
    "ragas": ragas_texts,
    "jsonl": jsonl_texts,
}
OUTPUTS = {"sales", "lockout?", "lol"}


@pytest.mark.parametrize("kind", list(TEXTS))
def test_no_input_output_or_rationale_is_in_any_record(kind: str):
    reading = read(kind, recorded(kind))
    written = json.dumps(reading.tables, default=str, ensure_ascii=False)
    texts = {text for text in TEXTS[kind]() if isinstance(text, str) and len(text) > 8 and text not in SAID_EVERYWHERE}
    assert len(texts) > 3
    assert [text for text in texts if text in written] == []


@pytest.mark.parametrize("kind", list(TEXTS))
def test_no_path_of_a_traceback_or_address_of_an_error_is_in_any_record(kind: str):
    written = json.dumps(read(kind, recorded(kind)).tables, default=str)
    for trace in ("/srv/eval/venv", "/srv/judge", "Traceback", "models.acme.example", "could not reach"):
        assert trace not in written


def test_the_reason_of_a_rejection_names_keys_and_never_values():
    store = recorded("inspect", "safety.eval")
    store.files["private.json"] = b'{"patient": "Jane Roe", "eval": null}'
    (fault,) = read("inspect", store).rejected
    assert "patient" in fault.reason
    assert "Jane" not in json.dumps([fault.reason, fault.raw])
