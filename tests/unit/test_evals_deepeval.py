"""What the tables say of test runs that DeepEval wrote (`tests/data/evals/deepeval`), and of odder ones."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.evals.fake import MemoryStore
from connectors.evals.options import EvalStore
from tests.unit.evals_reading import DATA, NOW, Reading, again, payloads, read, recorded
from tests.unit.test_evals_inspect import sha

EXPORT = "test_run_20261126_180742.json"
DATABASE = "deepeval.db"


def changed(change: Callable[[Any], None]) -> MemoryStore:
    """The recorded export, changed by a function."""
    memory = recorded("deepeval", EXPORT)
    document = json.loads(memory.files[EXPORT])
    change(document)
    memory.files[EXPORT] = json.dumps(document).encode()
    return memory


def altered(tmp_path: Path, *statements: str) -> MemoryStore:
    """The recorded database after some SQL."""
    path = tmp_path / DATABASE
    shutil.copyfile(DATA / "deepeval" / DATABASE, path)
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.execute("pragma wal_checkpoint(truncate)")
    return MemoryStore("store", {DATABASE: path.read_bytes()})


@pytest.fixture(scope="module")
def export():
    reading = read("deepeval", recorded("deepeval", EXPORT), timezone="Europe/Berlin")
    return reading, reading.run()


@pytest.fixture(scope="module")
def database():
    return read("deepeval", recorded("deepeval", DATABASE))


def test_a_run_says_what_was_evaluated_and_where_it_belongs(export):
    _, run = export
    assert (run["task_name"], run["dataset_name"], run["status"]) == ("triage cases", "tickets cases", "success")
    assert (run["model_provider"], run["model_name"]) == ("acme", "triage-1")
    assert (run["project_raw"], run["git_sha_raw"]) == ("support", "352412fd68617470d7d61ac8f693404e689f83a0")
    assert run["prompt_sha"] == sha("Queue for: {{request}}\n")
    assert (run["n_samples"], run["n_errors"], run["n_unscored"], run["cost_usd"]) == (5, 0, 0, 0.01)


def test_an_export_is_dated_by_its_name_where_the_clock_is_known(export):
    """The name is written at the end, by local time."""
    _, run = export
    assert run["ended_at"] == "2026-11-26T17:07:42+00:00"
    assert run["started_at"] < run["ended_at"]
    undated = read("deepeval", recorded("deepeval", EXPORT)).run()
    assert (undated["started_at"], undated["ended_at"]) == (None, None)
    assert undated["run_id"] == run["run_id"]


def test_a_name_that_is_no_time_leaves_a_run_without_one():
    memory = recorded("deepeval", EXPORT)
    memory.files = {"test_run_20261399_996142.json": memory.files[EXPORT]}
    assert read("deepeval", memory, timezone="UTC").run()["started_at"] is None


def test_metrics_are_those_that_deepeval_counts(export):
    reading, run = export
    own = {(row["scorer"], row["metric"]): (row["value"], row["n"]) for row in reading.metrics(run, slice="", variant="")}
    assert own[("success", "pass_rate")] == (0.6, 5)
    assert own[("Exact Match", "mean")] == (0.6, 5)
    assert own[("Brevity", "mean")] == (pytest.approx(0.7), 4)
    assert own[("Brevity", "pass_rate")] == (1.0, 4)
    assert own[("Tone", "mean")] == (pytest.approx(0.71), 5), "it has no threshold, so DeepEval counts no score of it"
    assert [row["metric"] for row in reading.metrics(run, is_primary=True)] == ["pass_rate"]
    rates = {row["slice"]: row["value"] for row in reading.metrics(run, scorer="success")}
    assert rates == {"": 0.6, "billing": 0.5, "access": 1.0, "bugs": 0.0}


def test_samples_go_by_their_id_or_else_by_their_input(export):
    """DeepEval's own name is the place in the list."""
    reading, run = export
    assert [row["sample_key"] for row in reading.samples(run, scorer="success")] == ["c-1", "c-2", "c-3", "c-4", sha("Hello")]
    (sample,) = reading.samples(run, scorer="Tone", sample_key="c-1")
    assert (sample["score_num"], sample["passed"], sample["judge_kind"], sample["judge_id"]) == (0.65, None, "llm", "acme/judge-1")
    assert (sample["latency_ms"], sample["tokens_in"], sample["tokens_out"], sample["cost_usd"]) == (250.0, 12, 3, 0.002)
    assert sample["rationale_sha"] == sha("billing has 7 letters")


def test_a_flaky_metric_decides_nothing_and_a_broken_one_is_no_failure():
    def change(document):
        flaky, broken = document["testCases"][0], document["testCases"][3]
        flaky["metricsData"][1] |= {"success": False, "score": 0.0}
        broken["metricsData"][0] |= {"success": True, "score": 1.0}

    reading = read("deepeval", changed(change))
    verdicts = {row["sample_key"]: (row["passed"], row["unscored_reason"]) for row in reading.samples(reading.run(), scorer="success")}
    assert verdicts["c-1"] == (True, None)
    assert verdicts["c-4"] == (None, "scoring_failed"), "DeepEval calls it failed, but only its judge did not answer"
    (broken,) = reading.samples(reading.run(), scorer="Brevity", sample_key="c-4")
    assert (broken["score_num"], broken["passed"], broken["unscored_reason"]) == (None, None, "scoring_failed")
    assert reading.run()["n_unscored"] == 1


def test_a_failure_that_only_a_span_explains_is_the_cases_word():
    def change(document):
        document["testCases"][0]["success"] = False
        scores = {"metric": "Recall", "scores": [0.25, 0.75], "passes": 1, "fails": 1, "errors": 0}
        document["traceMetricsScores"] = {"retriever": {"search": {"Recall": scores}}}

    reading = read("deepeval", changed(change))
    (first,) = reading.samples(reading.run(), scorer="success", sample_key="c-1")
    assert first["passed"] is False
    (recall,) = reading.metrics(reading.run(), scorer="Recall", metric="mean")
    assert (recall["variant"], recall["value"], recall["n"]) == ("retriever search", 0.5, 2)


def test_a_case_that_comes_again_is_the_same_sample_in_another_epoch():
    def change(document):
        document["testCases"].append(document["testCases"][0] | {"order": 5, "success": False})
        document["testCases"].reverse()

    run = (reading := read("deepeval", changed(change))).run()
    assert run["epochs"] == 2
    assert {row["epoch"]: row["_raw"]["order"] for row in reading.samples(run, sample_key="c-1")} == {1: 0, 2: 5}


def test_of_two_metrics_with_one_name_both_keep_their_scores():
    def change(document):
        document["testCases"][0]["metricsData"].append({"name": "Exact Match", "score": 0.25, "success": False})

    reading = read("deepeval", changed(change))
    scores = {row["scorer"]: row["score_num"] for row in reading.samples(reading.run(), sample_key="c-1")}
    assert (scores["Exact Match"], scores["Exact Match (2)"]) == (1.0, 0.25)


@pytest.mark.parametrize(
    ("written", "reason"), [(float("nan"), "nan"), ("Infinity", "nan"), ("high", "nan"), (None, "no_value"), ([1], "nan")]
)
def test_a_score_that_is_no_number_is_unscored(written, reason):
    """Also where a metric gives a number for one case and a word for the next."""

    def change(document):
        document["testCases"][0]["metricsData"][3]["score"] = written

    reading = read("deepeval", changed(change))
    (sample,) = reading.samples(reading.run(), scorer="Tone", sample_key="c-1")
    assert (sample["score_num"], sample["unscored_reason"]) == (None, reason)
    (mean,) = reading.metrics(reading.run(), scorer="Tone", slice="")
    assert mean["n"] == 4


def test_a_run_without_any_verdict_is_an_error():
    def empty(document):
        document["testCases"] = []

    def broken(document):
        for case in document["testCases"]:
            case["success"] = False
            case["metricsData"] = [{"name": "Brevity", "success": False, "error": "no answer"}]

    for change in (empty, broken):
        reading = read("deepeval", changed(change))
        assert reading.run()["status"] == "error"
        assert [row["value"] for row in reading.metrics(reading.run(), scorer="success")] == []


def test_a_database_holds_a_run_in_each_row_with_its_time(database: Reading):
    runs = sorted(database.rows("runs").values(), key=lambda run: run["started_at"])
    assert [(run["task_name"], run["n_samples"]) for run in runs] == [("triage cases", 5), ("triage turns", 2)]
    assert [run["ended_at"][:16] for run in runs] == ["2026-11-26T17:07"] * 2
    assert runs[0]["_raw"]["stored"]["id"] == 1
    (rate,) = database.metrics(runs[1], is_primary=True)
    assert (rate["value"], rate["n"]) == (0.5, 2)


def test_a_conversation_is_told_by_what_the_user_said(database: Reading):
    run = database.run(task_name="triage turns")
    first, second = database.samples(run, scorer="success")
    assert first["sample_key"] == first["input_sha"] == sha('["I cannot log in.","Firefox."]')
    assert (first["passed"], second["passed"]) == (True, False)


def test_the_snapshot_the_export_and_the_row_of_one_evaluation_are_one_run(tmp_path: Path):
    memory = recorded("deepeval", EXPORT, ".latest_run_full.json")
    stored = memory.files[EXPORT].decode().replace("'", "''")
    memory.files |= altered(tmp_path, f"update test_runs set payload_json = '{stored}' where id = 1").files
    reading = read("deepeval", memory)
    assert sorted(run["task_name"] for run in reading.rows("runs").values()) == ["triage cases", "triage turns"]


def test_a_database_that_grew_leaves_the_rows_of_its_older_runs_as_they_were(tmp_path: Path):
    whole = recorded("deepeval", DATABASE)
    whole.modified = {DATABASE: NOW}
    before = read("deepeval", altered(tmp_path, "delete from test_runs where id = 2"))
    after = read("deepeval", whole, again(before))
    assert (len(before.rows("runs")), len(after.rows("runs"))) == (1, 2)
    for table in ("runs", "samples", "metrics"):
        assert before.rows(table).items() <= after.rows(table).items()


def test_what_lies_in_the_journal_beside_a_database_is_read_too(tmp_path: Path):
    """Its writer is still at work: the last run was committed, but not yet written into the file."""
    path = tmp_path / DATABASE
    shutil.copyfile(DATA / "deepeval" / DATABASE, path)
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("pragma wal_autocheckpoint = 0")
        writer.execute("update test_runs set identifier = 'later', created_at = '2026-11-27T00:00:00+00:00' where id = 2")
        writer.commit()
        files = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir() if not entry.name.endswith("-shm")}
    assert set(files) == {DATABASE, f"{DATABASE}-wal"}
    reading = read("deepeval", MemoryStore("store", files))
    assert reading.run(task_name="triage turns")["ended_at"] == "2026-11-27T00:00:00+00:00"
    assert reading.rejected == []


def test_a_file_that_is_no_database_or_another_one_or_damaged_is_set_aside_with_the_reason(tmp_path: Path):
    whole = recorded("deepeval", DATABASE).files[DATABASE]
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as made:
        made.execute("create table notes (text)")
    bad = {
        "none.db": b"this is no database at all, but a text of some length",
        "half.db": whole[: len(whole) // 2],
        "other.db": other.read_bytes(),
        "empty.db": b"",
        "holes.db": whole[:8192] + b"\xff" * 4096 + whole[12288:],
        "lone.db-wal": b"x",
    }
    reading = read("deepeval", MemoryStore("store", bad | {DATABASE: whole}))
    reasons = {fault.identity.removeprefix("store/"): fault.reason for fault in reading.rejected}
    assert reasons.keys() == bad.keys()
    assert "no SQLite database" in reasons["none.db"]
    assert "malformed" in reasons["half.db"] or "damaged" in reasons["half.db"]
    assert "without the table `test_runs`: it has notes" in reasons["other.db"]
    assert "it is empty" in reasons["empty.db"]
    assert len(reading.rows("runs")) == 2


def test_a_row_that_cannot_be_read_sets_its_file_aside_and_not_the_other_rows(tmp_path: Path):
    memory = altered(tmp_path, "update test_runs set payload_json = substr(payload_json, 1, 100) where id = 1")
    reading = read("deepeval", memory)
    assert reading.run()["task_name"] == "triage turns"
    (fault,) = reading.rejected
    assert "row 1 of `test_runs`: no whole JSON document" in fault.reason


@pytest.mark.parametrize("body", [b'{"testRunData": {}}', b"[]", b'{"testCases": [', b"null"])
def test_a_file_of_something_else_or_cut_short_is_set_aside(body: bytes):
    memory = recorded("deepeval", EXPORT)
    memory.files["test_run_20261127_000000.json"] = body
    reading = read("deepeval", memory)
    (fault,) = reading.rejected
    assert "expected a test run of DeepEval" in fault.reason
    assert len(reading.rows("runs")) == 1


def test_other_files_of_its_folder_are_passed_over():
    memory = recorded("deepeval", EXPORT)
    memory.files |= {".temp_test_run_data.json": b"{}", ".deepeval-cache.json": b"{}", "notes.json": b"{}", f"{DATABASE}-shm": b"x"}
    reading = read("deepeval", memory)
    assert (len(reading.rows("files")), reading.rejected) == (1, [])


def test_a_folder_shows_the_snapshot_although_it_is_hidden():
    """DeepEval writes it wherever it runs; exports only where it was told to."""
    reading = read("deepeval", str(DATA / "deepeval"))
    assert {row["path"].rpartition("/")[2] for row in reading.rows("files").values()} == {".latest_run_full.json", EXPORT, DATABASE}


def test_a_clock_that_nobody_knows_or_that_nobody_asks_is_refused():
    with pytest.raises(ValidationError, match="'Mars/Olympus' is no time zone"):
        EvalStore(kind="deepeval", path="x", timezone="Mars/Olympus")
    with pytest.raises(ValidationError, match="`timezone` is an option of kind = 'deepeval'"):
        EvalStore(kind="inspect", path="x", timezone="UTC")


def test_a_stored_document_is_the_one_that_an_export_would_hold():
    stored, exported = payloads(recorded("deepeval", DATABASE).files[DATABASE])[0], json.loads(recorded("deepeval", EXPORT).files[EXPORT])
    assert stored.keys() == exported.keys()
