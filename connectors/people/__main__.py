"""Smoke run: read a people file and print what it holds. `python -m connectors.people people.csv`."""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import Page, ReadContext, Rejected
from connectors.errors import SourceError
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print counts per table and every line set aside; 1 when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.people", description="Read people.csv and print what it holds.")
    parser.add_argument("directory", type=Path, help="the people file, usually people.csv")
    options = PeopleOptions(directory=parser.parse_args(arguments).directory)
    counts: Counter[str] = Counter()
    try:
        for event in CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC))):
            match event:
                case Page():
                    counts[event.table] += len(event.records)
                case Rejected():
                    print(f"set aside: {event.reason}", file=sys.stderr)
                case _:
                    pass
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    for table, count in counts.items():
        print(f"{table}\t{count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
