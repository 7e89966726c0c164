"""Smoke run: read one store and print what it holds. `python -m connectors.evals inspect evals/inspect/`."""

import argparse
import sys

from connectors import smoke
from connectors.evals.options import EvalsOptions
from connectors.evals.resources import CONNECTOR, FORMATS


def main(arguments: list[str] | None = None) -> int:
    """Print counts per table and every file set aside; 1 when the store cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.evals", description="Read a store of eval logs and print what it holds.")
    parser.add_argument("kind", choices=sorted(FORMATS), help="which tool wrote the logs")
    parser.add_argument("path", help="a folder, or a URL that fsspec understands")
    parser.add_argument("--threshold", type=float, help="what leading metrics are held to")
    store = vars(parser.parse_args(arguments))
    return smoke.read(CONNECTOR, smoke.checked(parser, EvalsOptions, {"stores": [store]}))


if __name__ == "__main__":
    sys.exit(main())
