"""Reading every configured store of experiments, one after the other; a store that fails leaves the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.contract import Connector, Event, Failed, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError
from connectors.experiments.files import FilesReading
from connectors.experiments.growthbook import GrowthBookReading
from connectors.experiments.options import ExperimentsOptions, FilesStore, GrowthBookStore
from connectors.experiments.schema import TABLES
from connectors.experiments.source import FolderSource, GrowthBookSource


@dataclass(frozen=True)
class Openers:
    """How stores are opened, by kind."""

    folder: Callable[[FilesStore], FolderSource]
    growthbook: Callable[[GrowthBookStore, Meter], GrowthBookSource]


@dataclass(frozen=True)
class ExperimentsReader:
    """The configured stores."""

    options: ExperimentsOptions
    openers: Openers

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All stores. One that cannot be read, for a wrong key as well, is a `Failed` of its own partition."""
        taken: dict[str, str] = {}
        for store in self.options.stores:
            try:
                if isinstance(store, FilesStore):
                    yield from FilesReading(self.openers.folder(store), store.partition, taken).events(context)
                else:
                    yield from GrowthBookReading(self.openers.growthbook(store, context.meter), store, context).events()
            except SourceError as error:
                yield Failed(store.partition, error)

    def probe(self) -> Iterator[Finding]:
        """Whether each store can be read, and how much it seems to hold."""
        return (self._finding(store) for store in self.options.stores)

    def _finding(self, store: FilesStore | GrowthBookStore) -> Finding:
        name = f"experiments {store.partition}"
        try:
            if isinstance(store, FilesStore):
                return Finding(name, "ok", f"{len(self.openers.folder(store).names())} files")
            page = next(iter(self.openers.growthbook(store, Meter()).experiments()))
            return Finding(name, "ok", f"{page.total} experiments")
        except SourceError as error:
            return Finding(name, "fail", f"{error.what}: {error.why}", error.hint)


def open_experiments(options: ExperimentsOptions) -> Reader:
    """A reader of the configured stores; nothing is asked before reading starts."""

    def folder(store: FilesStore) -> FolderSource:
        from connectors.experiments.client import Folder

        return Folder(store)

    def growthbook(store: GrowthBookStore, meter: Meter) -> GrowthBookSource:
        from connectors.experiments.client import GrowthBookClient

        return GrowthBookClient(store, meter)

    return ExperimentsReader(options, Openers(folder, growthbook))


CONNECTOR = Connector(name="experiments", title="Experiment stores", tables=TABLES, open=open_experiments)
