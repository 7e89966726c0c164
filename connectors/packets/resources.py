"""Reading every folder of packets whole at each sync: a kept file tells nothing of what changed in it."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.contract import Connector, Counted, Event, Finished, Page, ReadContext, Reader, Record, Rejected
from connectors.folder import Files, Folder, needed
from connectors.folders import FoldersReader
from connectors.packets.documents import SUFFIXES, BadPacket, Header, Said, parse
from connectors.packets.options import NamedArtifact, PacketFolder, PacketsOptions
from connectors.packets.schema import TABLES

LONGEST = 1_000
"""Characters of a quote; a longer paragraph is cut there."""


class UnknownArtifact(ValueError):
    """A packet acknowledges something that no configured artifact is called."""


@dataclass(frozen=True)
class Names:
    """Which artifacts a text names, whole names in any letter case: `eval-harness` is not named by `eval-harness-lite`."""

    artifacts: Sequence[NamedArtifact]

    def in_text(self, text: str) -> list[str]:
        """Ids of the artifacts named anywhere in the text, sorted."""
        return sorted({one.id for one in self.artifacts for name in (one.id, *one.names) if _whole(name).search(text)})

    def of(self, name: str) -> str:
        """Id of the one artifact that is called so.

        Raises:
            UnknownArtifact: when none is, with the names that are known.
        """
        found = [one.id for one in self.artifacts if name.casefold() in {known.casefold() for known in (one.id, *one.names)}]
        if len(found) != 1:
            known = ", ".join(one.id for one in self.artifacts) or "none is configured"
            raise UnknownArtifact(f"{'several artifacts are' if found else 'no artifact is'} called {name!r}; known: {known}")
        return found[0]


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)


@dataclass
class FolderReading:
    """One reading of one folder."""

    given: PacketFolder
    files: Files
    named: Names
    _packets: list[Record] = field(default_factory=list[Record])
    _statements: dict[str, Record] = field(default_factory=dict[str, Record])
    _has_faults: bool = False

    def events(self, context: ReadContext) -> Iterator[Event]:
        """Every packet and what it says of artifacts; a file that is no packet is set aside and the others go on."""
        partition = self.given.partition
        for name in self.names():
            yield from self._of_file(name)
        context.progress(f"packets: {len(self._packets)} packets of {self.given.name}")
        yield Page("packets", partition, self._packets)
        yield Page("statements", partition, list(self._statements.values()))
        if not self._has_faults:
            yield Counted("packets", partition, len(self._packets), "files listed")
        # What could not be read may say what it said before.
        yield Finished(partition, {}, () if self._has_faults else ("packets", "statements"))

    def names(self) -> list[str]:
        """Packets of the folder.

        Raises:
            NotFound: when there is none.
        """
        return needed(self.files, SUFFIXES, "packets", self.given.place, "put packets there")

    def _of_file(self, name: str) -> Iterator[Rejected]:
        packet_id = hashlib.sha256(f"{self.given.name}|{name}".encode()).hexdigest()
        try:
            header, said = parse(name, self.files.read(name), self.given.headings)
        except (BadPacket, OSError) as error:
            why = str(error) if isinstance(error, BadPacket) else f"it cannot be read ({type(error).__name__})"
            yield self._rejected("packets", name, packet_id, why)
            return
        shared: Record = {
            "packet_id": packet_id,
            "author": header.person.lower(),
            "period": header.period,
            "consent": header.consent,
            "written_on": header.written_on,
            "_source_url": self.files.url(name),
        }
        counts = {True: 0, False: 0}
        for one in said:
            try:
                artifacts = [self.named.of(one.artifact)] if one.artifact else self.named.in_text(one.text)
            except UnknownArtifact as error:
                yield self._rejected("statements", name, f"{packet_id}|{one.artifact}", f"acknowledgements: {error}")
                continue
            counts[one.is_acknowledgement] += bool(artifacts)
            for artifact in artifacts:
                record: Record = shared | self._statement(packet_id, artifact, header, one) | {"_raw": {"path": name, "line": one.line}}
                self._statements.setdefault(record["statement_id"], record)
        self._packets.append(
            shared
            | {"folder": self.given.name, "path": name, "project": header.project}
            | {"n_acknowledgements": counts[True], "n_mentions": counts[False], "_raw": {"path": name}}
        )

    def _statement(self, packet_id: str, artifact: str, header: Header, one: Said) -> Record:
        kind = "acknowledgement" if one.is_acknowledgement else "mention"
        project = one.project or header.project
        quote = one.text if len(one.text) <= LONGEST else f"{one.text[: LONGEST - 1]}…"
        key = "|".join((packet_id, artifact, kind, project or "", one.text))
        return {
            "statement_id": hashlib.sha256(key.encode()).hexdigest(),
            "artifact_id": artifact,
            "kind": kind,
            "quote": quote if header.consent == "quote" else None,
            "line": one.line,
            "project": project,
        }

    def _rejected(self, table: str, name: str, identity: str, why: str) -> Rejected:
        """Without the file's text, which its author has given no leave to keep."""
        self._has_faults = True
        return Rejected(table, self.given.partition, identity, f"{name}: {why}", {"path": name}, self.files.url(name))


def open_packets(options: PacketsOptions) -> Reader:
    """A reader of the configured folders."""

    def reading(folder: PacketFolder) -> FolderReading:
        return FolderReading(folder, Folder("packets", folder.place, folder.path), Names(options.artifacts))

    return FoldersReader("packets", options.folders, reading)


CONNECTOR = Connector(name="packets", title="Packets", tables=TABLES, open=open_packets)
