"""Servers of eval runs for tests: started on this machine, and read as a sync reads them, once and again."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import tenacity

from connectors.contract import Event, Failed, Finished, Meter, Page, ReadContext, Record, Rejected
from connectors.evals.options import EvalsOptions
from connectors.evals.resources import CONNECTOR


@contextmanager
def started(command: list[str], folder: Path, environment: Mapping[str, str], health: str) -> Iterator[None]:
    """A server from when it answers at `health` to the end of the block, with this environment and no other."""
    log = folder / "log"
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=folder, env=surroundings, stdout=out, stderr=out, start_new_session=True)
    try:
        _await_start(health, server, log)
        yield
    finally:
        os.killpg(server.pid, 9)
        server.wait()


def _await_start(health: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    @tenacity.retry(
        stop=tenacity.stop_after_delay(180),
        wait=tenacity.wait_fixed(0.2),
        retry=tenacity.retry_if_exception_type(OSError),
        reraise=True,
    )
    def ask() -> None:
        assert server.poll() is None, log.read_text()
        requests.get(health, timeout=5).raise_for_status()

    ask()


@dataclass
class Reading:
    """What one reading brought."""

    events: list[Event]
    meter: Meter

    def rows(self, table: str) -> list[Record]:
        return [record for event in self.events if isinstance(event, Page) and event.table == table for record in event.records]

    def run(self, native_id: str) -> Record:
        [found] = [run for run in self.rows("runs") if run["native_run_id"] == native_id]
        return found

    def loaded(self) -> Any:
        """The files of this reading as a warehouse would give them to the next one."""

        def give(dataset: str, table: str, columns: Any) -> list[tuple[Any, ...]]:
            assert dataset == "raw_evals"
            return [tuple({**row, "_extracted_at": datetime.now(UTC)}.get(name) for name in columns) for row in self.rows(table)]

        return give


def read(store: Mapping[str, Any], before: Reading | None = None) -> Reading:
    """One reading of a store, an hour after the one before it."""
    cursors = {event.partition: event.cursor for event in before.events if isinstance(event, Finished)} if before else {}
    late = {name: cursor | {"read_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()} for name, cursor in cursors.items()}
    context = ReadContext(now=datetime.now(UTC), cursors=late, **({"loaded": before.loaded()} if before else {}))
    events = list(CONNECTOR.open(EvalsOptions.model_validate({"stores": [store]})).read(context))
    assert [event for event in events if isinstance(event, Failed | Rejected)] == []
    return Reading(events, context.meter)
