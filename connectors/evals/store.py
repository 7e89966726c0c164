"""Where result files lie: a folder or a bucket, through fsspec. The only module that imports it, and that maps its failures.

Everything above sees `Entry` and `Store`; `fake.py` has a store in memory.
"""

import hashlib
import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast, runtime_checkable

from connectors.contract import Record
from connectors.errors import AuthFailed, NotFound, Terminal, Unavailable
from connectors.evals.aliases import AliasSightings

SOURCE = "evals"
CHUNK = 1 << 20
SPOOLED_BYTES = CHUNK
"""A remote file is held in memory up to here and on disk beyond: a log of lm-eval may have two hundred parts."""
MODIFIED_KEYS = ("mtime", "LastModified", "last_modified", "updated", "created")
ETAG_KEYS = ("ETag", "etag", "md5Hash")
LISTED_THOUGH_HIDDEN = frozenset({".latest_run_full.json"})
"""Hidden files that are logs: DeepEval's rolling snapshot."""
DRIVER_FAILURES = {
    "botocore.exceptions": ("BotoCoreError", "ClientError"),
    "gcsfs.retry": ("HttpError",),
    "google.auth.exceptions": ("GoogleAuthError",),
    "azure.core.exceptions": ("AzureError",),
    "aiohttp": ("ClientError",),
}
"""What bucket drivers raise besides OSError; none of them is installed with Fulcrum, so they are looked up among what is loaded."""


@dataclass(frozen=True)
class Entry:
    """One file as a listing shows it; `name` is below the store, `path` is the store's path with it."""

    name: str
    path: str
    size: int
    modified_at: datetime | None
    etag: str | None = None


@dataclass(frozen=True)
class Fetched:
    """A file's content, from its first byte, and the hash of all of it."""

    body: BinaryIO
    size: int
    sha: str

    def __enter__(self) -> "Fetched":
        """The file, closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.body.close()


class Store(Protocol):
    """A folder, a bucket prefix, or a server whose runs are its files."""

    meters_itself: bool
    """It counts its own requests; of others, each listing and each file is one."""

    def entries(self) -> list[Entry]:
        """Every file below, in the order of their names.

        Raises:
            SourceError: when the store cannot be listed.
        """
        ...

    def fetch(self, entry: Entry) -> Fetched:
        """A file, to be closed by the caller.

        Raises:
            SourceError: when the file cannot be read.
        """
        ...

    def url(self, entry: Entry) -> str:
        """Where a person finds the file."""
        ...


@runtime_checkable
class Registry(Protocol):
    """A store that also keeps what belongs to no run; it is asked after `entries`."""

    def prompt_versions(self) -> Iterator[Record]:
        """Rows of `prompt_versions`, all that there are.

        Raises:
            SourceError: when they cannot be listed.
        """
        ...

    def models(self, sightings: AliasSightings) -> tuple[list[Record], list[Record]]:
        """Rows of `model_versions`, and of `model_aliases` as far as earlier readings and this one saw them.

        Raises:
            SourceError: when they cannot be listed.
        """
        ...

    def dataset_versions(self, is_known: Callable[[str, datetime], bool]) -> Iterator[Record]:
        """Rows of `dataset_versions`, of the datasets that `is_known` does not know by their id and last change.

        Raises:
            SourceError: when they cannot be listed.
        """
        ...


class FsspecStore:
    """Any file system that fsspec has a driver for.

    Args:
        path: a local folder or a URL such as `s3://bucket/prefix`.
    """

    meters_itself = False

    def __init__(self, path: str) -> None:
        self.path = path
        with _mapped(path, path):
            import fsspec.core

            self.system, root = fsspec.core.url_to_fs(path)
        self.root = str(root).rstrip("/")

    @property
    def is_local(self) -> bool:
        """On this machine: files are opened in place instead of being fetched."""
        protocols = self.system.protocol
        return "file" in ((protocols,) if isinstance(protocols, str) else protocols)

    def entries(self) -> list[Entry]:
        """Every file below; hidden ones are left out, unless a tool is known to hide its logs."""
        with _mapped(self.path, self.path):
            # A cached listing would hide what was written since.
            self.system.invalidate_cache()
            found: Mapping[str, Mapping[str, Any]] = self.system.find(self.root, detail=True)
            if not found and not self.system.exists(self.root):
                raise FileNotFoundError(self.path)
        entries = (self._entry(path, info) for path, info in sorted(found.items()) if path.startswith(f"{self.root}/"))
        return [entry for entry in entries if not _is_hidden(entry.name)]

    def fetch(self, entry: Entry) -> Fetched:
        """The file in place, or as a copy that is gone once closed."""
        with _mapped(self.path, entry.name):
            source: BinaryIO = self.system.open(f"{self.root}/{entry.name}", "rb")
            if self.is_local:
                return _hashed(source)
            with source:
                return spooled(iter(partial(source.read, CHUNK), b""))

    def url(self, entry: Entry) -> str:
        """A `file:` or bucket URL."""
        if self.is_local:
            return Path(self.root, entry.name).as_uri()
        return str(self.system.unstrip_protocol(f"{self.root}/{entry.name}"))

    def _entry(self, path: str, info: Mapping[str, Any]) -> Entry:
        name = path[len(self.root) + 1 :]
        modified = next((info[key] for key in MODIFIED_KEYS if info.get(key) is not None), None)
        etag = next((str(info[key]).strip('"') for key in ETAG_KEYS if info.get(key)), None)
        return Entry(name, f"{self.path.rstrip('/')}/{name}", int(info.get("size") or 0), _moment(modified), etag)


def _is_hidden(name: str) -> bool:
    *folders, file = name.split("/")
    return any(part.startswith(".") for part in folders) or (file.startswith(".") and file not in LISTED_THOUGH_HIDDEN)


def _hashed(source: BinaryIO) -> Fetched:
    digest = hashlib.sha256()
    while chunk := source.read(CHUNK):
        digest.update(chunk)
    size = source.tell()
    source.seek(0)
    return Fetched(source, size, digest.hexdigest())


def spooled(pieces: Iterable[bytes]) -> Fetched:
    """Content that is gone once closed, from its pieces."""
    copy, digest = tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES), hashlib.sha256()  # noqa: SIM115 - `Fetched` closes it
    for piece in pieces:
        digest.update(piece)
        copy.write(piece)
    size = copy.tell()
    copy.seek(0)
    return Fetched(cast("BinaryIO", copy), size, digest.hexdigest())


def _moment(value: Any) -> datetime | None:
    """Drivers give epoch seconds, a datetime, or ISO text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return None


@contextmanager
def _mapped(path: str, what: str) -> Generator[None]:
    """Failures of fsspec and its drivers as errors that say what to do."""
    thing = path if what == path else f"{path}: {what}"
    try:
        yield
    except PermissionError as error:
        raise AuthFailed(SOURCE, thing, str(error) or "permission denied", "give the credential the right to list and read") from error
    except FileNotFoundError as error:
        raise NotFound(SOURCE, thing, "it does not exist", "check `path` in [[sources.evals]]") from error
    except (ImportError, ValueError) as error:
        raise Terminal(SOURCE, thing, str(error), "install fsspec's driver for such URLs: s3fs, gcsfs, adlfs") from error
    except OSError as error:
        raise Unavailable(SOURCE, thing, str(error) or type(error).__name__) from error
    except _driver_failures() as error:
        raise Unavailable(SOURCE, thing, f"{type(error).__name__}: {error}", "check the bucket's credentials and address") from error


def _driver_failures() -> tuple[type[BaseException], ...]:
    """The failures of drivers that are loaded."""
    loaded = ((sys.modules[module], names) for module, names in DRIVER_FAILURES.items() if module in sys.modules)
    return tuple(getattr(module, name) for module, names in loaded for name in names if hasattr(module, name))
