"""Lists of a server: which of their things are chosen, what a page holds, and where it says that the next one is."""

import fnmatch
from collections.abc import Iterable
from typing import Any

from connectors.errors import ContractBroken
from connectors.evals.shape import Json
from connectors.evals.store import SOURCE


def is_chosen(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the configured shell patterns means a name."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def items_of(page: Json, key: str, what: str) -> list[Any]:
    """The items of a page.

    Raises:
        ContractBroken: when they are no list.
    """
    found: Any = page.get(key)
    if not isinstance(found, list):
        raise ContractBroken(SOURCE, what, f"expected a list in {key!r}, got {type(found).__name__}")
    return found  # type: ignore[reportUnknownVariableType] - JSON


class Cursors:
    """The cursors of one list, each followed once.

    Args:
        what: the list, for the error.
    """

    def __init__(self, what: str) -> None:
        self._what, self._followed = what, set[str]()

    def follow(self, cursor: str) -> str:
        """The cursor again.

        Raises:
            ContractBroken: when it leads back to a page that came, so that the list would never end.
        """
        if cursor in self._followed:
            raise ContractBroken(SOURCE, self._what, "the next page is said to be one that came already")
        self._followed.add(cursor)
        return cursor
