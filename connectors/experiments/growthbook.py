"""Reading a GrowthBook store: every experiment at each sync, results as long as they may still move.

What the answers mean is in `growthbook_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.contract import Cursor, Event
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
from connectors.experiments.listed import ListedReading
from connectors.experiments.options import GrowthBookStore
from connectors.experiments.source import GrowthBookSource, Json


@dataclass
class GrowthBookReading(ListedReading):
    """One reading of one GrowthBook store."""

    source: GrowthBookSource
    store: GrowthBookStore
    _known: Terms = field(default_factory=Terms, init=False)

    def events(self) -> Iterator[Event]:
        """All experiments with their phases, and the results that may have changed since the last reading."""
        self._known = self._terms()
        return self.listed(self.source, self.store, "an object with id, name, variations and phases")

    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:
        """Sort one experiment, with the results of each phase."""
        bundle = to_bundle(experiment, self._known, self.store)
        if is_settled(experiment, cursor):
            self.has_skipped = True
            self.context.meter.count(saved=len(bundle.phases))
        elif experiment.get("status") != "draft":
            for phase in bundle.phases:
                self._take_results(experiment, int(phase["phase"]), bundle)
        sound.take(bundle)

    def _take_results(self, experiment: Json, phase: int, bundle: Bundle) -> None:
        try:
            answer = self.source.results(str(experiment["id"]), phase)
            bundle.results += result_records(answer, phase, bundle, self._known) if answer else []
        except ContractBroken as error:
            self.reject_results(bundle, self.store.partition, str(phase), f"{error.what}: {error.why}", None)

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
