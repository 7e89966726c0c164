"""Smoke run: read some repositories and print how many records each table got. `python -m connectors.github --help`."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import SecretStr

from connectors.contract import Checkpoint, Counted, Event, Failed, Finished, Gone, Page, ReadContext, Rejected
from connectors.errors import SourceError
from connectors.github.options import GithubOptions, Repositories
from connectors.github.resources import CONNECTOR


def main(arguments: Sequence[str] | None = None) -> int:
    """Read once, without a cursor and without storing anything; 0 when every partition was read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.github", description=__doc__)
    parser.add_argument("repositories", nargs="+", help="owner/name, or owner/* for all of an owner")
    parser.add_argument("--api-url", default="https://api.github.com")
    parser.add_argument("--since", type=datetime.fromisoformat, help="read nothing that was last updated before this day")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--probe", action="store_true", help="only check credential, rights, budget and clock")
    given = parser.parse_args(arguments)
    token = os.environ.get("GITHUB_TOKEN", "")
    if not token:
        parser.error("set GITHUB_TOKEN to a token that may read the repositories")
    options = GithubOptions.model_validate(
        {
            "api_url": given.api_url,
            "tokens": (SecretStr(token),),
            "repositories": Repositories(include=tuple(given.repositories)),
            "since": given.since.date() if given.since else None,
            "concurrency": given.concurrency,
        }
    )
    try:
        return _probe(options) if given.probe else _read(options)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1


def _probe(options: GithubOptions) -> int:
    findings = list(CONNECTOR.open(options).probe())
    for finding in findings:
        print(f"{finding.state:5} {finding.name}: {finding.detail}" + (f" -> {finding.fix}" if finding.fix else ""))
    return int(any(finding.state == "fail" for finding in findings))


def _read(options: GithubOptions) -> int:
    rows: Counter[str] = Counter()
    context = ReadContext(now=datetime.now(UTC), progress=lambda text: print(text, file=sys.stderr))
    has_failed = False
    for event in CONNECTOR.open(options).read(context):
        has_failed = isinstance(event, Failed) or has_failed
        _tell(event, rows)
    for table in CONNECTOR.tables:
        print(f"{table.name:22} {rows[table.name]:8}")
    meter = context.meter
    print(f"{meter.made} requests, {meter.saved} of them free (304), waited {meter.waited_seconds:.0f} s")
    return int(has_failed)


def _tell(event: Event, rows: Counter[str]) -> None:
    match event:
        case Page():
            rows[event.table] += len(event.records)
        case Rejected():
            print(f"rejected from {event.table}: {event.reason}", file=sys.stderr)
        case Counted():
            print(f"{event.partition}: {event.count} {event.table} ({event.how})", file=sys.stderr)
        case Gone():
            print(f"{event.partition}: {len(event.keys)} {event.table} gone: {event.reason}", file=sys.stderr)
        case Checkpoint():
            pass
        case Finished():
            print(f"{event.partition}: done; {dict(rows)}", file=sys.stderr)
        case Failed():
            print(f"{event.partition}: {event.error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
