"""Reading a store of files: whole at every sync, since files tell nothing of what changed in them and are small."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.contract import Counted, Event, Finished, Page, ReadContext, Record, Rejected
from connectors.folder import Files
from connectors.incidents.documents import BadFile, read_row, take_apart

SUFFIXES = (".json", ".csv")
TABLES = ("incidents", "incident_responders", "on_call_shifts")


@dataclass
class FilesReading:
    """One reading of one store of files."""

    folder: Files
    partition: str
    _taken: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str], init=False)
    _doubtful: set[str] = field(default_factory=set[str], init=False)
    """Tables that something could not be taken into: what they do not list may still be there."""

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every row of every file, and everything that could not be taken."""
        names = [name for name in self.folder.names() if name.lower().endswith(SUFFIXES) and "/." not in f"/{name}"]
        for name in names:
            for event in self._of_file(name):
                self._doubtful |= {event.table} if isinstance(event, Rejected) else set()
                yield event
        n_incidents = sum(key[0] == "incidents" for key in self._taken)
        context.progress(f"incidents: {n_incidents} incidents in {len(names)} files of {self.partition}")
        if "incidents" in self._doubtful:
            self._doubtful.add("incident_responders")
        else:
            yield Counted("incidents", self.partition, n_incidents, "rows in files")
        yield Finished(self.partition, {}, tuple(table for table in TABLES if table not in self._doubtful))

    def _of_file(self, name: str) -> Iterator[Event]:
        records: dict[str, list[Record]] = {table: [] for table in TABLES}
        url = self.folder.url(name)
        try:
            for table, place, row in take_apart(name, self.folder.read(name)):
                where = f"{name} {place}"
                try:
                    for of, found in self._new(read_row(table, row, url), where).items():
                        records[of] += found
                except ValueError as error:
                    yield Rejected(table, self.partition, where, f"{where}: {error}", row, url)
        except (BadFile, OSError) as error:
            why = str(error) if isinstance(error, BadFile) else f"it cannot be read ({type(error).__name__})"
            # Nobody can tell what it holds.
            self._doubtful |= set(TABLES)
            yield Rejected("incidents", self.partition, name, f"{name}: {why}", {"path": name}, url)
        yield from (Page(table, self.partition, found) for table, found in records.items() if found)

    def _new(self, found: dict[str, list[Record]], where: str) -> dict[str, list[Record]]:
        for table, key in (("incidents", ("incident_id",)), ("on_call_shifts", ("schedule_id", "account", "started_at"))):
            for record in found.get(table, ()):
                identity = (table, *(str(record[name]) for name in key))
                if identity in self._taken:
                    raise ValueError(f"{', '.join(identity[1:])} is in {self._taken[identity]} already; the first counts")
                self._taken[identity] = where
        return found
