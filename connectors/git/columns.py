"""Columns that several tables of `raw_git` have, and the shape of those that say how long something stood."""

from collections.abc import Mapping

import pandera.polars as pa

from connectors.contract import Table, boolean, integer, text, timestamp

REPOSITORY = text(
    null=False, pattern=r"^(github:\d+|git:[0-9a-f]{12})$", about="Durable id: github:<numeric id>, else git:<hash of the normalised URL>."
)
SHA = r"^([0-9a-f]{40}|[0-9a-f]{64})$"


def sha(null: bool = True, about: str = ""):
    """The id of a commit or of a content."""
    return text(null=null, pattern=SHA, about=about)


INTERVAL = {
    "from_sha": sha(null=False, about="Landing that brought it to the default branch."),
    "from_at": timestamp(about="When that landed: the committer date on the first-parent line."),
    "from_author_email": text(about="Author of that landing, mailmap applied, lowercased."),
    "from_pull_request_number": integer(at_least=1, about="Pull request that the landing names."),
    "line": integer(at_least=1, about="Line at from_sha."),
    "last_sha": sha(null=False, about="Last landing that changed the file and left it standing."),
    "last_at": timestamp(about="When that landed."),
    "to_sha": sha(about="Landing that removed it; null while it stands."),
    "to_at": timestamp(about="When that landed."),
    "to_author_email": text(about="Author of the removing landing, mailmap applied, lowercased."),
    "to_pull_request_number": integer(at_least=1, about="Pull request that the removing landing names."),
    "is_current": boolean(null=False, about="Whether it stands at the head of the default branch."),
}


def standing(name: str, grain: str, columns: Mapping[str, pa.Column], key: tuple[str, ...] = (), pii: tuple[str, ...] = ()) -> Table:
    """A table of what files say, each for as long as it stood in its file on the default branch.

    Args:
        name: of the table.
        grain: what one row is.
        columns: what is said; it comes after the place and before the interval.
        key: which of them tell two things in one file apart.
        pii: which of them name people.
    """
    return Table(
        name=name,
        grain=grain,
        key=("repository_id", "path", *key, "from_sha"),
        census=True,
        pii=(*pii, "from_author_email", "to_author_email"),
        columns={"repository_id": REPOSITORY, "path": text(null=False), **columns, **INTERVAL},
    )
