"""Results of lm-evaluation-harness: `results_<time>.json`, and `samples_<task>_<time>.jsonl` where samples were logged.

One file may hold several tasks: each task that was asked for becomes a run, and the tasks of a group become slices of its run.
Per-sample scores are in `lm_eval_samples.py`.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from connectors.evals.digest import kept, sha_of_prompt
from connectors.evals.envelope import declared
from connectors.evals.lm_eval_samples import DEFAULT_FILTER, samples_of, scorer_name
from connectors.evals.model import Metric, OpenLog, OpenPart, Place, Planned, Run
from connectors.evals.shape import Json, UnreadableLog, at, boolean, integer, later, listing, mapping, moment, number, objects, parse, text

TOOL = "lm_eval"
STDERR = "_stderr"
NO_METRICS = frozenset({"alias", "name", "sample_len", "samples", "sample_count"})
"""Entries of a task's results that are no metric."""
FILE_READERS = frozenset({"json", "csv", "parquet", "text", "arrow"})
"""A `dataset_path` that names a reader instead of a dataset: the dataset is then the file."""
MEANS_BY_DEFAULT = frozenset({"acc", "acc_norm", "acc_mutual_info", "acc_bytes", "exact_match"})
"""Metrics that lm-eval's registry aggregates by their mean where a task does not say otherwise."""
CONFIG_METADATA = frozenset({"version", "pretrained", "config_source"})
"""What lm-eval itself puts into a task's metadata; the rest came with `--metadata`."""
KEPT_KEYS = (
    *("versions", "n-shot", "higher_is_better", "n-samples", "config", "git_hash", "date", "lm_eval_version", "transformers_version"),
    *("upper_git_hash", "task_hashes", "model_source", "model_name", "total_evaluation_time_seconds", "system_instruction_sha"),
    *("chat_template_sha", "fewshot_as_multiturn", "group_subtasks"),
)
KEPT_CONFIG_KEYS = (
    "task",
    "dataset_path",
    "dataset_name",
    "test_split",
    "output_type",
    "num_fewshot",
    "metric_list",
    "repeats",
    "metadata",
)
_TIME = r"\d{4}-\d{2}-\d{2}T[\d.-]+"
_MAIN = re.compile(rf"^(?P<stem>.*)_(?P<time>{_TIME})\.json$")
_PART = re.compile(rf"^samples_(?P<task>.+)_(?P<time>{_TIME})\.jsonl$")


class LmEvalResults:
    """Reads the results of lm-evaluation-harness 0.4."""

    kind = "lm_eval"
    expected = "lm-evaluation-harness results: JSON with `results` and `configs`"

    def place(self, name: str) -> Place | None:
        """Results and samples of one evaluation carry one time in their names and lie in one folder."""
        path = PurePosixPath(name)
        if part := _PART.match(path.name):
            return Place(False, f"{path.parent}/{part['time']}")
        if not path.name.endswith(".json"):
            return None
        main = _MAIN.match(path.name)
        return Place(True, f"{path.parent}/{main['time']}" if main else name)

    def read(self, log: OpenLog) -> Iterator[Run]:
        """One run for each task or group that was asked for.

        Raises:
            UnreadableLog: for broken JSON, or JSON of something else.
        """
        document = parse(log.main.body.read())
        results = mapping(document, "results")
        if not results or not mapping(document, "configs"):
            keys = ", ".join(sorted(document)[:6]) if isinstance(document, dict) else type(document).__name__
            raise UnreadableLog(f"JSON without `results` and `configs`: it has {keys or 'nothing'}")
        groups = mapping(document, "group_subtasks")
        within = {task for group in groups for task in listing(groups, group) if isinstance(task, str)}
        for task in results:
            if task not in within:
                yield _TaskRun(document, task, log.parts).run()


class _TaskRun:
    """One task or group of a results file."""

    def __init__(self, document: Json, task: str, parts: Sequence[OpenPart]) -> None:
        self.document, self.task = document, task
        self.leaves = _leaves(mapping(document, "group_subtasks"), task)
        by_task = {match["task"]: part for part in parts if (match := _PART.match(PurePosixPath(part.name).name))}
        self.parts = {leaf: by_task[leaf] for leaf in self.leaves if leaf in by_task}
        self.config = mapping(document, "configs", self.leaves[0])
        given = mapping(self.config, "metadata")
        self.metadata = {key: value for key, value in given.items() if key not in CONFIG_METADATA}

    @property
    def is_group(self) -> bool:
        return self.leaves != (self.task,)

    def run(self) -> Run:
        """The run, with its samples still to be read."""
        metrics = list(self._metrics())
        overall = next((metric for metric in metrics if metric.slice == ""), None)
        said = declared(self.metadata)
        limited = at(self.document, "config", "limit") is not None
        return Run(
            native_id=self._native_id(),
            status="success",
            columns=self._columns(limited),
            metrics=metrics,
            samples=samples_of(self.parts, self.is_group),
            planned=Planned(samples=self._effective(), completed=self._effective()),
            dataset_name=self._dataset_name(said),
            primary=None if overall is None else (overall.scorer, overall.metric, overall.variant),
            slice_metrics={metric.scorer: metric.metric if self._is_mean(metric.metric) else "mean" for metric in metrics},
            is_whole=not limited and len(self.parts) == len(self.leaves),
            declared=said,
            raw=self._raw(),
            version_label=text(said, "dataset_version"),
        )

    def _native_id(self) -> str:
        """Model, start and task: the tool gives no id, and a hash of the file would make every correction a new run."""
        model = text(self.document, "model_name") or text(self.document, "config", "model") or ""
        started = text(self.document, "date") or ",".join(str(value) for value in mapping(self.document, "task_hashes").values())
        return f"{model}@{started}:{self.task}"

    def _columns(self, limited: bool) -> Json:
        document = self.document
        system_prompt = text(document, "system_instruction")
        version = text(document, "lm_eval_version")
        return {
            "task_name": self.task,
            "task_version": text(document, "versions", self.task),
            "harness_name": TOOL,
            "harness_version": version,
            "packages": {TOOL: version} if version else {},
            "git_sha_raw": text(document, "git_hash"),
            "model_raw": text(document, "model_name"),
            "model_provider": text(document, "model_source"),
            "model_name": text(document, "model_name"),
            "answered_model": self._answered_model(),
            "prompt_sha": None if system_prompt is None else sha_of_prompt(system_prompt),
            "limit_applied": self._effective() if limited else None,
            "tags": [],
            "metadata": kept(self.metadata),
        } | self._times()

    def _answered_model(self) -> str | None:
        """The commit of the weights, which a branch of the hub moves on; models behind an API have none, and are not told."""
        commit = text(self.document, "config", "model_sha")
        return f"{text(self.document, 'model_name')}:{commit}" if commit else None

    def _times(self) -> Json:
        """`date` is the start in epoch seconds; the duration is a text and counts from the loading of the model."""
        started, seconds = moment(self.document, "date"), number(self.document, "total_evaluation_time_seconds")
        return {"started_at": started, "ended_at": later(started, seconds), "wall_seconds": seconds}

    def _metrics(self) -> Iterator[Metric]:
        yield from self._metrics_of(self.task, "")
        for leaf in self.leaves if self.is_group else ():
            yield from self._metrics_of(leaf, leaf)

    def _metrics_of(self, task: str, slice_name: str) -> Iterator[Metric]:
        """Entries like `exact_match,strict`, each with its `exact_match_stderr,strict`; a plain `N/A` is no number."""
        found = mapping(self.document, "results", task)
        n = integer(found, "sample_len") or integer(self.document, "n-samples", task, "effective")
        for key in found:
            name, comma, filter_name = key.rpartition(",")
            if not comma or name in NO_METRICS or name.endswith(STDERR):
                continue
            variant = "" if filter_name == DEFAULT_FILTER else filter_name
            yield Metric(
                scorer=scorer_name(name, filter_name),
                metric=name,
                value=number(found, key),
                slice=slice_name,
                variant=variant,
                stderr=number(found, f"{name}{STDERR},{filter_name}"),
                n=integer(found, "sample_count", key) or n,
                higher_is_better=boolean(self.document, "higher_is_better", task, name),
            )

    def _is_mean(self, metric: str) -> bool:
        """Whether every task aggregates the metric by its mean; where the file does not say, by what lm-eval does by default."""
        items = [item for leaf in self.leaves for item in objects(self._config(leaf), "metric_list") if text(item, "metric") == metric]
        default = "mean" if metric in MEANS_BY_DEFAULT else None
        return all((text(item, "aggregation") or default) == "mean" for item in items or [{}])

    def _config(self, leaf: str) -> Json:
        return mapping(self.document, "configs", leaf)

    def _effective(self) -> int | None:
        counts = [integer(self.document, "n-samples", leaf, "effective") for leaf in self.leaves]
        known = [count for count in counts if count is not None]
        return sum(known) if known else None

    def _dataset_name(self, said: Json) -> str:
        """The dataset's path and configuration, the stem of the file that it was read from, or the task."""
        path, name = text(self.config, "dataset_path"), text(self.config, "dataset_name")
        if path in FILE_READERS:
            path = _first_stem(at(self.config, "dataset_kwargs", "data_files"))
        spelled = "/".join(part for part in (path, name) if part)
        return text(said, "dataset") or spelled or self.task

    def _raw(self) -> Json:
        tasks = {self.task, *self.leaves}
        header = {key: self.document[key] for key in KEPT_KEYS if key in self.document}
        results = {task: mapping(self.document, "results", task) for task in sorted(tasks)}
        configs = {leaf: {key: self._config(leaf)[key] for key in KEPT_CONFIG_KEYS if key in self._config(leaf)} for leaf in self.leaves}
        return kept(header | {"results": results, "configs": configs})


def _leaves(groups: Json, task: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The tasks of a group, through groups of groups; a task is its own only leaf."""
    subtasks = [name for name in listing(groups, task) if isinstance(name, str) and name not in above]
    if not subtasks:
        return (task,)
    return tuple(dict.fromkeys(leaf for name in subtasks for leaf in _leaves(groups, name, (*above, task))))


def _first_stem(data_files: object) -> str | None:
    """The stem of a path, of the first in a list, or of the first in a mapping by split."""
    while isinstance(data_files, dict | list) and data_files:
        data_files = next(iter(data_files.values() if isinstance(data_files, dict) else data_files))
    return PurePosixPath(data_files).stem or None if isinstance(data_files, str) else None
