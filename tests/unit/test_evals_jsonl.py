"""Eval records of home-made harnesses: the page's own example, what is refused and how, and that nothing depends on files or order."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from connectors.evals.digest import sha_of_prompt, sha_of_text
from connectors.evals.fake import MemoryStore
from connectors.evals.lines import LONGEST_LINE
from tests.unit.evals_reading import Reading, again, read

PAGE = Path("docs/how-to/eval-records.md")


def example() -> list[dict[str, Any]]:
    """The records of the page's complete example."""
    (block,) = re.findall(r"```jsonl\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return [json.loads(line) for line in block.splitlines()]


def written(*records: Any) -> bytes:
    return b"".join((record if isinstance(record, bytes) else json.dumps(record).encode()) + b"\n" for record in records)


def loaded(*records: Any, **parts: bytes) -> Reading:
    return read(
        "jsonl", MemoryStore("store", {"run.jsonl": written(*records)} | {f"run.part-{name}.jsonl": body for name, body in parts.items()})
    )


def changed(index: int, **fields: Any) -> list[dict[str, Any]]:
    records = example()
    records[index] = {name: value for name, value in (records[index] | fields).items() if value is not ...}
    return records


def test_the_example_of_the_page_reads_as_the_page_says():
    reading = loaded(*example())
    assert not reading.rejected
    run = reading.run()
    assert (run["status"], run["n_samples"], run["n_completed"], run["n_errors"], run["n_unscored"]) == ("success", 4, 3, 1, 0)
    assert (run["native_run_id"], run["task_version"], run["harness_name"], run["harness_version"]) == (
        "triage-2026-11-20-4711",
        "3",
        "triage-bench",
        "1.4.0",
    )
    assert (run["model_provider"], run["model_name"], run["dataset_name"]) == ("acme", "large-2", "tickets")
    assert (run["project_raw"], run["repository_raw"], run["pull_request_number"], run["ci_run_id"], run["created_by_raw"]) == (
        "support",
        "acme/support",
        12,
        990011,
        "ana",
    )
    assert run["git_sha_raw"] == "0f3c9e1d5b7a86421f0e9d8c7b6a594837261504"
    assert run["prompt_sha"] == sha_of_prompt("Name the queue of this ticket.")
    assert (run["cost_usd"], run["tokens_in"], run["tokens_out"], run["wall_seconds"]) == (0.007, 394, 27, 250.0)
    values = {(row["scorer"], row["metric"], row["slice"]): (row["value"], row["n"]) for row in reading.metrics(run)}
    assert values == {
        ("correct", "mean", ""): (2 / 3, 3),
        ("correct", "mean", "billing"): (0.5, 2),
        ("correct", "mean", "access"): (1.0, 1),
        ("correct", "f1", ""): (0.62, 3),
        ("tone", "mean", ""): (0.9, 1),
        ("tone", "mean", "billing"): (0.9, 1),
        ("refusals", "mean", ""): (1 / 3, 3),
        ("refusals", "mean", "billing"): (0.0, 2),
        ("refusals", "mean", "access"): (1.0, 1),
    }
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["scorer"], leading["metric"], leading["threshold"], leading["passed"]) == ("correct", "mean", 0.5, True)
    (version,) = reading.rows("dataset_versions").values()
    assert (version["n_items"], version["slices"], version["failure_modes"]) == (
        4,
        {"access": 2, "billing": 2},
        {"lockout": 1, "wrong_queue": 2},
    )
    assert version["version_label"] == "2026-11"


def test_unscored_failed_and_broken_off_are_three_things():
    reading = loaded(*example())
    rows = {
        (row["sample_key"], row["scorer"]): (row["score_num"], row["passed"], row["unscored_reason"], row["error_kind"])
        for row in reading.samples(reading.run())
    }
    assert rows["t-2", "correct"] == (0.0, False, None, None)
    assert rows["t-2", "tone"] == (None, None, "refusal", None)
    assert rows["t-4", "tone"] == (None, None, "nan", None)
    assert rows["t-3", "correct"] == (None, None, "sample_error", "TimeoutError")
    assert rows["t-1", "refusals"] == (0.0, True, None, None), "lower is better"
    assert rows["t-4", "refusals"] == (1.0, False, None, None)


def test_judges_are_the_scorers_unless_a_score_says_otherwise():
    reading = loaded(*example())
    (tone,) = reading.samples(reading.run(), sample_key="t-1", scorer="tone")
    assert (tone["judge_kind"], tone["judge_id"], tone["judge_prompt_sha"]) == (
        "llm",
        "acme/judge-1",
        sha_of_prompt("Is the answer polite?"),
    )
    (edited,) = reading.samples(reading.run(), sample_key="t-4", scorer="correct")
    assert (edited["judge_kind"], edited["judge_id"], edited["edited"]) == ("human", "bo", True)


def test_no_text_of_a_sample_is_kept_and_hashes_may_be_given_instead():
    reading = loaded(*example())
    everything = json.dumps([reading.tables, [vars(fault) for fault in reading.rejected]], default=str)
    for text in ("invoice", "charged twice", "Polite throughout", "Name the queue", "Is the answer"):
        assert text not in everything
    hashed = changed(1, input=..., input_sha=sha_of_text("Where is my invoice?"))
    assert loaded(*hashed).rows("dataset_versions").keys() == reading.rows("dataset_versions").keys()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"record": "sample", "id": "x', "Invalid JSON"),
        (b"[1, 2]", "expected a `record`"),
        (b'{"record": "smaple", "id": "x"}', "expected a `record`"),
        ({"record": "sample"}, "id: Field required"),
        ({"record": "sample", "id": "x", "scores": {"correct": "0.5"}}, "scores.correct.value: expected a number"),
        ({"record": "sample", "id": "x", "scores": {"correct": "PRIVATE"}}, "scores.correct.value: expected a number"),
        ({"record": "sample", "id": "x", "scores": {"correct": [1]}}, "scores.correct.value: expected a number"),
        ({"record": "sample", "id": "x", "scores": {"correctness": 1}}, "correctness: no scorer of the `run` record"),
        ({"record": "sample", "id": "x", "error": "failed: PRIVATE text"}, "error: "),
        ({"record": "sample", "id": "x", "error": "E", "scores": {"correct": 0}}, "has no scores"),
        ({"record": "sample", "id": "x", "epoch": 2}, "epoch: 2"),
        ({"record": "sample", "id": "x", "cost_usd": -1}, "cost_usd: "),
        ({"record": "sample", "id": "x", "cost_usd": "NaN"}, "cost_usd: "),
        ({"record": "sample", "id": "x", "tokens_in": "12"}, "tokens_in: "),
        ({"record": "sample", "id": "x", "failure-mode": "PRIVATE"}, "failure-mode: Extra inputs are not permitted"),
        ({"record": "sample", "id": "x", "input": "PRIVATE", "input_sha": "0" * 64}, "input: given with its `_sha`"),
        ({"record": "sample", "id": "x", "input_sha": "PRIVATE"}, "input_sha: "),
        (
            {"record": "run", "format": 1, "id": "y", "task": "t", "scorers": [{"name": "s"}], "started_at": "2026-11-20T02:00:00Z"},
            "a second `run` record",
        ),
    ],
)
def test_a_bad_line_is_set_aside_by_number_and_the_others_go_on(line: Any, reason: str):
    records = example()
    reading = loaded(*records[:3], line, *records[3:])
    (fault,) = [fault for fault in reading.rejected if fault.identity == "store/run.jsonl#4"]
    assert reason in fault.reason
    assert "PRIVATE" not in json.dumps([[fault.reason, fault.raw] for fault in reading.rejected])
    assert len({row["sample_key"] for row in reading.samples(reading.run())}) == 4
    assert (reading.run()["status"], reading.run()["dataset_version_id"]) == ("partial", None), "what is left is not the whole run"
    assert [fault.identity for fault in reading.rejected if "#" not in fault.identity] == ["store/run.jsonl"], "so it is read again"
    assert reading.counted[0].count == len(reading.rejected), "and reconciliation finds everything accounted for"


def test_a_mended_file_releases_its_lines_and_completes_its_run():
    records = example()
    store = MemoryStore("store", {"run.jsonl": written(*records[:3], b"{", *records[3:])})
    first = read("jsonl", store)
    store.files["run.jsonl"] = written(*records)
    second = read("jsonl", store, again(first))
    assert (second.run()["status"], second.rejected) == ("success", [])
    assert second.run()["run_id"] == first.run()["run_id"]


def test_a_file_of_bad_lines_fills_no_journal():
    reading = loaded(*example()[:-1], *[b"{"] * 500)
    assert len(reading.rejected) == 101
    (whole,) = [fault for fault in reading.rejected if fault.identity == "store/run.jsonl"]
    assert "and 497 more" in whole.reason


def test_a_line_without_an_end_is_not_held_in_memory():
    records = example()
    reading = loaded(*records[:3], b"x" * (LONGEST_LINE + 5), *records[3:])
    assert [fault.reason for fault in reading.rejected if "#4" in fault.identity] == [f"run.jsonl#4: a line of {LONGEST_LINE + 6} bytes"]
    assert len({row["sample_key"] for row in reading.samples(reading.run())}) == 4


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([], "empty"),
        ([b"not json"], "line 1: Invalid JSON"),
        (example()[1:], "line 1 is a `sample` record"),
        (changed(0, format=2), "line 1: format: should be 1"),
        (changed(0, scorers=[]), "line 1: scorers: "),
        (changed(0, started_at="2026-11-20T02:00:00"), "line 1: started_at: should have timezone"),
        (changed(0, prompt_sha="0" * 64), "prompt: given with its `_sha`"),
    ],
)
def test_a_file_without_a_readable_head_is_set_aside_whole(records: list[Any], reason: str):
    reading = loaded(*records)
    (fault,) = reading.rejected
    assert (fault.identity, reading.rows("runs")) == ("store/run.jsonl", {})
    assert reason in fault.reason
    assert "docs/how-to/eval-records.md" in fault.reason


def test_a_run_without_its_end_is_partial_and_complete_once_it_has_ended():
    store = MemoryStore("store", {"run.jsonl": written(*example()[:-1])})
    first = read("jsonl", store)
    assert not first.rejected, "a run that is still going on is no fault"
    assert (first.run()["status"], first.run()["ended_at"], first.run()["dataset_version_id"]) == ("partial", None, None)
    store.files["run.jsonl"] = written(*example())
    assert read("jsonl", store, again(first)).run()["status"] == "success"


def test_a_run_that_failed_before_its_first_sample_has_no_numbers():
    head, end = example()[0], example()[-1]
    reading = loaded(head, end | {"status": "error", "n_samples": 0, "metrics": []})
    run = reading.run()
    assert (run["status"], run["n_samples"], run["cost_usd"], run["dataset_version_id"]) == ("error", 0, None, None)
    assert not reading.metrics(run)
    assert not reading.rejected


def test_samples_that_repeat_or_are_fewer_than_counted_make_the_run_partial():
    records = example()
    repeated = loaded(*records[:2], *records[1:])
    (fault,) = repeated.rejected
    assert "1 samples repeat" in fault.reason
    assert "counts 4 samples, 5 could be read" in fault.reason
    assert repeated.run()["status"] == "partial"
    fewer = loaded(*records[:2], *records[3:])
    assert "counts 4 samples, 3 could be read" in fewer.rejected[0].reason
    assert fewer.run()["status"] == "partial"


def test_a_missed_threshold_and_a_headline_of_the_harness():
    assert loaded(*changed(0, threshold=0.7)).run()["status"] == "failed_threshold"
    reading = loaded(*changed(0, threshold=0.63, headline={"scorer": "correct", "metric": "f1"}))
    assert reading.run()["status"] == "failed_threshold"
    (leading,) = reading.metrics(reading.run(), is_primary=True)
    assert (leading["metric"], leading["stderr"]) == ("f1", 0.1)
    lower = loaded(*changed(0, threshold=0.3, headline={"scorer": "refusals", "metric": "mean"}))
    assert lower.run()["status"] == "failed_threshold", "a third is above what refusals are held to"


def test_a_total_is_unknown_where_one_sample_does_not_tell_its_own():
    reading = loaded(*changed(2, cost_usd=...))
    assert (reading.run()["cost_usd"], reading.run()["tokens_in"]) == (None, 394)
    assert loaded(*changed(-1, cost_usd=0.5)).run()["cost_usd"] == 0.5


def test_parts_without_their_run_are_set_aside_by_name():
    reading = read("jsonl", MemoryStore("store", {"run.part-1.jsonl": written(*example()[1:3])}))
    assert [fault.identity for fault in reading.rejected] == ["store/run.part-1.jsonl"]
    assert "which run" in reading.rejected[0].reason
