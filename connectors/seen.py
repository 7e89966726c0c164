"""Which keys came before, in bounded memory: they lie in a private database of SQLite, which goes to disk when it grows."""

import sqlite3
import weakref

CACHED_KIBIBYTES = 32_768


class Seen:
    """Keys and where each was seen first."""

    def __init__(self) -> None:
        # An empty name: a temporary file that nobody else sees. Readers may run in several threads, one after the other.
        self._keys = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._keys.close)
        self._keys.execute(f"pragma cache_size = -{CACHED_KIBIBYTES}")
        self._keys.execute("pragma journal_mode = off")
        self._keys.execute("create table seen (key text primary key, times integer, place text) without rowid")
        # One transaction for all: nobody reads it afterwards, and one for each key costs twenty times as much.
        self._keys.execute("begin")

    def add(self, key: str, place: str = "") -> tuple[int, str]:
        """How many times a key has come, with this one, and the place that it came from first."""
        [found] = self._keys.execute(
            "insert into seen values (?, 1, ?) on conflict (key) do update set times = times + 1 returning times, place", (key, place)
        )
        return found
