"""The header of an Inspect log: what was run, by what, on which commit, and the numbers that Inspect itself computed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from connectors.evals.digest import kept, sha_of_prompt, without_user
from connectors.evals.envelope import declared
from connectors.evals.inspect_metrics import metrics_of, primary_of
from connectors.evals.inspect_samples import error_kind
from connectors.evals.model import BadSample, Judge, Planned, Run, Sample, Status
from connectors.evals.shape import Json, at, boolean, integer, listing, mapping, moment, number, objects, text

TOOL = "inspect_ai"
STATUSES: dict[str, Status] = {"success": "success", "error": "error", "cancelled": "cancelled", "started": "partial"}
"""A log without a status is the start of one, and as far from its end as one that says `started`."""
PROMPT_SOLVERS = ("system_message", "prompt_template", "user_message", "chain_of_thought", "multiple_choice")
"""Solvers whose template is the prompt, the most telling first."""
KEPT_EVAL_KEYS = (
    *("eval_set_id", "eval_id", "run_id", "created", "task", "task_id", "task_version", "task_file", "task_registry_name"),
    *("task_attribs", "task_args", "solver", "tags", "model", "model_roles", "model_generate_config", "config", "packages", "metadata"),
    *("scorers", "headline_metric"),
)


class InspectHeader:
    """A log's header, read once.

    Args:
        document: header.json of a zip, its start.json, or a JSON log without its samples.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        self.eval = mapping(document, "eval")
        self.results = mapping(document, "results")
        self.scorers = {name: self._judge(scorer) for scorer in objects(self.eval, "scorers") if (name := text(scorer, "name"))}
        names = (text(score, "name") for score in objects(self.results, "scores"))
        self.result_names = frozenset(name for name in names if name)
        self.metadata = mapping(document, "metadata") or mapping(self.eval, "metadata")
        self.tags = listing(document, "tags") or listing(self.eval, "tags")

    def run(self, samples: Iterable[Sample | BadSample]) -> Run:
        """The run, with its samples still to be read."""
        metrics = list(metrics_of(self.results, self.scorers))
        said = declared(self.metadata, self._tag_pairs(), mapping(self.eval, "task_args"))
        status = STATUSES.get(text(self.document, "status") or "", "partial")
        dataset = mapping(self.eval, "dataset")
        limit = _limit(at(self.eval, "config", "limit"))
        return Run(
            native_id=self._native_id(),
            status=status,
            columns=self._columns() | {"limit_applied": limit},
            metrics=metrics,
            samples=samples,
            planned=self._planned(dataset),
            dataset_name=text(dataset, "name")
            or _stem(text(dataset, "location"))
            or text(said, "dataset")
            or text(self.eval, "task")
            or "",
            primary=primary_of(self.results, metrics),
            slice_metrics=_slice_metrics(metrics),
            is_whole=status == "success" and limit is None and at(self.eval, "config", "sample_id") is None,
            declared=said,
            raw=self._raw(),
            version_label=text(said, "dataset_version"),
        )

    def _native_id(self) -> str:
        """`eval_id`, which edits and copies keep; logs from before it existed have it made of what it stands for."""
        parts = [text(self.eval, key) or "" for key in ("run_id", "task_id", "created", "task")]
        return text(self.eval, "eval_id") or ":".join(parts)

    def _dataset_name(self, said: Json) -> str:
        """The dataset's name, else its file's; a dataset built in code has neither and goes by its task."""
        dataset = mapping(self.eval, "dataset")
        return text(dataset, "name") or _stem(text(dataset, "location")) or text(said, "dataset") or text(self.eval, "task") or ""

    def _columns(self) -> Json:
        model = text(self.eval, "model")
        provider, slash, name = (model or "").partition("/")
        package, version = self._task_package()
        return (
            {
                "task_name": text(self.eval, "task"),
                "task_version": text(self.eval, "task_version"),
                "harness_name": package or TOOL,
                "harness_version": version if package else text(self.eval, "packages", TOOL),
                "harness_package": package,
                "packages": mapping(self.eval, "packages"),
                "model_raw": model,
                "model_provider": provider if slash else None,
                "model_name": name if slash else model,
                "prompt_sha": self._prompt_sha(),
                "tags": [tag for tag in self.tags if isinstance(tag, str)],
                "metadata": kept(self.metadata),
            }
            | self._revision(package)
            | self._times()
            | self._usage()
        )

    def _revision(self, package: str | None) -> Json:
        """Whose commit `revision` is: the harness's where the task came from a package installed from git, else the project's.

        Inspect writes the package's commit in the place of the working tree's, and only a working tree can be dirty.
        """
        revision = mapping(self.eval, "revision")
        commit, is_dirty = text(revision, "commit"), boolean(revision, "dirty")
        if package and is_dirty is None:
            return {"harness_commit": commit, "repository_raw": None, "git_sha_raw": None, "git_is_dirty": None}
        origin = without_user(text(revision, "origin"))
        return {"harness_commit": None, "repository_raw": origin, "git_sha_raw": commit, "git_is_dirty": is_dirty}

    def _task_package(self) -> tuple[str | None, str | None]:
        """The distribution that the task came from: Inspect lists it beside itself, and nothing else."""
        prefix = _normal((text(self.eval, "task_registry_name") or "").partition("/")[0])
        others = {name: str(version) for name, version in mapping(self.eval, "packages").items() if _normal(name) != _normal(TOOL)}
        ranked = sorted(others.items(), key=lambda item: (_normal(item[0]) != prefix, item[0]))
        return ranked[0] if ranked else (None, None)

    def _times(self) -> Json:
        started = moment(self.document, "stats", "started_at") or moment(self.eval, "created")
        ended = moment(self.document, "stats", "completed_at")
        return {"started_at": started, "ended_at": ended, "wall_seconds": _seconds_between(started, ended)}

    def _usage(self) -> Json:
        usage = [entry for entry in mapping(self.document, "stats", "model_usage").values() if isinstance(entry, dict)]
        return {
            "tokens_in": _sum(integer(entry, "input_tokens") for entry in usage),
            "tokens_out": _sum(integer(entry, "output_tokens") for entry in usage),
            "tokens_cached": _sum(integer(entry, "input_tokens_cache_read") for entry in usage),
            "cost_usd": _sum(number(entry, "total_cost") for entry in usage),
        }

    def _planned(self, dataset: Json) -> Planned:
        epochs = integer(self.eval, "config", "epochs") or 1
        items = len(listing(dataset, "sample_ids")) or integer(dataset, "samples")
        headline = next(objects(self.results, "scores"), {})
        return Planned(
            samples=_first(integer(self.results, "total_samples"), None if items is None else items * epochs),
            completed=integer(self.results, "completed_samples"),
            unscored=integer(headline, "unscored_samples"),
            epochs=epochs,
        )

    def _prompt_sha(self) -> str | None:
        templates = {
            (text(step, "solver") or "").rpartition("/")[2]: template
            for step in objects(self.document, "plan", "steps")
            if (template := text(step, "params", "template"))
        }
        found = next((templates[solver] for solver in PROMPT_SOLVERS if solver in templates), None)
        return None if found is None else sha_of_prompt(found)

    def _judge(self, scorer: Json) -> Judge:
        """A model, where the scorer was given one, a role or a grading template; else code."""
        options, name = mapping(scorer, "options"), (text(scorer, "name") or "").rpartition("/")[2]
        model = at(options, "model")
        role = text(options, "model_role") or "grader"
        by_role = at(self.eval, "model_roles", role)
        is_graded = name.startswith("model_graded")
        if not (is_graded or model or by_role):
            return Judge()
        template = text(options, "template") or text(options, "instructions")
        names = _model_names(model) or _model_names(by_role) or ([text(self.eval, "model") or ""] if is_graded else [])
        return Judge("llm", ", ".join(names) or None, None if template is None else sha_of_prompt(template))

    def _tag_pairs(self) -> Json:
        """Tags of the form `project:search` or `project=search`."""
        pairs = (tag.replace("=", ":", 1).partition(":") for tag in self.tags if isinstance(tag, str))
        return {key: value for key, colon, value in pairs if colon and value}

    def _raw(self) -> Json:
        header = {key: self.eval[key] for key in KEPT_EVAL_KEYS if key in self.eval}
        header["dataset"] = {key: value for key, value in mapping(self.eval, "dataset").items() if key != "sample_ids"}
        revision = mapping(self.eval, "revision")
        header["revision"] = revision | {"origin": without_user(text(revision, "origin"))} if revision else None
        stats = mapping(self.document, "stats")
        return kept(
            {
                "version": at(self.document, "version"),
                "status": text(self.document, "status"),
                "invalidated": boolean(self.document, "invalidated"),
                "eval": header,
                "plan": [
                    {"solver": text(step, "solver"), "params": at(step, "params")} for step in objects(self.document, "plan", "steps")
                ],
                "results": {key: value for key, value in self.results.items() if key not in {"metadata", "early_stopping"}},
                "stats": {key: stats[key] for key in ("started_at", "completed_at", "model_usage", "role_usage") if key in stats},
                "log_updates": len(listing(self.document, "log_updates")),
                "error": error_kind(self.document.get("error")),
            }
        )


def _slice_metrics(metrics: Iterable[Any]) -> dict[str, str]:
    """By scorer, the metric that is the mean of its scores; where Inspect computed none, the mean goes by its own name."""
    names: dict[str, str] = {}
    for metric in metrics:
        if metric.scorer not in names or metric.metric == "accuracy":
            names[metric.scorer] = metric.metric if metric.metric in {"accuracy", "mean"} else "mean"
    return names


def _limit(limit: Any) -> int | None:
    """`--limit 10`, or the length of `--limit 10-20`."""
    if isinstance(limit, list):
        ends = [integer(end) for end in limit]
        return ends[1] - ends[0] if len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[1] >= ends[0] else None
    return integer(limit)


def _model_names(model: Any) -> list[str]:
    """Models of a scorer's option or role: a name, a configuration, or a list of either."""
    items = model if isinstance(model, list) else [model]
    names = (text(item, "model") if isinstance(item, dict) else text(item) for item in items)
    return [name for name in names if name]


def _seconds_between(started: str | None, ended: str | None) -> float | None:
    if started is None or ended is None:
        return None
    return max(0.0, (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds())


def _sum(values: Iterator[Any]) -> Any:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


def _normal(package: str) -> str:
    return package.lower().replace("-", "_").replace(".", "_")


def _stem(location: str | None) -> str | None:
    return PurePosixPath(location).stem or None if location else None
