"""Experiments of LangSmith: each root run as a sample, its feedback as scores; `langsmith_server.py` gives them as lines."""

from collections.abc import Iterator
from datetime import datetime

from connectors.evals.answered import MEAN, AnsweredRuns, model_columns, named_in, samples_of
from connectors.evals.answering import models_in
from connectors.evals.digest import class_of_error, kept, sha_of_content, sha_of_text, without_user
from connectors.evals.envelope import declared
from connectors.evals.model import Judge, Metric, OpenLog, Planned, Run, Sample, Score, Scorer, Status
from connectors.evals.shape import Json, boolean, integer, mapping, moment, number, objects, text

OF_THE_RUN = "value"
"""How feedback is called that was given to the experiment itself."""
UNKNOWN_JUDGE = Judge(None)
"""`evaluate` notes every evaluator's feedback as a model's, also that of code; what came by the API may be anybody's."""
ENDS_WITH_SPLITS = "py_sdk_evaluate"
"""The runner that writes the splits into the metadata when it comes to its end, and sets no end time."""


class LangsmithExperiments(AnsweredRuns):
    """Reads experiments of LangSmith; what leads is a feedback key."""

    kind = "langsmith"
    expected = "an experiment of LangSmith"

    def run(self, log: OpenLog, head: Json) -> Run:  # noqa: D102 - as in the base
        experiment = mapping(head, "experiment")
        metadata, scorers = mapping(experiment, "metadata"), named_in(log, _keys)
        said = declared(metadata)
        return Run(
            native_id=str(experiment["id"]),
            status=_status(metadata, scorers, named_in(log, lambda run: [text(run, "status")])),
            columns=_columns(head, experiment),
            metrics=list(_metrics(experiment)),
            samples=samples_of(log, _sample, is_counted=True),
            planned=Planned(),
            dataset_name=text(said, "dataset") or text(head, "dataset") or "unnamed",
            primary=self.leading(scorers),
            slice_metrics=dict.fromkeys(scorers, MEAN),
            is_whole=_is_whole(log),
            declared=said,
            raw=kept({name: experiment.get(name) for name in ("id", "name", "reference_dataset_id", "run_count", "feedback_stats")}),
            version_label=text(said, "dataset_version"),
            adds_up=True,
            scorers={name: Scorer(UNKNOWN_JUDGE) for name in scorers},
        )


def _status(metadata: Json, scorers: list[str], states: list[str]) -> Status:
    if "pending" in states or (text(metadata, "__ls_runner") == ENDS_WITH_SPLITS and "dataset_splits" not in metadata):
        return "partial"
    return "success" if scorers else "error"


def _is_whole(log: OpenLog) -> bool:
    """Whether every example of the dataset's version was run."""
    run = named_in(log, lambda told: [text(told, "reference_example_id")])
    return [str(len(run))] == named_in(log, lambda told: [text(told, "n_examples")])


def _columns(head: Json, experiment: Json) -> Json:
    metadata, git = mapping(experiment, "metadata"), mapping(experiment, "git")
    return {
        "task_name": text(metadata, "task") or text(head, "dataset"),
        "harness_name": "langsmith",
        "harness_version": None,
        "started_at": moment(experiment, "start_time"),
        "ended_at": moment(experiment, "end_time"),
        "wall_seconds": None,
        "repository_raw": without_user(text(git, "remote_url")),
        "git_sha_raw": text(git, "commit"),
        "git_is_dirty": boolean(git, "dirty"),
        "tags": kept({key: git[key] for key in ("branch", "repo_name") if git.get(key)}),
        "metadata": kept(metadata),
    } | model_columns(text(metadata, "model"))


def _metrics(experiment: Json) -> Iterator[Metric]:
    """Feedback on the experiment itself, such as that of summary evaluators."""
    for name, told in sorted(mapping(experiment, "session_feedback_stats").items()):
        yield Metric(name, OF_THE_RUN, number(told, "avg"), n=integer(told, "n"), judge=UNKNOWN_JUDGE)


def _keys(run: Json) -> Iterator[str | None]:
    return (text(told, "key") for told in objects(run, "feedback"))


def _sample(run: Json) -> Sample | str:
    if text(run, "id") is None:
        return "a run without its id"
    input_sha, example = sha_of_content(run.get("inputs")), mapping(run, "example")
    return Sample(
        key=text(run, "reference_example_id") or input_sha or str(run["id"]),
        epoch=1,
        scores=list(_scores(run)),
        input_sha=input_sha,
        target_sha=text(example, "target_sha"),
        output_sha=sha_of_content(run.get("outputs")),
        slice=text(example, "slice"),
        failure_mode=text(example, "failure_mode"),
        error_kind=None if text(run, "error") is None else class_of_error(str(run["error"])),
        cost_usd=number(run, "total_cost"),
        latency_ms=_milliseconds(moment(run, "start_time"), moment(run, "end_time")),
        tokens_in=integer(run, "prompt_tokens"),
        tokens_out=integer(run, "completion_tokens"),
        answered_models=models_in(run.get("outputs")),
        raw={"id": run["id"]},
    )


def _scores(run: Json) -> Iterator[Score]:
    """One score for each key: of several judgements the last one stands."""
    standing: dict[str, Json] = {}
    for told in sorted(objects(run, "feedback"), key=lambda one: (moment(one, "modified_at") or "", str(one.get("id")))):
        name = text(told, "key") or "unnamed"
        standing[name] = told | {"is_second": name in standing}
    return (_score(name, told) for name, told in sorted(standing.items()))


def _score(name: str, told: Json) -> Score:
    score, comment = told.get("score"), text(told, "comment")
    has_failed = boolean(told, "extra", "error") is True
    value = None if has_failed else float(score) if isinstance(score, bool) else number(told, "score")
    label = told.get("value") if score is None else str(score).lower() if isinstance(score, bool) else score
    return Score(
        scorer=name,
        number=value,
        raw=text(kept({"label": label}), "label"),
        passed=score if isinstance(score, bool) and not has_failed else None,
        unscored_reason="grader_failed" if has_failed else "no_number" if value is None else None,
        judge=_judge(mapping(told, "feedback_source")),
        rationale_sha=None if comment is None else sha_of_text(comment),
        is_edited=told["is_second"] or moment(told, "modified_at") != moment(told, "created_at"),
    )


def _judge(source: Json) -> Judge:
    return Judge("human", text(source, "user_id")) if source.get("type") == "app" else UNKNOWN_JUDGE


def _milliseconds(begun: str | None, ended: str | None) -> float | None:
    if begun is None or ended is None:
        return None
    return max(0.0, (datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds() * 1000)
