"""A folder or one file, local or remote, through `fsspec`; what the files mean is not decided here."""

from collections.abc import Sequence
from typing import BinaryIO, Protocol

from connectors.errors import AuthFailed, ContractBroken, NotFound, Unavailable


class Files(Protocol):
    """A folder, or one file; `Folder` reads real ones."""

    def names(self) -> Sequence[str]:
        """Paths below the folder, sorted; fails with a `SourceError` when it cannot be listed."""
        ...

    def read(self, name: str) -> bytes:
        """Content of one file; fails with OSError when it cannot be read."""
        ...

    def open(self, name: str) -> BinaryIO:
        """One file, to be closed by the caller; fails with OSError when it cannot be read."""
        ...

    def url(self, name: str) -> str:
        """What a reader can open."""
        ...


class Folder:
    """Files below an address that fsspec opens; credentials come from the environment.

    Args:
        source: the connector's name, for errors.
        name: what messages call the address, without credentials.
        path: the address.
    """

    def __init__(self, source: str, name: str, path: str) -> None:
        import fsspec  # only here: the configuration reads this module too

        self._source, self._name = source, name
        try:
            self._files, self._root = fsspec.core.url_to_fs(path)
        except (ImportError, ValueError) as error:
            # fsspec names the package that opens the address, or the address's unknown scheme.
            raise ContractBroken(
                source, name, f"the address cannot be opened: {error}", "install the package or correct the path"
            ) from error

    def names(self) -> Sequence[str]:
        """Paths below the folder, sorted; the file's own name when the address is one file.

        Raises:
            NotFound: when there is no such folder or it may not be listed.
            Unavailable: when its store does not answer.
        """
        try:
            if self._files.isfile(self._root):
                return [self._root.rpartition("/")[2]]
            if not self._files.exists(self._root):
                raise NotFound(self._source, self._name, "there is no such folder or file", "correct the store's path")
            return sorted(path.removeprefix(self._root).lstrip("/") for path in self._files.find(self._root))
        except PermissionError as error:
            raise AuthFailed(self._source, self._name, "it may not be listed", "the sync needs to read it") from error
        except OSError as error:
            raise Unavailable(self._source, self._name, f"it cannot be listed ({type(error).__name__})") from error

    def read(self, name: str) -> bytes:
        """Content of one file; fails with OSError when it cannot be read."""
        return self._files.cat_file(self._path(name))

    def open(self, name: str) -> BinaryIO:
        """One file, seekable, to be closed by the caller; fails with OSError when it cannot be read."""
        return self._files.open(self._path(name), "rb")

    def url(self, name: str) -> str:
        """Address of one file."""
        return str(self._files.unstrip_protocol(self._path(name)))

    def _path(self, name: str) -> str:
        return (
            self._root if self._root.rpartition("/")[2] == name and self._files.isfile(self._root) else f"{self._root.rstrip('/')}/{name}"
        )


def visible(files: Files, suffixes: tuple[str, ...]) -> list[str]:
    """Files with one of these endings, without those that are hidden or lie in a hidden folder."""
    return [name for name in files.names() if name.endswith(suffixes) and not any(part.startswith(".") for part in name.split("/"))]


def needed(files: Files, suffixes: tuple[str, ...], source: str, place: str, hint: str) -> list[str]:
    """Visible files with one of these endings.

    Raises:
        NotFound: when there is none.
    """
    found = visible(files, suffixes)
    if not found:
        raise NotFound(source, place, f"no {' or '.join(suffixes)} file", hint)
    return found


def names_apart(names: Sequence[str], what: str) -> None:
    """Raise ValueError where several of the configured folders have one name."""
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise ValueError(f"several folders of {what} are called {', '.join(double)}; give each a name of its own")


def without_login(address: str) -> str:
    """An address without whatever stands before an `@` in it."""
    scheme, separator, rest = address.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else address
