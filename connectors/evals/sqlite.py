"""A database file of SQLite inside a log, read from a private copy: nothing is ever written beside the original."""

import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from connectors.evals.model import OpenLog
from connectors.evals.shape import UnreadableLog

MAGIC = b"SQLite format 3\x00"
JOURNAL_SUFFIX = "-wal"
"""What was committed last may still lie in the write-ahead journal beside the file; SQLite reads both."""


@contextmanager
def opened(log: OpenLog) -> Generator[sqlite3.Connection]:
    """The database of a log's main file and its journal, read-only; rows go by the names of their columns.

    Raises:
        UnreadableLog: when it is no database, or one that was cut short or damaged, also on reading from it.
    """
    log.main.body.seek(0)
    if log.main.body.read(len(MAGIC)) != MAGIC:
        raise UnreadableLog("no SQLite database: it does not begin with `SQLite format 3`")
    with tempfile.TemporaryDirectory(prefix="fulcrum-evals-") as folder:
        path = Path(folder, "copy.db")
        for part, target in ((log.main, path), *((part, Path(f"{path}{JOURNAL_SUFFIX}")) for part in log.parts)):
            part.body.seek(0)
            with target.open("wb") as copy:
                shutil.copyfileobj(part.body, copy)
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
                database.row_factory = sqlite3.Row
                _check(database)
                yield database
        except sqlite3.DatabaseError as error:
            raise UnreadableLog(f"a SQLite database that cannot be read: {error}") from None


def _check(database: sqlite3.Connection) -> None:
    """A file that was copied while it was written, or only half, may open well and answer with less than it held."""
    (said,) = database.execute("pragma quick_check(1)").fetchone()
    if said != "ok":
        raise UnreadableLog(f"a damaged SQLite database: {' '.join(said.split())}")
