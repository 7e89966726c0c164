"""Reading an Eppo organisation: every experiment with its calculated metrics at each sync.

What the answers mean is in `eppo_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.contract import Cursor, Event
from connectors.errors import AuthFailed, ContractBroken, NotFound
from connectors.experiments.bundles import Bundle, Sound, experiment_id
from connectors.experiments.eppo_records import metric_ids, result_records, to_bundle
from connectors.experiments.listed import ListedReading
from connectors.experiments.options import EppoStore
from connectors.experiments.source import EppoSource, Json


@dataclass
class EppoReading(ListedReading):
    """One reading of one Eppo organisation."""

    source: EppoSource
    store: EppoStore
    _names: dict[str, str] = field(default_factory=dict[str, str], init=False)
    _asked: set[str] = field(default_factory=set[str], init=False)

    def events(self) -> Iterator[Event]:
        """All experiments with their results."""
        return self.listed(self.source, self.store, "an object with id, name and variations")

    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:  # noqa: ARG002 - as in the base: every result is asked for
        """Sort one experiment, with the metrics of each variation against the control."""
        identity = str(experiment["id"])
        try:
            found = self.source.experiment(identity)
            bundle = to_bundle(experiment | found, self.store)
        except (ContractBroken, NotFound, ValueError) as fault:
            key, reason = experiment_id("eppo", identity), f"experiment {identity}: {fault}"
            self.reject_experiment(sound, key, reason, experiment, self.store.url)
            return
        self._take_results(found, bundle)
        sound.take(bundle)

    def _take_results(self, experiment: Json, bundle: Bundle) -> None:
        for metric in metric_ids(experiment):
            self._name(metric)
        for found in result_records(experiment, self._names, bundle):
            if isinstance(found, dict):
                bundle.results.append(found)
            else:
                of, why, raw = found
                self.reject_results(bundle, self.store.partition, of, f"{bundle.place}, {of}: {why}", raw)

    def _name(self, metric: str) -> None:
        """Ask once for a metric's name; what the key may not see stays unknown."""
        if metric in self._asked:
            return
        self._asked.add(metric)
        try:
            self._names[metric] = str(self.source.metric(metric)["name"])
        except (AuthFailed, NotFound, ContractBroken) as error:
            self.context.progress(f"experiments: {error}; its name stays unknown")
