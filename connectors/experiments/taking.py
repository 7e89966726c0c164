"""Documents of experiments taken one after the other, whatever store they come from: each experiment once, faulty parts told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Event, Rejected
from connectors.experiments.bundles import TABLES, Bundle, Sound
from connectors.experiments.documents import Place, read_document
from connectors.experiments.formats import Found


@dataclass
class Taking:
    """What was taken in one reading; `taken` are experiments of this and other stores, with the place that has each."""

    taken: dict[str, str]
    documents: int = 0
    unreadable: int = 0
    """Files or pieces of which nobody can tell how many experiments they hold: the store's count is open."""
    doubtful: set[str] = field(default_factory=set[str])
    """Tables that something could not be taken into: what they do not list may still be there."""

    def noting(self, events: Iterator[Event]) -> Iterator[Event]:
        """The same events, remembering which tables something was set aside from."""
        for event in events:
            if isinstance(event, Rejected):
                self.doubtful.add(event.table)
            yield event

    def complete(self) -> tuple[str, ...]:
        """Tables whose missing rows are really gone; an experiment set aside keeps its last good phases and results too."""
        if self.unreadable or "experiments" in self.doubtful:
            return ()
        return tuple(table for table in TABLES if table not in self.doubtful and not (table == "results" and "phases" in self.doubtful))

    def take(self, found: Found, place: Place, sound: Sound, configuration: Bundle | None = None) -> None:
        """Sort one document and its faults; with a configuration it is only the numbers of an experiment of another store."""
        for within, reason, row in found.problems:
            faulty = Place(place.partition, place.file, place.url, within)
            sound.rejected.append(faulty.reject("results", str(faulty), reason, row))
        if found.problem:
            # Whether the broken piece was an experiment of its own cannot be told.
            self.unreadable += 1
            sound.rejected.append(place.reject("experiments", str(place), found.problem, found.document))
            return
        self.documents += configuration is None
        bundle = read_document(found.document, place, found.result_places)
        if isinstance(bundle, Rejected):
            sound.rejected.append(bundle)
        elif duplicate := self._duplicate(bundle, configuration or bundle, place, found.document):
            sound.rejected.append(duplicate)
        elif configuration:
            sound.take_numbers(bundle, configuration)
        else:
            sound.take(bundle)

    def _duplicate(self, bundle: Bundle, of: Bundle, place: Place, document: Any) -> Rejected | None:
        key = of.experiment["experiment_id"]
        if key not in self.taken:
            self.taken[key] = str(place)
            return None
        reason = f"native_id {bundle.experiment['native_id']!r} is {self.taken[key]}'s already; expected each experiment once"
        return place.reject("experiments", f"{key}|{place}", reason, document)
