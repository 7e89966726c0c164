"""Rows of CSV, JSONL and Parquet files, one after the other: a file of millions of rows takes the memory of a few thousand."""

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import orjson

SUFFIXES = (".csv", ".jsonl", ".parquet")
BATCH = 5_000
"""Rows of a Parquet file held at a time."""

Row = dict[str, Any]
Numbered = tuple[int, Row | str]
"""A row with its line or number, or why it is none."""


class BadFile(Exception):
    """A file that cannot be read (on); says why."""


def rows_of(name: str, body: BinaryIO, check: Callable[[Sequence[str]], None]) -> Iterator[Numbered]:
    """Rows of a file by its suffix.

    Args:
        name: tells the format by its suffix.
        body: the file, seekable for Parquet.
        check: is given the columns of a file that states them once, and may raise `BadFile`.

    Raises:
        BadFile: where the file is of another format or breaks off; the rows before it have been given.
    """
    reader = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}[name[name.rfind(".") :]]
    try:
        yield from reader(body, check)
    except UnicodeDecodeError as error:
        raise BadFile(f"it is no UTF-8 text ({error.reason} at byte {error.start}); write it as UTF-8") from None


def _csv(body: BinaryIO, check: Callable[[Sequence[str]], None]) -> Iterator[Numbered]:
    with io.TextIOWrapper(body, "utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, strict=True)
        try:
            check(reader.fieldnames or ())
            for row in reader:
                surplus = row.pop(None, None)  # pyright: ignore[reportCallIssue, reportArgumentType] - where surplus cells stand
                yield reader.line_num, f"it has {len(surplus)} cells more than the header" if surplus else row
        except csv.Error as error:
            raise BadFile(f"it is no CSV from line {reader.line_num} on ({error})") from None


def _jsonl(body: BinaryIO, check: Callable[[Sequence[str]], None]) -> Iterator[Numbered]:  # noqa: ARG001 - each line has its own keys
    for number, line in enumerate(body, 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield number, f"it is no JSON ({error})"
            continue
        yield number, row if isinstance(row, dict) else "it is no JSON object"


def _parquet(body: BinaryIO, check: Callable[[Sequence[str]], None]) -> Iterator[Numbered]:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    number = 0
    try:
        file = parquet.ParquetFile(body)
        check(file.schema_arrow.names)
        for batch in file.iter_batches(BATCH):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"it is no whole Parquet file ({str(error).splitlines()[0]})") from None


def check_header(found: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> None:
    """Hold the columns of a file against those of its kind.

    Raises:
        BadFile: naming every column that is missing or not known, with the nearest spelling.
    """
    faults = [f"{name} is missing" for name in needed if name not in found]
    for name in found:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, 1)
            faults.append(f"{name!r} is not known" + (f" (did you mean {nearest[0]!r}?)" if nearest else ""))
    if faults:
        raise BadFile(f"of its columns {'; '.join(faults)}; expected {', '.join(known)}")
