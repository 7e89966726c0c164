"""Smoke run: read one store and print what it holds. `python -m connectors.evals inspect evals/inspect/`."""

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime

from connectors.contract import Failed, Page, ReadContext, Rejected
from connectors.evals.options import EvalsOptions, EvalStore
from connectors.evals.resources import CONNECTOR, FORMATS


def main(arguments: list[str] | None = None) -> int:
    """Print counts per table as they grow and every file set aside; 1 when the store cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.evals", description="Read a store of eval logs and print what it holds.")
    parser.add_argument("kind", choices=sorted(FORMATS), help="which tool wrote the logs")
    parser.add_argument("path", help="a folder, or a URL that fsspec understands")
    parser.add_argument("--threshold", type=float, help="what leading metrics are held to")
    options = EvalsOptions(stores=(EvalStore.model_validate(vars(parser.parse_args(arguments))),))
    counts: Counter[str] = Counter()
    exit_code = 0
    context = ReadContext(now=datetime.now(UTC), progress=lambda text: print(text, file=sys.stderr))
    for event in CONNECTOR.open(options).read(context):
        match event:
            case Page():
                counts[event.table] += len(event.records)
            case Rejected():
                print(f"set aside: {event.reason}", file=sys.stderr)
            case Failed():
                print(event.error, file=sys.stderr)
                exit_code = 1
            case _:
                pass
    for table, count in counts.items():
        print(f"{table}\t{count}")
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
