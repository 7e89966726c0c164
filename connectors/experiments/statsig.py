"""Reading a Statsig project: every experiment at each sync, results as long as they may still move.

What the answers mean is in `statsig_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import Cursor, Event
from connectors.errors import ContractBroken
from connectors.experiments.answers import moment, told
from connectors.experiments.bundles import Bundle, Sound, experiment_id
from connectors.experiments.listed import ListedReading
from connectors.experiments.options import StatsigStore
from connectors.experiments.source import Json, StatsigSource
from connectors.experiments.statsig_records import control_of, groups_by_id, result_records, to_bundle

SETTLED_AFTER = timedelta(days=14)
"""Results of an ended experiment are asked for until this long after its end."""
ENDED = {"decision_made", "abandoned", "archived"}


@dataclass
class StatsigReading(ListedReading):
    """One reading of one Statsig project."""

    source: StatsigSource
    store: StatsigStore

    def events(self) -> Iterator[Event]:
        """All experiments, and the results that may have changed since the last reading."""
        return self.listed(self.source, self.store, "an object with id, name, groups and status")

    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:
        """Sort one experiment, with the results of each group against the control."""
        try:
            bundle = to_bundle(experiment, self.store)
        except ValueError as fault:
            key, reason = experiment_id("statsig", str(experiment["id"])), f"experiment {experiment['id']}: {fault}"
            self.reject_experiment(sound, key, reason, experiment, self.store.url)
            return
        if _is_settled(experiment, cursor):
            self.has_skipped = True
        elif experiment.get("status") != "setup" and bundle.phases:
            self._take_results(experiment, bundle)
        sound.take(bundle)

    def _take_results(self, experiment: Json, bundle: Bundle) -> None:
        groups, control = groups_by_id(experiment), control_of(experiment)
        for group, name in groups.items():
            if group == control or control is None:
                continue
            try:
                data = self.source.pulse(str(experiment["id"]), control, group)
            except ContractBroken as error:
                self.reject_results(bundle, self.store.partition, name, f"{error.what}: {error.why}", None)
                continue
            for found in result_records(data, (name, groups[control]), bundle) if data else ():
                if isinstance(found, dict):
                    bundle.results.append(found)
                    continue
                metric, why, raw = found
                reason = f"{bundle.place}, group {name}, metric {metric}: {why}"
                self.reject_results(bundle, self.store.partition, f"{name}|{metric}", reason, raw)


def _is_settled(experiment: Json, cursor: Cursor) -> bool:
    """Whether the last reading already came long after the end, so that results cannot have moved."""
    ended = moment(told(experiment, "endTime")) or moment(told(experiment, "decisionTime"))
    if experiment.get("status") not in ENDED or not isinstance(ended, datetime) or not cursor.get("read_at"):
        return False
    return ended + SETTLED_AFTER < datetime.fromisoformat(cursor["read_at"])
