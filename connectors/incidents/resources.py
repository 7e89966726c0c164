"""Reading every configured store of incidents, one after the other; a store that fails leaves the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.contract import Connector, Event, Failed, Finding, Meter, ReadContext, Reader
from connectors.errors import SourceError
from connectors.folder import Files
from connectors.incidents.files import FilesReading
from connectors.incidents.opsgenie import Opsgenie
from connectors.incidents.options import IncidentFiles, IncidentsOptions, IncidentStore, PagerDutyStore, VendorStore
from connectors.incidents.pagerduty import PagerDuty
from connectors.incidents.schema import TABLES
from connectors.incidents.source import VendorClient
from connectors.incidents.vendor import VendorReading


def _folder(store: IncidentFiles) -> Files:
    from connectors.folder import Folder

    return Folder("incidents", store.partition.partition(":")[2], store.path)


def _vendor(store: VendorStore, meter: Meter) -> VendorClient:
    from connectors.incidents.client import OpsgenieClient, PagerDutyClient

    return PagerDutyClient(store, meter) if isinstance(store, PagerDutyStore) else OpsgenieClient(store, meter)


@dataclass(frozen=True)
class Openers:
    """How stores are opened; the clients and their libraries are loaded when the first of a kind is."""

    folder: Callable[[IncidentFiles], Files] = _folder
    vendor: Callable[[VendorStore, Meter], VendorClient] = _vendor


@dataclass(frozen=True)
class IncidentsReader:
    """The configured stores."""

    options: IncidentsOptions
    openers: Openers

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All stores. One that cannot be read, for a wrong key as well, is a `Failed` of its own partition."""
        for store in self.options.stores:
            try:
                yield from self._events(store, context)
            except SourceError as error:
                yield Failed(store.partition, error)

    def _events(self, store: IncidentStore, context: ReadContext) -> Iterator[Event]:
        if isinstance(store, IncidentFiles):
            return FilesReading(self.openers.folder(store), store.partition).events(context)
        vendor = PagerDuty() if isinstance(store, PagerDutyStore) else Opsgenie()
        return VendorReading(context, store, vendor, self.openers.vendor(store, context.meter)).events()

    def probe(self) -> Iterator[Finding]:
        """Whether each store can be read, and how much it seems to hold."""
        return (self._finding(store) for store in self.options.stores)

    def _finding(self, store: IncidentStore) -> Finding:
        name = f"incidents {store.partition}"
        try:
            return Finding(name, "ok", self._held(store))
        except SourceError as error:
            return Finding(name, "fail", f"{error.what}: {error.why}", error.hint)

    def _held(self, store: IncidentStore) -> str:
        if isinstance(store, IncidentFiles):
            return f"{len(self.openers.folder(store).names())} files"
        now = datetime.now(UTC)
        pages = self.openers.vendor(store, Meter()).incidents(now - timedelta(days=7), now)
        return f"{len(next(iter(pages), []))} incidents on the first page of the last seven days"


def open_incidents(options: IncidentsOptions) -> Reader:
    """A reader of the configured stores; nothing is asked before reading starts."""
    return IncidentsReader(options, Openers())


CONNECTOR = Connector(name="incidents", title="Incident stores", tables=TABLES, open=open_incidents)
