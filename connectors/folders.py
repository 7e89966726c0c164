"""Reading several configured folders one after the other; what their files mean is each connector's own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.contract import Event, Failed, Finding, ReadContext
from connectors.errors import SourceError


class Configured(Protocol):
    """One folder, as the configuration names it."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def partition(self) -> str:
        """Its name in cursors and journals."""
        ...

    @property
    def place(self) -> str:
        """Its path without a credential."""
        ...


class Reading(Protocol):
    """One reading of one folder."""

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Everything in it."""
        ...

    def names(self) -> list[str]:
        """Its files; fails with a `SourceError` when they cannot be listed."""
        ...


@dataclass(frozen=True)
class FoldersReader:
    """The configured folders of one source; each is reached for only when its turn comes."""

    source: str
    folders: Sequence[Configured]
    reading: Callable[[Any], Reading]

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All folders; one that cannot be read does not keep the others."""
        for folder in self.folders:
            try:
                yield from self.reading(folder).events(context)
            except SourceError as error:
                yield Failed(folder.partition, error)

    def probe(self) -> Iterator[Finding]:
        """Whether each folder can be listed, and how many files it holds."""
        for folder in self.folders:
            try:
                found = len(self.reading(folder).names())
                yield Finding(f"{self.source} {folder.name}", "ok", f"{folder.place}: {found} {self.source}")
            except SourceError as error:
                yield Finding(f"{self.source} {folder.name}", "fail", f"{error.what}: {error.why}", error.hint)
