"""A real Arize Phoenix server on SQLite, filled through its own client: experiments, what is evaluated late, edited, deleted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.evals.resources import CONNECTOR
from pipelines.gates import check_records
from tests.contract.python_env import python_with, ran
from tests.integration import eval_servers
from tests.integration.eval_servers import Reading, started
from tests.integration.postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("phoenix")]
VERSION = "20.26.1"
OFFLINE = {"PHOENIX_TELEMETRY_ENABLED": "false", "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false", "DO_NOT_TRACK": "true"}
BEGIN = """
import sys
from phoenix.client import Client

client = Client(base_url=sys.argv[1])

def exact(output, expected):
    return output["answer"] == expected["answer"]

def length(output):
    return len(output["answer"]) / 10
"""
FILL = f"""{BEGIN}
def ask(question):
    return {{"question": question}}

def strange(output, expected):
    if expected["answer"] == "sales":
        raise ValueError("no grade for /home/ana")
    return {{"score": 0.5, "label": "fair", "explanation": "kind words"}}

def answer(input):
    if input["question"] == "where is my login":
        raise RuntimeError("the model of /home/ana is down")
    return {{"answer": "billing"}}

dataset = client.datasets.create_dataset(
    name="evals/support-qa",
    inputs=[ask("where is my invoice"), ask("who sells"), ask("where is my login")],
    outputs=[{{"answer": "billing"}}, {{"answer": "sales"}}, {{"answer": "access"}}],
    metadata=[{{"slice": "money"}}, {{"slice": "money", "failure_mode": "wrong team"}}, {{"slice": "access"}}],
)
told = {{"project": "support", "git_sha": "0" * 40, "model": "acme/large-2"}}
run = dict(dataset=dataset, task=answer, print_summary=False, retries=0)
client.experiments.run_experiment(evaluators=[exact, strange], experiment_name="first", experiment_metadata=told, **run)
client.experiments.run_experiment(evaluators=[length], experiment_name="gone", **run)
larger = client.datasets.add_examples_to_dataset(
    dataset="evals/support-qa", inputs=[ask("and now")], outputs=[{{"answer": "billing"}}], metadata=[{{"slice": "money"}}]
)
client.experiments.run_experiment(
    dataset=larger, task=lambda input: {{"answer": "billing"}}, evaluators=[exact], experiment_name="second", repetitions=2, print_summary=False
)
other = client.datasets.create_dataset(name="training", inputs=[ask("x")], outputs=[{{"answer": "y"}}])
client.experiments.run_experiment(dataset=other, task=lambda input: {{"answer": "y"}}, evaluators=[exact], print_summary=False)
"""
FIND = """
dataset = client.datasets.get_dataset(dataset="evals/support-qa")
named = {one["name"]: one["id"] for one in client.experiments.list(dataset_id=dataset.id)}
"""
CHANGE = f"""{BEGIN}{FIND}
experiment = client.experiments.get_experiment(experiment_id=named["second"])
client.experiments.evaluate_experiment(experiment=experiment, evaluators=[length], print_summary=False)
client.experiments.delete(experiment_id=named["gone"])
"""


@dataclass
class Phoenix:
    """A running server with its experiments."""

    url: str
    python: Path
    folder: Path

    def client(self, program: str) -> str:
        return ran([str(self.python), "-c", program, self.url], self.folder, OFFLINE)

    def read(self, before: Reading | None = None) -> Reading:
        store = {"kind": "phoenix", "url": self.url, "datasets": ["evals/*"], "headline": "exact", "threshold": 0.6}
        return eval_servers.read(store, before)


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phoenix]:
    python, folder = python_with(f"phoenix-{VERSION}", f"arize-phoenix=={VERSION}"), tmp_path_factory.mktemp("phoenix")
    port, other = free_port(), free_port()
    places = {"PHOENIX_WORKING_DIR": str(folder), "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(port), "PHOENIX_GRPC_PORT": str(other)}
    made = Phoenix(f"http://127.0.0.1:{port}", python, folder)
    with started([str(python), "-m", "phoenix.server.main", "serve"], folder, places | OFFLINE, f"{made.url}/healthz"):
        made.client(FILL)
        yield made


def test_an_experiment_is_a_run_with_its_examples_as_samples(phoenix: Phoenix):
    found = phoenix.read()
    runs = {run["_raw"]["name"]: run for run in found.rows("runs")}
    assert set(runs) == {"first", "gone", "second"}, "experiments on other datasets are not among them"
    first = runs["first"]
    assert (first["project_raw"], first["git_sha_raw"], first["model_provider"], first["model_name"]) == (
        "support",
        "0" * 40,
        "acme",
        "large-2",
    )
    assert (first["status"], first["n_samples"], first["n_errors"], first["dataset_name"]) == ("failed_threshold", 3, 1, "evals/support-qa")
    samples = {(one["slice"], one["failure_mode"], one["scorer"]): one for one in found.rows("samples") if one["run_id"] == first["run_id"]}
    assert (samples["money", None, "exact"]["score_num"], samples["money", None, "exact"]["passed"]) == (1.0, True)
    assert (samples["money", "wrong team", "exact"]["score_num"], samples["money", "wrong team", "exact"]["judge_kind"]) == (0.0, "code")
    assert samples["access", None, "exact"]["error_kind"] == "RuntimeError"
    assert samples["money", "wrong team", "strange"]["unscored_reason"] == "grader_failed"
    assert samples["money", None, "strange"]["rationale_sha"] is not None
    assert not any(word in repr(found.events) for word in ("invoice", "/home/ana", "kind words"))
    for table in ("runs", "metrics", "samples", "dataset_versions", "files"):
        assert check_records(found.rows(table), CONNECTOR.table(table)).quarantined == [], table


def test_a_leading_mean_is_over_what_was_scored_and_versions_of_a_dataset_are_told_apart(phoenix: Phoenix):
    found = phoenix.read()
    runs = {run["_raw"]["name"]: run for run in found.rows("runs")}
    means = {(one["run_id"], one["scorer"]): one for one in found.rows("metrics") if not one["slice"]}
    assert means[runs["first"]["run_id"], "exact"]["value"] == pytest.approx(0.5), "the example that failed has no score"
    assert (runs["second"]["epochs"], runs["second"]["n_samples"]) == (2, 8)
    assert means[runs["second"]["run_id"], "exact"]["value"] == pytest.approx(0.5)
    assert runs["first"]["dataset_version_id"] == runs["gone"]["dataset_version_id"] != runs["second"]["dataset_version_id"]


def test_a_second_reading_brings_nothing_and_the_next_one_what_was_evaluated_late_and_what_is_gone(phoenix: Phoenix):
    first = phoenix.read()
    second = phoenix.read(first)
    assert (second.rows("runs"), second.rows("samples")) == ([], [])
    assert second.meter.made == first.meter.made == 7, "datasets, experiments, three documents, the examples of two versions"
    phoenix.client(CHANGE)
    third = phoenix.read(first)
    assert [run["_raw"]["name"] for run in third.rows("runs")] == ["second"]
    assert {one["scorer"] for one in third.rows("samples")} == {"exact", "length"}
    assert len(third.rows("files")) == 2, "the census shows what is gone"
