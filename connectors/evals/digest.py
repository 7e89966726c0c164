"""Hashes instead of texts: inputs, outputs, targets and rationales never leave a log, and neither does a secret.

`kept` is the last fence before anything of a log becomes a record: allow-lists upstream choose the keys, and this makes sure
that no value among them is a text of a sample, a traceback or a credential.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

LONGEST_TEXT = 120
"""Names, versions, paths and ids are shorter; what is longer is somebody's text, and is kept as its hash."""
_SECRET_KEY = re.compile(r"secret|password|passwd|credential|api[-_]?key|authorization|(?:^|[-_])token$|access[-_]?key", re.IGNORECASE)
_SECRET_PAIR = re.compile(r"(?i)\b([\w-]*(?:secret|password|api[-_]?key|token|access[-_]?key)[\w-]*)=[^,&;\s]+")
_USER_INFO = re.compile(r"(?<=://)[^/@\s]+@")
_CLASS = re.compile(r"[A-Za-z_][\w.]{0,79}")
_VOLATILE = frozenset({"id", "source", "model", "metadata", "internal"})
"""Keys of a chat message that differ from run to run with the same words."""


def sha_of_text(text: str) -> str:
    """SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha_of_content(value: Any) -> str | None:
    """SHA-256 of any JSON value; a plain text has the hash of its bytes, nothing has no hash."""
    if value is None:
        return None
    return sha_of_text(value if isinstance(value, str) else canonical(_without_volatile(value)))


def sha_of_prompt(text: str) -> str:
    """Hash of a prompt as of the file that it was read from: one kind of line end, and one of them at the end.

    promptfoo trims what it reads, Inspect does not; the git connector hashes files as they are. Files end with a line end, so
    the three agree.
    """
    return sha_of_text(text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n")


def canonical(value: Any) -> str:
    """JSON with sorted keys; what JSON has no word for is written as text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str).decode("utf-8", "surrogatepass")


def kept(value: Any) -> Any:
    """A JSON value with long texts replaced by their hashes, and without anything that looks like a credential."""
    if isinstance(value, str):
        return _kept_text(value)
    if isinstance(value, dict):
        return {key: kept(item) for key, item in value.items() if not _is_secret(key)}
    return [kept(item) for item in value] if isinstance(value, list) else value


def without_user(url: str | None) -> str | None:
    """A git remote without the user and password that some tools leave in it."""
    return None if url is None else _USER_INFO.sub("", url)


def class_of_error(error: str) -> str:
    """The kind of an error as Python prints it; its message may hold anything."""
    match = _CLASS.match(error)
    return match[0] if match else "error"


@lru_cache(maxsize=4096)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _kept_text(text: str) -> Any:
    plain = _USER_INFO.sub("", text) if "://" in text else text
    plain = _SECRET_PAIR.sub(r"\1=...", plain) if "=" in plain else plain
    if len(plain) > LONGEST_TEXT or "\n" in plain:
        return {"sha256": sha_of_text(text), "length": len(text)}
    return plain


def _without_volatile(value: Any) -> Any:
    """Chat messages by what was said: their generated ids would make every run a new dataset."""
    if isinstance(value, list):
        return [_without_volatile(item) for item in value]
    if isinstance(value, Mapping) and "role" in value and "content" in value:
        return {key: _without_volatile(item) for key, item in value.items() if key not in _VOLATILE}
    return value
