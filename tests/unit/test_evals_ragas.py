"""What the tables say of experiments that Ragas kept (`tests/data/evals/ragas`), and of odder ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.evals.options import EvalStore
from tests.unit.evals_reading import NOW, Reading, again, read, recorded

NIGHTLY, SHORT, DATASET = "jsonl/experiments/nightly.jsonl", "jsonl/experiments/short.jsonl", "jsonl/datasets/support_questions.jsonl"
Rows = list[dict[str, Any]]


def changed(change: Callable[[Rows], Any], **given: Any) -> Reading:
    """The recorded experiment and its dataset, its rows changed by a function, read with the options given."""
    memory = recorded("ragas", NIGHTLY, DATASET)
    rows = sorted((json.loads(line) for line in memory.files[NIGHTLY].splitlines()), key=lambda row: row["id"])
    change(rows)
    memory.files[NIGHTLY] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return read("ragas", memory, **given)


@pytest.fixture(scope="module")
def recordings():
    return read("ragas", recorded("ragas"))


def run_of(reading: Reading, path: str):
    return reading.run(path=f"store/{path}")


def means(reading: Reading, run: Any) -> dict[str, tuple[float, int]]:
    return {row["scorer"]: (row["value"], row["n"]) for row in reading.metrics(run, slice="", metric="mean")}


def test_a_run_is_an_experiment_and_its_constant_columns_speak_for_it(recordings: Reading):
    run = run_of(recordings, NIGHTLY)
    assert (run["task_name"], run["dataset_name"], run["status"], run["n_samples"]) == ("nightly", "support_questions", "success", 3)
    assert (run["model_provider"], run["model_name"]) == ("acme", "answers-1")
    assert (run["project_raw"], run["git_sha_raw"]) == ("support", "352412fd68617470d7d61ac8f693404e689f83a0")
    assert "started_at" not in run or run["started_at"] is None


@pytest.mark.parametrize("path", [NIGHTLY, "csv/experiments/nightly.csv"])
def test_columns_of_nothing_but_scores_are_metrics(recordings: Reading, path: str):
    """Truths, the words of a discrete metric, and numbers from 0 to 1; not the seconds, not the ids."""
    run = run_of(recordings, path)
    assert means(recordings, run) == {
        "is_exact": (pytest.approx(1 / 3), 3),
        "overlap": (pytest.approx((5 / 6 + 1 / 7) / 3), 3),
        "faithfulness": (0.5, 2),
        "verdict": (pytest.approx(1 / 3), 3),
    }
    assert [row["scorer"] for row in recordings.metrics(run, is_primary=True)] == ["is_exact"]
    (unscored,) = recordings.samples(run, scorer="faithfulness", sample_key="q-2")
    assert (unscored["score_num"], unscored["unscored_reason"]) == (None, "nan")
    assert {row["judge_kind"] for row in recordings.samples(run)} == {None}, "nothing says who judged"
    slices = {row["slice"]: row["value"] for row in recordings.metrics(run, scorer="is_exact")}
    assert slices == {"": pytest.approx(1 / 3), "billing": 0.5, "access": 0.0}


def test_jsonl_and_csv_of_one_experiment_say_the_same(recordings: Reading):
    names = ("sample_key", "epoch", "scorer", "slice", "score_num", "passed", "input_sha", "target_sha", "output_sha")
    json_rows, csv_rows = (
        sorted(str([row[name] for name in names]) for row in recordings.samples(run_of(recordings, path)))
        for path in (NIGHTLY, "csv/experiments/nightly.csv")
    )
    assert json_rows == csv_rows
    assert len(recordings.rows("dataset_versions")) == 1


def test_a_row_that_is_missing_makes_the_run_a_part(recordings: Reading):
    """Ragas says nothing of a task that failed; its dataset has the item."""
    for path in (SHORT, "csv/experiments/short.csv"):
        run = run_of(recordings, path)
        assert (run["status"], run["n_samples"], run["n_completed"], run["dataset_version_id"]) == ("partial", 3, 2, None)


def test_metrics_that_are_given_are_the_metrics():
    reading = changed(lambda rows: rows[0].update(seconds="soon"), metrics=["seconds", "overlap"])
    assert means(reading, reading.run()) == {
        "seconds": (pytest.approx((3.3 + 2.5) / 2), 2),
        "overlap": (pytest.approx(0.3254, abs=1e-4), 3),
    }
    (odd,) = reading.samples(reading.run(), scorer="seconds", sample_key="q-1")
    assert (odd["score_num"], odd["unscored_reason"], odd["score_raw"]) == (None, "nan", None)
    with pytest.raises(ValidationError, match="`metrics` is an option of kind = 'ragas'"):
        EvalStore(kind="jsonl", path="x", metrics=("overlap",))


@pytest.mark.parametrize("written", ["NaN", "inf", "", None, float("inf")])
def test_a_score_that_came_to_nothing_is_unscored(written):
    reading = changed(lambda rows: rows[0].update(overlap=written))
    assert means(reading, reading.run())["overlap"][1] == 2


@pytest.mark.parametrize("written", [1.2, -1, "rather good", ["a"], {"value": 1}])
def test_a_column_with_anything_else_is_no_metric_unless_it_is_given(written):
    reading = changed(lambda rows: rows[0].update(overlap=written))
    assert set(means(reading, reading.run())) == {"is_exact", "faithfulness", "verdict"}
    given = changed(lambda rows: rows[0].update(overlap=written), metrics=["overlap"])
    assert means(given, given.run())["overlap"][1] == (3 if isinstance(written, float | int) else 2)


def test_an_experiment_without_any_score_is_an_error():
    def change(rows):
        for row in rows:
            row |= {"is_exact": None, "overlap": float("nan"), "faithfulness": "", "verdict": "unclear", "error": "TimeoutError"}

    run = (reading := changed(change)).run()
    assert (run["status"], run["n_errors"], run["n_completed"]) == ("error", 3, 0)
    assert {row["error_kind"] for row in reading.samples(run)} == {"TimeoutError"}


def test_a_row_with_an_error_has_no_score():
    reading = changed(lambda rows: rows[0].update(error="The model said: no"))
    broken = reading.samples(reading.run(), sample_key="q-1")
    assert {(row["score_num"], row["unscored_reason"], row["error_kind"]) for row in broken} == {(None, "sample_error", "error")}


def test_a_column_that_differs_or_is_of_a_sample_does_not_speak_for_the_run():
    def change(rows):
        rows[0]["model"] = "acme/answers-2"
        for row in rows:
            row["user"] = "ana"

    run = changed(change).run()
    assert (run["model_raw"], run["created_by_raw"]) == (None, None)


def test_of_several_datasets_the_rows_name_theirs():
    memory = recorded("ragas", NIGHTLY, DATASET)
    memory.files["jsonl/datasets/other.jsonl"] = memory.files[DATASET]
    assert read("ragas", memory).run()["dataset_name"] == "nightly"
    memory.files[NIGHTLY] = memory.files[NIGHTLY].replace(b'"project"', b'"dataset":"other","project"')
    run = read("ragas", memory).run()
    assert (run["dataset_name"], run["dataset_version_id"] is None) == ("other", False)


def test_a_dataset_that_changes_has_its_experiments_read_again_and_one_alone_is_no_fault():
    memory = recorded("ragas", NIGHTLY, DATASET)
    first = read("ragas", memory)
    assert first.rows("files")[(f"store/{DATASET}",)]["run_id"] is None, "it is of every experiment beside it"
    assert read("ragas", memory, again(first)).rows("runs") == {}
    memory.files[DATASET] += b'{"user_input": "Which plans are there?"}\n'
    memory.modified = {DATASET: NOW}
    assert read("ragas", memory, again(first)).run()["status"] == "partial"
    alone = read("ragas", recorded("ragas", DATASET))
    assert (alone.rejected, alone.rows("runs")) == ([], {})


def test_an_item_that_comes_again_is_the_same_sample_in_another_epoch():
    reading = changed(lambda rows: rows.append(rows[0]))
    assert {row["epoch"] for row in reading.samples(reading.run(), sample_key="q-1")} == {1, 2}


@pytest.mark.parametrize(
    ("path", "cut", "reason"),
    [
        (NIGHTLY, lambda body: body[:-30], "no whole JSON document"),
        (NIGHTLY, lambda body: body.rstrip(b"\n"), "its last line has no end"),
        (NIGHTLY, lambda body: body + b"[1]\n", "a row is a JSON object, this is list"),
        ("csv/experiments/nightly.csv", lambda body: body[:-90], "its last line has no end"),
        ("csv/experiments/nightly.csv", lambda body: body + b"q-9,billing\r\n", "a row of 2 cells; expected 13"),
        ("csv/experiments/nightly.csv", lambda body: body + b'"q-9\r\n', "no CSV"),
    ],
)
def test_a_file_that_was_cut_or_spoilt_is_set_aside_and_keeps_its_good_rows(path: str, cut: Callable[[bytes], bytes], reason: str):
    memory = recorded("ragas", path)
    memory.files[path] = cut(memory.files[path])
    reading = read("ragas", memory)
    assert any(reason in fault.reason for fault in reading.rejected)
    assert reading.run()["status"] == "partial"
    assert len({row["sample_key"] for row in reading.samples(reading.run())}) >= 2


@pytest.mark.parametrize("body", [b"", b"\n", b"no json\n", b"[]\n"])
def test_an_experiment_without_a_row_is_set_aside(body: bytes):
    """Ragas leaves an empty file where every task failed."""
    memory = recorded("ragas", NIGHTLY)
    memory.files["jsonl/experiments/failed.jsonl"] = body
    reading = read("ragas", memory)
    assert "store/jsonl/experiments/failed.jsonl" in {fault.identity for fault in reading.rejected}
    assert len(reading.rows("runs")) == 1


def test_other_files_are_passed_over():
    memory = recorded("ragas", NIGHTLY)
    memory.files |= {"notes.csv": b"a,b\r\n", "jsonl/experiments/plot.png": b"x", "jsonl/experiments/old/x.jsonl": b"{}"}
    assert (len(read("ragas", memory).rows("files")), read("ragas", memory).rejected) == (1, [])
