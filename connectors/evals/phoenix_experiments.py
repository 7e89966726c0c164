"""Experiments of an Arize Phoenix server: what became of each example as samples, evaluations as scores.

`phoenix_server.py` gives each experiment as lines: itself with its dataset, then its runs with their evaluations.
"""

from collections.abc import Iterator

from connectors.evals.answered import MEAN, AnsweredRuns, model_columns, named_in, samples_of
from connectors.evals.answering import models_in
from connectors.evals.digest import class_of_error, kept, sha_of_content, sha_of_text
from connectors.evals.envelope import declared
from connectors.evals.model import Judge, JudgeKind, OpenLog, Planned, Run, Sample, Score, Status
from connectors.evals.shape import Json, integer, mapping, moment, number, objects, text, worded

KINDS: dict[str, JudgeKind] = {"HUMAN": "human", "LLM": "llm", "CODE": "code"}
PASSED = {"true": True, "false": False}
"""Labels that an evaluator gets which answers with a plain yes or no."""


class PhoenixExperiments(AnsweredRuns):
    """Reads experiments of a Phoenix server; what leads is an evaluator."""

    kind = "phoenix"
    expected = "an experiment of a Phoenix server"

    def run(self, log: OpenLog, head: Json) -> Run:  # noqa: D102 - as in the base
        experiment = mapping(head, "experiment")
        metadata = mapping(experiment, "metadata")
        said, scorers = declared(metadata), named_in(log, _names)
        repetitions = max(1, integer(experiment, "repetitions") or 1)
        examples = integer(experiment, "example_count")
        return Run(
            native_id=f"{head.get('server')}/{experiment['id']}",
            status=_status(experiment),
            columns=_columns(head, experiment, metadata),
            metrics=[],
            samples=samples_of(log, _sample, is_counted=False),
            planned=Planned(samples=None if examples is None else examples * repetitions, epochs=repetitions),
            dataset_name=text(said, "dataset") or text(head, "dataset", "name") or "unnamed",
            primary=self.leading(scorers),
            slice_metrics=dict.fromkeys(scorers, MEAN),
            is_whole=integer(experiment, "missing_run_count") == 0,
            declared=said,
            raw=kept(
                {name: experiment.get(name) for name in ("id", "name", "dataset_id", "dataset_version_id", "repetitions", "project_name")}
            ),
            version_label=text(said, "dataset_version") or text(experiment, "dataset_version_id"),
            adds_up=True,
        )


def _status(experiment: Json) -> Status:
    """As the counts have it: examples that were not run yet make it partial, nothing but failures an error."""
    done, failed, missing = (integer(experiment, f"{kind}_run_count") for kind in ("successful", "failed", "missing"))
    if missing:
        return "partial"
    return "error" if failed and not done else "success"


def _columns(head: Json, experiment: Json, metadata: Json) -> Json:
    return {
        "task_name": text(metadata, "task") or text(head, "dataset", "name"),
        "harness_name": "phoenix",
        "harness_version": None,
        "started_at": moment(experiment, "created_at"),
        "ended_at": None,
        "wall_seconds": None,
        "git_is_dirty": worded(metadata, "git_dirty"),
        "tags": {},
        "metadata": kept(metadata),
    } | model_columns(text(metadata, "model") or text(metadata, "model_name"))


def _names(told: Json) -> Iterator[str | None]:
    return (text(evaluation, "name") for evaluation in objects(told, "annotations"))


def _sample(told: Json) -> Sample | str:
    if text(told, "example_id") is None:
        return "a run without its example_id"
    error = text(told, "error")
    return Sample(
        key=str(told["example_id"]),
        epoch=integer(told, "repetition_number") or 1,
        scores=[_score(one) for one in objects(told, "annotations")],
        input_sha=sha_of_content(told.get("input")),
        target_sha=sha_of_content(told.get("reference_output")),
        output_sha=sha_of_content(told.get("output")),
        slice=text(told, "labels", "slice"),
        failure_mode=text(told, "labels", "failure_mode"),
        error_kind=None if error is None else class_of_error(error),
        latency_ms=number(told, "latency_ms"),
        tokens_in=integer(told, "prompt_token_count"),
        tokens_out=integer(told, "completion_token_count"),
        answered_models=models_in(told.get("output")),
        raw={"trace_id": text(told, "trace_id")},
    )


def _score(told: Json) -> Score:
    label, explanation = text(told, "label"), text(told, "explanation")
    passed = PASSED.get(str(label).lower())
    found = number(told, "score")
    value = float(passed) if found is None and passed is not None else found
    has_failed = told.get("error") is not None
    return Score(
        scorer=text(told, "name") or "unnamed",
        number=None if has_failed else value,
        raw=None if has_failed else label or text(told, "score"),
        passed=None if has_failed else passed,
        unscored_reason="grader_failed" if has_failed else "no_number" if value is None else None,
        judge=Judge(KINDS.get(str(told.get("annotator_kind")).upper()), text(told, "metadata", "model")),
        rationale_sha=None if explanation is None else sha_of_text(explanation),
    )
