"""Rows of Ragas' local files, JSON lines or CSV, and which of their columns are scores.

Ragas keeps whatever an experiment returned: nothing in a file says what is a score. Either the store is told (`metrics`), or the
columns that hold nothing but numbers from 0 to 1 are, truths and the words `pass` and `fail` included.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.evals.lines import LONGEST_LINE, bad_line, ends_its_line, lines, place
from connectors.evals.model import BadSample, OpenPart
from connectors.evals.shape import Json, UnreadableLog, number, parse

WORDS: dict[Any, float] = {"pass": 1.0, "fail": 0.0, "True": 1.0, "False": 0.0, "true": 1.0, "false": 0.0}
"""A discrete metric's words by default, and truths as CSV has them."""
MISSING = (None, "", "NaN", "nan", "Infinity", "-Infinity", "inf", "-inf")
"""What stands where a metric came to nothing."""
LONGEST_CONSTANT = 200


def rows(part: OpenPart) -> Iterator[Json | BadSample]:
    """Every row of a file, and what is wrong with those that are none.

    Raises:
        UnreadableLog: for CSV that is none.
    """
    yield from _csv_rows(part) if part.name.endswith(".csv") else _json_rows(part)
    if part.size and not ends_its_line(part):
        yield BadSample(part.name, "its last line has no end: the file was cut there")


def score(value: Any) -> float | None:
    """A value as a score; None for what is no finite number."""
    if isinstance(value, bool):
        return float(value)
    return WORDS[value] if isinstance(value, str) and value in WORDS else number(value)


@dataclass
class Columns:
    """What a first look at all rows says of the columns.

    Attributes:
        constants: columns that say the same in every row.
    """

    n_rows: int = 0
    constants: Json = field(default_factory=dict[str, Any])
    _scores: dict[str, bool] = field(default_factory=dict[str, bool])
    """By column that may be a score, whether any row has one."""
    _others: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, found: Iterable[Json | BadSample]) -> "Columns":
        """The columns of a table."""
        columns = cls()
        for row in found:
            if not isinstance(row, BadSample):
                columns._add(row)
        return columns

    @property
    def scores(self) -> list[str]:
        """Columns of nothing but scores, in the order in which they came."""
        return [name for name, is_scored in self._scores.items() if is_scored and name not in self._others]

    def _add(self, row: Json) -> None:
        plain = {name: value for name, value in row.items() if isinstance(value, str | int | float) and len(str(value)) <= LONGEST_CONSTANT}
        self.constants = {name: value for name, value in self.constants.items() if plain.get(name) == value} if self.n_rows else plain
        self.n_rows += 1
        for name, value in row.items():
            found = score(value)
            if found is not None and 0 <= found <= 1:
                self._scores[name] = True
            elif isinstance(value, float) or (not isinstance(value, list | dict) and value in MISSING):
                self._scores.setdefault(name, False)
                if found is not None:
                    self._others.add(name)
            else:
                self._others.add(name)


def _json_rows(part: OpenPart) -> Iterator[Json | BadSample]:
    for number_of_line, line in lines(part):
        if isinstance(line, BadSample):
            yield line
            continue
        try:
            row = parse(line)
        except UnreadableLog as error:
            yield bad_line(part, number_of_line, line, error.reason)
            continue
        if isinstance(row, dict):
            yield row
        else:
            yield bad_line(part, number_of_line, line, f"a row is a JSON object, this is {type(row).__name__}")


def _csv_rows(part: OpenPart) -> Iterator[Json | BadSample]:
    part.body.seek(0)
    text = io.TextIOWrapper(part.body, encoding="utf-8-sig", errors="replace", newline="")
    try:
        csv.field_size_limit(LONGEST_LINE)
        table = csv.reader(text, strict=True)
        names: Sequence[str] = next(table, [])
        for cells in table:
            if len(cells) == len(names):
                yield dict(zip(names, cells, strict=True))
            elif cells:
                fault = f"a row of {len(cells)} cells; expected {len(names)}, as its first line names"
                yield BadSample(place(part, table.line_num), fault, {"cells": len(cells)})
    except csv.Error as error:
        yield BadSample(part.name, f"no CSV: {error}")
    finally:
        text.detach()
