"""Keeping people's names where they are needed and nowhere else: pseudonyms for the analysts' snapshot.

DuckDB has no HMAC, so pseudonyms are made here, with a key that never leaves the home directory.
"""

import base64
import hmac
import secrets
from hashlib import sha256
from pathlib import Path

import duckdb

from pipelines.warehouse import Home


def pseudonym(key: bytes, person_id: str) -> str:
    """A person's pseudonym: base32 of HMAC-SHA256, 12 characters; the same key always gives the same one."""
    return "p_" + base64.b32encode(hmac.new(key, person_id.encode(), sha256).digest()).decode().lower()[:12]


def key_of(home: Home) -> bytes:
    """The home's pseudonym key, made on first use, readable by its owner alone."""
    path = home.root / "pseudonym.key"
    if not path.exists():
        _write_private(path, secrets.token_bytes(32))
    return path.read_bytes()


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def write_pseudonyms(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Fill `raw_config.pseudonyms` for every declared person."""
    key = key_of(home)
    people = connection.execute("select distinct person_id from raw_people.people order by 1").fetchall()
    connection.execute("delete from raw_config.pseudonyms")
    if people:
        connection.executemany("insert into raw_config.pseudonyms values (?, ?)", [(p, pseudonym(key, p)) for (p,) in people])
