"""Smoke runs: what `python -m connectors.<source>` does once it knows what to read. Nothing is stored."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.contract import Connector, Counted, Event, Failed, Gone, Page, ReadContext, Record, Rejected
from connectors.errors import SourceError

Options = TypeVar("Options", bound=BaseModel)
Show = Callable[[str, Record], None]
"""Given a table and one of its records."""


def secret(parser: argparse.ArgumentParser, variable: str) -> str:
    """A token out of the environment; wrong usage without it."""
    found = os.environ.get(variable, "")
    if not found:
        parser.error(f"set {variable}: a token on the command line would be seen by others")
    return found


def checked(parser: argparse.ArgumentParser, model: type[Options], told: Any) -> Options:
    """Options of a connector; wrong usage where they are not valid."""
    try:
        return model.model_validate(told)
    except ValidationError as error:
        faults = error.errors(include_input=False)
        parser.error("; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults))


def read(connector: Connector, options: BaseModel, show: Show = lambda *_: None) -> int:
    """Print rows per table of one reading, and beside them everything that was set aside; 1 when something cannot be read."""
    counts: Counter[str] = Counter()
    context = ReadContext(now=datetime.now(UTC), progress=_tell)
    failures = 0
    try:
        for event in connector.open(options).read(context):
            failures += isinstance(event, Failed)
            _tell_of(event)
            if isinstance(event, Page):
                counts[event.table] += len(event.records)
                for record in event.records:
                    show(event.table, record)
    except SourceError as error:
        failures += 1
        _tell(error)
    for table in connector.tables:
        if table.name in counts:
            print(f"{table.name}\t{counts[table.name]}")
    meter = context.meter
    if meter.made:
        _tell(f"{meter.made} requests, {meter.saved} of them free (304), {meter.waited_seconds:.0f} s waited")
    return int(failures > 0)


def probe(connector: Connector, options: BaseModel) -> int:
    """Print what a look at the access finds; 1 when something would keep a reading from succeeding."""
    findings = list(connector.open(options).probe())
    for finding in findings:
        print(f"{finding.state}\t{finding.name}\t{finding.detail}" + (f" - {finding.fix}" if finding.fix else ""))
    return int(any(finding.state == "fail" for finding in findings))


def _tell_of(event: Event) -> None:
    match event:
        case Rejected():
            _tell(f"set aside: {event.reason}")
        case Counted():
            _tell(f"{event.partition}\t{event.table}\tthe source counts {event.count} ({event.how})")
        case Gone():
            _tell(f"{event.partition}\t{event.table}\t{len(event.keys)} gone: {event.reason}")
        case Failed():
            _tell(f"{event.partition}: {event.error}")
        case _:
            pass


def _tell(what: object) -> None:
    print(what, file=sys.stderr)
