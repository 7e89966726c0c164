"""Smoke run: read experiment stores and print what comes.

`python -m connectors.experiments --files experiments/` or `GROWTHBOOK_TOKEN=... python -m connectors.experiments --growthbook <url>`.
"""

import argparse
import sys

from connectors import smoke
from connectors.experiments.options import ExperimentsOptions
from connectors.experiments.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table; 1 when a store cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.experiments", description="Read experiment stores and print what comes.")
    parser.add_argument("--files", action="append", default=[], metavar="PATH", help="folder, file or address; may be given several times")
    parser.add_argument("--growthbook", metavar="URL", help="address of the API; the key is read from GROWTHBOOK_TOKEN")
    given = parser.parse_args(arguments)
    stores: list[dict[str, str]] = [{"kind": "files", "path": path} for path in given.files]
    if given.growthbook:
        stores.append({"kind": "growthbook", "url": given.growthbook, "token": smoke.secret(parser, "GROWTHBOOK_TOKEN")})
    if not stores:
        parser.error("name a store: --files or --growthbook")
    return smoke.read(CONNECTOR, smoke.checked(parser, ExperimentsOptions, {"stores": stores}))


if __name__ == "__main__":
    sys.exit(main())
