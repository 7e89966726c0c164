"""The story's GrowthBook answers have the fields of the client that GrowthBook generated from its own OpenAPI description, and no invented ones.

The client's types name fields and say which are always there; of most values they say nothing.
"""

import re
from functools import cache
from typing import Any

import pytest
import requests

from pipelines.demo import story
from pipelines.demo.servers.serving import serve
from tests.contract.demo_world import TOKEN
from tests.contract.npm import npm_file

pytestmark = pytest.mark.node
LATER = {
    "Experiment": {"trackingKey", "type", "hashVersion", "linkedFeatures"},
    "ExperimentAnalysisSettings": {
        "secondaryMetrics",
        "regressionAdjustmentEnabled",
        "sequentialTestingEnabled",
        "sequentialTestingTuningParameter",
    },
    "MetricBehavior": {"cappingSettings", "windowSettings"},
}
"""What GrowthBook has added since it published this client; later ones are programs without types."""


@cache
def client() -> str:
    return npm_file("growthbook", "0.2.5", "dist/generated/api/api.d.ts").read_text(encoding="utf-8")


def faults(kind: str, answer: dict[str, Any]) -> list[str]:
    """Fields that are missing, and fields that are none."""
    declared = re.search(rf"^export interface {kind} {{$(.*?)^}}", client(), re.MULTILINE | re.DOTALL)
    assert declared, f"the client has no {kind}"
    fields = {name: not optional for name, optional in re.findall(r"^    '(\w+)'(\??): ", declared[1], re.MULTILINE)}
    missing = [f"{kind}.{name} is missing" for name, is_needed in fields.items() if is_needed and name not in answer]
    return missing + [f"{kind}.{name} is unknown" for name in answer if name not in fields.keys() | LATER.get(kind, set())]


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, list[Any]]:
    """Everything that the story's GrowthBook tells, by kind."""
    world = story.build()
    with serve(world, tmp_path_factory.mktemp("git"), token=TOKEN) as endpoints, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"

        def get(path: str) -> dict[str, Any]:
            return session.get(f"{endpoints.growthbook_url}/api/v1{path}", timeout=30).json()

        experiments = get("/experiments?limit=100")["experiments"]
        results = [
            get(f"/experiments/{one['id']}/results?phase={number}").get("result")
            for one in experiments
            for number in range(len(one["phases"]))
        ]
        metrics = get("/metrics?limit=100")["metrics"]
    results = [one for one in results if one]
    settings = [one["settings"] for one in (*experiments, *results)]
    return {
        "Experiment": experiments,
        "ExperimentAnalysisSettings": settings,
        "ExperimentMetric": [metric for one in settings for metric in (*one["goals"], *one["guardrails"])],
        "ExperimentResultSummary": [one["resultSummary"] for one in experiments if "resultSummary" in one],
        "ExperimentResults": results,
        "ExperimentResultsDimension": [one["dimension"] for one in results],
        "Metric": metrics,
        "MetricBehavior": [one["behavior"] for one in metrics],
    }


def test_every_answer_has_the_published_fields(answers):
    assert sorted({fault for kind, found in answers.items() for one in found for fault in faults(kind, one)}) == []
    assert all(answers.values()), "each kind was asked for"


def test_a_field_that_is_missing_or_unknown_is_found(answers):
    told = {name: value for name, value in answers["Experiment"][0].items() if name != "hypothesis"}
    assert faults("Experiment", told | {"verdict": "won"}) == ["Experiment.hypothesis is missing", "Experiment.verdict is unknown"]
