"""Smoke run: read incident stores and print what comes.

`python -m connectors.incidents --files incidents/` or `PAGERDUTY_TOKEN=... python -m connectors.incidents --pagerduty --since 2026-01-01`
or `OPSGENIE_TOKEN=... python -m connectors.incidents --opsgenie`.
"""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from connectors.contract import Event, Failed, Meter, Page, ReadContext, Rejected
from connectors.incidents.options import IncidentsOptions
from connectors.incidents.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table as they come; 1 when a store cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.incidents", description="Read incident stores and print what comes.")
    parser.add_argument("--files", action="append", default=[], metavar="PATH", help="folder, file or address; may be given several times")
    parser.add_argument("--pagerduty", action="store_true", help="the key is read from PAGERDUTY_TOKEN")
    parser.add_argument("--opsgenie", action="store_true", help="the key is read from OPSGENIE_TOKEN")
    parser.add_argument("--since", metavar="DAY", help="nothing older, such as 2026-01-01")
    given = parser.parse_args(arguments)
    stores: list[dict[str, Any]] = [{"kind": "files", "path": path} for path in given.files]
    for kind in (kind for kind in ("pagerduty", "opsgenie") if getattr(given, kind)):
        token = os.environ.get(f"{kind.upper()}_TOKEN", "")
        if not token:
            parser.error(f"set {kind.upper()}_TOKEN: a token on the command line would be seen by others")
        stores.append({"kind": kind, "token": token} | ({"since": given.since} if given.since else {}))
    if not stores:
        parser.error("name a store: --files, --pagerduty or --opsgenie")
    try:
        options = IncidentsOptions.model_validate({"stores": stores})
    except ValidationError as error:
        parser.error("; ".join(str(fault["msg"]) for fault in error.errors(include_input=False)))
    return _read(options)


def _read(options: IncidentsOptions) -> int:
    counts: Counter[str] = Counter()
    meter = Meter()
    failures = sum(_tell(event, counts) for event in CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC), meter=meter)))
    for table in CONNECTOR.tables:
        print(f"{table.name}\t{counts[table.name]}")
    print(f"{meter.made} requests, {meter.waited_seconds:.0f} s waited", file=sys.stderr)
    return int(failures > 0)


def _tell(event: Event, counts: Counter[str]) -> int:
    """Print what is more than a row; 1 when it is a failure."""
    if isinstance(event, Page):
        counts[event.table] += len(event.records)
    elif isinstance(event, Rejected):
        print(f"set aside: {event.reason}", file=sys.stderr)
    elif isinstance(event, Failed):
        print(event.error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
