"""Reading every register whole at each sync: a kept file tells nothing of what changed in it."""

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson
import polars as pl
from pydantic import ValidationError

from connectors.contract import Connector, Counted, Event, Failed, Finding, Finished, Page, ReadContext, Reader, Record, Rejected
from connectors.errors import SourceError
from connectors.folder import Folder, needed
from connectors.registers.entries import ENTRIES, columns_of, problem_of
from connectors.registers.files import SUFFIXES, BadFile, Row, check_header, rows_of
from connectors.registers.options import Register, RegistersOptions
from connectors.registers.schema import BY_KIND, TABLES

PAGE = 5_000
"""Rows of one page."""


@dataclass
class _File:
    """What became of one file so far."""

    name: str
    url: str
    n_rows: int = 0
    n_set_aside: int = 0
    reason: str | None = None


@dataclass
class RegisterReading:
    """One reading of one register."""

    register: Register
    folder: Folder
    _seen: "array[int]" = field(default_factory=lambda: array("Q"))
    """The first 64 bits of every entry's id: eight bytes a row, where a set would take a hundred."""
    _files: list[_File] = field(default_factory=list[_File])

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every row of every file; what cannot be taken is set aside by itself."""
        partition, table = self.register.partition, BY_KIND[self.register.kind].name
        for name in self.names():
            file = _File(name, self.folder.url(name))
            self._files.append(file)
            page: list[Record] = []
            for found in self._of_file(file):
                if isinstance(found, Rejected):
                    yield found
                    continue
                page.append(found)
                if len(page) == PAGE:
                    yield Page(table, partition, page)
                    page = []
            yield Page(table, partition, page)
        context.progress(f"registers: {len(self._seen):,} rows of {self.register.name}")
        yield Page("files", partition, [self._file_record(file) for file in self._files])
        yield Counted("files", partition, len(self._files), "files listed")
        has_faults = any(file.n_set_aside or file.reason for file in self._files)
        if not has_faults:
            yield Counted(table, partition, pl.Series(self._seen, dtype=pl.UInt64).n_unique(), "different rows in the files")
        # What could not be read may say what was there before.
        yield Finished(partition, {}, ("files",) if has_faults else ("files", table))

    def names(self) -> list[str]:
        """Files of the register.

        Raises:
            NotFound: when there is none.
        """
        return needed(self.folder, SUFFIXES, "registers", self.register.place, "put the register there")

    def _of_file(self, file: _File) -> Iterator[Record | Rejected]:
        try:
            with self.folder.open(file.name) as body:
                for number, row in rows_of(file.name, body, self._check):
                    file.n_rows += 1
                    try:
                        yield self._record(self._told(row), file.url)
                    except _BadRow as error:
                        file.n_set_aside += 1
                        yield self._rejected(file, f"{file.name}#{number}", f"row at line {number}: {error}", {"line": number})
        except (BadFile, OSError) as error:
            file.reason = str(error) if isinstance(error, BadFile) else f"it cannot be read ({type(error).__name__})"
            yield self._rejected(file, file.name, file.reason, {})

    def _rejected(self, file: _File, identity: str, reason: str, raw: Row) -> Rejected:
        """Without the row itself: a survey's might name somebody in a column that it should not have."""
        table, partition = BY_KIND[self.register.kind].name, self.register.partition
        return Rejected(table, partition, identity, f"{file.name}: {reason}", {"path": file.name, **raw}, file.url)

    def _check(self, found: Sequence[str]) -> None:
        kind, register = ENTRIES[self.register.kind], self.register
        theirs = [register.columns.get(name, name) for name in columns_of(kind)]
        required = [field.alias or name for name, field in kind.model_fields.items() if field.is_required()]
        needed = [register.columns.get(name, name) for name in required if name not in register.values]
        needed += [name for name in register.columns.values() if name not in needed]
        check_header([name for name in found if name in theirs] if register.columns else found, theirs, needed)

    def _told(self, row: Row | str) -> Row:
        """The cells of a row that are told, by our names for them; of columns that are passed over nothing stays."""
        if isinstance(row, str):
            raise _BadRow(row)
        register, told = self.register, row
        if register.columns:
            theirs = {name: register.columns.get(name, name) for name in columns_of(ENTRIES[register.kind])}
            told = {name: row.get(column) for name, column in theirs.items()}
        return {name: value for name, value in (told | dict(register.values)).items() if value is not None and value != ""}

    def _record(self, told: Row, url: str) -> Record:
        try:
            entry = ENTRIES[self.register.kind].model_validate(told).model_dump()
        except ValidationError as error:
            raise _BadRow(problem_of(error)) from None
        digest = hashlib.sha256(orjson.dumps([self.register.name, entry], option=orjson.OPT_SORT_KEYS))
        self._seen.append(int.from_bytes(digest.digest()[:8]))
        listed = {name: list(value) for name, value in entry.items() if isinstance(value, tuple)}
        return entry | listed | {"entry_id": digest.hexdigest(), "register": self.register.name, "_raw": told, "_source_url": url}

    def _file_record(self, file: _File) -> Record:
        state = "read" if file.reason is None else "partly_read" if file.n_rows else "unreadable"
        return {
            "register": self.register.name,
            "path": file.name,
            "kind": self.register.kind,
            "state": state,
            "reason": file.reason,
            "n_rows": file.n_rows,
            "n_set_aside": file.n_set_aside,
            "_source_url": file.url,
            "_raw": {"path": file.name},
        }


class _BadRow(Exception):
    """A row that says nothing that can be taken; says why."""


@dataclass(frozen=True)
class RegistersReader:
    """The configured registers; each is reached for only when its turn comes."""

    options: RegistersOptions

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All registers; one that cannot be read does not keep the others."""
        for register in self.options.registers:
            try:
                yield from RegisterReading(register, _folder(register)).events(context)
            except SourceError as error:
                yield Failed(register.partition, error)

    def probe(self) -> Iterator[Finding]:
        """Whether each register can be listed, and how many files it holds."""
        for register in self.options.registers:
            try:
                found = len(RegisterReading(register, _folder(register)).names())
                yield Finding(f"registers {register.name}", "ok", f"{register.place}: {found} files")
            except SourceError as error:
                yield Finding(f"registers {register.name}", "fail", f"{error.what}: {error.why}", error.hint)


def _folder(register: Register) -> Folder:
    return Folder("registers", register.place, register.path)


def open_registers(options: RegistersOptions) -> Reader:
    """A reader of the configured registers."""
    return RegistersReader(options)


CONNECTOR = Connector(name="registers", title="Registers", tables=TABLES, open=open_registers)
