"""A real MLflow server on SQLite, filled through its own client: runs, an evaluation with its traces, what is edited, judged late, deleted.

Loading is the same for every store; here the connector's own reading is looked at, and what a second reading asks and brings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Meter
from connectors.evals.digest import sha_of_content, sha_of_prompt
from connectors.evals.mlflow_server import MlflowServer
from connectors.evals.resources import CONNECTOR, EvalsReader
from connectors.evals.served_options import MlflowStore
from connectors.evals.store import FsspecStore
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.integration import eval_servers
from tests.integration.eval_servers import Reading, started
from tests.integration.postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mlflow")]
VERSION = "3.17.2"
OFFLINE = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

FILL = """
import sys
import mlflow, pandas
from mlflow.genai import scorer
from mlflow.genai.datasets import create_dataset

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("evals/support-qa")
client = mlflow.MlflowClient()

@scorer
def exact(outputs, expectations):
    return outputs == expectations["answer"]

@scorer
def length(outputs):
    return len(outputs) / 10

@scorer
def strange(outputs):
    raise ValueError("no grade")

mlflow.genai.register_prompt(name="triage", template="Sort {{question}}", commit_message="first words")
mlflow.genai.register_prompt(name="triage", template="Sort {{question}} for the secret desk", commit_message="the desk", tags={"author": "Ana@acme.example"})
mlflow.genai.set_prompt_alias("triage", alias="production", version=1)
client.create_registered_model("ranker", tags={"project": "support"})
for number in (1, 2):
    client.create_model_version("ranker", source=f"s3://models/ranker/{number}", tags={"author": "ana", "data_version": f"clicks-{number}"})
client.set_registered_model_alias("ranker", "champion", "1")
mlflow.genai.register_prompt(name="chat", template=[{"role": "system", "content": "be brief"}])

def predict(question):
    mlflow.genai.load_prompt("triage", version=2).format(question=question)
    mlflow.update_current_trace(tags={"gen_ai.response.model": "large-2-2026-05"})
    return told[question]

told = {"where is my invoice": "billing", "i was charged twice": "sales", "x" * 3000: "access"}
wanted = ["billing", "billing", "access"]
data = [{"inputs": {"question": q}, "expectations": {"answer": a}} for q, a in zip(told, wanted)]
kept = create_dataset(name="questions", experiment_id=[mlflow.get_experiment_by_name("evals/support-qa").experiment_id])
kept.merge_records(data[:2])
result = mlflow.genai.evaluate(data=data, predict_fn=predict, scorers=[exact, length, strange])
for key, value in {"project": "support", "git_sha": "0" * 40}.items():
    client.set_tag(result.run_id, key, value)
with mlflow.start_run(run_name="plain"):
    for prompt in ("triage", "chat"):
        mlflow.genai.load_prompt(prompt, version=1)
    mlflow.log_param("model", "acme/large-2")
    for key, value in {"f1": 0.62, "nothing": float("nan"), "endless": float("inf")}.items():
        mlflow.log_metric(key, value)
    mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"a": [1.0]}), name="tickets", source="/home/ana/secret.csv"), context="eval")
try:
    with mlflow.start_run(run_name="broken"):
        raise RuntimeError("boom")
except RuntimeError:
    pass
with mlflow.start_run(run_name="gone") as gone:
    pass
client.delete_run(gone.info.run_id)
mlflow.set_experiment("training/large")
with mlflow.start_run():
    mlflow.log_metric("loss", 1.0)
print(result.run_id)
"""
MOVE = """
import sys
import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.MlflowClient().set_registered_model_alias("ranker", "champion", "2")
"""
JUDGE = """
import sys
import mlflow
from mlflow.entities import AssessmentSource

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("evals/support-qa")
trace = sorted(one.info.trace_id for one in mlflow.search_traces(run_id=sys.argv[2], return_type="list"))[0]
by = AssessmentSource(source_type="HUMAN", source_id="ana@acme.example")
first = mlflow.log_feedback(trace_id=trace, name="tone", value=False, source=by)
mlflow.override_feedback(trace_id=trace, assessment_id=first.assessment_id, value=True, rationale="kind words", source=by)
"""


@dataclass
class Mlflow:
    """A running server, and the evaluation that it was filled with."""

    url: str
    python: Path
    folder: Path
    run_id: str = field(default="", init=False)

    def client(self, program: str, *arguments: str) -> str:
        return ran([str(self.python), "-c", program, self.url, *arguments], self.folder, OFFLINE)


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    python, folder, port = python_with(f"mlflow-{VERSION}", f"mlflow=={VERSION}"), tmp_path_factory.mktemp("mlflow"), free_port()
    places = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")]
    command = [str(python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *places]
    made = Mlflow(f"http://127.0.0.1:{port}", python, folder)
    with started(command, folder, OFFLINE, f"{made.url}/health"):
        made.run_id = made.client(FILL).split()[-1]
        yield made


def read(server: Mlflow, before: Reading | None = None) -> Reading:
    store = {"kind": "mlflow", "tracking_uri": server.url, "experiments": ["evals/*"], "headline": "exact/mean", "threshold": 0.7}
    return eval_servers.read(store, before)


def test_an_evaluation_is_a_run_with_its_traces_as_samples(mlflow: Mlflow):
    found = read(mlflow)
    run = found.run(mlflow.run_id)
    assert (run["task_name"], run["status"], run["n_samples"], run["project_raw"], run["git_sha_raw"]) == (
        "evals/support-qa",
        "failed_threshold",
        3,
        "support",
        "0" * 40,
    )
    assert run["answered_model"] == "large-2-2026-05", "as its traces' tags say"
    metrics = {(one["scorer"], one["metric"]): one for one in found.rows("metrics") if one["run_id"] == run["run_id"]}
    assert metrics["exact", "mean"]["value"] == pytest.approx(2 / 3)
    assert (metrics["exact", "mean"]["is_primary"], metrics["exact", "mean"]["passed"]) == (True, False)
    samples = [one for one in found.rows("samples") if one["run_id"] == run["run_id"]]
    exact = [one for one in samples if one["scorer"] == "exact"]
    assert sorted(one["score_num"] for one in exact) == [0, 1, 1]
    assert {one["judge_kind"] for one in exact} == {"code"}
    assert {one["unscored_reason"] for one in samples if one["scorer"] == "strange"} == {"grader_failed"}
    assert sorted(one["input_sha"] is None for one in exact) == [False, False, True], "a text whose end is not shown has no hash"
    assert len({one["sample_key"] for one in exact}) == 3
    assert sha_of_content({"question": "where is my invoice"}) in {one["input_sha"] for one in exact}, "as a dataset's record has it"
    assert "invoice" not in repr(samples)
    for table in ("runs", "metrics", "samples", "dataset_versions", "prompt_versions", "files"):
        assert check_records(found.rows(table), CONNECTOR.table(table)).quarantined == [], table


def test_plain_runs_keep_their_metrics_and_what_is_no_number_has_no_value(mlflow: Mlflow):
    found = read(mlflow)
    by_name = {run["_raw"]["info"]["run_name"]: run for run in found.rows("runs")}
    assert {"plain", "broken"} <= set(by_name), "a deleted run and a training run are not among them"
    assert len(by_name) == 3
    plain = by_name["plain"]
    assert (plain["dataset_name"], plain["model_provider"], plain["model_name"]) == ("tickets", "acme", "large-2")
    assert "secret.csv" not in repr(plain)
    metrics = {one["scorer"]: one["value"] for one in found.rows("metrics") if one["run_id"] == plain["run_id"]}
    assert metrics == {"f1": 0.62, "nothing": None, "endless": None}
    assert (by_name["broken"]["status"], by_name["broken"]["n_samples"]) == ("error", 0)


def test_a_run_has_the_hash_of_the_one_registered_prompt_that_it_used(mlflow: Mlflow):
    found = read(mlflow)
    run, [plain] = found.run(mlflow.run_id), [run for run in found.rows("runs") if run["_raw"]["info"]["run_name"] == "plain"]
    assert run["prompt_sha"] == sha_of_prompt("Sort {{question}} for the secret desk\n"), "as git's connector hashes the file"
    assert run["_raw"]["prompts"] == [{"name": "triage", "version": "2", "sha": run["prompt_sha"]}]
    assert plain["prompt_sha"] is None, "two prompts are no text of the run"
    assert plain["_raw"]["prompts"] == [
        {"name": "triage", "version": "1", "sha": sha_of_prompt("Sort {{question}}")},
        {"name": "chat", "version": "1", "sha": None, "why": "a prompt of messages is no file"},
    ]
    assert "secret desk" not in repr(found.events)


def test_every_version_of_a_registered_prompt_is_read_by_hash_whether_a_run_used_it_or_not(mlflow: Mlflow):
    found = {(one["name"], one["version"]): one for one in read(mlflow).rows("prompt_versions")}
    assert set(found) == {("triage", 1), ("triage", 2), ("chat", 1)}, "a registered model is no prompt"
    first, second = found["triage", 1], found["triage", 2]
    assert (first["text_sha"], first["aliases"], first["created_by_raw"]) == (sha_of_prompt("Sort {{question}}"), ["production"], None)
    assert (second["aliases"], second["created_by_raw"], second["message_length"]) == ([], "Ana@acme.example", len("the desk"))
    assert first["registered_at"] < second["registered_at"]
    assert found["chat", 1]["prompt_type"] == "chat"


def test_the_models_of_the_registry_are_read_with_when_an_alias_was_seen_to_move(mlflow: Mlflow):
    first = read(mlflow)
    versions = {one["version"]: one for one in first.rows("model_versions")}
    assert set(versions) == {1, 2}, "prompts are no models"
    assert (versions[1]["name"], versions[1]["project_raw"], versions[1]["created_by_raw"]) == ("ranker", "support", "ana")
    assert (versions[1]["data_version"], versions[1]["aliases"], versions[2]["aliases"]) == ("clicks-1", ["champion"], [])
    [alias] = first.rows("model_aliases")
    assert (alias["version"], alias["is_serving"], alias["not_before"]) == (1, True, versions[1]["registered_at"])
    mlflow.client(MOVE)
    [moved] = read(mlflow, first).rows("model_aliases")
    assert (moved["version"], moved["not_before"]) == (2, alias["last_seen_at"]), "MLflow itself does not say when"
    assert moved["first_seen_at"] > moved["not_before"]
    for table in ("model_versions", "model_aliases"):
        assert check_records(first.rows(table), CONNECTOR.table(table)).quarantined == [], table


def test_a_dataset_of_the_server_is_a_version_by_the_content_of_its_records(mlflow: Mlflow):
    [found] = [one for one in read(mlflow).rows("dataset_versions") if one["native_id"]]
    assert (found["dataset_name"], found["n_items"], found["first_run_id"]) == ("questions", 2, None)
    assert found["version_label"]


def test_a_second_reading_brings_nothing_and_a_late_judgement_brings_its_run_alone(mlflow: Mlflow):
    first = read(mlflow)
    second = read(mlflow, first)
    assert (second.rows("runs"), second.rows("samples")) == ([], [])
    assert len(second.rows("files")) == 3, "the census is whole"
    assert second.meter.made == 11, "experiments, runs, three prompts, the traces of the one evaluation, the registry's five lists"
    assert first.meter.made == 12, "and the records of the one dataset, which stays as it is"
    mlflow.client(JUDGE, mlflow.run_id)
    third = read(mlflow, first)
    assert [run["native_run_id"] for run in third.rows("runs")] == [mlflow.run_id]
    [tone] = [one for one in third.rows("samples") if one["scorer"] == "tone"]
    assert (tone["score_num"], tone["passed"], tone["judge_kind"], tone["judge_id"]) == (1, True, "human", "ana@acme.example")
    assert tone["rationale_sha"] is not None
    assert "kind words" not in repr(tone)


def impatient(options: Any, meter: Meter, now: datetime) -> MlflowServer:
    """A server that is asked again at once."""
    return MlflowServer(options, meter, now, lambda _: None)


def test_a_server_that_does_not_answer_fails_in_words_and_the_others_are_asked(mlflow: Mlflow):
    nobody = MlflowStore(kind="mlflow", tracking_uri=f"http://127.0.0.1:{free_port()}")
    there = MlflowStore(kind="mlflow", tracking_uri=mlflow.url, experiments=("evals/*",))
    reader = EvalsReader((nobody, there), FsspecStore, impatient)
    told = [(finding.state, finding.detail, finding.fix) for finding in reader.probe()]
    assert told[0][0] == "fail"
    assert told[0][2] == f"is {nobody.root}/api reachable?"
    assert told[1] == ("ok", f"{mlflow.url}: 3 logs in 3 files", "")
