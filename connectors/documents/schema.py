"""Contracts of documents in folders and of what they name. Of their text nothing but titles, names and addresses is kept."""

from connectors.contract import Table, day, integer, text
from connectors.markdown import KINDS, TARGET_KINDS

DOCUMENTS = Table(
    name="documents",
    grain="one document of a folder, as it is now",
    key=("document_id",),
    columns={
        "document_id": text(null=False, about="sha256 of the folder's name and the file's path in it."),
        "folder": text(null=False, about="Name of the folder, from the configuration."),
        "path": text(null=False, about="Path of the file in its folder."),
        "kind": text(null=False, one_of=KINDS, about="By front matter, else by its folder, else by the configuration."),
        "title": text(about="By front matter, else the first heading."),
        "document_key": text(about="Its name among documents, such as RFC-12, by front matter or heading."),
        "status": text(about="As it says itself, lowercased."),
        "authors": text(about="JSON list of who front matter names: addresses, @logins or mere names."),
        "dated_on": day(about="Day of its front matter."),
    },
    census=True,
    pii=("authors",),
)

DOCUMENT_LINKS = Table(
    name="document_links",
    grain="one thing that one document of a folder names",
    key=("document_id", "target_kind", "target"),
    columns={
        "document_id": text(null=False, about="The document."),
        "folder": text(null=False, about="Name of its folder."),
        "path": text(null=False, about="Its path in the folder."),
        "target_kind": text(null=False, one_of=TARGET_KINDS, about="A file, an address, or the key of an issue or a document."),
        "target": text(null=False),
        "line": integer(null=False, at_least=1, about="The first line that names it."),
        "line_sha": text(null=False, about="sha256 of that line."),
    },
    census=True,
)

TABLES = (DOCUMENTS, DOCUMENT_LINKS)
