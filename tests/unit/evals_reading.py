"""Reading eval stores in tests: the recorded files, a store in memory, and what a reading came to, by table."""

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zipfile_zstd

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.evals.fake import MemoryStore
from connectors.evals.options import EvalStore
from connectors.evals.resources import CONNECTOR, EvalsReader

DATA = Path("tests/data/evals")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass
class Reading:
    """What a reading yielded, sorted out."""

    events: list[Event]
    tables: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self):
        for event in self.events:
            if isinstance(event, Page):
                self.tables.setdefault(event.table, []).extend(event.records)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def rejected(self) -> list[Rejected]:
        return self.of(Rejected)

    @property
    def counted(self) -> list[Counted]:
        return self.of(Counted)

    @property
    def failed(self) -> list[Failed]:
        return self.of(Failed)

    @property
    def cursors(self) -> dict[str, Any]:
        return {event.partition: event.cursor for event in self.of(Finished)}

    def rows(self, table: str) -> dict[tuple, Record]:
        """Rows as loading leaves them: by key, the last one read stands."""
        key = CONNECTOR.table(table).key
        return {tuple(row[name] for name in key): row for row in self.tables.get(table, [])}

    def run(self, **wanted: Any) -> Record:
        (found,) = [row for row in self.rows("runs").values() if all(row.get(name) == value for name, value in wanted.items())]
        return found

    def metrics(self, run: Record, **wanted: Any) -> list[Record]:
        return [row for row in self.rows("metrics").values() if row["run_id"] == run["run_id"] and matches(row, wanted)]

    def samples(self, run: Record, **wanted: Any) -> list[Record]:
        return [row for row in self.rows("samples").values() if row["run_id"] == run["run_id"] and matches(row, wanted)]


def matches(row: Record, wanted: Mapping[str, Any]) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def read(kind: str, store: MemoryStore | str, context: ReadContext | None = None, **given: Any) -> Reading:
    """Read one store, with the options given: one in memory, or a folder."""
    if isinstance(store, MemoryStore):
        reader = EvalsReader((EvalStore(kind=kind, path=store.path, **given),), lambda _: store)
    else:
        options = EvalStore(kind=kind, path=store, **given)
        reader = CONNECTOR.open(type("Options", (), {"stores": (options,)})())
    return Reading(list(reader.read(context or ReadContext(now=NOW))))


def recorded(kind: str, *names: str) -> MemoryStore:
    """A store in memory with recorded files, or with all of a kind."""
    root = DATA / kind
    files = [root / name for name in names] or [path for path in sorted(root.rglob("*")) if path.is_file() and "source" not in path.parts]
    return MemoryStore("store", {path.relative_to(root).as_posix(): path.read_bytes() for path in files if path.name != "README.md"})


def loaded_after(reading: Reading, read_at: datetime = NOW, runs: bool = True):
    """The warehouse's answers after a reading has been loaded at a moment."""

    def loaded(dataset: str, table: str, columns: list[str]) -> list[tuple]:
        assert dataset == "raw_evals"
        rows = reading.rows(table).values() if runs or table == "files" else []
        return [tuple(read_at if name == "_extracted_at" else row[name] for name in columns) for row in rows]

    return loaded


def again(reading: Reading, **changed: Any) -> ReadContext:
    """The context of the next day's reading."""
    given = {"now": datetime(2026, 11, 22, 12, tzinfo=UTC), "cursors": reading.cursors, "loaded": loaded_after(reading)}
    return ReadContext(**(given | changed))


def members(content: bytes) -> dict[str, bytes]:
    """Members of an Inspect zip."""
    with zipfile_zstd.ZipFile(io.BytesIO(content)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def zipped(content: Mapping[str, bytes]) -> bytes:
    """An Inspect zip of these members."""
    body = io.BytesIO()
    with zipfile_zstd.ZipFile(body, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, member in content.items():
            archive.writestr(name, member)
    return body.getvalue()


def payloads(content: bytes) -> list[Any]:
    """Test runs in a database of DeepEval."""
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        file.write(content)
        file.flush()
        with closing(sqlite3.connect(file.name)) as database:
            return [json.loads(text) for (text,) in database.execute("select payload_json from test_runs order by id")]


def with_header(content: bytes, change) -> bytes:
    """A log whose header was changed by a function."""
    parts = members(content)
    header = json.loads(parts["header.json"])
    change(header)
    return zipped(parts | {"header.json": json.dumps(header).encode()})
