"""Rows of CSV text; a row that is no CSV is told, and those after it are read."""

import csv
import io
from collections.abc import Iterator


def csv_rows(text: str) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Rows with the line that each begins on: its cells, or what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            found: list[str] | csv.Error = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found = error
        yield number, found
