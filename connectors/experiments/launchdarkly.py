"""Reading the experiments of one LaunchDarkly environment: all of them at each sync, as they are configured.

What the answers mean is in `launchdarkly_records.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from connectors.contract import Cursor, Event
from connectors.experiments.bundles import Bundle, Sound, experiment_id
from connectors.experiments.launchdarkly_records import to_bundle
from connectors.experiments.listed import ListedReading
from connectors.experiments.options import LaunchDarklyStore
from connectors.experiments.source import Json, LaunchDarklySource


@dataclass
class LaunchDarklyReading(ListedReading):
    """One reading of one environment."""

    identity: ClassVar[str] = "key"

    source: LaunchDarklySource
    store: LaunchDarklyStore
    configured: dict[str, Bundle | None] = field(default_factory=dict[str, Bundle | None])
    """Every experiment met, by its key; None for one that was set aside."""

    def events(self) -> Iterator[Event]:
        """All experiments with their iterations."""
        return self.listed(self.source, self.store, "an object with key, name and currentIteration")

    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:  # noqa: ARG002 - as in the base: nothing is left out
        """Sort one experiment."""
        native_id = str(experiment["key"])
        self.configured[native_id] = None
        try:
            bundle = to_bundle(experiment, self.store)
            sound.take(bundle)
            self.configured[native_id] = bundle if bundle.experiment in sound.experiments else None
        except (ValueError, AttributeError, TypeError) as fault:
            identity = experiment_id("launchdarkly", f"{self.store.project}/{self.store.environment}/{native_id}")
            self.reject_experiment(sound, identity, f"experiment {native_id}: {fault}", experiment, self.store.url)
