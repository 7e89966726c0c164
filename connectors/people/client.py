"""Reads `people.csv` into numbered lines, and refuses a file that has not the documented columns.

What a line means is not decided here.
"""

import csv
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from connectors.csv_rows import csv_rows
from connectors.errors import ContractBroken, NotFound
from connectors.people.schema import OPTIONAL_COLUMNS, REQUIRED_COLUMNS

LEGAL_COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)


@dataclass(frozen=True)
class Line:
    """One line of the file.

    Attributes:
        number: line number in the file, counted from 1 (the header is usually line 1).
        values: cell by column, stripped; empty when `problem` is set.
        problem: why the line could not be taken apart.
        written: the cells as they stand in the file.
    """

    number: int
    values: dict[str, str]
    problem: str = ""
    written: list[str] = field(default_factory=list[str])


class PeopleSource(Protocol):
    """Something that holds the lines of `people.csv`."""

    name: str
    """File name, for messages."""
    url: str
    """What a reader can open."""

    def lines(self) -> Iterator[Line]:
        """Every line after the header; blank lines and lines starting with `#` are left out."""
        ...


class PeopleFile:
    """`people.csv` on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.url = path.resolve().as_uri()

    def lines(self) -> Iterator[Line]:
        """The lines of the file as it is now.

        Raises:
            NotFound: when there is no such file.
            ContractBroken: when it is no UTF-8 text, or a column is missing or unknown.
        """
        return parse(self._text(), self.name)

    def _text(self) -> str:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise NotFound("people", str(self.path), f"{error.strerror or error}", "set [people] directory to the file") from error
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            why = f"line {line} holds bytes that are not UTF-8 text"
            raise ContractBroken("people", str(self.path), why, "save the file as 'CSV UTF-8'") from error


def parse(text: str, name: str) -> Iterator[Line]:
    """Take the text of a people file apart; see `PeopleFile.lines`."""
    header: list[str] = []
    for number, cells in csv_rows(text):
        if isinstance(cells, csv.Error):
            if not header:
                raise ContractBroken("people", name, f"the header cannot be read: {cells}", _expected()) from cells
            yield Line(number, {}, f"the line is no well-formed CSV: {cells}")
        elif not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        elif header:
            yield _line(number, header, cells)
        else:
            header = _checked_header(cells, name)
    if not header:
        raise ContractBroken("people", name, "the file is empty", _expected())


def _line(number: int, header: Sequence[str], cells: list[str]) -> Line:
    if len(cells) != len(header):
        problem = f"the line has {len(cells)} cells, the header has {len(header)}; a comma inside a cell needs quotes around the cell"
        return Line(number, {}, problem, cells)
    return Line(number, {column: cell.strip() for column, cell in zip(header, cells, strict=True)}, "", cells)


def _checked_header(cells: Sequence[str], name: str) -> list[str]:
    """The header's column names, in lower case.

    Raises:
        ContractBroken: with every missing, unknown and doubled column, and the nearest legal spelling of each.
    """
    header = [cell.strip().lower() for cell in cells]
    if len(header) == 1 and ";" in header[0]:
        raise ContractBroken(
            "people", name, "its cells are separated by ';'", "save it separated by commas; ';' separates the items of a list"
        )
    unknown = [column for column in header if column not in LEGAL_COLUMNS]
    faults = [_missing(column, unknown) for column in REQUIRED_COLUMNS if column not in header]
    faults += [_unknown(column) for column in unknown]
    faults += [f"column {column!r} appears twice" for column in dict.fromkeys(header) if header.count(column) > 1]
    if faults:
        raise ContractBroken("people", name, "; ".join(faults), _expected())
    return header


def _missing(column: str, unknown: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(column, unknown, 1)
    return f"column {column!r} is missing" + (f" (is {nearest[0]!r} meant to be it?)" if nearest else "")


def _unknown(column: str) -> str:
    nearest = difflib.get_close_matches(column, LEGAL_COLUMNS, 1)
    return f"column {column!r} is not known" + (f" (nearest: {nearest[0]!r})" if nearest else "")


def _expected() -> str:
    return f"columns: {', '.join(REQUIRED_COLUMNS)}; optional: {', '.join(OPTIONAL_COLUMNS)}"
