"""Smoke run: read repositories and print how many records each table got.

python -m connectors.git --mirrors /tmp/mirrors https://github.com/acme/search ./some/repository
"""

import argparse
import sys
from pathlib import Path

from connectors import smoke
from connectors.git.options import ArtifactOptions, GitOptions
from connectors.git.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Read, count, and say what failed."""
    parser = argparse.ArgumentParser(prog="python -m connectors.git", description="Read repositories and count records by table.")
    parser.add_argument("remotes", nargs="+", help="URLs or paths of git repositories")
    parser.add_argument("--mirrors", type=Path, default=Path(".fulcrum/mirrors"), help="folder of the mirror clones (default: %(default)s)")
    parser.add_argument("--artifact", metavar="OWNER/NAME", action="append", default=[], help="repository of an artifact to look for")
    parser.add_argument("--show", metavar="TABLE", help="also print the records of one table")
    given = parser.parse_args(arguments)
    artifacts = tuple(ArtifactOptions(id=name.rpartition("/")[2], repository=name) for name in given.artifact)
    options = GitOptions(mirrors=given.mirrors, remotes=tuple(given.remotes), artifacts=artifacts)
    return smoke.read(CONNECTOR, options, lambda table, record: print(record) if table == given.show else None)


if __name__ == "__main__":
    sys.exit(main())
