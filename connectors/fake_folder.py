"""A folder in memory, for tests: the protocol of `folder.py`."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO


@dataclass
class FakeFolder:
    """Files by name; a value of None cannot be read."""

    files: dict[str, bytes | str | None]

    def names(self) -> Sequence[str]:
        """Sorted names."""
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        """Content of one file."""
        content = self.files[name]
        if content is None:
            raise PermissionError(name)
        return content.encode() if isinstance(content, str) else content

    def open(self, name: str) -> BinaryIO:
        """Content of one file, to be read in pieces."""
        return io.BytesIO(self.read(name))

    def url(self, name: str) -> str:
        """An address that names the file."""
        return f"memory://{name}"
