"""Smoke run: read a folder of documents and print what they say of themselves. `python -m connectors.documents post-mortems/`."""

import argparse
import sys

from connectors import smoke
from connectors.contract import Record
from connectors.documents.options import DocumentFolder, DocumentsOptions
from connectors.documents.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print every document and everything set aside; 1 when the folder cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.documents", description="Read a folder of documents and print them.")
    parser.add_argument("path", help="a file or folder; anything fsspec opens")
    given = parser.parse_args(arguments)
    return smoke.read(CONNECTOR, DocumentsOptions(folders=(DocumentFolder(name="documents", path=given.path),)), _show)


def _show(table: str, one: Record) -> None:
    if table == "documents":
        print(one["kind"], one["document_key"] or "-", one["dated_on"] or "-", one["path"], one["title"] or "-", sep="\t")


if __name__ == "__main__":
    sys.exit(main())
