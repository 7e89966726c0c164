"""Reading a store of files: whole at every sync, since files tell nothing of what changed in them and are small."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.contract import Counted, Event, Finished, ReadContext, Rejected
from connectors.experiments.bundles import Sound
from connectors.experiments.documents import Place
from connectors.experiments.formats import READERS, BadFile, suffix_of, take_apart
from connectors.experiments.taking import Taking
from connectors.folder import Files


@dataclass
class FilesReading:
    """One reading of one store of files."""

    folder: Files
    partition: str
    taking: Taking

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every experiment of every file, and everything that could not be taken."""
        names = [name for name in self.folder.names() if suffix_of(name) in READERS and not _is_hidden(name)]
        for name in names:
            yield from self.taking.noting(self._file_events(name))
        context.progress(f"experiments: {self.taking.documents} experiments in {len(names)} files of {self.partition}")
        if not self.taking.unreadable:
            yield Counted("experiments", self.partition, self.taking.documents, "documents in files")
        yield Finished(self.partition, {}, self.taking.complete())

    def _file_events(self, name: str) -> Iterator[Event]:
        sound, url = Sound(self.partition), self.folder.url(name)
        try:
            for found in take_apart(name, self.folder.read(name)):
                self.taking.take(found, Place(self.partition, name, url, found.within), sound)
        except (BadFile, OSError) as error:
            self.taking.unreadable += 1
            why = str(error) if isinstance(error, BadFile) else f"it cannot be read ({type(error).__name__})"
            yield Rejected("experiments", self.partition, name, f"{name}: {why}", {"path": name}, url)
        yield from sound.events()


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
