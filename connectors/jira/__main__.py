"""Smoke run: read a Jira site and print what comes. `JIRA_TOKEN=... python -m connectors.jira <url> --email ... --project ML`."""

import argparse
import os
import sys
from collections import Counter
from datetime import UTC, datetime

from pydantic import SecretStr, ValidationError

from connectors.contract import Counted, Event, Failed, Meter, Page, ReadContext, Rejected
from connectors.errors import SourceError
from connectors.jira.options import JiraOptions
from connectors.jira.resources import CONNECTOR


def main(arguments: list[str] | None = None) -> int:
    """Print rows per table as they come; 1 when the site or one of its projects cannot be read, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m connectors.jira", description="Read a Jira site and print what comes.")
    parser.add_argument("url", help="such as https://acme.atlassian.net")
    parser.add_argument("--email", help="account of the token; leave out for a personal access token")
    parser.add_argument("--project", action="append", required=True, dest="projects", help="key or id; may be given several times")
    parser.add_argument("--probe", action="store_true", help="only check access")
    given = parser.parse_args(arguments)
    token = os.environ.get("JIRA_TOKEN", "")
    if not token:
        parser.error("set JIRA_TOKEN: a token on the command line would be seen by others")
    try:
        options = JiraOptions(url=given.url, email=given.email, token=SecretStr(token), projects=tuple(given.projects))
    except ValidationError as error:
        parser.error("; ".join(str(fault["msg"]) for fault in error.errors()))
    return _probe(options) if given.probe else _read(options)


def _probe(options: JiraOptions) -> int:
    findings = list(CONNECTOR.open(options).probe())
    for finding in findings:
        print(f"{finding.state}\t{finding.name}\t{finding.detail}" + (f" - {finding.fix}" if finding.fix else ""))
    return int(any(finding.state == "fail" for finding in findings))


def _read(options: JiraOptions) -> int:
    counts: Counter[str] = Counter()
    meter = Meter()
    failures = 0
    try:
        for event in CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC), meter=meter)):
            failures += _tell(event, counts)
    except SourceError as error:
        print(error, file=sys.stderr)
        return 1
    for table, count in sorted(counts.items()):
        print(f"{table}\t{count}")
    print(f"{meter.made} requests, {meter.waited_seconds:.0f} s waited", file=sys.stderr)
    return int(failures > 0)


def _tell(event: Event, counts: Counter[str]) -> int:
    """Print one event; 1 when it is a failure."""
    match event:
        case Page():
            counts[event.table] += len(event.records)
            print(f"{event.partition}\t{event.table}\t{counts[event.table]}", file=sys.stderr)
        case Rejected():
            print(f"set aside: {event.reason}", file=sys.stderr)
        case Counted():
            print(f"{event.partition}\t{event.table}\tJira counts {event.count} ({event.how})", file=sys.stderr)
        case Failed():
            print(event.error, file=sys.stderr)
            return 1
        case _:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
