"""A folder or file of experiments, local or remote: the only place that imports `fsspec`."""

from collections.abc import Sequence

import fsspec

from connectors.errors import AuthFailed, ContractBroken, NotFound, Unavailable
from connectors.experiments.options import FilesStore


class Folder:
    """A folder or file, local or remote, through fsspec."""

    def __init__(self, store: FilesStore) -> None:
        self._name = store.partition.partition(":")[2]
        try:
            self._files, self._root = fsspec.core.url_to_fs(store.path)
        except (ImportError, ValueError) as error:
            # fsspec names the package that opens the address, or the address's unknown scheme.
            raise ContractBroken(
                "experiments", self._name, f"the address cannot be opened: {error}", "install the package or correct the path"
            ) from error

    def names(self) -> Sequence[str]:
        """Paths below the folder, sorted; the file's own name when the store is one file.

        Raises:
            NotFound: when there is no such folder or it may not be listed.
            Unavailable: when its store does not answer.
        """
        try:
            if self._files.isfile(self._root):
                return [self._root.rpartition("/")[2]]
            if not self._files.exists(self._root):
                raise NotFound("experiments", self._name, "there is no such folder or file", "correct the store's path")
            return sorted(path.removeprefix(self._root).lstrip("/") for path in self._files.find(self._root))
        except PermissionError as error:
            raise AuthFailed("experiments", self._name, "it may not be listed", "the sync needs to read it") from error
        except OSError as error:
            raise Unavailable("experiments", self._name, f"it cannot be listed ({type(error).__name__})") from error

    def read(self, name: str) -> bytes:
        """Content of one file."""
        return self._files.cat_file(self._path(name))

    def url(self, name: str) -> str:
        """Address of one file."""
        return str(self._files.unstrip_protocol(self._path(name)))

    def _path(self, name: str) -> str:
        return (
            self._root if self._root.rpartition("/")[2] == name and self._files.isfile(self._root) else f"{self._root.rstrip('/')}/{name}"
        )
