"""Reading a GrowthBook store: every experiment at each sync, results as long as they may still move.

What the answers mean is in `growthbook_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Counted, Cursor, Event, Finished, ReadContext, Rejected
from connectors.errors import AuthFailed, ContractBroken, NotFound
from connectors.experiments.bundles import Bundle, Sound
from connectors.experiments.growthbook_records import (
    USUAL_ALPHA,
    Metric,
    Terms,
    fact_metric,
    is_settled,
    old_metric,
    result_records,
    to_bundle,
)
from connectors.experiments.options import GrowthBookStore
from connectors.experiments.source import GrowthBookSource, Json


@dataclass
class GrowthBookReading:
    """One reading of one GrowthBook store."""

    source: GrowthBookSource
    store: GrowthBookStore
    context: ReadContext
    has_skipped: bool = False
    doubtful: set[str] = field(default_factory=set[str])

    def events(self) -> Iterator[Event]:
        """All experiments with their phases, and the results that may have changed since the last reading."""
        partition = self.store.partition
        terms, sound, seen, total = self._terms(), Sound(partition), 0, 0
        cursor = self.context.cursor(partition)
        for page in self.source.experiments():
            total, seen = page.total, seen + len(page.experiments)
            for experiment in page.experiments:
                self._take(experiment, terms, cursor, sound)
            self.doubtful |= {rejected.table for rejected in sound.rejected}
            yield from sound.events()
            self.context.progress(f"experiments: {seen} of {total} in {partition}")
        yield Counted("experiments", partition, total, "total of the list")
        yield Finished(partition, {"read_at": self.context.now.isoformat()}, self._complete())

    def _complete(self) -> tuple[str, ...]:
        if "experiments" in self.doubtful:
            return ()
        phases = () if "phases" in self.doubtful else ("phases",)
        results = () if self.has_skipped or self.doubtful & {"phases", "results"} else ("results",)
        return ("experiments", *phases, *results)

    def _take(self, experiment: Any, terms: Terms, cursor: Cursor, sound: Sound) -> None:
        if not isinstance(experiment, dict) or not experiment.get("id"):
            reason = "an experiment came without its id; expected an object with id, name, variations and phases"
            sound.rejected.append(
                Rejected("experiments", sound.partition, f"without id: {experiment!r:.80}", reason, experiment, self.store.url)
            )
            return
        bundle = to_bundle(experiment, terms, self.store)
        if is_settled(experiment, cursor):
            self.has_skipped = True
            self.context.meter.count(saved=len(bundle.phases))
        elif experiment.get("status") != "draft":
            for phase in bundle.phases:
                self._take_results(experiment, int(phase["phase"]), terms, bundle)
        sound.take(bundle)

    def _take_results(self, experiment: Json, phase: int, terms: Terms, bundle: Bundle) -> None:
        try:
            answer = self.source.results(str(experiment["id"]), phase)
            bundle.results += result_records(answer, phase, bundle, terms) if answer else []
        except ContractBroken as error:
            identity = f"{bundle.experiment['experiment_id']}|{phase}"
            url = bundle.experiment["_source_url"]
            bundle.rejected.append(Rejected("results", self.store.partition, identity, f"{error.what}: {error.why}", None, url))

    def _terms(self) -> Terms:
        """Metric names and thresholds; what the key may not see, or an old GrowthBook does not serve, stays unknown."""
        metrics: dict[str, Metric] = {}
        settings: Json = {}
        for ask in (self._old_metrics, self._fact_metrics):
            try:
                metrics |= ask()
            except (NotFound, AuthFailed) as error:
                self.context.progress(f"experiments: {error}; names and kinds of such metrics stay unknown")
        try:
            settings = self.source.settings()
        except (NotFound, AuthFailed) as error:
            self.context.progress(f"experiments: {error}; taking a p-value threshold of {USUAL_ALPHA}")
        alpha = settings.get("pValueThreshold")
        return Terms(metrics, alpha if isinstance(alpha, float) else USUAL_ALPHA, settings.get("pValueCorrection"))

    def _old_metrics(self) -> dict[str, Metric]:
        return {str(metric.get("id")): old_metric(metric) for metric in self.source.metrics()}

    def _fact_metrics(self) -> dict[str, Metric]:
        return {str(metric.get("id")): fact_metric(metric) for metric in self.source.fact_metrics()}
