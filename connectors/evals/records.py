"""A `Run` as rows of the tables: ids, where it belongs, whether it met its threshold, means by slice, its dataset's version."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.contract import Record
from connectors.evals.digest import kept, sha_of_text
from connectors.evals.envelope import belonging, threshold_of
from connectors.evals.model import Judge, Metric, Run, Sample, Score, Scorer, Status
from connectors.evals.shape import Json, text
from connectors.evals.tally import Tally

MetricKey = tuple[str, str, str, str]
"""Scorer, metric, slice, variant."""
NO_SCORE = Score("", None, unscored_reason="not_scored")


@dataclass(frozen=True)
class Origin:
    """The file that a run is read from."""

    kind: str
    path: str
    url: str
    content_sha: str
    modified_at: datetime | None
    envelope: Json | None
    default_threshold: float | None


class RunRecords:
    """Makes the rows of one run; samples first, since the others need their counts."""

    def __init__(self, run: Run, origin: Origin) -> None:
        self.run, self.origin = run, origin
        self.run_id = sha_of_text(f"{origin.kind}|{run.native_id}")
        self.tally = Tally(run.primary[0] if run.primary else None, run.slice_metrics, run.planned.epochs, run.adds_up)
        self.threshold = threshold_of(origin.envelope, run.declared, origin.default_threshold)

    def samples(self, sample: Sample) -> Iterator[Record]:
        """A row for each scorer, and one without a scorer where there is none."""
        self.tally.add(sample)
        of_sample = self._of_sample(sample)
        for score in sample.scores or (NO_SCORE,):
            yield of_sample | {
                "scorer": score.scorer,
                "score_num": score.number,
                "score_raw": score.raw,
                "passed": score.passed,
                "unscored_reason": score.unscored_reason,
                "judge_kind": score.judge.kind,
                "judge_id": score.judge.name,
                "judge_prompt_sha": score.judge.prompt_sha,
                "rationale_sha": score.rationale_sha,
                "edited": score.is_edited,
            }

    def _of_sample(self, sample: Sample) -> Record:
        """What the rows of a sample have in common."""
        return {
            "run_id": self.run_id,
            "sample_key": sample.key,
            "epoch": sample.epoch,
            "slice": sample.slice,
            "failure_mode": sample.failure_mode,
            "error_kind": sample.error_kind,
            "input_sha": sample.input_sha,
            "target_sha": sample.target_sha,
            "output_sha": sample.output_sha,
            "cost_usd": sample.cost_usd,
            "latency_ms": sample.latency_ms,
            "tokens_in": sample.tokens_in,
            "tokens_out": sample.tokens_out,
            "content_sha": self.origin.content_sha,
            "_raw": sample.raw,
            "_source_url": self.origin.url,
        }

    def lose(self) -> None:
        """Count a sample that could not be read: what is left is only a part of the run."""
        self.tally.lose()

    def metrics(self) -> list[Record]:
        """The tool's own numbers, then the means that it did not report."""
        own = self._own()
        return [self._metric(metric, key not in own) for key, metric in (self._taken() | own).items()]

    def run_record(self) -> Record:
        """The run itself."""
        run, origin, tally = self.run, self.origin, self.tally
        planned = run.planned
        n_samples = tally.samples if planned.samples is None else planned.samples
        return (
            run.columns
            | self._totals()
            | belonging(origin.envelope, run.declared, run.columns)
            | {
                "run_id": self.run_id,
                "kind": origin.kind,
                "native_run_id": run.native_id,
                "path": origin.path,
                "content_sha": origin.content_sha,
                "status": self._status(),
                "answered_model": self._answered_model(),
                "dataset_version_id": self._dataset_version_id(),
                "dataset_name": run.dataset_name,
                "n_samples": n_samples,
                "n_completed": tally.samples - tally.errors if planned.completed is None else planned.completed,
                "n_errors": tally.errors if tally.samples or planned.completed is None else max(0, n_samples - planned.completed),
                "n_unscored": tally.unscored if tally.samples else planned.unscored or 0,
                "epochs": planned.epochs,
                "_raw": run.raw,
                "_source_url": origin.url,
            }
        )

    def dataset_version(self) -> Record | None:
        """The dataset that the run shows whole; None where it shows only a part, or nothing."""
        version_id, seen_at = self._dataset_version_id(), self.run.columns.get("started_at") or self.origin.modified_at
        content = self.tally.content
        if version_id is None or content is None or seen_at is None:
            return None
        return {
            "dataset_version_id": version_id,
            "dataset_name": self.run.dataset_name,
            "kind": self.origin.kind,
            "version_label": self.run.version_label or text(self.origin.envelope, "dataset_version"),
            "first_run_id": self.run_id,
            "native_id": None,
            "created_by_raw": None,
            "version_at": seen_at if isinstance(seen_at, datetime) else datetime.fromisoformat(seen_at),
            "_raw": {"path": self.origin.path, "content_sha": self.origin.content_sha},
            "_source_url": self.origin.url,
        } | content.columns()

    def _dataset_version_id(self) -> str | None:
        content = self.tally.content if self.run.is_whole and not self.tally.lost else None
        return None if content is None else content.version_id(self.run.dataset_name)

    def _status(self) -> Status | Literal["failed_threshold"]:
        """The tool's word, unless samples were lost on the way here, or the threshold was missed."""
        if self.run.status != "success":
            return self.run.status
        if self.tally.lost:
            return "partial"
        return "failed_threshold" if self._passed() is False else "success"

    def _answered_model(self) -> str | None:
        """What answered, by the answers, else by the log's head, else by the run's own word.

        An answer that repeats what was asked for names no version: it may be the alias still.
        """
        columns = self.run.columns
        told = self.tally.answered_models or {text(columns, "answered_model") or text(self.run.declared, "answered_model")}
        names = {kept(name) for name in told if name} - {text(columns, "model_raw"), text(columns, "model_name")}
        return ", ".join(sorted(names)) or None

    def _totals(self) -> Json:
        """What the samples cost together, where the tool does not say."""
        if not self.run.adds_up:
            return {}
        return {name: total for name, total in self.tally.totals().items() if self.run.columns.get(name) is None}

    def _own(self) -> dict[MetricKey, Metric]:
        return {_key(metric): metric for metric in self.run.metrics}

    def _taken(self) -> dict[MetricKey, Metric]:
        return {_key(metric): metric for metric in self._means()}

    def _means(self) -> Iterator[Metric]:
        scorers = self.run.scorers
        judges = {name: scorer.judge for name, scorer in scorers.items()} | {
            metric.scorer: metric.judge for metric in reversed(self.run.metrics)
        }
        direction = {(metric.scorer, metric.metric): metric.higher_is_better for metric in self.run.metrics}
        variants = {metric.scorer: metric.variant for metric in reversed(self.run.metrics) if not metric.slice}
        for (scorer, slice_name), mean in sorted(self.tally.means.items()):
            name = self.run.slice_metrics[scorer]
            yield Metric(
                scorer,
                name,
                mean.value,
                slice_name,
                variants.get(scorer, ""),
                n=mean.n,
                higher_is_better=direction.get((scorer, name), scorers.get(scorer, Scorer()).higher_is_better),
                reducer="mean",
                judge=judges.get(scorer, Judge()),
            )

    def _metric(self, metric: Metric, is_computed: bool) -> Record:
        is_primary = metric.slice == "" and (metric.scorer, metric.metric, metric.variant) == self.run.primary
        mean = self.tally.means.get((metric.scorer, metric.slice))
        return {
            "run_id": self.run_id,
            "scorer": metric.scorer,
            "metric": metric.metric,
            "slice": metric.slice,
            "variant": metric.variant,
            "value": metric.value,
            "stderr": metric.stderr,
            "n": mean.n if metric.n is None and mean is not None else metric.n,
            "higher_is_better": metric.higher_is_better,
            "threshold": self.threshold if is_primary else None,
            "passed": self._passed() if is_primary else None,
            "judge_model": metric.judge.name if metric.judge.kind == "llm" else None,
            "judge_prompt_sha": metric.judge.prompt_sha,
            "reducer": metric.reducer,
            "is_primary": is_primary,
            "content_sha": self.origin.content_sha,
            "_raw": {"computed": is_computed},
            "_source_url": self.origin.url,
        }

    def _passed(self) -> bool | None:
        """Whether the leading metric meets its threshold; None where either is missing."""
        metric = self._primary()
        if metric is None or metric.value is None or self.threshold is None:
            return None
        return metric.value <= self.threshold if metric.higher_is_better is False else metric.value >= self.threshold

    def _primary(self) -> Metric | None:
        if self.run.primary is None:
            return None
        scorer, metric, variant = self.run.primary
        key = (scorer, metric, "", variant)
        return self._own().get(key) or (self._taken().get(key) if self.run.adds_up else None)


def _key(metric: Metric) -> MetricKey:
    return metric.scorer, metric.metric, metric.slice, metric.variant
