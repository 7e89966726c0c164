"""What git says on standard error when it fails, as errors of `connectors.errors`. Git speaks its C locale here."""

import re

from connectors.errors import AuthFailed, NotFound, RateLimited, SourceError, Unavailable
from connectors.git.protocol import Damaged

DISTRUSTED = r"dubious ownership"
LIMITED = r"returned error: 429|rate limit"
REFUSED = (
    r"authentication failed|could not read (username|password)|access denied|permission denied|invalid (username|credentials)"
    r"|returned error: 40[13]|terminal prompts disabled|host key verification failed"
)
UNREACHABLE = (
    r"could(n't| not) (resolve|connect)|connection (refused|reset|timed out|closed)|failed to connect|network is unreachable"
    r"|returned error: 5\d\d|rpc failed|early eof|unexpected disconnect|hung up|timed out|transfer closed|operation too slow"
)
GONE = r"repository '?.*'? (not found|does not exist)|repository not found|does not appear to be a git repository|returned error: 404"

KINDS: list[tuple[str, type[SourceError], str]] = [
    (DISTRUSTED, AuthFailed, "the folder belongs to another user: git config --global --add safe.directory <folder>"),
    (LIMITED, RateLimited, "try again later"),
    (REFUSED, AuthFailed, "check the GitHub token (least right: Contents, read) or the ssh key"),
    (UNREACHABLE, Unavailable, "try again later"),
    (GONE, NotFound, "it was deleted or moved, or the token may not see it"),
]
"""Most telling first: a refused ssh key also ends with a connection that is hung up."""


def failure(what: str, stderr: str) -> SourceError | Damaged:
    """The error of the tree that a complaint stands for; `Damaged` where git failed for a reason of its own."""
    for pattern, kind, hint in KINDS:
        if re.search(pattern, stderr, re.IGNORECASE):
            return kind("git", what, telling(stderr), hint)
    return Damaged(telling(stderr))


def telling(stderr: str) -> str:
    """The line of a complaint that says most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or ["git gave no reason"])[0].removeprefix("fatal: ").removeprefix("error: ")
