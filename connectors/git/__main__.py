"""Smoke run: read repositories and print how many records each table got.

python -m connectors.git --mirrors /tmp/mirrors https://github.com/acme/search ./some/repository
"""

import argparse
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import Failed, Page, ReadContext, Rejected
from connectors.git.options import ArtifactOptions, GitOptions
from connectors.git.resources import GitReader


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m connectors.git", description="Read repositories and count records by table.")
    parser.add_argument("remotes", nargs="+", help="URLs or paths of git repositories")
    parser.add_argument("--mirrors", type=Path, default=Path(".fulcrum/mirrors"), help="folder of the mirror clones (default: %(default)s)")
    parser.add_argument("--artifact", metavar="OWNER/NAME", action="append", default=[], help="repository of an artifact to look for")
    parser.add_argument("--show", metavar="TABLE", help="also print the records of one table")
    return parser.parse_args()


def main() -> int:
    """Read, count, and say what failed."""
    given = arguments()
    artifacts = tuple(ArtifactOptions(id=name.rpartition("/")[2], repository=name) for name in given.artifact)
    started = time.perf_counter()
    counts: Counter[str] = Counter()
    failed = 0
    for event in GitReader(GitOptions(mirrors=given.mirrors, remotes=tuple(given.remotes), artifacts=artifacts)).read(
        ReadContext(datetime.now(UTC))
    ):
        match event:
            case Page(table, _, records):
                counts[table] += len(records)
                for record in records if table == given.show else ():
                    print(record)
            case Rejected(table, _, _, reason):
                print(f"rejected for {table}: {reason}", file=sys.stderr)
            case Failed(partition, error):
                failed += 1
                print(f"failed {partition}: {error}", file=sys.stderr)
            case _:
                pass
    for table, count in sorted(counts.items()):
        print(f"{count:8} {table}")
    print(f"{time.perf_counter() - started:8.2f} seconds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
