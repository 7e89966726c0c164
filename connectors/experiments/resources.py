"""Reading every configured store of experiments, one after the other; a store that fails leaves the others."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from connectors.contract import Connector, Event, Failed, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError, Unavailable
from connectors.experiments.bundles import Bundle
from connectors.experiments.eppo import EppoReading
from connectors.experiments.files import FilesReading
from connectors.experiments.growthbook import GrowthBookReading
from connectors.experiments.launchdarkly import LaunchDarklyReading
from connectors.experiments.listed import ListedReading
from connectors.experiments.optimizely import OptimizelyReading
from connectors.experiments.options import ExperimentsOptions, FilesStore, LaunchDarklyStore, SqlStore, Store, VendorOptions
from connectors.experiments.schema import TABLES
from connectors.experiments.source import QuerySource
from connectors.experiments.sql import SqlReading, checked_columns
from connectors.experiments.statsig import StatsigReading
from connectors.experiments.taking import Taking
from connectors.experiments.unleash import UnleashReading
from connectors.folder import Files

Configured = dict[str, Mapping[str, Bundle | None]]
"""By LaunchDarkly project and environment: its experiments by key, None for one that was set aside."""


class Vendor(NamedTuple):
    """How the stores of one vendor are read, and the module and class of the client that asks them."""

    reading: type[ListedReading] | type[UnleashReading]
    module: str
    client: str


VENDORS = {
    "eppo": Vendor(EppoReading, "eppo_client", "EppoClient"),
    "growthbook": Vendor(GrowthBookReading, "growthbook_client", "GrowthBookClient"),
    "launchdarkly": Vendor(LaunchDarklyReading, "launchdarkly_client", "LaunchDarklyClient"),
    "optimizely": Vendor(OptimizelyReading, "optimizely_client", "OptimizelyClient"),
    "statsig": Vendor(StatsigReading, "statsig_client", "StatsigClient"),
    "unleash": Vendor(UnleashReading, "unleash_client", "UnleashClient"),
}


def _folder(store: FilesStore) -> Files:
    from connectors.folder import Folder

    return Folder("experiments", store.partition.partition(":")[2], store.path)


def _query(store: SqlStore, meter: Meter) -> QuerySource:
    from connectors.experiments.sql_client import SqlQuery

    return SqlQuery(store, meter)


def _vendor(store: VendorOptions, meter: Meter) -> Any:
    vendor = VENDORS[store.kind]
    return getattr(import_module(f"connectors.experiments.{vendor.module}"), vendor.client)(store, meter)


def _configuration(store: SqlStore, configured: Configured) -> Mapping[str, Bundle | None]:
    """Experiments that the store's numbers may be of.

    Raises:
        Unavailable: when they could not be read, for then a known experiment would be taken for one of its own.
    """
    if store.configured_in and store.configured_in not in configured:
        why = f"the configuration of its experiments in launchdarkly {store.configured_in} could not be read"
        raise Unavailable("experiments", store.partition, why, "what was read before stays; see why that store failed")
    return configured[store.configured_in] if store.configured_in else {}


@dataclass(frozen=True)
class Openers:
    """How stores are opened; the clients and their libraries are loaded when the first of a kind is."""

    folder: Callable[[FilesStore], Files] = _folder
    query: Callable[[SqlStore, Meter], QuerySource] = _query
    vendor: Callable[[Any, Meter], Any] = _vendor


@dataclass(frozen=True)
class ExperimentsReader:
    """The configured stores."""

    options: ExperimentsOptions
    openers: Openers

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All stores. One that cannot be read, for a wrong key as well, is a `Failed` of its own partition."""
        taken: dict[str, str] = {}
        configured: Configured = {}
        # Numbers whose experiments another store configures come after that store.
        for store in sorted(self.options.stores, key=lambda store: isinstance(store, SqlStore)):
            try:
                yield from self._events(store, taken, configured, context)
            except SourceError as error:
                yield Failed(store.partition, error)

    def _events(self, store: Store, taken: dict[str, str], configured: Configured, context: ReadContext) -> Iterator[Event]:
        match store:
            case FilesStore():
                yield from FilesReading(self.openers.folder(store), store.partition, Taking(taken)).events(context)
            case SqlStore():
                source, known = self.openers.query(store, context.meter), _configuration(store, configured)
                yield from SqlReading(source, store, Taking(taken), configured=known).events(context)
            case LaunchDarklyStore():
                launchdarkly = LaunchDarklyReading(context, self.openers.vendor(store, context.meter), store)
                yield from launchdarkly.events()
                configured[f"{store.project}/{store.environment}"] = launchdarkly.configured
            case _:
                reading: Any = VENDORS[store.kind].reading
                yield from reading(context, self.openers.vendor(store, context.meter), store).events()

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
            case _:
                return VENDORS[store.kind].reading.held(self.openers.vendor(store, Meter()))


def open_experiments(options: ExperimentsOptions) -> Reader:
    """A reader of the configured stores; nothing is asked before reading starts."""
    return ExperimentsReader(options, Openers())


CONNECTOR = Connector(name="experiments", title="Experiment stores", tables=TABLES, open=open_experiments)
