"""Smoke run: read a people file and print what it holds. `python -m connectors.people people.csv`."""

import argparse
import sys
from pathlib import Path

from connectors import smoke
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print counts per table and every line set aside; 1 when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.people", description="Read people.csv and print what it holds.")
    parser.add_argument("directory", type=Path, help="the people file, usually people.csv")
    return smoke.read(CONNECTOR, PeopleOptions(directory=parser.parse_args(arguments).directory))


if __name__ == "__main__":
    sys.exit(main())
