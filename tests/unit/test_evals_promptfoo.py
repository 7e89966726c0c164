"""What the tables say of output that promptfoo wrote (`tests/data/evals/promptfoo`), and of odder ones."""

import json

import pytest

from connectors.evals.fake import MemoryStore
from tests.unit.evals_reading import read, recorded
from tests.unit.test_evals_inspect import sha


def changed(name: str, change) -> MemoryStore:
    """A recorded output, changed by a function."""
    memory = recorded("promptfoo", name)
    document = json.loads(memory.files[name])
    change(document)
    memory.files[name] = json.dumps(document).encode()
    return memory


@pytest.fixture(scope="module")
def queues():
    reading = read("promptfoo", recorded("promptfoo", "queues.json"))
    return reading, reading.run()


def test_a_run_has_the_tools_id_author_tags_and_prompt(queues):
    _, run = queues
    assert run["native_run_id"].startswith("eval-")
    assert (run["created_by_raw"], run["project_raw"]) == ("ana@acme.example", "support")
    assert run["git_sha_raw"] == "352412fd68617470d7d61ac8f693404e689f83a0"
    assert (run["task_name"], run["model_raw"], run["harness_version"]) == ("Support queues", "echo", "0.123.1")
    assert run["prompt_sha"] == sha(recorded_source("prompt.txt"))
    assert run["started_at"].endswith("+00:00")
    assert run["wall_seconds"] > 0


def recorded_source(name: str) -> str:
    return recorded("promptfoo", f"source/{name}").files[f"source/{name}"].decode()


def test_the_prompt_hash_changes_with_the_prompt_although_its_label_stays():
    """promptfoo's own promptId is the hash of the label."""

    def change(document):
        document["results"]["prompts"][0]["raw"] += " Be quick."

    before = read("promptfoo", recorded("promptfoo", "queues.json")).run()
    assert before["prompt_sha"] != read("promptfoo", changed("queues.json", change)).run()["prompt_sha"]


def test_pass_rate_leads_and_named_scores_follow(queues):
    reading, run = queues
    overall = {(row["scorer"], row["metric"]): (row["value"], row["n"]) for row in reading.metrics(run, slice="")}
    assert overall[("assertions", "pass_rate")] == (0.75, 4)
    assert overall[("assertions", "score")] == (pytest.approx(2.5335 / 4), 4)
    assert overall[("queue", "mean")] == (0.5, 2)
    (leading,) = reading.metrics(run, is_primary=True)
    assert leading["metric"] == "pass_rate"


def test_a_failed_assertion_is_no_error_although_the_error_field_is_filled(queues):
    reading, run = queues
    failed = [row for row in reading.samples(run, scorer="assertions") if row["passed"] is False]
    assert [(row["error_kind"], row["score_num"], row["slice"]) for row in failed] == [(None, 0.0, "billing")]
    assert (run["n_errors"], run["n_unscored"]) == (0, 0)


def test_a_rubric_is_judged_by_its_model(queues):
    reading, run = queues
    (rubric,) = reading.samples(run, scorer="rubric")
    assert (rubric["judge_kind"], rubric["judge_id"], rubric["judge_prompt_sha"]) == (
        "llm",
        "echo",
        sha("The answer names the bugs queue.\n"),
    )
    assert {row["judge_kind"] for row in reading.samples(run, scorer="queue")} == {"code"}


def test_means_by_slice(queues):
    reading, run = queues
    rates = {row["slice"]: (row["value"], row["n"]) for row in reading.metrics(run, scorer="assertions", metric="pass_rate")}
    assert rates == {"": (0.75, 4), "billing": (0.5, 2), "access": (1.0, 1), "bugs": (1.0, 1)}


def test_every_prompt_with_every_provider_is_a_run():
    reading = read("promptfoo", recorded("promptfoo", "two_prompts.json"))
    runs = sorted(reading.rows("runs").values(), key=lambda run: run["native_run_id"])
    assert [run["native_run_id"][-2:] for run in runs] == ["/0", "/1", "/2", "/3"]
    assert [run["model_raw"] for run in runs] == ["echo", "echo", "acme:assistant-2", "acme:assistant-2"]
    assert [run["prompt_sha"] for run in runs] == [
        sha(f"{text}\n") for text in ("Queue for: {{request}}", "Which team takes: {{request}}?")
    ] * 2
    assert len({run["dataset_version_id"] for run in runs}) == 1
    assert (runs[2]["model_provider"], runs[2]["model_name"], runs[2]["cost_usd"], runs[2]["tokens_in"]) == (
        "acme",
        "assistant-2",
        0.0021,
        11,
    )


def test_an_error_is_unscored_and_not_failed():
    reading = read("promptfoo", recorded("promptfoo", "two_prompts.json"))
    run = next(run for run in reading.rows("runs").values() if run["native_run_id"].endswith("/2"))
    assert (run["n_samples"], run["n_completed"], run["n_errors"], run["status"]) == (2, 1, 1, "success")
    (broken,) = [row for row in reading.samples(run) if row["error_kind"]]
    assert (broken["score_num"], broken["passed"], broken["unscored_reason"]) == (None, None, "sample_error")
    (rate,) = reading.metrics(run, slice="", metric="pass_rate")
    assert (rate["value"], rate["n"]) == (1.0, 1)


def test_a_run_of_errors_alone_is_an_error_with_no_rate():
    def change(document):
        for prompt in document["results"]["prompts"]:
            prompt["metrics"] |= {"testPassCount": 0, "testFailCount": 0, "testErrorCount": 2}

    reading = read("promptfoo", changed("two_prompts.json", change))
    assert {run["status"] for run in reading.rows("runs").values()} == {"error"}
    assert {row["value"] for row in reading.tables["metrics"] if row["metric"] == "pass_rate" and not row["slice"]} == {None}


def test_a_test_without_assertions_is_unscored_although_promptfoo_calls_it_passed():
    reading = read("promptfoo", recorded("promptfoo", "two_prompts.json"))
    run = next(run for run in reading.rows("runs").values() if run["native_run_id"].endswith("/0"))
    (silent,) = reading.samples(run, slice="access")
    assert (silent["score_num"], silent["passed"], silent["unscored_reason"]) == (None, None, "no_assertions")
    assert run["n_unscored"] == 1


def test_a_test_that_is_repeated_is_one_sample_in_several_epochs():
    reading = read("promptfoo", recorded("promptfoo", "from_file.json"))
    run = reading.run()
    rows = reading.samples(run)
    assert (len(rows), len({row["sample_key"] for row in rows}), {row["epoch"] for row in rows}) == (4, 2, {1, 2})
    assert (run["epochs"], run["n_samples"]) == (2, 4)
    (version,) = reading.rows("dataset_versions").values()
    assert (version["n_items"], version["version_label"]) == (2, "7")


def test_the_order_of_rows_in_the_file_does_not_matter():
    """Tests run side by side, and promptfoo writes rows as they finish."""

    def change(document):
        document["results"]["results"].reverse()

    plain = read("promptfoo", recorded("promptfoo", "from_file.json")).rows("samples")
    turned = read("promptfoo", changed("from_file.json", change)).rows("samples")
    assert {key: row["_raw"]["id"] for key, row in plain.items()} == {key: row["_raw"]["id"] for key, row in turned.items()}


def test_a_rating_by_a_person_counts_as_theirs():
    def change(document):
        row = document["results"]["results"][0]
        row["gradingResult"]["componentResults"].append({"pass": True, "score": 1, "reason": "fine", "assertion": {"type": "human"}})

    reading = read("promptfoo", changed("from_file.json", change))
    rated = [row for row in reading.samples(reading.run()) if row["judge_kind"] == "human"]
    assert [row["edited"] for row in rated] == [True]
