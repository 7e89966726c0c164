"""One reading of one store, from its listing to its cursor.

A file that no whole run can be read from has no row in `files`: it is set aside under its path, looked at again every time,
and released by the row that its first good reading brings.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from connectors.contract import Counted, Cursor, Event, Finished, Page, ReadContext, Record, Rejected
from connectors.errors import AuthFailed, NotFound, SourceError
from connectors.evals.ahead import FetchedUnit, fetched_ahead
from connectors.evals.aliases import AliasSightings
from connectors.evals.datasets import DatasetVersions
from connectors.evals.ledger import READ_AT, Known, Ledger
from connectors.evals.model import BadSample, Format, OpenLog, OpenPart, Run
from connectors.evals.options import AnyStore
from connectors.evals.records import Origin, RunRecords
from connectors.evals.shape import UnreadableLog
from connectors.evals.sidecars import Sidecar, Sidecars
from connectors.evals.store import Entry, Registry, Store
from connectors.evals.units import Listing, Unit, as_read_before, looks_unchanged, sorted_out

SAMPLES_PER_PAGE = 1000
FAULTS_SHOWN = 3
LINES_SET_ASIDE = 100
"""Lines of one file that are set aside one by one; a file of nothing else would fill the journal with a million of them."""
PROGRESS_EVERY = 100


@dataclass
class UnitResult:
    """What reading one log came to, besides its rows."""

    run_ids: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The first few of them."""
    n_faults: int = 0
    bad_lines: list[BadSample] = field(default_factory=list[BadSample])
    """The first of those lines that are set aside by themselves."""

    def note(self, fault: str) -> None:
        """Count a fault of the log."""
        self.n_faults += 1
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(fault)

    def lose(self, sample: BadSample) -> None:
        """Count a sample that could not be read."""
        self.note(f"{sample.identity}: {sample.reason}")
        if sample.raw is not None and len(self.bad_lines) < LINES_SET_ASIDE:
            self.bad_lines.append(sample)

    @property
    def reason(self) -> str:
        """The faults in one sentence, the first few in full."""
        more = self.n_faults - len(self.faults)
        return "; ".join(self.faults) + (f"; and {more} more" if more else "")


class StoreVisit:
    """Reads one store once.

    Args:
        options: the store's options.
        store: the opened store.
        tool: how its files are read.
        ledger: what earlier readings loaded.
        versions: dataset versions of all stores.
        context: the reading that this is a part of.
    """

    def __init__(
        self, options: AnyStore, store: Store, tool: Format, ledger: Ledger, versions: DatasetVersions, context: ReadContext
    ) -> None:
        self.options, self.store, self.tool = options, store, tool
        self.ledger, self.versions, self.context = ledger, versions, context
        self.known: dict[str, Known] = ledger.relied_on(options.partition, options.root)
        self.sidecars = Sidecars(store)
        self.rows: dict[str, Record] = {}
        """Row of each file that was read well, by path."""
        self.rejected: list[Rejected] = []
        self.lines_set_aside = 0
        self.gone: set[str] = set()

    def events(self) -> Iterator[Event]:
        """Everything that is new, then the store's files, whole.

        Raises:
            SourceError: when the store cannot be listed, or stops answering.
        """
        partition = self.options.partition
        self._count(1)
        listing = sorted_out(self.store.entries(), self.tool)
        yield from self._logs(self._stale(listing))
        for entry in listing.envelopes:
            self._take_envelope(entry)
        for entry in listing.orphans:
            self._reject(entry, "a part without the file beside it that says which run it is of")
        yield from self.rejected
        listed_wholly = ("files",)
        if isinstance(self.store, Registry):
            listed_wholly += yield from self._registered(self.store)
        yield self.versions.page(partition)
        yield Page("files", partition, list(self.rows.values()))
        listed = sum(entry.path not in self.gone for entry in listing.files)
        yield Counted("files", partition, listed + self.lines_set_aside, "files listed, and lines of them set aside")
        yield Finished(partition, self._cursor(), listed_wholly)

    def _registered(self, registry: Registry) -> Generator[Event, None, tuple[str, ...]]:
        """What belongs to no run; the tables that were listed wholly. An older server, or a narrower account, tells none of it."""
        try:
            for record in registry.dataset_versions(self.versions.is_kept):
                self.versions.add(record, stands=True)
        except (AuthFailed, NotFound) as error:
            self.context.progress(f"evals: {error}; datasets that {self.options.path} keeps are not observed")
        try:
            yield Page("prompt_versions", self.options.partition, list(registry.prompt_versions()))
            yield from self._models(registry)
        except (AuthFailed, NotFound) as error:
            self.context.progress(f"evals: {error}; prompts and models that {self.options.path} keeps are not observed")
            return ()
        return ("prompt_versions",)

    def _models(self, registry: Registry) -> Iterator[Event]:
        """Versions of models, and since when aliases are seen to point at them."""
        versions, aliases = registry.models(AliasSightings(self.context))
        yield Page("model_versions", self.options.partition, versions)
        yield Page("model_aliases", self.options.partition, aliases)

    def _count(self, requests: int) -> None:
        if not self.store.meters_itself:
            self.context.meter.count(made=requests)

    def _stale(self, listing: Listing) -> list[Unit]:
        """Logs to be read, oldest first; the others keep the rows that they have."""
        stale: list[Unit] = []
        for unit in listing.units:
            before = as_read_before(unit, self.known, self.options.root)
            if before is not None and looks_unchanged(unit, before):
                self.context.meter.count(saved=len(unit.files))
                self._keep(unit, before)
            else:
                stale.append(unit)
        return sorted(stale, key=lambda unit: (unit.main.modified_at or self.context.now, unit.main.path))

    def _logs(self, units: list[Unit]) -> Iterator[Event]:
        for number, (unit, fetched) in enumerate(fetched_ahead(self.store, units), start=1):
            self._count(len(unit.files))
            match fetched:
                case NotFound():
                    self.gone.update(entry.path for entry in unit.files)
                case AuthFailed():
                    self._reject(unit.main, fetched.why)
                case SourceError():
                    raise fetched
                case FetchedUnit():
                    yield from self._log(unit, fetched)
            if number % PROGRESS_EVERY == 0 or number == len(units):
                self.context.progress(f"evals: {number} of {len(units)} new logs of {self.options.path} read")

    def _log(self, unit: Unit, fetched: FetchedUnit) -> Iterator[Event]:
        """A log's rows, unless it only looked different."""
        shas = fetched.shas
        sidecar = None if unit.envelope is None else self.sidecars.of(unit.envelope)
        before = as_read_before(unit, self.known, self.options.root)
        content = shas | ({unit.envelope.path: sidecar.sha} if unit.envelope and sidecar else {})
        if before is not None and content == {path: known.content_sha for path, known in before.items()}:
            self._keep(unit, before)
            return
        result = UnitResult()
        try:
            for run in self.tool.read(_open_log(fetched)):
                yield from self._run(run, unit, shas[unit.main.path], sidecar, result)
        except UnreadableLog as error:
            result.note(error.reason if fetched.files[0][1].size else "it is empty")
        for line in result.bad_lines:
            self._reject_line(line, unit.main)
        if result.faults:
            self._reject(unit.main, result.reason, shas[unit.main.path])
        run_id = result.run_ids[0] if result.run_ids else None
        for entry in unit.files[1:] if result.faults else unit.files:
            self._list(entry, shas[entry.path], None if entry in unit.shared else run_id)

    def _run(self, run: Run, unit: Unit, content_sha: str, sidecar: Sidecar | None, result: UnitResult) -> Iterator[Event]:
        """One run's rows: samples as they stream by, then what they add up to; none where a newer copy of it stands."""
        main, partition = unit.main, self.options.partition
        envelope = sidecar.content if sidecar else None
        sha = run.content_sha or content_sha
        origin = Origin(self.tool.kind, main.path, self.store.url(main), sha, main.modified_at, envelope, self.options.threshold)
        records = RunRecords(run, origin)
        result.run_ids.append(records.run_id)
        counts = self.ledger.claim(records.run_id, main)
        page: list[Record] = []
        for sample in run.samples:
            if isinstance(sample, BadSample):
                records.lose()
                result.lose(sample)
                continue
            page += records.samples(sample)
            if len(page) >= SAMPLES_PER_PAGE:
                if counts:
                    yield Page("samples", partition, page)
                page = []
        if counts:
            yield Page("samples", partition, page)
            yield Page("metrics", partition, records.metrics())
            yield Page("runs", partition, [records.run_record()])
        self.versions.add(records.dataset_version(), counts)

    def _take_envelope(self, entry: Entry) -> None:
        """List an envelope, reading it only if no log had it read and it looks new."""
        known = self.known.get(entry.path)
        if known is not None and known.looks_like(entry):
            self._list(entry, known.content_sha, known.run_id)
            return
        try:
            sidecar = self.sidecars.of(entry)
        except NotFound:
            self.gone.add(entry.path)
            return
        if sidecar.content is None:
            self._reject(entry, sidecar.fault, sidecar.sha)
        else:
            self._list(entry, sidecar.sha, None)

    def _keep(self, unit: Unit, before: dict[str, Known]) -> None:
        for entry in unit.files:
            self._list(entry, before[entry.path].content_sha, before[entry.path].run_id)

    def _list(self, entry: Entry, sha: str, run_id: str | None) -> None:
        listed = {"size": entry.size, "modified_at": entry.modified_at, "etag": entry.etag}
        self.rows[entry.path] = {
            "path": entry.path,
            "store": self.options.root,
            "kind": self.tool.kind,
            "content_sha": sha,
            **listed,
            "run_id": run_id,
            "_raw": {"name": entry.name, **listed},
            "_source_url": self.store.url(entry),
        }

    def _reject(self, entry: Entry, reason: str, sha: str | None = None) -> None:
        """Set a file aside: its name, its size, what is wrong with it, and what was expected."""
        sentence = f"{entry.name} ({entry.size} bytes): {reason}; expected {self.tool.expected}"
        raw = {"path": entry.path, "size": entry.size, "content_sha": sha}
        self.rejected.append(Rejected("files", self.options.partition, entry.path, sentence, raw, self.store.url(entry)))

    def _reject_line(self, line: BadSample, main: Entry) -> None:
        """Set a line aside: where it stands, and what is wrong with it; its file is set aside too, and so read again."""
        self.lines_set_aside += 1
        identity = f"{self.options.root}/{line.identity}"
        self.rejected.append(
            Rejected("files", self.options.partition, identity, f"{line.identity}: {line.reason}", line.raw, self.store.url(main))
        )

    def _cursor(self) -> Cursor:
        """The moment up to which ledger rows can be relied on; it moves only when this reading brings one."""
        read_at = self.context.cursor(self.options.partition).get(READ_AT)
        is_new = any(path not in self.known or not _is_row_of(self.known[path], row) for path, row in self.rows.items())
        return {READ_AT: self.context.now.isoformat() if is_new or not read_at else read_at}


def _is_row_of(known: Known, row: Record) -> bool:
    names = ("content_sha", "size", "modified_at", "etag", "run_id")
    return all(getattr(known, name) == row[name] for name in names)


def _open_log(fetched: FetchedUnit) -> OpenLog:
    parts = [OpenPart(entry.name, file.size, file.body, file.sha) for entry, file in fetched.files]
    return OpenLog(parts[0], tuple(parts[1:]))
