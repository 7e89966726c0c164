"""Reading a store of files: whole at every sync, since files tell nothing of what changed in them and are small."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Counted, Event, Finished, ReadContext, Rejected
from connectors.experiments.bundles import Bundle, Sound
from connectors.experiments.documents import Place, read_document
from connectors.experiments.formats import READERS, BadFile, Found, suffix_of, take_apart
from connectors.experiments.schema import TABLES
from connectors.experiments.source import FolderSource


@dataclass
class FilesReading:
    """One reading of one store of files; `taken` are experiments of this and other stores, with the place that has each."""

    folder: FolderSource
    partition: str
    taken: dict[str, str]
    documents: int = 0
    unreadable: int = 0
    doubtful: set[str] = field(default_factory=set[str])
    """Tables that something could not be taken into: what they do not list may still be there."""

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every experiment of every file, and everything that could not be taken."""
        names = [name for name in self.folder.names() if suffix_of(name) in READERS and not _is_hidden(name)]
        for name in names:
            for event in self._file_events(name):
                if isinstance(event, Rejected):
                    self.doubtful.add(event.table)
                yield event
        context.progress(f"experiments: {self.documents} experiments in {len(names)} files of {self.partition}")
        if not self.unreadable:
            yield Counted("experiments", self.partition, self.documents, "documents in files")
        yield Finished(self.partition, {}, self._complete())

    def _complete(self) -> tuple[str, ...]:
        """Tables whose missing rows are really gone; an experiment set aside keeps its last good phases and results too."""
        if self.unreadable or "experiments" in self.doubtful:
            return ()
        return tuple(
            table.name
            for table in TABLES
            if table.name not in self.doubtful and not (table.name == "results" and "phases" in self.doubtful)
        )

    def _file_events(self, name: str) -> Iterator[Event]:
        sound, url = Sound(self.partition), self.folder.url(name)
        try:
            for found in take_apart(name, self.folder.read(name)):
                self._take(found, Place(self.partition, name, url, found.within), sound)
        except (BadFile, OSError) as error:
            self.unreadable += 1
            why = str(error) if isinstance(error, BadFile) else f"it cannot be read ({type(error).__name__})"
            yield Rejected("experiments", self.partition, name, f"{name}: {why}", {"path": name}, url)
        yield from sound.events()

    def _take(self, found: Found, place: Place, sound: Sound) -> None:
        for within, reason, row in found.problems:
            faulty = Place(place.partition, place.file, place.url, within)
            sound.rejected.append(faulty.reject("results", str(faulty), reason, row))
        if found.problem:
            # Whether the broken piece was an experiment of its own cannot be told: the store's count is open.
            self.unreadable += 1
            sound.rejected.append(place.reject("experiments", str(place), found.problem, found.document))
            return
        self.documents += 1
        bundle = read_document(found.document, place, found.result_places)
        if isinstance(bundle, Rejected):
            sound.rejected.append(bundle)
        elif duplicate := self._duplicate(bundle, place, found.document):
            sound.rejected.append(duplicate)
        else:
            sound.take(bundle)

    def _duplicate(self, bundle: Bundle, place: Place, document: Any) -> Rejected | None:
        key = bundle.experiment["experiment_id"]
        if key not in self.taken:
            self.taken[key] = str(place)
            return None
        reason = f"native_id {bundle.experiment['native_id']!r} is {self.taken[key]}'s already; expected each experiment once"
        return place.reject("experiments", f"{key}|{place}", reason, document)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
