"""Reading every configured store of experiments, one after the other; a store that fails leaves the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.contract import Connector, Event, Failed, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError
from connectors.experiments.eppo import EppoReading
from connectors.experiments.files import FilesReading
from connectors.experiments.growthbook import GrowthBookReading
from connectors.experiments.options import EppoStore, ExperimentsOptions, FilesStore, GrowthBookStore, SqlStore, StatsigStore, Store
from connectors.experiments.schema import TABLES
from connectors.experiments.source import EppoSource, FolderSource, GrowthBookSource, QuerySource, StatsigSource
from connectors.experiments.sql import SqlReading, checked_columns
from connectors.experiments.statsig import StatsigReading
from connectors.experiments.taking import Taking


def _folder(store: FilesStore) -> FolderSource:
    from connectors.experiments.client import Folder

    return Folder(store)


def _growthbook(store: GrowthBookStore, meter: Meter) -> GrowthBookSource:
    from connectors.experiments.client import GrowthBookClient

    return GrowthBookClient(store, meter)


def _query(store: SqlStore, meter: Meter) -> QuerySource:
    from connectors.experiments.sql_client import SqlQuery

    return SqlQuery(store, meter)


def _statsig(store: StatsigStore, meter: Meter) -> StatsigSource:
    from connectors.experiments.client import StatsigClient

    return StatsigClient(store, meter)


def _eppo(store: EppoStore, meter: Meter) -> EppoSource:
    from connectors.experiments.client import EppoClient

    return EppoClient(store, meter)


@dataclass(frozen=True)
class Openers:
    """How stores are opened, by kind; the clients and their libraries are loaded when the first of a kind is."""

    folder: Callable[[FilesStore], FolderSource] = _folder
    growthbook: Callable[[GrowthBookStore, Meter], GrowthBookSource] = _growthbook
    query: Callable[[SqlStore, Meter], QuerySource] = _query
    statsig: Callable[[StatsigStore, Meter], StatsigSource] = _statsig
    eppo: Callable[[EppoStore, Meter], EppoSource] = _eppo


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
                yield from self._events(store, taken, context)
            except SourceError as error:
                yield Failed(store.partition, error)

    def _events(self, store: Store, taken: dict[str, str], context: ReadContext) -> Iterator[Event]:
        match store:
            case FilesStore():
                return FilesReading(self.openers.folder(store), store.partition, Taking(taken)).events(context)
            case SqlStore():
                return SqlReading(self.openers.query(store, context.meter), store, Taking(taken)).events(context)
            case EppoStore():
                return EppoReading(context, self.openers.eppo(store, context.meter), store).events()
            case StatsigStore():
                return StatsigReading(context, self.openers.statsig(store, context.meter), store).events()
            case GrowthBookStore():
                return GrowthBookReading(context, self.openers.growthbook(store, context.meter), store).events()

    def probe(self) -> Iterator[Finding]:
        """Whether each store can be read, and how much it seems to hold."""
        return (self._finding(store) for store in self.options.stores)

    def _finding(self, store: Store) -> Finding:
        name = f"experiments {store.partition}"
        try:
            return Finding(name, "ok", self._held(store))
        except SourceError as error:
            return Finding(name, "fail", f"{error.what}: {error.why}", error.hint)

    def _held(self, store: Store) -> str:
        match store:
            case FilesStore():
                return f"{len(self.openers.folder(store).names())} files"
            case SqlStore():
                return f"a query with the columns {', '.join(checked_columns(self.openers.query(store, Meter()), store))}"
            case EppoStore():
                return f"{len(next(iter(self.openers.eppo(store, Meter()).experiments())).experiments)} experiments on the first page"
            case StatsigStore():
                return f"{next(iter(self.openers.statsig(store, Meter()).experiments())).total} experiments"
            case GrowthBookStore():
                return f"{next(iter(self.openers.growthbook(store, Meter()).experiments())).total} experiments"


def open_experiments(options: ExperimentsOptions) -> Reader:
    """A reader of the configured stores; nothing is asked before reading starts."""
    return ExperimentsReader(options, Openers())


CONNECTOR = Connector(name="experiments", title="Experiment stores", tables=TABLES, open=open_experiments)
