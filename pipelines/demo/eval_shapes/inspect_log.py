"""A run as an Inspect log: a `.eval` zip with journal, samples, summaries, reductions and header, or a `.json` log."""

from datetime import datetime, timedelta
from typing import Any

from pipelines.demo.eval_shapes.shared import (
    Json,
    Rendered,
    compact,
    indented,
    labels,
    mean_and_stderr,
    scored,
    short_sha,
    stable_id,
    words,
)
from pipelines.demo.eval_shapes.zstd_zip import zipped
from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun, EvalSample

VERSION = "0.3.285"
GRADES = {1.0: "C", 0.0: "I", 0.5: "P"}


def rendered(world: World, run: EvalRun) -> Rendered:
    """The log's file, at the run's own path."""
    log = _Log(world, run)
    content = indented(log.whole()) if run.path.endswith(".json") else zipped(log.members(), log.ended)
    return Rendered({run.path: content}, f"{run.path}.evidence.json")


class _Log:
    """One log, part by part."""

    def __init__(self, world: World, run: EvalRun) -> None:
        self.world, self.run = world, run
        self.ended = run.created_at + timedelta(seconds=run.seconds)
        self.samples = [self._sample(place, sample) for place, sample in enumerate(run.samples)]
        self.eval = self._eval()
        self.plan = self._plan()

    def members(self) -> dict[str, bytes]:
        """Members of the zip, in the order in which Inspect writes them."""
        summaries = [_summary(sample) for sample in self.samples]
        start = {"version": 2, "eval": self.eval, "plan": self.plan}
        header = self._header()
        members: dict[str, Any] = {"_journal/start.json": start}
        members |= {f"samples/{sample['id']}_epoch_1.json": sample for sample in self.samples}
        members |= {"_journal/summaries/1.json": summaries, "summaries.json": summaries}
        if "results" in header:
            members["reductions.json"] = self._reductions()
        members["header.json"] = header
        return {name: compact(content) for name, content in members.items()}

    def whole(self) -> Json:
        """The `.json` form: the header with samples and reductions in it."""
        reductions = {"reductions": self._reductions()} if self.run.status != "error" else {}
        return self._header() | {"samples": self.samples} | reductions

    def _eval(self) -> Json:
        run = self.run
        module = run.harness_package.replace("-", "_")
        metadata = {"created_by": run.created_by, "threshold": run.threshold}
        spec: Json = {
            "eval_id": run.native_id,
            "run_id": stable_id(run.native_id, "run"),
            "created": _iso(run.created_at),
            "task": run.task,
            "task_id": stable_id(run.native_id, "task"),
            "task_version": 1,
            "task_display_name": run.task,
            "task_registry_name": f"{module}/{run.task}" if module else run.task,
            "task_attribs": {},
            "task_args": {},
            "task_args_passed": {},
            "dataset": {
                "name": run.dataset,
                "location": f"{run.dataset}.jsonl",
                "samples": len(run.samples),
                "sample_ids": [sample.sample_id for sample in run.samples],
                "shuffled": False,
            },
            "model": run.model,
            "model_generate_config": {},
            "model_args": {},
            "config": {"epochs": 1, "fail_on_error": run.status == "error", "continue_on_fail": False, "log_samples": True},
            "packages": {"inspect_ai": VERSION} | ({run.harness_package: run.harness_version} if run.harness_package else {}),
            "metadata": {key: value for key, value in metadata.items() if value not in ("", None)},
            "scorers": [{"name": run.scorer, "options": {}, "metrics": [_metric_of("accuracy"), _metric_of("stderr")], "metadata": {}}],
        }
        if run.head:
            origin = f"https://github.com/{run.repository}.git"
            spec["revision"] = {"type": "git", "origin": origin, "commit": short_sha(self.world, run), "dirty": run.is_dirty}
        if not module:
            spec["task_file"] = f"{run.task}.py"
        return spec

    def _plan(self) -> Json:
        steps = [_step("system_message", {"template": self.run.prompt})] if self.run.prompt else []
        return {"name": "plan", "steps": [*steps, _step("generate", {"tool_calls": "loop"})], "config": {}}

    def _header(self) -> Json:
        run = self.run
        header: Json = {"version": 2, "status": run.status, "eval": self.eval, "plan": self.plan}
        if run.status == "error":
            header["error"] = _error("RuntimeError('the run broke off')")
        else:
            header["results"] = self._results()
        usage = {key: sum(sample["output"].get("usage", {}).get(key, 0) for sample in self.samples) for key in _usage("", "")}
        header["stats"] = {
            "started_at": _iso(run.created_at),
            "completed_at": _iso(self.ended),
            "model_usage": {run.model: usage},
            "role_usage": {},
            "connection_limit_history": [],
        }
        return header | {"invalidated": False, "tags": [], "metadata": self.eval["metadata"]}

    def _results(self) -> Json:
        run, values = self.run, scored(self.run)
        completed = sum(not sample.error for sample in run.samples)
        mean, stderr = mean_and_stderr(values)
        score = {
            "name": run.scorer,
            "scorer": run.scorer,
            "scored_samples": len(values),
            "unscored_samples": completed - len(values),
            "params": {},
            "metrics": {name: {"name": name, "value": value, "params": {}} for name, value in (("accuracy", mean), ("stderr", stderr))},
        }
        headline = {"scorer": run.scorer, "score": run.scorer, "metric": "accuracy"}
        return {"total_samples": len(run.samples), "completed_samples": completed, "scores": [score], "headline": headline}

    def _reductions(self) -> list[Json]:
        reduced = [
            {"value": _value(sample) if sample.value is None else sample.value, "history": [], "sample_id": sample.sample_id}
            for sample in self.run.samples
            if not sample.error
        ]
        return [{"scorer": self.run.scorer, "samples": reduced}]

    def _sample(self, place: int, sample: EvalSample) -> Json:
        run = self.run
        seconds = round(run.seconds / max(1, len(run.samples)), 3)
        started = run.created_at + timedelta(seconds=place * seconds)
        ids = [stable_id(run.native_id, sample.sample_id, number) for number in range(4)]
        messages = [{"id": ids[0], "content": run.prompt, "role": "system"}] if run.prompt else []
        messages.append({"id": ids[1], "content": sample.input, "source": "input", "role": "user"})
        answer = {
            "id": ids[2],
            "content": sample.output,
            "source": "generate",
            "role": "assistant",
            "model": run.answered_model or run.model,
        }
        usage = _usage(run.prompt + sample.input, sample.output)
        finished: Json = {
            "choices": [{"message": answer, "stop_reason": "stop"}],
            "completion": sample.output,
            "usage": usage,
            "time": seconds,
        }
        written: Json = {
            "id": sample.sample_id,
            "epoch": 1,
            "input": sample.input,
            "target": sample.target,
            "messages": messages if sample.error else [*messages, answer],
            "output": {"model": run.model, "choices": [], "completion": ""} if sample.error else {"model": answer["model"]} | finished,
            "scores": {} if sample.error else {run.scorer: _score(sample)},
            "metadata": labels(sample),
            "store": {},
            "events": [],
            "model_usage": {} if sample.error else {run.model: usage},
            "role_usage": {},
            "started_at": _iso(started),
            "completed_at": _iso(started + timedelta(seconds=seconds)),
            "total_time": seconds,
            "working_time": seconds,
            "uuid": ids[3],
            "error_retries": [],
            "attachments": {},
            "turn_count": 0 if sample.error else 1,
        }
        return written | ({"error": _error(sample.error)} if sample.error else {})


def _score(sample: EvalSample) -> Json:
    score: Json = {"value": _value(sample), "answer": sample.output, "explanation": sample.output, "history": []}
    return score | ({"reason": sample.unscored_reason} if sample.unscored_reason else {})


def _value(sample: EvalSample) -> str | float:
    """A grade, a number between grades, or NaN for unscored."""
    return float("nan") if sample.value is None else GRADES.get(sample.value, sample.value)


def _summary(sample: Json) -> Json:
    kept = ("id", "epoch", "input", "target", "metadata", "scores", "model_usage", "role_usage", "started_at", "completed_at")
    summary = {key: sample[key] for key in (*kept, "total_time", "working_time", "uuid")}
    error = {"error": sample["error"]["message"]} if "error" in sample else {}
    return summary | error | {"retries": 0, "completed": True, "message_count": len(sample["messages"]), "turn_count": sample["turn_count"]}


def _usage(read: str, written: str) -> Json:
    counts = (words(read), words(written)) if read else (0, 0)
    return {"input_tokens": counts[0], "output_tokens": counts[1], "total_tokens": sum(counts)}


def _error(message: str) -> Json:
    trace = f"Traceback (most recent call last):\n{message}"
    return {"message": message, "traceback": trace, "traceback_ansi": trace}


def _step(solver: str, params: Json) -> Json:
    return {"solver": solver, "params": params, "params_passed": params if solver == "system_message" else {}}


def _metric_of(name: str) -> Json:
    return {"name": f"inspect_ai/{name}", "options": {}}


def _iso(moment: datetime) -> str:
    return moment.isoformat()
