"""Contracts of the packets tables. Of a packet's text only what names an artifact is kept, and only where its author lets it be quoted."""

from connectors.contract import Table, day, integer, text

CONSENTS = ("quote", "existence", "none")
"""The text may be quoted; only that it was said, and by whom, may be told; it may not be used."""
KINDS = ("acknowledgement", "mention")
PERIOD = r"^\d{4}(H[12]|Q[1-4])$"

_SAID = {
    "author": text(null=False, about="Who wrote the packet as it says: an e-mail address, else a login; in lower case."),
    "period": text(null=False, pattern=PERIOD, about="Period that the packet tells of: `2026H1` or `2026Q1`."),
    "consent": text(one_of=CONSENTS, about="What its author allows: quote, existence, none; null: not said, taken as existence."),
    "written_on": day(about="Day that the packet gives itself; null: none."),
}

PACKETS = Table(
    name="packets",
    grain="one packet",
    key=("packet_id",),
    columns={
        "packet_id": text(null=False, about="sha256 of the folder's name and the file's path in it."),
        "folder": text(null=False, about="Name of the folder, from the configuration."),
        "path": text(null=False, about="Path of the file in its folder."),
        **_SAID,
        "project": text(about="Project that the packet tells of, as it says: a repository as `owner/name`, or a declared group."),
        "n_acknowledgements": integer(null=False, at_least=0, about="Statements under a heading of acknowledgement, or listed as such."),
        "n_mentions": integer(null=False, at_least=0, about="Other paragraphs that name an artifact."),
    },
    census=True,
    pii=("author",),
)

STATEMENTS = Table(
    name="statements",
    grain="one paragraph or list item of a packet, for each artifact that it names",
    key=("statement_id",),
    columns={
        "statement_id": text(null=False, about="sha256 of packet, artifact, kind, project and words."),
        "packet_id": text(null=False, about="Packet that says it."),
        "artifact_id": text(null=False, about="Artifact that it names."),
        "kind": text(null=False, one_of=KINDS, about="acknowledgement: declared as one by the author; mention: named in passing."),
        "quote": text(about="The words, without markup; null unless the author's consent is quote."),
        "line": integer(at_least=1, about="Line of the file; null in JSON."),
        "project": text(about="Project that it is about: the statement's own, else the packet's; null: not said."),
        **_SAID,
    },
    census=True,
    pii=("author", "quote"),
)

TABLES = (PACKETS, STATEMENTS)
