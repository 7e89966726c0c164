"""Experiments of Braintrust: each case as a sample, its scores as it has them; `braintrust_server.py` gives them as lines."""

from connectors.evals.answered import MEAN, AnsweredRuns, model_columns, named_in, samples_of
from connectors.evals.answering import models_in
from connectors.evals.digest import class_of_error, kept, sha_of_content
from connectors.evals.envelope import declared
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, OpenLog, Planned, Run, Sample, Score, Scorer
from connectors.evals.shape import Json, integer, listing, mapping, moment, number, text

UNKNOWN_JUDGE = Judge(None)
"""A score is a name and a number: whether a model, code or a person gave it is not told."""


class BraintrustExperiments(AnsweredRuns):
    """Reads experiments of Braintrust; what leads is a score."""

    kind = "braintrust"
    expected = "an experiment of Braintrust"

    def run(self, log: OpenLog, head: Json) -> Run:  # noqa: D102 - as in the base
        experiment = mapping(head, "experiment")
        said, scorers = declared(mapping(experiment, "metadata")), named_in(log, lambda event: mapping(event, "scores"))
        return Run(
            native_id=str(experiment["id"]),
            status="success" if scorers else "error",
            columns=_columns(head, experiment),
            metrics=[],
            samples=samples_of(log, _sample, is_counted=True),
            planned=Planned(),
            dataset_name=text(said, "dataset") or text(head, "dataset") or text(head, "project") or "unnamed",
            primary=self.leading(scorers),
            slice_metrics=dict.fromkeys(scorers, MEAN),
            is_whole=text(experiment, "dataset_id") is not None,
            declared=said,
            raw=kept(
                {name: experiment.get(name) for name in ("id", "name", "dataset_id", "dataset_version")} | {"project": head.get("project")}
            ),
            version_label=text(said, "dataset_version") or text(experiment, "dataset_version"),
            adds_up=True,
            scorers={name: Scorer(UNKNOWN_JUDGE) for name in scorers},
        )


def _columns(head: Json, experiment: Json) -> Json:
    metadata, git = mapping(experiment, "metadata"), mapping(experiment, "git")
    return {
        "task_name": text(head, "project"),
        "harness_name": "braintrust",
        "harness_version": None,
        "started_at": moment(experiment, "created"),
        "ended_at": None,
        "wall_seconds": None,
        "created_by_raw": text(experiment, "user_id"),
        "git_sha_raw": text(git, "commit"),
        "git_is_dirty": git.get("dirty") if isinstance(git.get("dirty"), bool) else None,
        "tags": kept({key: git.get(key) for key in ("branch", "tag") if git.get(key)}),
        "metadata": kept(metadata),
    } | model_columns(text(metadata, "model"))


def _sample(event: Json) -> Sample | str:
    if text(event, "id") is None:
        return "an event without its id"
    metadata, metrics = mapping(event, "metadata"), mapping(event, "metrics")
    input_sha = sha_of_content(event.get("input"))
    begun, ended = number(metrics, "start"), number(metrics, "end")
    return Sample(
        key=text(event, "dataset_record_id") or text(event, "origin", "id") or input_sha or str(event["id"]),
        epoch=1,
        scores=[_score(name, value) for name, value in sorted(mapping(event, "scores").items())],
        input_sha=input_sha,
        target_sha=sha_of_content(event.get("expected")),
        output_sha=sha_of_content(event.get("output")),
        slice=slice_of(metadata),
        failure_mode=failure_mode_of(metadata),
        error_kind=None if event.get("error") is None else class_of_error(str(event["error"])),
        cost_usd=number(metrics, "estimated_cost"),
        latency_ms=None if begun is None or ended is None else max(0.0, (ended - begun) * 1000),
        tokens_in=integer(metrics, "prompt_tokens"),
        tokens_out=integer(metrics, "completion_tokens"),
        answered_models=[*models_in(event.get("output"), metadata), *listing(event, "span_models")],
        raw={"id": event["id"]},
    )


def _score(name: str, told: object) -> Score:
    value = number({"value": told}, "value")
    raw = text({"value": told}, "value")
    return Score(name, value, raw, unscored_reason="no_number" if value is None else None, judge=UNKNOWN_JUDGE)
