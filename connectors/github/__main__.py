"""Smoke run: read some repositories and print how many records each table got. `python -m connectors.github --help`."""

import argparse
import sys
from datetime import datetime

from connectors import smoke
from connectors.github.options import GithubOptions
from connectors.github.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Read once, without a cursor and without storing anything; 0 when every partition was read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.github", description=__doc__)
    parser.add_argument("repositories", nargs="+", help="owner/name, or owner/* for all of an owner")
    parser.add_argument("--api-url", default="https://api.github.com")
    parser.add_argument("--since", type=datetime.fromisoformat, help="read nothing that was last updated before this day")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--probe", action="store_true", help="only check credential, rights, budget and clock")
    given = parser.parse_args(arguments)
    told = {
        "api_url": given.api_url,
        "tokens": (smoke.secret(parser, "GITHUB_TOKEN"),),
        "repositories": {"include": given.repositories},
        "since": given.since.date() if given.since else None,
        "concurrency": given.concurrency,
    }
    options = smoke.checked(parser, GithubOptions, told)
    return smoke.probe(CONNECTOR, options) if given.probe else smoke.read(CONNECTOR, options)


if __name__ == "__main__":
    sys.exit(main())
