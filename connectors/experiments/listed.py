"""What reading every vendor's list of experiments has in common: each page taken, what was set aside remembered, the whole counted."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

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

    identity: ClassVar[str] = "id"
    """Which field tells an experiment from the others."""

    context: ReadContext
    has_skipped: bool = field(default=False, init=False)
    """Results of some experiment were not asked for."""
    doubtful: set[str] = field(default_factory=set[str], init=False)
    """Tables that something could not be taken into: what they do not list may still be there."""

    def listed(self, source: Listed, store: VendorStore, expected: str) -> Iterator[Event]:
        """Every experiment with its parts; `expected` is what an experiment's answer must be, in words."""
        partition = store.partition
        cursor, sound, seen, total, how = self.context.cursor(partition), Sound(partition), 0, 0, ""
        for page in source.experiments():
            total, seen = page.total, seen + len(page.experiments)
            how = "experiments listed" if page.is_running_total else "total of the list"
            for experiment in page.experiments:
                if isinstance(experiment, dict) and experiment.get(self.identity):
                    self.take(experiment, cursor, sound)
                    continue
                identity = f"without {self.identity}: {experiment!r:.80}"
                reason = f"an experiment came without its {self.identity}; expected {expected}"
                sound.rejected.append(Rejected("experiments", partition, identity, reason, experiment, store.url))
            self.doubtful |= {rejected.table for rejected in sound.rejected}
            yield from sound.events()
            self.context.progress(f"experiments: {seen} of {total} in {partition}")
        yield Counted("experiments", partition, total, how)
        yield Finished(partition, {"read_at": self.context.now.isoformat()}, self._complete())

    @staticmethod
    def held(source: Listed) -> str:
        """How much the store seems to hold, after one request."""
        page = next(iter(source.experiments()))
        return f"{page.total} experiments{' at least' if page.is_running_total else ''}"

    @abstractmethod
    def take(self, experiment: Json, cursor: Cursor, sound: Sound) -> None:
        """Sort one experiment with the results that may have changed since the last reading."""

    @staticmethod
    def reject_experiment(sound: Sound, identity: str, reason: str, raw: Any, url: str) -> None:
        """Set aside an experiment that no record can be made of."""
        sound.rejected.append(Rejected("experiments", sound.partition, identity, reason, raw, url))

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
