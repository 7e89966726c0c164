"""Smoke run: read experiment stores and print what comes.

`python -m connectors.experiments --files experiments/` or `GROWTHBOOK_TOKEN=... python -m connectors.experiments --growthbook <url>`.
"""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from pydantic import ValidationError

from connectors.contract import Counted, Event, Failed, Meter, Page, ReadContext, Rejected
from connectors.experiments.options import ExperimentsOptions
from connectors.experiments.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table as they come; 1 when a store cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.experiments", description="Read experiment stores and print what comes.")
    parser.add_argument("--files", action="append", default=[], metavar="PATH", help="folder, file or address; may be given several times")
    parser.add_argument("--growthbook", metavar="URL", help="address of the API; the key is read from GROWTHBOOK_TOKEN")
    given = parser.parse_args(arguments)
    stores: list[dict[str, str]] = [{"kind": "files", "path": path} for path in given.files]
    if given.growthbook:
        token = os.environ.get("GROWTHBOOK_TOKEN", "")
        if not token:
            parser.error("set GROWTHBOOK_TOKEN: a token on the command line would be seen by others")
        stores.append({"kind": "growthbook", "url": given.growthbook, "token": token})
    if not stores:
        parser.error("name a store: --files or --growthbook")
    try:
        options = ExperimentsOptions.model_validate({"stores": stores})
    except ValidationError as error:
        parser.error("; ".join(str(fault["msg"]) for fault in error.errors(include_input=False)))
    return _read(options)


def _read(options: ExperimentsOptions) -> int:
    counts: Counter[str] = Counter()
    meter = Meter()
    failures = sum(_tell(event, counts) for event in CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC), meter=meter)))
    for table in ("experiments", "phases", "results"):
        print(f"{table}\t{counts[table]}")
    print(f"{meter.made} requests, {meter.waited_seconds:.0f} s waited", file=sys.stderr)
    return int(failures > 0)


def _tell(event: Event, counts: Counter[str]) -> int:
    """Print one event; 1 when it is a failure."""
    match event:
        case Page():
            counts[event.table] += len(event.records)
            print(f"{event.partition}\t{event.table}\t{counts[event.table]}", file=sys.stderr)
        case Rejected():
            print(f"set aside: {event.reason}", file=sys.stderr)
        case Counted():
            print(f"{event.partition}\t{event.table}\tthe store counts {event.count} ({event.how})", file=sys.stderr)
        case Failed():
            print(event.error, file=sys.stderr)
            return 1
        case _:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
