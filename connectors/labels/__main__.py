"""Smoke run: read one label export and print what it holds. `python -m connectors.labels label_studio labels/export.json`."""

import argparse
import sys
from typing import get_args

from connectors import smoke
from connectors.labels.options import Kind, LabelSet, LabelsOptions
from connectors.labels.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table and everything set aside; 1 when the export cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.labels", description="Read a label export and print what it holds.")
    parser.add_argument("kind", choices=get_args(Kind))
    parser.add_argument("path", help="a file or folder; anything fsspec opens")
    parser.add_argument("--item", default="", help="field of an item's data that holds its id")
    given = parser.parse_args(arguments)
    labels = LabelSet(name="export", kind=given.kind, path=given.path, item=given.item)
    return smoke.read(CONNECTOR, LabelsOptions(sets=(labels,)))


if __name__ == "__main__":
    sys.exit(main())
