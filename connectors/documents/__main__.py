"""Smoke run: read a folder of documents and print what they say of themselves. `python -m connectors.documents post-mortems/`."""

import argparse
import sys
from datetime import UTC, datetime

from connectors.contract import Failed, Page, ReadContext, Rejected
from connectors.documents.options import DocumentFolder, DocumentsOptions
from connectors.documents.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print every document and everything set aside; 1 when the folder cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.documents", description="Read a folder of documents and print them.")
    parser.add_argument("path", help="a file or folder; anything fsspec opens")
    given = parser.parse_args(arguments)
    options = DocumentsOptions(folders=(DocumentFolder(name="documents", path=given.path),))
    events = list(CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC))))
    for page in (event for event in events if isinstance(event, Page) and event.table == "documents"):
        for one in page.records:
            print(one["kind"], one["document_key"] or "-", one["dated_on"] or "-", one["path"], one["title"] or "-", sep="\t")
    for fault in (event for event in events if isinstance(event, Rejected | Failed)):
        print(f"set aside: {fault.reason}" if isinstance(fault, Rejected) else fault.error, file=sys.stderr)
    return int(any(isinstance(event, Failed) for event in events))


if __name__ == "__main__":
    sys.exit(main())
