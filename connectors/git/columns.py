"""Columns that several tables of `raw_git` have."""

from connectors.contract import boolean, integer, text, timestamp

REPOSITORY = text(
    null=False, pattern=r"^(github:\d+|git:[0-9a-f]{12})$", about="Durable id: github:<numeric id>, else git:<hash of the normalised URL>."
)
SHA = r"^([0-9a-f]{40}|[0-9a-f]{64})$"


def sha(null: bool = True, about: str = ""):
    """The id of a commit or of a content."""
    return text(null=null, pattern=SHA, about=about)


INTERVAL_START = {
    "from_sha": sha(null=False, about="Landing that brought it to the default branch."),
    "from_at": timestamp(about="When that landed: the committer date on the first-parent line."),
    "from_author_email": text(about="Author of that landing, mailmap applied, lowercased."),
    "from_pull_request_number": integer(at_least=1, about="Pull request that the landing names."),
}
INTERVAL_END = {
    "last_sha": sha(null=False, about="Last landing that changed the file and left it standing."),
    "last_at": timestamp(about="When that landed."),
    "to_sha": sha(about="Landing that removed it; null while it stands."),
    "to_at": timestamp(about="When that landed."),
    "to_author_email": text(about="Author of the removing landing, mailmap applied, lowercased."),
    "to_pull_request_number": integer(at_least=1, about="Pull request that the removing landing names."),
}
LINE = integer(at_least=1, about="Line at from_sha.")
CURRENT = boolean(null=False, about="Whether it stands at the head of the default branch.")
