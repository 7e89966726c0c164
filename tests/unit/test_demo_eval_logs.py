"""The demo's eval logs: key by key in the shape of the recorded ones, and read back as what the world says."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.evals.fake import MemoryStore
from pipelines.demo import eval_logs
from pipelines.demo.world import Account, World
from pipelines.demo.world_evals import EvalRun, EvalSample
from tests.unit.evals_reading import Reading, members, read, recorded
from tests.unit.test_evals_inspect import sha

AT = datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
SHA = "0123456789abcdef0123456789abcdef01234567"
PROMPT = "You answer customers.\nBe brief.\n"
SAMPLES = [
    EvalSample("s1", "Where is my parcel?", "shipping", "shipping", 1.0, "orders", "wrong_queue"),
    EvalSample("s2", "Refund please", "billing", "shipping", 0.0, "money", "wrong_queue"),
    EvalSample("s3", "Hallo, wo? Größe 3", "shipping", "", None, "orders", "umlaut", unscored_reason="no_response"),
    EvalSample("s4", "Half right", "a", "b", 0.5, "money"),
    EvalSample("s5", "Breaks", "a", "", None, "money", error="TimeoutError('no answer from https://models.example')"),
]
ENVELOPE = {"schema": 1, "project": "support", "head_sha": "support:1", "run_id": 77, "run_attempt": 1, "pr": 4, "threshold": 0.9}


def run(kind: str, name: str, **changes: Any) -> EvalRun:
    ending = ".eval" if kind == "inspect" else ".json"
    given: dict[str, Any] = {
        "kind": kind,
        "native_id": name,
        "path": f"{kind}/{name}{ending}",
        "task": f"task_{name}",
        "dataset": "golden",
        "model": "acme/assistant",
        "created_at": AT,
        "seconds": 60.0,
        "scorer": "match",
        "samples": SAMPLES,
        "created_by": "ana",
        "head": "support:1",
        "repository": "acme/support",
        "prompt": PROMPT,
    }
    return EvalRun(**(given | changes))


RUNS = [
    run("inspect", "gate", envelope=ENVELOPE, harness_package="acme-evals", harness_version="2.1.0", threshold=0.85),
    run("inspect", "dirty", is_dirty=True, prompt="", head="support:1"),
    run("inspect", "broken", status="error"),
    run("inspect", "stopped", status="cancelled"),
    run("inspect", "cut", is_truncated=True),
    run("inspect", "readable", path="inspect/readable.json"),
    run("inspect", "unbound", head="", created_by="", samples=SAMPLES[:1]),
    run("lm_eval", "ranking", envelope=ENVELOPE, threshold=0.6),
    run("lm_eval", "single", samples=SAMPLES[:1], prompt="", head=""),
    run("lm_eval", "cut", is_truncated=True),
    run("promptfoo", "eval-abc-2026-02-01T10:00:00", path="promptfoo/voice.json", envelope=ENVELOPE, threshold=0.6),
    run("promptfoo", "eval-cut-2026-02-01T10:00:00", path="promptfoo/cut.json", is_truncated=True, prompt="", created_by=""),
]


def world() -> World:
    return World(seed=1, owner=Account(1, "acme"), eval_runs=RUNS, shas={"support:1": SHA})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("store")
    eval_logs.write(world(), root)
    return root


@pytest.fixture(scope="module")
def readings(root: Path) -> dict[str, Reading]:
    return {kind: read(kind, str(root / kind)) for kind in ("inspect", "lm_eval", "promptfoo")}


# In the shape of the real tools


NAMED_BY_PEOPLE = {
    "inspect": r"\.(metadata|model_usage|role_usage|scores|packages|metrics)$",
    "lm_eval": r"^\.((results|groups|higher_is_better)(\.\*)*|group_subtasks|configs|versions|n-shot|n-samples|task_hashes)$"
    r"|\.(metadata|doc)$",
    "promptfoo": r"(\[\]|testCase)\.(metadata|vars)$|\.(tags|env|namedScores|namedScoresCount|namedScoreWeights)$",
}
"""Objects whose keys are names that people chose: their entries are compared, their keys are not."""
TYPES = {bool: "boolean", int: "number", float: "number", str: "text", type(None): "null", list: "list", dict: "object"}


def shape(kind: str, value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every path of a document with the type found there."""
    yield path, TYPES[type(value)]
    if isinstance(value, dict):
        is_free = re.search(NAMED_BY_PEOPLE[kind], path)
        for key, item in value.items():
            yield from shape(kind, item, f"{path}.{'*' if is_free else key}")
    elif isinstance(value, list):
        for item in value:
            yield from shape(kind, item, f"{path}[]")


def shapes(kind: str, files: dict[str, bytes]) -> dict[str, set[str]]:
    """Types by path, of every document of a kind's files."""
    found: dict[str, set[str]] = {}
    for name, body in files.items():
        for member, document in documents(kind, name, body):
            for path, type_name in shape(kind, document):
                found.setdefault(f"{member}{path}", set()).add(type_name)
    return found


def fixed_keys(found: dict[str, set[str]]) -> set[str]:
    """Keys that the tool chose."""
    return {path.rpartition(".")[2].removesuffix("[]") for path in found}


def documents(kind: str, name: str, body: bytes) -> Iterator[tuple[str, Any]]:
    if name.endswith(".eval"):
        for member, content in members(body).items():
            yield ("samples/*" if member.startswith("samples/") else member), json.loads(content)
    elif name.endswith(".jsonl"):
        for line in body.splitlines():
            sample = json.loads(line)
            yield "sample", {"*" if key in sample["metrics"] else key: item for key, item in sample.items()}
    elif kind == "inspect":
        log = json.loads(body)
        yield from (("samples/*", sample) for sample in log.pop("samples"))
        yield from [("reductions.json", log.pop("reductions"))] if "reductions" in log else []
        yield "header.json", log
    else:
        yield kind, json.loads(body)


def written(root: Path, kind: str) -> dict[str, bytes]:
    """The store's whole files, without envelopes and cut ones."""
    files = [path for path in sorted((root / kind).rglob("*")) if path.is_file() and "cut" not in str(path.relative_to(root))]
    return {path.relative_to(root / kind).as_posix(): path.read_bytes() for path in files if "evidence.json" not in path.name}


@pytest.mark.parametrize("kind", ["inspect", "lm_eval", "promptfoo"])
def test_every_key_and_type_of_a_written_file_is_one_of_the_real_tool(root: Path, kind: str):
    real, ours = shapes(kind, recorded(kind).files), shapes(kind, written(root, kind))
    assert [path for path in ours if path not in real] == []
    assert {path: types - real[path] for path, types in ours.items() if types - real[path]} == {}


class Watched(dict):
    """An object that remembers which of its keys were asked for."""

    asked: set[str] = set()

    def get(self, key, default=None):
        Watched.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("kind", ["inspect", "lm_eval", "promptfoo"])
def test_what_the_connector_asks_real_files_for_is_in_ours_too(root: Path, kind: str, monkeypatch):
    """Keys that recorded files answer to and ours do not would make the demo test another connector."""
    real_keys, our_keys = (fixed_keys(shapes(kind, files)) for files in (recorded(kind).files, written(root, kind)))
    monkeypatch.setattr("connectors.evals.shape.orjson.loads", watched_loads)
    Watched.asked = set()
    read(kind, recorded(kind))
    assert (Watched.asked & real_keys) - our_keys == NOT_PLANTED[kind]


NOT_PLANTED = {
    "inspect": {"author", "provenance", "group", "group_key", "limit"},
    "lm_eval": set(),
    "promptfoo": {"metric", "defaultTest", "options", "threshold"},
}
"""What recorded files answer to and the demo's story has no use for: edits, groups, limits, judges of single assertions."""


def watched_loads(body: bytes) -> Any:
    return json.loads(body, object_pairs_hook=Watched)


def test_the_bytes_depend_on_the_world_alone(root: Path, tmp_path: Path):
    eval_logs.write(world(), tmp_path)
    first, second = (
        {path.relative_to(base): path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file()} for base in (root, tmp_path)
    )
    assert first == second
    times = {path.stat().st_mtime for path in root.rglob("*") if path.is_file()}
    assert times == {AT.timestamp() + 60}


def test_each_run_of_a_tool_with_free_file_names_has_a_folder_of_its_own(root: Path):
    assert {path.relative_to(root).as_posix() for path in root.rglob("evidence.json")} == {
        "lm_eval/ranking/acme__assistant/evidence.json",
        "promptfoo/voice/evidence.json",
    }
    assert (root / "inspect" / "gate.eval.evidence.json").exists()


# Read back as the world says


def test_identity_and_counts_of_an_inspect_run(readings: dict[str, Reading]):
    run = readings["inspect"].run(native_run_id="gate")
    assert run["run_id"] == sha("inspect|gate")
    assert (run["task_name"], run["dataset_name"], run["model_raw"]) == ("task_gate", "golden", "acme/assistant")
    assert (run["git_sha_raw"], run["repository_raw"], run["git_is_dirty"]) == (SHA[:7], "https://github.com/acme/support.git", False)
    assert (run["envelope"]["head_sha"], run["ci_run_id"], run["pull_request_number"]) == (SHA, 77, 4)
    assert (run["harness_package"], run["created_by_raw"]) == ("acme-evals", "ana")
    assert (run["n_samples"], run["n_completed"], run["n_errors"], run["n_unscored"]) == (5, 4, 1, 1)
    assert run["prompt_sha"] == sha(PROMPT)
    assert (run["started_at"], run["wall_seconds"]) == (AT.isoformat(), 60.0)
    assert run["status"] == "failed_threshold"


def test_scores_and_slices_of_an_inspect_run(readings: dict[str, Reading]):
    reading = readings["inspect"]
    run = reading.run(native_run_id="gate")
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["metric"], leading["value"], leading["n"], leading["threshold"], leading["passed"]) == ("accuracy", 0.5, 3, 0.9, False)
    rows = {row["sample_key"]: row for row in reading.samples(run)}
    assert {key: row["score_num"] for key, row in rows.items()} == {"s1": 1.0, "s2": 0.0, "s3": None, "s4": 0.5, "s5": None}
    assert (rows["s3"]["unscored_reason"], rows["s5"]["error_kind"]) == ("no_response", "TimeoutError")
    slices = {row["slice"]: (row["value"], row["n"]) for row in reading.metrics(run) if row["slice"]}
    assert slices == {"orders": (1.0, 1), "money": (0.25, 2)}


def test_other_fates_of_inspect_runs(readings: dict[str, Reading]):
    reading = readings["inspect"]
    statuses = {run["native_run_id"]: run["status"] for run in reading.rows("runs").values()}
    assert statuses["broken"] == "error"
    assert statuses["stopped"] == "cancelled"
    assert statuses["dirty"] == statuses["readable"] == statuses["unbound"] == "success"
    assert reading.run(native_run_id="dirty")["git_is_dirty"] is True
    unbound = reading.run(native_run_id="unbound")
    assert (unbound["git_sha_raw"], unbound["repository_raw"], unbound["created_by_raw"]) == (None, None, None)


@pytest.mark.parametrize(("kind", "files"), [("inspect", 1), ("lm_eval", 1), ("promptfoo", 1)])
def test_a_truncated_file_is_set_aside(readings: dict[str, Reading], kind: str, files: int):
    assert len(readings[kind].rejected) == files
    assert "cut" in readings[kind].rejected[0].identity


def test_an_lm_eval_run(readings: dict[str, Reading]):
    reading = readings["lm_eval"]
    run = reading.run(task_name="task_ranking")
    assert (run["model_name"], run["git_sha_raw"], run["dataset_name"]) == ("acme/assistant", SHA[:7], "golden")
    assert (run["created_by_raw"], run["prompt_sha"], run["ci_run_id"]) == ("ana", sha(PROMPT), 77)
    assert (run["n_samples"], run["n_unscored"]) == (4, 1)
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["metric"], leading["value"], leading["threshold"]) == ("exact_match", 0.5, 0.9)
    single = reading.run(task_name="task_single")
    assert reading.metrics(single, is_primary=True)[0]["stderr"] is None


def test_a_promptfoo_run(readings: dict[str, Reading]):
    reading = readings["promptfoo"]
    run = reading.run()
    assert run["native_run_id"] == "eval-abc-2026-02-01T10:00:00"
    assert (run["model_raw"], run["model_provider"]) == ("acme:assistant", "acme")
    assert (run["git_sha_raw"], run["repository_raw"], run["project_raw"]) == (SHA, "acme/support", "support")
    assert (run["dataset_name"], run["created_by_raw"], run["prompt_sha"]) == ("golden", "ana", sha(PROMPT))
    assert (run["n_samples"], run["n_completed"], run["n_errors"], run["n_unscored"]) == (5, 4, 1, 1)
    rows = {row["sample_key"]: row for row in reading.samples(run)}
    assert {key: row["passed"] for key, row in rows.items()} == {"s1": True, "s2": False, "s3": None, "s4": False, "s5": None}


def test_one_dataset_is_one_version_whatever_was_scored(root: Path):
    whole = [run("inspect", "one", samples=SAMPLES[:2]), run("inspect", "two", samples=SAMPLES[:2])]
    store = MemoryStore("store", {})
    for each in whole:
        store.files |= eval_logs.SHAPES["inspect"](world(), each).files
    reading = read("inspect", store)
    assert len(reading.rows("dataset_versions")) == 1
