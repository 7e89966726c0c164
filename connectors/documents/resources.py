"""Reading every folder of documents whole at each sync: a kept file tells nothing of what changed in it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from connectors.contract import Connector, Counted, Event, Finished, Page, ReadContext, Reader, Record, Rejected
from connectors.documents.options import DocumentFolder, DocumentsOptions
from connectors.documents.schema import TABLES
from connectors.errors import NotFound
from connectors.folder import Files, Folder, visible
from connectors.folders import FoldersReader
from connectors.markdown import NO_DOCUMENT, SUFFIXES, links, parse


@dataclass
class FolderReading:
    """One reading of one folder."""

    given: DocumentFolder
    files: Files
    _documents: list[Record] = field(default_factory=list[Record])
    _links: list[Record] = field(default_factory=list[Record])
    _has_faults: bool = False

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every document and what it names; a file that cannot be read is set aside and the others go on."""
        partition = self.given.partition
        for name in self.names():
            yield from self._of_file(name)
        context.progress(f"documents: {len(self._documents)} documents of {self.given.name}")
        yield Page("documents", partition, self._documents)
        yield Page("document_links", partition, self._links)
        if not self._has_faults:
            yield Counted("documents", partition, len(self._documents), "files listed")
        # What could not be read may be there as it was.
        yield Finished(partition, {}, () if self._has_faults else ("documents", "document_links"))

    def names(self) -> list[str]:
        """Documents of the folder.

        Raises:
            NotFound: when there is none.
        """
        found = [name for name in visible(self.files, tuple(SUFFIXES)) if not NO_DOCUMENT.fullmatch(PurePosixPath(name).name)]
        if not found:
            raise NotFound("documents", self.given.place, f"no {' or '.join(sorted(SUFFIXES))} file", "put documents there")
        return found

    def _of_file(self, name: str) -> Iterator[Rejected]:
        identity = hashlib.sha256(f"{self.given.name}|{name}".encode()).hexdigest()
        try:
            text = self.files.read(name).decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            yield self._rejected(name, identity, f"it cannot be read ({type(error).__name__}); expected Markdown in UTF-8")
            return
        faults: list[str] = []
        found = parse(name, text, faults.append)["document",]
        for fault in faults:
            yield self._rejected(name, identity, fault)
        url = f"{self.given.url.rstrip('/')}/{quote(name)}" if self.given.url else self.files.url(name)
        shared: Record = {"document_id": identity, "folder": self.given.name, "path": name, "_source_url": url}
        self._documents.append(
            shared
            | {
                "kind": self.given.kind if found.kind == "document" else found.kind,
                "title": found.title,
                "document_key": found.key,
                "status": found.status,
                "authors": found.authors.splitlines(),
                "dated_on": date.fromisoformat(found.dated_on) if found.dated_on else None,
                "_raw": {"path": name},
            }
        )
        for link in links(name, text, faults.append).values():
            told = {"target_kind": link.kind, "target": link.target, "line": link.line, "line_sha": link.line_sha}
            self._links.append(shared | told | {"_raw": {"line": link.line}})

    def _rejected(self, name: str, identity: str, why: str) -> Rejected:
        """Without the file's text, which is kept nowhere."""
        self._has_faults = True
        return Rejected("documents", self.given.partition, identity, f"{name}: {why}", {"path": name}, self.files.url(name))


def _reading(folder: DocumentFolder) -> FolderReading:
    return FolderReading(folder, Folder("documents", folder.place, folder.path))


def open_documents(options: DocumentsOptions) -> Reader:
    """A reader of the configured folders."""
    return FoldersReader("documents", options.folders, _reading)


CONNECTOR = Connector(name="documents", title="Documents in folders", tables=TABLES, open=open_documents)
