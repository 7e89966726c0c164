"""Reading one Optimizely project: every experiment at each sync, results as long as they may still move.

What the answers mean is in `optimizely_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import Cursor, Event
from connectors.errors import ContractBroken, NotFound
from connectors.experiments.bundles import Sound, experiment_id
from connectors.experiments.listed import ListedReading
from connectors.experiments.optimizely_records import control_of, result_records, to_bundle
from connectors.experiments.options import OptimizelyStore
from connectors.experiments.source import Json, OptimizelySource

SETTLED_AFTER = timedelta(days=14)
"""Results of an experiment that runs no more are asked for until this long after it was last touched."""
NEVER_RAN = "not_started"
RUNNING = {"running", "campaign_paused"}


@dataclass
class OptimizelyReading(ListedReading):
    """One reading of one Optimizely project."""

    source: OptimizelySource
    store: OptimizelyStore

    def events(self) -> Iterator[Event]:
        """All experiments, and the results that may have changed since the last reading."""
        return self.listed(self.source, self.store, "an object with id, name, variations and status")

    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:
        """Sort one experiment, with the results of each variation against the baseline."""
        native_id = str(experiment["id"])
        results, why_not = self._results(experiment, cursor)
        try:
            bundle = to_bundle(experiment, results, self.store)
        except (ValueError, AttributeError, TypeError) as fault:
            identity = experiment_id("optimizely", native_id)
            self.reject_experiment(sound, identity, f"experiment {native_id}: {fault}", experiment, self.store.url)
            return
        if why_not:
            self.reject_results(bundle, self.store.partition, "results", f"{bundle.place}: {why_not}", None)
        for found in result_records(results, bundle) if results else ():
            if isinstance(found, dict):
                bundle.results.append(found)
            else:
                of, why, raw = found
                self.reject_results(bundle, self.store.partition, of, f"{bundle.place}, {of}: {why}", raw)
        sound.take(bundle)

    def _results(self, experiment: Json, cursor: Cursor) -> tuple[Json | None, str]:
        """The results, or why what came is none; nothing for an experiment that has none."""
        if experiment.get("status") == NEVER_RAN:
            return None, ""
        if _is_settled(experiment, cursor):
            self.has_skipped = True
            return None, ""
        try:
            return self.source.results(str(experiment["id"]), str(control_of(experiment))), ""
        except NotFound:
            return None, ""
        except ContractBroken as error:
            return None, f"{error.what}: {error.why}"


def _is_settled(experiment: Json, cursor: Cursor) -> bool:
    """Whether the last reading already came long after the end, so that results cannot have moved."""
    if experiment.get("status") in RUNNING or not cursor.get("read_at"):
        return False
    try:
        touched = datetime.fromisoformat(str(experiment.get("last_modified")))
    except ValueError:
        return False
    return touched.tzinfo is not None and touched + SETTLED_AFTER < datetime.fromisoformat(cursor["read_at"])
