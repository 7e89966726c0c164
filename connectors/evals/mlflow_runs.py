"""Runs of an MLflow server: metrics as it logged them, and the traces of an evaluation as samples.

`mlflow_server.py` gives each run as lines: the run, then its traces.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence

from connectors.evals.answered import AnsweredRuns, model_columns, samples_of
from connectors.evals.digest import kept, without_user
from connectors.evals.envelope import declared
from connectors.evals.mlflow_prompts import pairs
from connectors.evals.mlflow_samples import sample_of
from connectors.evals.model import Metric, OpenLog, Planned, Run, Status
from connectors.evals.shape import Json, integer, listing, mapping, moment, number, objects, text, worded

STATUSES: Mapping[str, Status] = {
    "FINISHED": "success",
    "FAILED": "error",
    "KILLED": "cancelled",
    "RUNNING": "partial",
    "SCHEDULED": "partial",
}
OWN_TAGS = "mlflow."
KEPT_OWN_TAGS = ("mlflow.runName", "mlflow.runType", "mlflow.source.type", "mlflow.source.git.branch", "mlflow.parentRunId")
GENAI_MEAN = "mean"
"""How `mlflow.genai.evaluate` names what it takes over the scores of a scorer."""


def is_evaluation(told: Json) -> bool:
    """Whether a run is one of `mlflow.genai.evaluate`, whose samples are traces."""
    return pairs(listing(told, "run", "data", "tags")).get("mlflow.runType") == "genai_evaluate"


class MlflowRuns(AnsweredRuns):
    """Reads runs of an MLflow server; what leads is a metric as it spells it."""

    kind = "mlflow"
    expected = "a run of an MLflow server"
    identity = ("run", "info", "run_id")

    def run(self, log: OpenLog, head: Json) -> Run:  # noqa: D102 - as in the base
        return _MlflowRun(log, head, self.headline).run()


class _MlflowRun:
    """One run: what is told of it is known, its traces are still to be read."""

    def __init__(self, log: OpenLog, told: Json, headline: str | None) -> None:
        self.log, self.told, self.headline = log, told, headline
        self.info = mapping(told, "run", "info")
        self.tags = pairs(listing(told, "run", "data", "tags"))
        self.parameters = pairs(listing(told, "run", "data", "params"))
        self.plain_tags = {name: value for name, value in self.tags.items() if not name.startswith(OWN_TAGS)}
        self.prompts = list(objects(told, "prompts"))
        self.is_evaluation = is_evaluation(told)

    def run(self) -> Run:
        metrics = list(self._metrics())
        status = STATUSES.get(str(self.info.get("status")), "partial")
        dataset = self._dataset()
        said = declared(self.plain_tags, self.parameters)
        return Run(
            native_id=str(self.info["run_id"]),
            status=status,
            columns=self._columns(),
            metrics=metrics,
            samples=samples_of(self.log, lambda trace: sample_of(trace, str(self.info["run_id"])), is_counted=True),
            planned=Planned(),
            dataset_name=text(said, "dataset") or text(dataset, "name") or self._experiment(),
            primary=self._primary(metrics),
            slice_metrics={metric.scorer: GENAI_MEAN for metric in metrics if self.is_evaluation and metric.metric == GENAI_MEAN},
            is_whole=self.is_evaluation and status == "success",
            declared=said,
            raw=self._raw(dataset),
            version_label=text(said, "dataset_version") or text(dataset, "digest"),
        )

    def _experiment(self) -> str:
        return text(self.told, "experiment") or str(self.info.get("experiment_id"))

    def _columns(self) -> Json:
        started, ended = _moment(self.info, "start_time"), _moment(self.info, "end_time")
        model = self.parameters.get("model") or self.parameters.get("model_name") or self.plain_tags.get("model")
        spent = [integer(self.info, key) for key in ("start_time", "end_time")]
        return {
            "task_name": self._experiment(),
            "harness_name": "mlflow",
            "harness_version": None,
            "started_at": started,
            "ended_at": ended,
            "wall_seconds": None if None in spent else max(0.0, (spent[1] - spent[0]) / 1000),  # type: ignore[operator] - both are there
            "created_by_raw": self.tags.get("mlflow.user") or text(self.info, "user_id"),
            "repository_raw": without_user(self.tags.get("mlflow.source.git.repoURL")),
            "git_sha_raw": self.tags.get("mlflow.source.git.commit"),
            "git_is_dirty": worded(self.tags, "mlflow.source.git.dirty"),
            "prompt_sha": self._prompt_sha(),
            "tags": kept(self.plain_tags),
            "metadata": kept(self.parameters),
        } | model_columns(model)

    def _prompt_sha(self) -> str | None:
        """The one prompt's text; a run of several has no text of its own."""
        return text(self.prompts[0], "sha") if len(self.prompts) == 1 else None

    def _metrics(self) -> Iterator[Metric]:
        """The last value of each metric; what is no finite number is told without one."""
        for told in listing(self.told, "run", "data", "metrics"):
            key = text(told, "key")
            if key is None:
                continue
            scorer, slash, metric = key.rpartition("/")
            value = number(told, "value")
            # The server keeps infinity as the largest double.
            is_finite = value is not None and abs(value) < sys.float_info.max
            yield Metric(scorer if slash else key, metric if slash else "value", value if is_finite else None)

    def _primary(self, metrics: Sequence[Metric]) -> tuple[str, str, str] | None:
        if self.headline is not None:
            scorer, slash, metric = self.headline.rpartition("/")
            wanted = (scorer if slash else self.headline, metric if slash else "value", "")
            return wanted if any((one.scorer, one.metric, "") == wanted for one in metrics) else None
        return (metrics[0].scorer, metrics[0].metric, "") if len(metrics) == 1 else None

    def _dataset(self) -> Json:
        """The first dataset that the run says it read."""
        inputs = listing(self.told, "run", "inputs", "dataset_inputs")
        return mapping(inputs[0], "dataset") if inputs else {}

    def _raw(self, dataset: Json) -> Json:
        """Identities, own tags that say how it was run, prompts by hash, the dataset without its source and profile, which hold paths."""
        info = {key: self.info.get(key) for key in ("run_id", "run_name", "experiment_id", "status", "start_time", "end_time")}
        own = {key: self.tags[key] for key in KEPT_OWN_TAGS if key in self.tags}
        about = {key: dataset.get(key) for key in ("name", "digest", "source_type")} if dataset else {}
        return kept({"info": info, "tags": own, "dataset": about, "prompts": self.prompts})


def _moment(info: Json, key: str) -> str | None:
    milliseconds = integer(info, key)
    return None if milliseconds is None else moment({"at": milliseconds / 1000}, "at")
