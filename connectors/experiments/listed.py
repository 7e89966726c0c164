"""What reading every vendor's list of experiments has in common: each page taken, what was set aside remembered, the whole counted."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.contract import Counted, Cursor, Event, Finished, ReadContext, Rejected
from connectors.experiments.bundles import Bundle, Sound
from connectors.experiments.source import Json, ListPage


class Listed(Protocol):
    """A store that can be listed."""

    def experiments(self) -> Iterator[ListPage]:
        """All experiments, by pages."""
        ...


class VendorStore(Protocol):
    """What a reading needs to know of its store."""

    url: str

    @property
    def partition(self) -> str:
        """Name of the store in cursors and messages."""
        ...


@dataclass
class ListedReading(ABC):
    """One reading of a store that lists its experiments; a vendor says what one of them is."""

    context: ReadContext
    has_skipped: bool = field(default=False, init=False)
    """Results of some experiment were not asked for."""
    doubtful: set[str] = field(default_factory=set[str], init=False)
    """Tables that something could not be taken into: what they do not list may still be there."""

    def listed(self, source: Listed, store: VendorStore, expected: str) -> Iterator[Event]:
        """Every experiment with its parts; `expected` is what an experiment's answer must be, in words."""
        partition = store.partition
        cursor, sound, seen, total = self.context.cursor(partition), Sound(partition), 0, 0
        for page in source.experiments():
            total, seen = page.total, seen + len(page.experiments)
            for experiment in page.experiments:
                if isinstance(experiment, dict) and experiment.get("id"):
                    self.take(experiment, cursor, sound)
                    continue
                identity, reason = f"without id: {experiment!r:.80}", f"an experiment came without its id; expected {expected}"
                sound.rejected.append(Rejected("experiments", partition, identity, reason, experiment, store.url))
            self.doubtful |= {rejected.table for rejected in sound.rejected}
            yield from sound.events()
            self.context.progress(f"experiments: {seen} of {total} in {partition}")
        yield Counted("experiments", partition, total, "total of the list")
        yield Finished(partition, {"read_at": self.context.now.isoformat()}, self._complete())

    @abstractmethod
    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:
        """Sort one experiment with the results that may have changed since the last reading."""

    def reject_results(self, bundle: Bundle, partition: str, of: str, reason: str, raw: Any) -> None:
        """Set aside results of an experiment; `of` says which."""
        identity = f"{bundle.experiment['experiment_id']}|{of}"
        bundle.rejected.append(Rejected("results", partition, identity, reason, raw, bundle.experiment["_source_url"]))

    def _complete(self) -> tuple[str, ...]:
        if "experiments" in self.doubtful:
            return ()
        phases = () if "phases" in self.doubtful else ("phases",)
        results = () if self.has_skipped or self.doubtful & {"phases", "results"} else ("results",)
        return ("experiments", *phases, *results)
