"""Contracts of documents and of what they link to. Of their text nothing but titles, names and addresses is kept."""

from connectors.contract import day, text
from connectors.git.columns import sha, standing
from connectors.markdown import KINDS, TARGET_KINDS

DOCUMENTS = standing(
    name="documents",
    grain="one document for as long as it stood at its path on the default branch",
    pii=("authors",),
    columns={
        "kind": text(null=False, one_of=KINDS, about="By front matter, else by its folder."),
        "title": text(about="By front matter, else the first heading."),
        "document_key": text(about="Its name among documents, such as RFC-12, by front matter or heading."),
        "status": text(about="As it says itself, lowercased."),
        "authors": text(about="JSON list of who front matter names: addresses, @logins or mere names."),
        "dated_on": day(about="Day of its front matter."),
        "changed_sha": sha(null=False, about="Landing that last changed any of this."),
    },
)

DOCUMENT_LINKS = standing(
    name="document_links",
    grain="one thing named by one document, for as long as it did on the default branch",
    key=("target_kind", "target"),
    columns={
        "path": text(null=False, about="The document."),
        "target_kind": text(null=False, one_of=TARGET_KINDS, about="A file, an address, or the key of an issue or a document."),
        "target": text(null=False),
        "line_sha": text(null=False, about="sha256 of the first line that names it."),
    },
)
