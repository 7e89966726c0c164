"""Reading a store of files: whole at every sync, since files tell nothing of what changed in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.contract import Counted, Event, Finished, Page, ReadContext, Record, Rejected
from connectors.folder import Files
from connectors.incidents.documents import BadFile, read_row, take_apart
from connectors.seen import Seen

PAGE = 5_000
"""Rows of one page."""
SUFFIXES = (".json", ".csv")
TABLES = ("incidents", "incident_responders", "on_call_shifts")


@dataclass
class FilesReading:
    """One reading of one store of files."""

    folder: Files
    partition: str
    _taken: Seen = field(default_factory=Seen, init=False)
    _n_incidents: int = field(default=0, init=False)
    _doubtful: set[str] = field(default_factory=set[str], init=False)
    """Tables that something could not be taken into: what they do not list may still be there."""

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every row of every file, and everything that could not be taken."""
        names = [name for name in self.folder.names() if name.lower().endswith(SUFFIXES) and "/." not in f"/{name}"]
        for name in names:
            for event in self._of_file(name):
                self._doubtful |= {event.table} if isinstance(event, Rejected) else set()
                yield event
        context.progress(f"incidents: {self._n_incidents} incidents in {len(names)} files of {self.partition}")
        if "incidents" in self._doubtful:
            self._doubtful.add("incident_responders")
        else:
            yield Counted("incidents", self.partition, self._n_incidents, "rows in files")
        yield Finished(self.partition, {}, tuple(table for table in TABLES if table not in self._doubtful))

    def _of_file(self, name: str) -> Iterator[Event]:
        records: dict[str, list[Record]] = {table: [] for table in TABLES}
        url = self.folder.url(name)
        try:
            with self.folder.open(name) as body:
                for table, place, row in take_apart(name, body):
                    where = f"{name} {place}"
                    try:
                        for of, found in self._new(read_row(table, row, url), where).items():
                            records[of] += found
                    except ValueError as error:
                        yield Rejected(table, self.partition, where, f"{where}: {error}", row, url)
                    yield from self._pages(records, PAGE)
        except (BadFile, OSError) as error:
            why = str(error) if isinstance(error, BadFile) else f"it cannot be read ({type(error).__name__})"
            # Nobody can tell what it holds.
            self._doubtful |= set(TABLES)
            yield Rejected("incidents", self.partition, name, f"{name}: {why}", {"path": name}, url)
        yield from self._pages(records, 1)

    def _pages(self, records: dict[str, list[Record]], at_least: int) -> Iterator[Page]:
        """What has come, where it is enough for a page; it is held no longer."""
        for table, found in records.items():
            if len(found) >= at_least:
                yield Page(table, self.partition, found)
                records[table] = []

    def _new(self, found: dict[str, list[Record]], where: str) -> dict[str, list[Record]]:
        for table, key in (("incidents", ("incident_id",)), ("on_call_shifts", ("schedule_id", "account", "started_at"))):
            for record in found.get(table, ()):
                identity = [str(record[name]) for name in key]
                times, first = self._taken.add("|".join((table, *identity)), where)
                if times > 1:
                    raise ValueError(f"{', '.join(identity)} is in {first} already; the first counts")
                self._n_incidents += table == "incidents"
        return found
