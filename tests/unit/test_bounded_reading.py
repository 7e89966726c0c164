"""Exports that are one JSON document: reading ten times as many records takes no more memory, wherever fsspec finds the file."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest

from benchmarks.invented_sources import write_document
from benchmarks.reading_program import opened, options_of
from connectors.contract import Event, Failed, Page, ReadContext, Rejected

PAGE = 50
FEW, MANY = 10 * PAGE, 100 * PAGE
PLACE = "memory://exports"


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Several pages in each reading; nothing stays in the place of the exports, which all tests share."""
    monkeypatch.setattr("connectors.labels.resources.PAGE", PAGE)
    monkeypatch.setattr("connectors.incidents.files.PAGE", PAGE)
    yield
    fsspec.filesystem("memory").rm("/exports", recursive=True)


def reading(kind: str, folder: Path, records: int) -> Iterator[Event]:
    write_document(kind, records, folder / "export.json")
    fsspec.filesystem("memory").pipe_file("/exports/export.json", (folder / "export.json").read_bytes())
    return opened(*options_of(kind, PLACE)).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC)))


def peak(events: Iterator[Event]) -> tuple[int, int]:
    """Rows that came, each page dropped before the next, and the most memory that was held meanwhile."""
    rows, faults = 0, list[Any]()
    tracemalloc.start()
    try:
        for event in events:
            rows += len(event.records) if isinstance(event, Page) else 0
            faults += [event] if isinstance(event, Failed | Rejected) else []
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert faults == []
    return rows, most


@pytest.mark.parametrize("kind", ["label_studio", "argilla", "incidents_json"])
def test_memory_does_not_grow_with_the_records_of_a_document(kind: str, tmp_path: Path):
    peak(reading(kind, tmp_path, 1))  # what is loaded once only
    (few, least), (many, most) = (peak(reading(kind, tmp_path, records)) for records in (FEW, MANY))
    assert (few >= 2 * FEW, many >= 2 * MANY) == (True, True)
    assert most < 1.5 * least, f"{least:,} bytes for {FEW} records, {most:,} for {MANY}"
