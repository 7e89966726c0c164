"""A run as lm-evaluation-harness leaves it: a results file and a file of samples, in a folder named after the model."""

import json
from datetime import timedelta
from pathlib import PurePosixPath

from pipelines.demo.eval_shapes.shared import Json, Rendered, indented, labels, mean_and_stderr, scored, sha256, short_sha, stable_id
from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun, EvalSample

VERSION = "0.4.13"
METRIC = "exact_match"


def rendered(world: World, run: EvalRun) -> Rendered:
    """Results and samples in a folder of the run's own."""
    ended = run.created_at + timedelta(seconds=run.seconds)
    # The tool names its files by the local time of writing, microseconds included.
    time = f"{ended:%Y-%m-%dT%H-%M-%S}.{int(stable_id(run.native_id, length=5), 16) % 1_000_000:06d}"
    folder = f"{PurePosixPath(run.path).with_suffix('')}/{run.model.replace('/', '__')}"
    lines = [_line(place, sample, run) for place, sample in enumerate(run.samples) if not sample.error]
    samples = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    files = {f"{folder}/results_{time}.json": indented(_results(world, run, lines)), f"{folder}/samples_{run.task}_{time}.jsonl": samples}
    return Rendered(files, f"{folder}/evidence.json")


def _results(world: World, run: EvalRun, lines: list[Json]) -> Json:
    mean, stderr = mean_and_stderr(scored(run))
    found = {f"{METRIC},none": mean, f"{METRIC}_stderr,none": stderr if len(lines) > 1 else "N/A"}
    hashes = "".join(line["doc_hash"] + line["prompt_hash"] + line["target_hash"] for line in lines)
    return {
        "results": {run.task: {"name": run.task, "alias": run.task, "sample_len": len(lines)} | found},
        "group_subtasks": {},
        "configs": {run.task: _config(run)},
        "versions": {run.task: 1.0},
        "n-shot": {run.task: 0},
        "higher_is_better": {run.task: {METRIC: True}},
        "n-samples": {run.task: {"original": len(lines), "effective": len(lines)}},
        "config": {
            "model": "hf",
            "model_args": {"pretrained": run.model},
            "batch_size": 1,
            "batch_sizes": [],
            "device": "cuda:0",
            "use_cache": None,
            "limit": None,
            "bootstrap_iters": 100000,
            "gen_kwargs": {},
            "random_seed": 0,
            "numpy_seed": 1234,
            "torch_seed": 1234,
            "fewshot_seed": 1234,
        },
        "git_hash": short_sha(world, run) or None,
        "date": run.created_at.timestamp(),
        "transformers_version": "4.57.1",
        "lm_eval_version": VERSION,
        "upper_git_hash": None,
        "task_hashes": {run.task: sha256(hashes)},
        "model_source": "hf",
        "model_name": run.model,
        "model_name_sanitized": run.model.replace("/", "__"),
        "system_instruction": run.prompt or None,
        "system_instruction_sha": sha256(run.prompt) if run.prompt else None,
        "fewshot_as_multiturn": None,
        "chat_template": None,
        "chat_template_sha": None,
        "total_evaluation_time_seconds": str(run.seconds),
    }


def _config(run: EvalRun) -> Json:
    given = {"created_by": run.created_by, "threshold": run.threshold}
    own = {"version": 1.0, "pretrained": run.model, "config_source": f"tasks/{run.task}.yaml"}
    return {
        "task": run.task,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": f"data/{run.dataset}.jsonl"},
        "test_split": "train",
        "doc_to_text": "{{question}}",
        "doc_to_target": "{{answer}}",
        "description": "",
        "num_fewshot": 0,
        "metric_list": [{"metric": METRIC, "aggregation": "mean", "higher_is_better": True}],
        "output_type": "generate_until",
        "repeats": 1,
        "should_decontaminate": False,
        "metadata": own | {key: value for key, value in given.items() if value not in ("", None)},
    }


def _line(place: int, sample: EvalSample, run: EvalRun) -> Json:
    doc = {"id": sample.sample_id, "question": sample.input, "answer": sample.target} | labels(sample)
    asked = f"{run.prompt}\n{sample.input}" if run.prompt else sample.input
    return {
        "doc_id": place,
        "doc": doc,
        "target": sample.target,
        "arguments": {"gen_args_0": {"arg_0": asked, "arg_1": {"until": ["\n"]}}},
        "resps": [[sample.output]],
        "filtered_resps": [sample.output],
        "filter": "none",
        "metrics": [METRIC],
        "doc_hash": sha256(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": sha256(asked),
        "target_hash": sha256(sample.target),
        METRIC: float("nan") if sample.value is None else sample.value,
    }
