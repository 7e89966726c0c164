"""Following the pages of a list by what each says comes next."""

from connectors.errors import ContractBroken
from connectors.evals.store import SOURCE


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
