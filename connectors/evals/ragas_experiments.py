"""Experiments of Ragas' local backends: a file of rows in `experiments/`, on a dataset that is a file in `datasets/` beside it.

A task that failed leaves no row, and only the dataset tells that one is missing. Which of several datasets an experiment is on
is nowhere written, unless its rows have a column `dataset`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from connectors.evals.answering import models_in
from connectors.evals.digest import kept, sha_of_content
from connectors.evals.envelope import declared
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import BadSample, Judge, OpenLog, OpenPart, Place, Planned, Run, Sample, Score, Scorer
from connectors.evals.ragas_tables import Columns, rows, score
from connectors.evals.shape import Json, UnreadableLog, text

TOOL = "ragas"
MEAN = "mean"
SUFFIXES = (".jsonl", ".csv")
INPUTS = ("user_input", "question", "input", "query")
TARGETS = ("reference", "ground_truth", "expected_output", "expected", "target")
OUTPUTS = ("response", "answer", "output", "prediction")
MODELS = ("model", "model_name", "llm")
DECLARING = frozenset(
    {
        *("project", "repository", "repo", "repo_id", "git_sha", "git_commit", "commit_sha", "head_sha", "ci_run_id", "ci_run_attempt"),
        *("pr", "harness", "harness_version", "dataset", "dataset_version", "threshold", "created_by"),
    }
)
"""Columns that speak for the run where they say the same in every row."""
UNKNOWN_JUDGE = Judge(None)
"""A score is a column: whether a model, code or a person gave it is not written down."""
_CLASS = re.compile(r"[A-Za-z_][\w.]{0,79}")


class RagasExperiments:
    """Reads what Ragas 0.4 keeps in local files.

    Args:
        metrics: columns that are scores, the leading one first; none to go by their values.
    """

    kind = TOOL
    expected = "an experiment of Ragas: JSON lines or CSV, below `experiments/`"

    def __init__(self, metrics: Sequence[str] = ()) -> None:
        self.metrics_given = tuple(metrics)

    def place(self, name: str) -> Place | None:
        """Experiments and datasets, by the folder that they lie in; they belong together by the folder above."""
        path = PurePosixPath(name)
        if path.suffix not in SUFFIXES:
            return None
        key = str(path.parent.parent)
        if path.parent.name == "datasets":
            return Place(False, key, is_shared=True)
        return Place(True, key) if path.parent.name == "experiments" else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of an experiment.

        Raises:
            UnreadableLog: when no row can be read.
        """
        columns = Columns.of(rows(log.main))
        if not columns.n_rows:
            first = next((fault.reason for fault in rows(log.main) if isinstance(fault, BadSample)), "it has no rows")
            raise UnreadableLog(first)
        yield _Experiment(log, columns, self.metrics_given or tuple(columns.scores)).run()


class _Experiment:
    """One experiment, after a first look at its rows."""

    def __init__(self, log: OpenLog, columns: Columns, metrics: Sequence[str]) -> None:
        self.log, self.columns, self.metrics = log, columns, metrics
        self.name = PurePosixPath(log.main.name).stem
        self.said = declared({name: value for name, value in columns.constants.items() if name in DECLARING})
        self.dataset = self._dataset()
        self.n_items = None if self.dataset is None else sum(not isinstance(row, BadSample) for row in rows(self.dataset))

    def run(self) -> Run:
        """The run, with its samples still to be read."""
        return Run(
            # A file has no id, and every project may have one of this name.
            native_id=f"{self.name}@{self.log.main.sha[:16]}",
            status="partial" if self._is_short() else "success" if self.metrics else "error",
            columns=self._columns(),
            metrics=[],
            samples=self._samples(),
            planned=Planned(samples=self.n_items if self._is_short() else None),
            dataset_name=text(self.said, "dataset") or (PurePosixPath(self.dataset.name).stem if self.dataset else self.name),
            primary=(self.metrics[0], MEAN, "") if self.metrics else None,
            slice_metrics=dict.fromkeys(self.metrics, MEAN),
            is_whole=self.n_items is not None and not self._is_short(),
            declared=self.said,
            raw=kept({"experiment": self.name, "rows": self.columns.n_rows, "metrics": list(self.metrics), "dataset_items": self.n_items}),
            version_label=text(self.said, "dataset_version"),
            adds_up=True,
            scorers={name: Scorer(UNKNOWN_JUDGE) for name in self.metrics},
        )

    def _dataset(self) -> OpenPart | None:
        """The dataset that the rows name, else the only one there is."""
        named = text(self.said, "dataset")
        found = [part for part in self.log.parts if named in {None, PurePosixPath(part.name).stem}]
        return found[0] if len(found) == 1 else None

    def _is_short(self) -> bool:
        """Whether items of the dataset have no row: their tasks failed."""
        return self.n_items is not None and self.columns.n_rows < self.n_items

    def _columns(self) -> Json:
        model = next((found for name in MODELS if (found := text(self.columns.constants, name))), None)
        provider, slash, name = (model or "").partition("/")
        return {
            "task_name": self.name,
            "harness_name": TOOL,
            "model_raw": model,
            "model_provider": provider if slash else None,
            "model_name": name if slash else model,
            "tags": [],
            "metadata": {},
        }

    def _samples(self) -> Iterator[Sample | BadSample]:
        seen: Counter[str] = Counter()
        for row in rows(self.log.main):
            yield row if isinstance(row, BadSample) else self._sample(row, seen)

    def _sample(self, row: Json, seen: Counter[str]) -> Sample:
        """A row as a sample; one that comes again, by its id or input, is the same one in another epoch."""
        input_sha = _first_sha(row, INPUTS)
        unscored = {name: value for name, value in row.items() if name not in self.metrics}
        key = text(row, "id") or text(row, "sample_id") or input_sha or sha_of_content(unscored) or ""
        seen[key] += 1
        error = text(row, "error")
        return Sample(
            key=key,
            epoch=seen[key],
            scores=tuple(_score(name, row, error is not None) for name in self.metrics),
            input_sha=input_sha,
            target_sha=_first_sha(row, TARGETS),
            output_sha=_first_sha(row, OUTPUTS),
            slice=slice_of(row),
            failure_mode=failure_mode_of(row),
            error_kind=None if error is None else error if _CLASS.fullmatch(error) else "error",
            answered_models=models_in(None, row),
            raw=kept({"columns": sorted(row)[:100], "scores": {name: score(row.get(name)) for name in self.metrics}}),
        )


def _score(name: str, row: Json, is_error: bool) -> Score:
    value = None if is_error else score(row.get(name))
    reason = "sample_error" if is_error else "nan" if row.get(name) not in (None, "") else "no_value"
    return Score(
        name,
        value,
        raw=None if value is None else str(row.get(name)),
        passed={1.0: True, 0.0: False}.get(value) if value is not None else None,
        unscored_reason=None if value is not None else reason,
        judge=UNKNOWN_JUDGE,
    )


def _first_sha(row: Json, names: Sequence[str]) -> str | None:
    return next((sha for name in names if (sha := sha_of_content(row.get(name) or None))), None)
