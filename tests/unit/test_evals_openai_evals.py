"""What the tables say of logs that OpenAI's evals wrote (`tests/data/evals/openai_evals`), and of odder ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.evals.fake import MemoryStore
from tests.unit.evals_reading import Reading, read, recorded
from tests.unit.test_evals_inspect import sha

Lines = list[dict[str, Any]]


def lines_of(name: str) -> Lines:
    return [json.loads(line) for line in recorded("openai_evals", name).files[name].splitlines()]


def events_of(lines: Lines, kind: str) -> Lines:
    """The events of a kind."""
    return [line for line in lines if line.get("type") == kind]


def logged(lines: Lines) -> MemoryStore:
    return MemoryStore("store", {"log.jsonl": "".join(f"{json.dumps(line)}\n" for line in lines).encode()})


def changed(name: str, change: Callable[[Lines], Any]) -> Reading:
    """A recorded log, changed by a function, read."""
    lines = lines_of(name)
    change(lines)
    return read("openai_evals", logged(lines))


@pytest.fixture(scope="module")
def queue():
    reading = read("openai_evals", recorded("openai_evals", "queue.jsonl"))
    return reading, reading.run()


@pytest.fixture(scope="module")
def tone():
    reading = read("openai_evals", recorded("openai_evals", "tone.jsonl"))
    return reading, reading.run()


def test_a_run_says_what_was_evaluated_when_and_by_whom(queue):
    _, run = queue
    assert (run["task_name"], run["task_version"], run["dataset_name"]) == ("tickets.queue", "v1", "tickets/queue")
    assert (run["status"], run["model_raw"], run["created_by_raw"]) == ("success", "acme-router", "ana")
    assert (run["model_name"], run["answered_model"]) == ("acme-router", "acme-router-2026-11-01"), "as asked for, and as it names itself"
    assert (run["tokens_in"], run["tokens_out"]) == (25, 8)
    assert run["started_at"].startswith("2026-11-26T17:")
    assert run["started_at"].endswith("+00:00")
    assert run["started_at"] < run["ended_at"]


def test_the_report_counts_wherever_it_stands(queue):
    """It is written at once, and the last hundred events when the process ends."""
    reading, run = queue
    assert "final_report" in lines_of("queue.jsonl")[1]
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["scorer"], leading["metric"], leading["value"], leading["n"]) == ("match", "accuracy", 0.5, 4)
    assert leading["stderr"] == pytest.approx(0.2858, abs=0.001)
    assert leading["_raw"] == {"computed": False}
    last = changed("queue.jsonl", lambda lines: lines.append(lines.pop(1)))
    assert last.metrics(last.run(), is_primary=True)[0]["value"] == 0.5
    assert last.run()["status"] == "success"


def test_a_match_is_a_sample_that_passed_or_failed(queue):
    reading, run = queue
    passed = {row["sample_key"]: (row["passed"], row["score_num"]) for row in reading.samples(run)}
    assert passed == {f"tickets.queue.{n}": (n in {0, 2}, float(n in {0, 2})) for n in range(4)}
    (sample,) = reading.samples(run, sample_key="tickets.queue.3")
    asked, wanted, said = (sha(text) for text in ("Which queue takes: Hello.", "other", "bugs."))
    assert (sample["input_sha"], sample["target_sha"], sample["output_sha"]) == (asked, wanted, said)
    assert (sample["tokens_in"], sample["tokens_out"]) == (4, 2)


def test_numbers_of_our_own_score_under_their_names(tone):
    reading, run = tone
    means = {row["scorer"]: (row["value"], row["n"]) for row in reading.metrics(run, metric="mean")}
    assert means == {"brevity": (pytest.approx(0.67), 3), "is_polite": (1.0, 3), "rest": (0.5, 2)}
    reported = {(row["scorer"], row["metric"]): row["is_primary"] for row in reading.metrics(run) if not row["_raw"]["computed"]}
    assert reported == {("brevity", "brevity"): True, ("report", "scored"): False}
    (unscored,) = reading.samples(run, scorer="rest", sample_key="tickets.tone.3")
    assert (unscored["score_num"], unscored["unscored_reason"]) == (None, "nan")


def test_a_sample_that_broke_is_an_error_and_no_failure(tone):
    reading, run = tone
    assert (run["n_samples"], run["n_completed"], run["n_errors"], run["n_unscored"]) == (4, 3, 1, 0)
    broken = reading.samples(run, sample_key="tickets.tone.2")
    assert {row["scorer"] for row in broken} == {"brevity", "is_polite", "rest"}
    assert {(row["error_kind"], row["score_num"], row["unscored_reason"]) for row in broken} == {("RuntimeError", None, "sample_error")}


def test_a_log_without_a_report_is_partial_and_says_what_there_is():
    reading = read("openai_evals", recorded("openai_evals", "broken.jsonl"))
    run = reading.run()
    assert (run["status"], run["ended_at"], run["n_samples"]) == ("partial", None, 4)
    assert reading.metrics(run, is_primary=True)[0]["_raw"] == {"computed": True}
    assert reading.rejected == []


def test_a_report_without_an_event_is_of_a_process_that_was_killed_before_it_wrote_them():
    reading = changed("queue.jsonl", lambda lines: lines.__delitem__(slice(2, None)))
    assert reading.run()["status"] == "partial"


def test_a_run_of_errors_alone_is_an_error():
    def change(lines):
        for line in events_of(lines, "match"):
            line |= {"type": "error", "data": {"type": "Sorry, that did not work:", "message": "no"}}

    reading = changed("queue.jsonl", change)
    assert (reading.run()["status"], reading.run()["n_errors"]) == ("error", 4)
    assert {row["error_kind"] for row in reading.samples(reading.run())} == {"error"}, "a sentence is no class of an error"


def test_a_limited_run_does_not_tell_the_datasets_version():
    assert read("openai_evals", recorded("openai_evals", "limited.jsonl")).run()["limit_applied"] == 2

    whole = read("openai_evals", recorded("openai_evals", "queue.jsonl", "limited.jsonl"))
    (version,) = whole.rows("dataset_versions").values()
    assert version["n_items"] == 4
    assert {run["limit_applied"]: run["dataset_version_id"] for run in whole.rows("runs").values()} == {
        None: version["dataset_version_id"],
        2: None,
    }


def test_several_events_of_a_sample_are_one_score():
    def change(lines):
        events_of(lines, "match")[0]["sample_id"] = "tickets.queue.3"

    reading = changed("queue.jsonl", change)
    (row,) = reading.samples(reading.run(), sample_key="tickets.queue.3")
    assert (row["score_num"], row["passed"]) == (0.5, None), "one that matched and one that did not"


def test_a_sample_that_broke_and_was_scored_in_the_end_is_no_error():
    def change(lines):
        again = {"event_id": 8, "type": "metrics", "data": {"brevity": 0.25}}
        lines.append(events_of(lines, "error")[0] | again)

    reading = changed("tone.jsonl", change)
    (row,) = reading.samples(reading.run(), sample_key="tickets.tone.2")
    assert (row["score_num"], row["error_kind"], reading.run()["n_errors"]) == (0.25, None, 0)


def test_a_model_that_grades_is_named_and_is_not_the_model_under_test():
    def change(lines):
        lines[0]["spec"]["completion_fns"] = ["acme-small", "acme-judge"]
        lines[0]["spec"]["run_config"]["eval_spec"]["cls"] = "evals.elsuite.modelgraded.classify:ModelBasedClassify"

    reading = changed("tone.jsonl", change)
    assert (reading.run()["model_name"], reading.run()["answered_model"]) == ("acme-small", None), "not told from the judge's answers"
    assert {(row["judge_kind"], row["judge_id"]) for row in reading.samples(reading.run())} == {("llm", "acme-judge")}


@pytest.mark.parametrize("written", ["NaN", "-Infinity", "quite", None, [1]])
def test_a_metric_that_changes_its_type_is_unscored_there_and_scored_elsewhere(written):
    def change(lines):
        events_of(lines, "metrics")[0]["data"]["brevity"] = written

    reading = changed("tone.jsonl", change)
    (odd,) = reading.samples(reading.run(), scorer="brevity", sample_key="tickets.tone.3")
    assert (odd["score_num"], odd["unscored_reason"], odd["score_raw"]) == (None, "nan", None)
    (mean,) = reading.metrics(reading.run(), scorer="brevity", metric="mean")
    assert mean["n"] == 2
    assert reading.rejected == []


def test_a_number_written_as_text_is_a_number_and_words_alone_are_no_metric():
    def change(lines):
        for line in events_of(lines, "metrics"):
            line["data"] |= {"brevity": str(line["data"]["brevity"]), "choice": "Yes, and here is why"}

    reading = changed("tone.jsonl", change)
    assert reading.metrics(reading.run(), scorer="brevity", metric="mean")[0]["n"] == 3
    assert {row["scorer"] for row in reading.samples(reading.run())} == {"brevity", "is_polite", "rest"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: lines.pop(3), "1 events are missing"),
        (lambda lines: lines.append(lines[-1]), "`event_id` came before"),
        (lambda lines: lines[-1].update(run_id="another"), "an event of another run"),
        (lambda lines: lines.append({"note": 1}), "neither an event with a `sample_id` nor a `final_report`"),
        (lambda lines: lines.append([]), "this is list"),
    ],
)
def test_what_is_wrong_with_the_events_is_said_and_the_rest_is_kept(change, reason):
    reading = changed("queue.jsonl", change)
    assert any(reason in fault.reason for fault in reading.rejected)
    assert reading.run()["status"] == "partial"
    assert len(reading.samples(reading.run())) >= 3


def test_a_log_that_was_cut_is_partial_and_set_aside():
    whole = recorded("openai_evals", "queue.jsonl").files["queue.jsonl"]
    for cut in (whole[:-100], whole.rstrip(b"\n"), b"\n".join(whole.splitlines()[:-1])):
        reading = read("openai_evals", MemoryStore("store", {"queue.jsonl": cut}))
        assert reading.run()["status"] == "partial"
        assert "queue.jsonl" in reading.rejected[-1].reason


@pytest.mark.parametrize("body", [b"", b"\n\n", b"no json\n", b'{"final_report": {}}\n', b'{"spec": {"eval_name": "x"}}\n', b"[1]\n"])
def test_a_file_of_something_else_is_set_aside(body: bytes):
    memory = recorded("openai_evals", "queue.jsonl")
    memory.files["other.jsonl"] = body
    reading = read("openai_evals", memory)
    (fault,) = reading.rejected
    assert fault.identity == "store/other.jsonl"
    assert "begin with a `spec`" in fault.reason
    assert len(reading.rows("runs")) == 1


def test_the_order_of_events_does_not_matter():
    """Samples run side by side."""
    kept = ("runs", "metrics", "samples")
    plain, turned = (
        changed("tone.jsonl", change) for change in (lambda _: None, lambda lines: lines.__setitem__(slice(1, None), lines[:0:-1]))
    )
    for table in kept:
        rows = [{key: {**row, "content_sha": None} for key, row in reading.rows(table).items()} for reading in (plain, turned)]
        assert rows[0] == rows[1]
