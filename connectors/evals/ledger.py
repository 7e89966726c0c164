"""What has been read before, and what of it can be relied on: the `files` and `runs` that an earlier load brought.

Loading writes table by table, so a load that was killed may have brought a file's ledger row and not its samples. Only rows of
loads that came to their end count; a store's cursor says how late those can be.
"""

from dataclasses import dataclass
from datetime import datetime

from connectors.contract import ReadContext
from connectors.evals.datasets import utc
from connectors.evals.store import Entry

COLUMNS = ("path", "content_sha", "size", "modified_at", "etag", "run_id", "_extracted_at")
READ_AT = "read_at"
"""In a store's cursor: the moment of the last reading that brought something, all of which has been loaded."""


@dataclass(frozen=True)
class Known:
    """A file as it was when it was read last."""

    path: str
    content_sha: str
    size: int
    modified_at: datetime | None
    etag: str | None
    run_id: str | None
    read_at: datetime

    def looks_like(self, entry: Entry) -> bool:
        """Whether a listing gives no reason to read the file again."""
        return (self.size, self.modified_at, self.etag) == (entry.size, entry.modified_at, entry.etag)


class Ledger:
    """Files that are in the warehouse, and which file each run stands by."""

    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.files = {row[0]: Known(*row) for row in context.loaded("raw_evals", "files", COLUMNS)}
        stood_by = context.loaded("raw_evals", "runs", ("run_id", "path"))
        self.winners = {run_id: _age(self.files[path].modified_at, path) for run_id, path in stood_by if path in self.files}

    def relied_on(self, partition: str, root: str) -> dict[str, Known]:
        """Files of a store that were read to their end and loaded; none on a full reading."""
        read_at = self.context.cursor(partition).get(READ_AT)
        if not isinstance(read_at, str):
            return {}
        latest, below = datetime.fromisoformat(read_at), f"{root}/"
        return {path: known for path, known in self.files.items() if path.startswith(below) and utc(known.read_at) <= latest}

    def claim(self, run_id: str, entry: Entry) -> bool:
        """Whether this file's reading of a run counts: of several copies the newest does, of equally new ones the last by name.

        An edited log and its copy hold the same run. Whichever is read first, the same one must end up in the tables.
        """
        mine = _age(entry.modified_at, entry.path)
        standing = self.winners.get(run_id, mine)
        if mine < standing and standing[1] != entry.path:
            return False
        self.winners[run_id] = mine
        return True


def _age(modified_at: datetime | None, path: str) -> tuple[float, str]:
    return (modified_at.timestamp() if modified_at else 0.0, path)
