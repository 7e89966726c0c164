"""What the tables say of results that lm-evaluation-harness wrote (`tests/data/evals/lm_eval`), and of odder ones."""

import json

import pytest

from connectors.evals.fake import MemoryStore
from tests.unit.evals_reading import DAY, again, read, recorded
from tests.unit.test_evals_inspect import sha


def store(folder: str, change=None) -> MemoryStore:
    """One recorded evaluation, its results changed by a function."""
    memory = recorded("lm_eval")
    memory.files = {name: body for name, body in memory.files.items() if name.startswith(f"{folder}/")}
    if change is not None:
        (name,) = [name for name in memory.files if "results_" in name]
        document = json.loads(memory.files[name])
        change(document)
        memory.files[name] = json.dumps(document).encode()
    return memory


def test_a_run_has_an_id_of_model_start_and_task_and_its_times():
    run = read("lm_eval", store("text")).run()
    assert run["native_run_id"] == "acme/dummy-1@1795226687.1409743:support_text"
    assert run["started_at"] == "2026-11-21T02:04:47.140974+00:00"
    assert run["wall_seconds"] == pytest.approx(9.409115935)
    assert run["ended_at"] == "2026-11-21T02:04:56.550090+00:00"
    assert (run["model_provider"], run["model_name"], run["git_sha_raw"]) == ("dummy", "acme/dummy-1", "fcea92d")
    assert (run["harness_name"], run["harness_version"], run["packages"]) == ("lm_eval", "0.4.13", {"lm_eval": "0.4.13"})
    assert (run["status"], run["n_samples"], run["n_completed"], run["n_unscored"]) == ("success", 4, 4, 0)
    assert (run["dataset_name"], run["task_version"]) == ("cases", "1.2")
    assert run["prompt_sha"] == sha("Answer in one word.\n")


def test_a_correction_of_a_results_file_updates_its_run():
    def change(document):
        document["results"]["support_text"]["exact_match,strict"] = 0.75

    before, after = read("lm_eval", store("text")), read("lm_eval", store("text", change))
    assert before.run()["run_id"] == after.run()["run_id"]
    assert before.run()["content_sha"] != after.run()["content_sha"]


def test_each_filter_is_a_variant_with_scores_of_its_own():
    reading = read("lm_eval", store("text"))
    run = reading.run()
    overall = {(row["scorer"], row["variant"]): (row["metric"], row["value"], row["n"]) for row in reading.metrics(run, slice="")}
    assert overall == {
        ("exact_match,strict", "strict"): ("exact_match", 0.5, 4),
        ("exact_match,letters", "letters"): ("exact_match", 0.5, 4),
    }
    assert len(reading.samples(run)) == 8
    assert {row["sample_key"] for row in reading.samples(run)} == {"0", "1", "2", "3"}
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["variant"], leading["higher_is_better"], leading["stderr"]) == ("strict", True, pytest.approx(0.2887, abs=1e-4))


def test_slices_come_from_the_documents():
    reading = read("lm_eval", store("text"))
    strict = {row["slice"]: (row["value"], row["n"]) for row in reading.metrics(reading.run(), scorer="exact_match,strict")}
    assert strict == {"": (0.5, 4), "billing": (0.5, 2), "access": (1.0, 1), "bugs": (0.0, 1)}
    assert {row["failure_mode"] for row in reading.samples(reading.run())} == {"wrong_queue", "lockout", "crash"}


def test_hashes_of_samples_are_the_tools_own():
    reading = read("lm_eval", store("text"))
    (row,) = reading.samples(reading.run(), sample_key="0", scorer="exact_match,strict")
    assert row["input_sha"] == "680e1bbcf2c54c3d7824264089bde75150edbc90046213b05e91108ef4bcd154"
    assert row["target_sha"] == sha("lol")


def test_several_tasks_in_one_file_are_several_runs_and_a_group_is_one_with_its_tasks_as_slices():
    reading = read("lm_eval", store("several"))
    assert {run["task_name"] for run in reading.rows("runs").values()} == {"support_text", "support"}
    group = reading.run(task_name="support")
    acc = {row["slice"]: (row["value"], row["n"]) for row in reading.metrics(group, scorer="acc")}
    assert acc[""] == (pytest.approx(1 / 3), 6)
    assert acc["support_choice"] == acc["support_route"] == (pytest.approx(1 / 3), 3)
    assert {key for key in acc if key} >= {"billing", "access"}
    assert {row["sample_key"] for row in reading.samples(group)} >= {"support_choice/0", "support_route/0"}
    assert (group["n_samples"], group["limit_applied"], group["dataset_version_id"]) == (6, 6, None)


def test_a_metric_that_only_exists_in_aggregate_has_no_sample_scores():
    reading = read("lm_eval", store("several"))
    group = reading.run(task_name="support")
    (mcc,) = [row for row in reading.metrics(group, slice="support_choice") if row["metric"] == "mcc"]
    assert mcc["value"] == pytest.approx(-0.5)
    assert not reading.samples(group, scorer="mcc")
    assert group["n_unscored"] == 0


def test_a_standard_error_that_is_not_available_is_null():
    reading = read("lm_eval", store("single"))
    (metric,) = reading.metrics(reading.run(), slice="")
    assert (metric["value"], metric["stderr"], metric["n"]) == (0.0, None, 1)


def test_what_was_given_as_metadata_says_where_the_run_belongs():
    run = read("lm_eval", store("single")).run()
    assert (run["project_raw"], run["created_by_raw"]) == ("support", "ana")
    assert run["metadata"] == {"project": "support", "created_by": "ana"}


def test_a_score_of_nan_is_unscored():
    memory = store("text")
    (name,) = [name for name in memory.files if "samples_" in name]
    memory.files[name] = memory.files[name].replace(b'"exact_match": 1.0', b'"exact_match": NaN')
    reading = read("lm_eval", memory)
    assert reading.run()["n_unscored"] == 2
    assert {row["unscored_reason"] for row in reading.samples(reading.run()) if row["score_num"] is None} == {"nan"}


def test_results_without_samples_are_a_run_without_a_dataset_version():
    memory = store("text")
    memory.files = {name: body for name, body in memory.files.items() if "results_" in name}
    reading = read("lm_eval", memory)
    assert (reading.run()["n_samples"], reading.run()["dataset_version_id"], reading.rows("samples")) == (4, None, {})


def test_a_line_cut_short_sets_the_file_aside_and_keeps_the_rest():
    memory = store("text")
    (name,) = [name for name in memory.files if "samples_" in name]
    memory.files[name] = memory.files[name][:-40]
    reading = read("lm_eval", memory)
    (fault,) = reading.rejected
    assert fault.identity.endswith(".json")
    assert f"{name}#8" in fault.reason
    assert len(reading.samples(reading.run())) == 7


def test_samples_without_their_results_are_set_aside_by_name():
    memory = store("text")
    memory.files = {name: body for name, body in memory.files.items() if "samples_" in name}
    reading = read("lm_eval", memory)
    assert "a part without the file beside it" in reading.rejected[0].reason
    assert reading.counted[0].count == 1


def test_an_output_path_with_a_name_of_its_own_is_found_too():
    """`--output_path out/mine.json` makes `mine_<time>.json` instead of `results_<time>.json`."""
    memory = store("text")
    memory.files = {name.replace("results_", "mine_"): body for name, body in memory.files.items()}
    reading = read("lm_eval", memory)
    assert len(reading.samples(reading.run())) == 8


@pytest.mark.parametrize(("threshold", "status"), [(0.5, "success"), (0.49, "failed_threshold"), (0.6, "success")])
def test_where_lower_is_better_a_run_must_stay_at_or_below_its_threshold(threshold: float, status: str):
    def change(document):
        document["higher_is_better"]["support_text"]["exact_match"] = False

    assert read("lm_eval", store("text", change), threshold=threshold).run()["status"] == status


def test_a_long_older_copy_of_a_run_leaves_no_samples_behind():
    memory = store("text")
    names = dict.fromkeys(memory.files)
    line = next(body for name, body in memory.files.items() if name.endswith(".jsonl")).splitlines()[0]
    for name in names:
        copy = name.replace("text/", "copy/")
        lines = (line.replace(b'"doc_id": 0', b'"doc_id": %d' % number) for number in range(1500))
        memory.files[copy] = b"\n".join(lines) if name.endswith(".jsonl") else memory.files[name]
        memory.modified = {**memory.modified, name: DAY}
    reading = read("lm_eval", memory)
    memory.files |= {name.replace("copy/", "late/"): body for name, body in memory.files.items() if name.startswith("copy/")}
    late = read("lm_eval", memory, again(reading))
    assert not late.rows("samples")
    assert not late.rows("runs")
