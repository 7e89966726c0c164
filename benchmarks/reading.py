"""What it costs to read a million records of a source, beside DuckDB's own read of the same records. Run as a module."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.invented_sources import DOCUMENTS, HEADERS, KINDS, SERVED, write, write_document
from benchmarks.measuring import Measured, measured

PROGRAM = "benchmarks.reading_program"
TITLES = ("source", "program", "records", "rows", "CPU s", "rows a second of CPU", "peak MiB", "of it before reading", "requests")


@contextmanager
def served(kind: str, rows: int) -> Generator[str]:
    """The address of a vendor's server in a process of its own."""
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.invented_sources", kind, str(rows)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{server.stdout.readline().decode().strip()}"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def line(kind: str, program: str, records: int, found: Measured) -> str:
    said = found.said
    assert said["rows"] >= records, f"{program} of {kind} lost records: {said}"
    assert said["faults"] == 0, f"{program} of {kind} set records aside: {said}"
    before = f"{said['before']:.0f}" if said.get("before") else ""
    numbers = (f"{records:,}", f"{said['rows']:,}", f"{found.cpu:.1f}", f"{said['rows'] / found.cpu:,.0f}", f"{found.peak:,.0f}", before)
    return f"| {kind} | {program} | {' | '.join(numbers)} | {said['requests'] or ''} |"


def lines_of(kind: str, rows: int, folder: Path) -> Generator[str]:
    path = folder / f"{kind}.{'csv' if kind in HEADERS else 'jsonl'}"
    write(kind, rows, path)
    if kind in SERVED:
        with served(kind, rows) as url:
            yield line(kind, "Fulcrum", rows, measured(PROGRAM, kind, url))
    elif kind in DOCUMENTS:
        document = folder / f"{kind}.json"
        write_document(kind, rows, document)
        yield line(kind, "Fulcrum", rows, measured(PROGRAM, kind, document))
    else:
        yield line(kind, "Fulcrum", rows, measured(PROGRAM, kind, path))
    yield line(kind, "DuckDB", rows, measured(PROGRAM, "duckdb", path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], help="sources; without any, all")
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    arguments = parser.parse_args()
    print(f"| {' | '.join(TITLES)} |\n{'|---' * len(TITLES)}|", flush=True)
    for kind in arguments.kinds or KINDS:
        for rows in arguments.records:
            with tempfile.TemporaryDirectory() as folder:
                for told in lines_of(kind, rows, Path(folder)):
                    print(told, flush=True)


if __name__ == "__main__":
    main()
