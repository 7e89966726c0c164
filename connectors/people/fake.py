"""People, decisions and exports kept in memory, for tests: the same protocols as the files."""

from collections.abc import Iterator

from connectors.people import journal, scim
from connectors.people.client import Line, parse
from connectors.people.journal import Journal
from connectors.people.scim import Export


class FakePeople:
    """The text of a people file without the file."""

    def __init__(self, text: str, name: str = "people.csv") -> None:
        self.text = text
        self.name = name
        self.url = f"memory:{name}"

    def lines(self) -> Iterator[Line]:
        """The lines of the text."""
        return parse(self.text, self.name)


class FakeJournal:
    """The text of a decisions journal without the file; None for no journal."""

    def __init__(self, text: str | None, name: str = "people-decisions.jsonl") -> None:
        self.text = text
        self.name = name

    def read(self) -> Journal | None:
        """The journal of the text."""
        return None if self.text is None else journal.parse(self.text, self.name, f"memory:{self.name}")


class FakeProvider:
    """The text of an identity provider's export without the file."""

    def __init__(self, text: str, name: str = "scim.json") -> None:
        self.text = text
        self.name = name

    def read(self) -> Export:
        """The export of the text."""
        return scim.parse(self.text, self.name, f"memory:{self.name}")
