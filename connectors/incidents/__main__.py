"""Smoke run: read incident stores and print what comes.

`python -m connectors.incidents --files incidents/` or `PAGERDUTY_TOKEN=... python -m connectors.incidents --pagerduty --since 2026-01-01`
or `OPSGENIE_TOKEN=... python -m connectors.incidents --opsgenie`.
"""

import argparse
import sys
from typing import Any

from connectors import smoke
from connectors.incidents.options import IncidentsOptions
from connectors.incidents.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table; 1 when a store cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.incidents", description="Read incident stores and print what comes.")
    parser.add_argument("--files", action="append", default=[], metavar="PATH", help="folder, file or address; may be given several times")
    parser.add_argument("--pagerduty", action="store_true", help="the key is read from PAGERDUTY_TOKEN")
    parser.add_argument("--opsgenie", action="store_true", help="the key is read from OPSGENIE_TOKEN")
    parser.add_argument("--since", metavar="DAY", help="nothing older, such as 2026-01-01")
    given = parser.parse_args(arguments)
    stores: list[dict[str, Any]] = [{"kind": "files", "path": path} for path in given.files]
    for kind in (kind for kind in ("pagerduty", "opsgenie") if getattr(given, kind)):
        token = smoke.secret(parser, f"{kind.upper()}_TOKEN")
        stores.append({"kind": kind, "token": token} | ({"since": given.since} if given.since else {}))
    if not stores:
        parser.error("name a store: --files, --pagerduty or --opsgenie")
    return smoke.read(CONNECTOR, smoke.checked(parser, IncidentsOptions, {"stores": stores}))


if __name__ == "__main__":
    sys.exit(main())
