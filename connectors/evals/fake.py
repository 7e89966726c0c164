"""A store in memory, for tests and for trying formats out: files by name, and names that fail when they are read."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.errors import SourceError
from connectors.evals.store import Entry, Fetched

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class MemoryStore:
    """A store whose files are bytes.

    Attributes:
        failures: what listing (under an empty name) or reading a file raises.
        fetched: names read so far, so that a test can tell what an incremental reading spared.
    """

    path: str
    files: dict[str, bytes] = field(default_factory=dict)
    modified: Mapping[str, datetime] = field(default_factory=dict)
    failures: dict[str, SourceError] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    meters_itself: bool = False

    def entries(self) -> list[Entry]:
        """Every file in the order of the names."""
        self._fail_for("")
        return [self._entry(name) for name in sorted(self.files)]

    def fetch(self, entry: Entry) -> Fetched:
        """A file's bytes."""
        self._fail_for(entry.name)
        self.fetched.append(entry.name)
        body = self.files[entry.name]
        return Fetched(io.BytesIO(body), len(body), hashlib.sha256(body).hexdigest())

    def url(self, entry: Entry) -> str:
        """A URL of a kind of its own."""
        return f"memory://{entry.path}"

    def _entry(self, name: str) -> Entry:
        return Entry(name, f"{self.path}/{name}", len(self.files[name]), self.modified.get(name, LONG_AGO))

    def _fail_for(self, name: str) -> None:
        if name in self.failures:
            raise self.failures[name]
