"""What the tables say of logs that Inspect itself wrote (`tests/data/evals/inspect`), and of older or odder ones."""

import hashlib
import json

import pytest

from tests.unit.evals_reading import members, read, recorded, with_header, zipped


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def triage():
    reading = read("inspect", recorded("inspect", "triage.eval"))
    return reading, reading.run(task_name="triage")


def one(store: dict[str, bytes]):
    memory = recorded("inspect", "triage.eval")
    memory.files = store
    reading = read("inspect", memory)
    return reading, reading.run()


def test_a_run_carries_its_identity_model_commit_and_counts(triage):
    _, run = triage
    assert run["run_id"] == sha(f"inspect|{run['native_run_id']}")
    assert (run["task_version"], run["model_provider"], run["model_name"]) == ("2.1", "mockllm", "model")
    assert (run["repository_raw"], run["git_sha_raw"], run["git_is_dirty"]) == ("https://github.com/acme/support.git", "249dc0f", False)
    assert (run["epochs"], run["n_samples"], run["n_completed"], run["n_errors"], run["n_unscored"]) == (2, 12, 10, 2, 2)
    assert (run["tokens_in"], run["tokens_out"]) == (188, 50)
    assert run["started_at"] == "2026-11-21T02:55:41+00:00"
    assert run["tags"] == ["gate", "nightly"]
    assert run["created_by_raw"] == "ana"
    assert run["project_raw"] == "support"


def test_a_threshold_in_the_metadata_decides_the_status(triage):
    reading, run = triage
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["scorer"], leading["metric"], leading["value"]) == ("queue", "accuracy", 0.625)
    assert (leading["threshold"], leading["passed"], run["status"]) == (0.8, False, "failed_threshold")
    assert leading["stderr"] == pytest.approx(0.2393, abs=1e-4)
    assert not [row for row in reading.metrics(run) if row["metric"] == "stderr"]


def test_the_tools_own_groups_are_slices_and_other_scorers_get_theirs_computed(triage):
    reading, run = triage
    queue = {row["slice"]: (row["value"], row["n"]) for row in reading.metrics(run, scorer="queue")}
    assert queue == {"": (0.625, 4), "billing": (0.5, 2), "access": (1.0, 1), "bugs": (0.5, 1)}
    match = {row["slice"]: (row["value"], row["n"], row["reducer"]) for row in reading.metrics(run, scorer="match")}
    assert match == {"": (0.4, 5, None), "billing": (0.5, 2, "mean"), "access": (0.5, 2, "mean"), "bugs": (0.0, 1, "mean")}


def test_grades_become_numbers_and_nan_is_unscored_not_zero(triage):
    reading, run = triage
    first = {row["sample_key"]: row for row in reading.samples(run, scorer="queue", epoch=1)}
    assert [first[key]["score_num"] for key in ("s1", "s2", "s3", "s4", "s5", "s6")] == [1.0, 0.0, 1.0, None, None, 0.5]
    assert [first[key]["passed"] for key in ("s1", "s2", "s6")] == [True, False, None]
    assert (first["s4"]["unscored_reason"], first["s4"]["error_kind"]) == ("no_response", None)
    assert (first["s5"]["unscored_reason"], first["s5"]["error_kind"]) == ("sample_error", "RuntimeError")
    assert (first["s6"]["slice"], first["s6"]["failure_mode"]) == ("bugs", "umlaut")


def test_a_sample_that_broke_has_a_row_for_every_scorer(triage):
    reading, run = triage
    assert {row["scorer"] for row in reading.samples(run, sample_key="s5", epoch=2)} == {"queue", "match"}


def test_texts_are_hashed_as_they_are(triage):
    reading, run = triage
    (row,) = reading.samples(run, sample_key="s1", epoch=1, scorer="queue")
    assert row["input_sha"] == sha("My invoice is wrong")
    assert row["target_sha"] == row["output_sha"] == sha("billing")
    assert row["rationale_sha"] == sha("expected billing, got billing")


def test_the_prompt_hash_is_that_of_the_file_it_came_from(triage):
    _, run = triage
    assert run["prompt_sha"] == sha("Answer with the queue that the request belongs to.\nOne word.\n")


def test_a_run_on_a_whole_dataset_dates_its_version_and_two_tasks_on_it_share_it():
    reading = read("inspect", recorded("inspect", "triage.eval", "styled.json"))
    triage, styled = reading.run(task_name="triage"), reading.run(task_name="styled")
    assert triage["dataset_version_id"] == styled["dataset_version_id"]
    (version,) = reading.rows("dataset_versions").values()
    assert (version["dataset_name"], version["n_items"], version["n_slices"]) == ("support", 6, 3)
    assert version["slices"] == {"access": 2, "billing": 2, "bugs": 2}
    assert version["failure_modes"] == {"crash": 1, "lockout": 2, "umlaut": 1, "wrong_queue": 2}
    assert version["version_at"].isoformat() == "2026-11-21T02:55:41+00:00"
    pairs = sorted(f"{row['input_sha']}:{row['target_sha']}\n" for row in reading.samples(styled, scorer="tone"))
    assert version["content_sha"] == sha("".join(pairs))


@pytest.mark.parametrize("name", ["graded.eval", "broken.eval", "cancelled.eval", "killed.eval"])
def test_a_run_on_a_part_of_its_dataset_claims_no_version(name: str):
    reading = read("inspect", recorded("inspect", name))
    assert reading.run()["dataset_version_id"] is None
    assert not reading.rows("dataset_versions")


@pytest.mark.parametrize(
    ("name", "status", "completed", "errors", "has_end"),
    [("broken.eval", "error", 5, 1, True), ("cancelled.eval", "cancelled", 3, 3, True), ("killed.eval", "partial", 3, 0, False)],
)
def test_runs_that_did_not_end_well_say_so(name: str, status: str, completed: int, errors: int, has_end: bool):
    run = read("inspect", recorded("inspect", name)).run()
    assert (run["status"], run["n_samples"], run["n_completed"], run["n_errors"]) == (status, 6, completed, errors)
    assert (run["ended_at"] is not None) is has_end


def test_a_task_from_an_installed_package_names_harness_and_commit_and_no_project_commit():
    """Inspect writes the package's commit where a working tree's would stand: it is no commit of the project."""
    run = read("inspect", recorded("inspect", "safety.eval")).run()
    assert (run["harness_name"], run["harness_version"], run["harness_package"]) == ("acme-evals", "1.4.0", "acme-evals")
    assert len(run["harness_commit"]) == 40
    assert (run["repository_raw"], run["git_sha_raw"], run["git_is_dirty"]) == (None, None, None)


def test_a_dirty_tree_is_told():
    assert read("inspect", recorded("inspect", "styled.json")).run()["git_is_dirty"] is True


def test_a_dictionary_of_scores_becomes_a_scorer_for_each_key():
    reading = read("inspect", recorded("inspect", "styled.json"))
    run = reading.run()
    overall = {row["scorer"]: (row["metric"], row["value"]) for row in reading.metrics(run, slice="")}
    assert overall == {"tone": ("mean", 1.0), "length": ("mean", pytest.approx(29 / 6))}
    assert {row["scorer"] for row in reading.samples(run)} == {"tone", "length"}
    assert {row["passed"] for row in reading.samples(run, scorer="length")} <= {None, True}


def test_a_model_as_judge_is_named_with_the_hash_of_what_it_was_told():
    reading = read("inspect", recorded("inspect", "graded.eval"))
    run = reading.run()
    template = "[Question]: {question}\n[Answer]: {answer}\n[Criterion]: {criterion}\n{instructions}\n"
    (metric,) = reading.metrics(run)
    assert (metric["judge_model"], metric["judge_prompt_sha"], metric["value"]) == ("mockllm/judge", sha(template), None)
    assert {(row["judge_kind"], row["judge_id"], row["unscored_reason"]) for row in reading.samples(run)} == {
        ("llm", "mockllm/judge", "grader_failed")
    }
    assert (run["limit_applied"], run["n_unscored"], run["n_samples"]) == (3, 3, 3)


def test_an_edited_score_is_marked_and_says_who_edited():
    before, after = (read("inspect", recorded("inspect", name)) for name in ("triage.eval", "edited.eval"))
    assert before.run()["run_id"] == after.run()["run_id"]
    assert after.run()["status"] == "success"
    edited = [row for row in after.samples(after.run(), scorer="queue") if row["edited"]]
    assert {(row["sample_key"], row["judge_kind"], row["judge_id"], row["score_num"]) for row in edited} == {("s2", "human", "ben", 1.0)}
    assert not any(row["edited"] for row in before.samples(before.run()))


def test_a_zip_and_a_json_log_of_one_run_give_the_same_rows():
    parts = members(recorded("inspect", "triage.eval").files["triage.eval"])
    document = json.loads(parts["header.json"])
    document["samples"] = [json.loads(body) for name, body in parts.items() if name.startswith("samples/")]
    (as_zip, _), (as_json, _) = one({"a.eval": zipped(parts)}), one({"a.json": json.dumps(document).encode()})
    varying = {"path", "content_sha", "_source_url"}
    for table in ("runs", "metrics", "samples"):
        plain = [
            {key: {name: value for name, value in row.items() if name not in varying} for key, row in reading.rows(table).items()}
            for reading in (as_zip, as_json)
        ]
        assert plain[0] == plain[1]


def test_long_texts_stored_apart_have_the_hash_of_the_text():
    """Inspect moves images out of messages and refers to them: the hash must be of what was asked, not of the reference."""
    parts = members(recorded("inspect", "safety.eval").files["safety.eval"])
    sample = json.loads(parts["samples/a_epoch_1.json"])
    sample["input"], sample["attachments"] = "attachment://9f2c", {"9f2c": "Say yes"}
    reading, run = one({"a.eval": zipped(parts | {"samples/a_epoch_1.json": json.dumps(sample).encode()})})
    assert reading.samples(run, sample_key="a")[0]["input_sha"] == sha("Say yes")


def test_messages_as_input_hash_alike_although_their_ids_are_generated():
    parts = members(recorded("inspect", "safety.eval").files["safety.eval"])
    shas = set()
    for generated in ("x1", "x2"):
        sample = json.loads(parts["samples/a_epoch_1.json"]) | {"input": [{"id": generated, "role": "user", "content": "Say yes"}]}
        reading, run = one({"a.eval": zipped(parts | {"samples/a_epoch_1.json": json.dumps(sample).encode()})})
        shas.add(reading.samples(run, sample_key="a")[0]["input_sha"])
    assert len(shas) == 1


def test_a_question_used_as_id_does_not_travel():
    parts = members(recorded("inspect", "safety.eval").files["safety.eval"])
    sample = json.loads(parts["samples/a_epoch_1.json"]) | {"id": "Say yes"}
    reading, run = one({"a.eval": zipped(parts | {"samples/a_epoch_1.json": json.dumps(sample).encode()})})
    assert sha("Say yes") in {row["sample_key"] for row in reading.samples(run)}
    assert "Say yes" not in json.dumps(reading.tables, default=str)


def test_a_log_from_before_eval_ids_keeps_one_id_through_every_reading():
    def change(header):
        del header["eval"]["eval_id"]

    content = with_header(recorded("inspect", "safety.eval").files["safety.eval"], change)
    first, second = one({"a.eval": content})[1], one({"b.eval": content})[1]
    assert first["run_id"] == second["run_id"]
    assert "acme_evals/safety" in first["native_run_id"]


def test_a_second_reducer_stands_beside_the_mean():
    def change(header):
        score = header["results"]["scores"][0]
        header["results"]["scores"] = [score | {"reducer": "mean"}, score | {"reducer": "at_least_2", "metrics": score["metrics"]}]

    reading, run = one({"a.eval": with_header(recorded("inspect", "safety.eval").files["safety.eval"], change)})
    assert {(row["variant"], row["is_primary"]) for row in reading.metrics(run, slice="")} == {("", True), ("at_least_2", False)}


def test_credentials_in_a_remote_or_in_metadata_are_left_out():
    def change(header):
        header["eval"]["revision"]["origin"] = "https://bot:ghp_abc@github.com/acme/support.git"
        header["metadata"] = {"project": "support", "api_key": "sk-abc", "args": "model=x,api_key=sk-abc"}

    reading, run = one({"a.eval": with_header(recorded("inspect", "triage.eval").files["triage.eval"], change)})
    assert run["repository_raw"] == "https://github.com/acme/support.git"
    assert "ghp_abc" not in json.dumps(reading.tables, default=str)
    assert "sk-abc" not in json.dumps(reading.tables, default=str)


def test_a_long_text_in_the_metadata_of_a_run_is_kept_as_its_hash():
    essay = "Why we run this: " + "because " * 30

    def change(header):
        header["metadata"] = {"project": "support", "note": essay}

    reading, run = one({"a.eval": with_header(recorded("inspect", "safety.eval").files["safety.eval"], change)})
    assert run["metadata"] == {"project": "support", "note": {"sha256": sha(essay), "length": len(essay)}}
    assert "because because" not in json.dumps(reading.tables, default=str)
