"""Registers and exports as people keep them: CSV with a header."""

import csv
import io
from collections.abc import Iterable, Sequence


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([columns, *rows])
    return out.getvalue()
