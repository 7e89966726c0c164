"""Experiments of Langfuse: each item as a sample, scores with who gave them; `langfuse_server.py` gives them as lines."""

from collections.abc import Iterator

from connectors.evals.answered import MEAN, AnsweredRuns, model_columns, named_in, samples_of
from connectors.evals.digest import kept, sha_of_content, sha_of_text
from connectors.evals.envelope import declared
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, JudgeKind, Metric, OpenLog, Planned, Run, Sample, Score
from connectors.evals.shape import Json, integer, listing, mapping, moment, number, objects, text, worded

OF_THE_RUN = "value"
"""How a score is called that the tool attached to the experiment itself."""
KINDS: dict[str, JudgeKind] = {"ANNOTATION": "human", "EVAL": "llm"}
"""Langfuse's own evaluators are models; a score that came by the API may be of anything."""


class LangfuseExperiments(AnsweredRuns):
    """Reads experiments of Langfuse; what leads is a score."""

    kind = "langfuse"
    expected = "an experiment of Langfuse"

    def run(self, log: OpenLog, head: Json) -> Run:  # noqa: D102 - as in the base
        experiment = mapping(head, "experiment")
        said, scorers = declared(mapping(experiment, "metadata")), named_in(log, _names)
        return Run(
            # Ids are those of one project.
            native_id=f"{head.get('project')}/{experiment['id']}",
            status="success" if scorers else "error",
            columns=_columns(head, experiment),
            metrics=[_metric(one) for one in objects(experiment, "scores")],
            samples=samples_of(log, _sample, is_counted=True),
            planned=Planned(samples=integer(experiment, "itemCount")),
            dataset_name=text(said, "dataset") or text(head, "dataset") or text(experiment, "name") or "unnamed",
            primary=self.leading(scorers),
            slice_metrics=dict.fromkeys(scorers, MEAN),
            is_whole=text(experiment, "datasetId") is not None,
            declared=said,
            raw=kept({name: experiment.get(name) for name in ("id", "name", "datasetId", "itemCount")}),
            version_label=text(said, "dataset_version"),
            adds_up=True,
        )


def _columns(head: Json, experiment: Json) -> Json:
    metadata = mapping(experiment, "metadata")
    return {
        "task_name": text(metadata, "task") or text(head, "dataset") or text(experiment, "name"),
        "harness_name": "langfuse",
        "harness_version": None,
        "started_at": moment(experiment, "startTime"),
        "ended_at": moment(experiment, "endTime"),
        "wall_seconds": None,
        "git_is_dirty": worded(metadata, "git_dirty"),
        "tags": {},
        "metadata": kept(metadata),
    } | model_columns(text(metadata, "model"))


def _names(item: Json) -> Iterator[str | None]:
    return (text(score, "name") for score in objects(item, "scores"))


def _sample(item: Json) -> Sample | str:
    if text(item, "id") is None:
        return "an item without its id"
    # What is told of the items of a dataset in version 3 is hashed when it comes.
    input_sha = text(item, "inputSha") or sha_of_content(item.get("input"))
    latency = number(item, "latency")
    labels = mapping(item, "experimentItemMetadata") or mapping(item, "metadata")
    return Sample(
        key=text(item, "experimentItemId") or input_sha or str(item["id"]),
        epoch=1,
        scores=[_score(one) for one in objects(item, "scores")],
        input_sha=input_sha,
        target_sha=text(item, "expectedOutputSha") or sha_of_content(item.get("expectedOutput")),
        output_sha=sha_of_content(item.get("output")),
        slice=slice_of(labels),
        failure_mode=failure_mode_of(labels),
        cost_usd=number(item, "totalCost"),
        latency_ms=None if latency is None else latency * 1000,
        answered_models=[name for one in listing(item, "models") if (name := text(one))],
        error_kind="item_error" if text(item, "level") == "ERROR" else None,
        raw={"trace_id": text(item, "traceId")},
    )


def _metric(told: Json) -> Metric:
    value, _ = _number(told)
    return Metric(text(told, "name") or "unnamed", OF_THE_RUN, value, judge=_judge(told))


def _score(told: Json) -> Score:
    value, passed = _number(told)
    comment = text(told, "comment")
    is_label = told.get("dataType") in {"NUMERIC", "BOOLEAN", "CATEGORICAL"}
    return Score(
        scorer=text(told, "name") or "unnamed",
        number=value,
        raw=text({"value": str(passed).lower() if passed is not None else told.get("value")}, "value") if is_label else None,
        passed=passed,
        unscored_reason="no_number" if value is None else None,
        judge=_judge(told),
        rationale_sha=None if comment is None else sha_of_text(comment),
        is_edited=told.get("updatedAt") != told.get("createdAt"),
    )


def _judge(told: Json) -> Judge:
    kind = KINDS.get(str(told.get("source")))
    return Judge(kind, text(told, "authorUserId") if kind == "human" else text(told, "configId"))


def _number(told: Json) -> tuple[float | None, bool | None]:
    """A score as number, and whether it is a yes or a no."""
    value = told.get("value")
    if isinstance(value, bool):
        return float(value), value
    return (number(told, "value"), None) if told.get("dataType") == "NUMERIC" else (None, None)
