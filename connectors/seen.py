"""Which keys came before, and what was told of them, in bounded memory: a private database of SQLite goes to disk when it grows."""

import sqlite3
import weakref

CACHED_KIBIBYTES = 32_768


def _private_database(owner: object, table: str) -> sqlite3.Connection:
    """A database with one table that lives as long as its owner."""
    # An empty name: a temporary file that nobody else sees. Readers may run in several threads, one after the other.
    made = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    weakref.finalize(owner, made.close)
    made.execute(f"pragma cache_size = -{CACHED_KIBIBYTES}")
    made.execute("pragma journal_mode = off")
    made.execute(f"create table {table} without rowid")
    # One transaction for all: nobody reads it afterwards, and one for each key costs twenty times as much.
    made.execute("begin")
    return made


class Seen:
    """Keys and where each was seen first."""

    def __init__(self) -> None:
        self._keys = _private_database(self, "seen (key text primary key, times integer, place text)")

    def add(self, key: str, place: str = "") -> tuple[int, str]:
        """How many times a key has come, with this one, and the place that it came from first."""
        [found] = self._keys.execute(
            "insert into seen values (?, 1, ?) on conflict (key) do update set times = times + 1 returning times, place", (key, place)
        )
        return found


class Kept:
    """What was told of keys, the last of several; whoever keeps it says how it is written."""

    def __init__(self) -> None:
        self._told = _private_database(self, "kept (key text primary key, told blob)")

    def put(self, key: str, told: bytes) -> None:
        """Keep what is told of a key."""
        self._told.execute("insert or replace into kept values (?, ?)", (key, told))

    def get(self, key: str) -> bytes | None:
        """What was told of a key; None where nothing was."""
        found = self._told.execute("select told from kept where key = ?", (key,)).fetchone()
        return found[0] if found else None
