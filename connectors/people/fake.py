"""People kept in memory, for tests: the same protocol as `client.PeopleFile`."""

from collections.abc import Iterator

from connectors.people.client import Line, parse


class FakePeople:
    """The text of a people file without the file."""

    def __init__(self, text: str, name: str = "people.csv") -> None:
        self.text = text
        self.name = name
        self.url = f"memory:{name}"

    def lines(self) -> Iterator[Line]:
        """The lines of the text."""
        return parse(self.text, self.name)
