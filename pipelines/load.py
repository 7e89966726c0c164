"""One source into its raw schema: read, check, land, compare, and load what changed through dlt.

The order makes a killed sync harmless. Records land as Parquet first, piece by piece with the checkpoints that they are complete
down to; quarantine is journalled before anything loads; a partition that misses rows by the source's own totals is held back; dlt
upserts only rows that are new or different; cursors travel in dlt's state, which counts only once its package is complete. What a run
that was killed had landed is adopted by the next one, which reads on from the last checkpoint; what it had loaded already is found
equal and changes nothing twice.
"""

import json
import os
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.contract import Connector, Cursor, Failed, Meter, ReadContext, Table
from connectors.errors import BudgetMet, SourceError
from pipelines import memory, outcomes, quarantine, reconcile, warehouse
from pipelines.changes import Change, changed_rows, without
from pipelines.landing import Landing, Run
from pipelines.outcomes import Outcome
from pipelines.reconcile import Comparison


@dataclass
class SourceResult:
    """What came of one source; `outcomes` are already journalled."""

    source: str
    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[SourceError] = field(default_factory=list)
    held_back: list[Comparison] = field(default_factory=list)
    """Totals of the source's own that this reading does not meet; none of their partitions' rows were loaded."""
    rows_changed: int = 0
    meter: Meter = field(default_factory=Meter)

    @property
    def is_whole(self) -> bool:
        """Every partition was read to its end, and no total differs."""
        return not (self.failures or self.held_back)

    @property
    def rows_quarantined(self) -> int:
        """Records set aside in this reading."""
        return sum(outcome.rows_quarantined for outcome in self.outcomes)


def sync_source(connector: Connector, options: Any, run: Run) -> SourceResult:
    """Read one source and load what changed.

    Returns:
        What happened; partitions that failed are in `failures`, those that differ in `held_back`, with their outcome rows journalled.

    Raises:
        SourceError: when the source as a whole cannot be read (wrong token); its outcome row is journalled.
        gates.SuspiciousLoad: when a census would wipe out most of a partition.
    """
    overall = Outcome(run.run_id, "extract", connector.name)
    meter = Meter(budget=run.budget)
    memory.collect_rarely()
    try:
        with _pipeline(connector, run.home.warehouse) as pipeline, Landing(run.home.landing / connector.name, connector, run) as landing:
            cursors = _saved_cursors(connector, pipeline)
            _read(landing, options, cursors | landing.cursors, meter)
            return _load(landing, pipeline, cursors, meter)
    except Exception as error:
        overall.fail(error)
        _count_requests(overall, meter)
        with warehouse.connect(run.home.warehouse) as connection:
            outcomes.record(connection, [overall])
        raise


def _read(landing: Landing, options: Any, cursors: dict[str, Cursor], meter: Meter) -> None:
    """Drive the reader to its end, landing everything it yields; what came before a failure is kept for the next run."""
    connector, run = landing.connector, landing.run
    context = ReadContext(
        now=run.now,
        cursors=cursors,
        full=run.full,
        since=run.since,
        loaded=_loaded_rows(run.home.warehouse),
        meter=meter,
        progress=run.progress,
    )
    try:
        for event in connector.open(options).read(context):
            landing.take(event)
    except BudgetMet as met:
        landing.take(Failed("", met))
    finally:
        landing.flush()


def _loaded_rows(path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    def loaded(dataset: str, table: str, columns: list[str]) -> list[tuple[Any, ...]]:
        with warehouse.connect(path) as connection:
            return warehouse.rows(connection, dataset, table, columns)

    return loaded


def _load(landing: Landing, pipeline: Any, before: dict[str, Cursor], meter: Meter) -> SourceResult:
    """Compare what landed with what is known and with the source's own totals, load the difference, journal the rest."""
    connector, run = landing.connector, landing.run
    # dlt opens the file for each of its jobs: while it is open already that costs nothing, else each time its catalog and a checkpoint.
    with warehouse.connect(run.home.warehouse) as connection:
        warehouse.bound_memory(connection)
        changes = {table.name: changed_rows(connection, landing, table) for table in connector.tables}
        quarantine.record(connection, landing)
        compared = reconcile.compare(connection, landing, {name: change.files for name, change in changes.items()})
        if run.accept_differences:
            compared = reconcile.accept(connection, run, compared)
        differ = [item for item in compared if item.state == "differs"]
        landing.held_back = frozenset(item.partition for item in differ)
        changes = {name: without(connection, change, landing.held_back) for name, change in changes.items()}
        cursors = before | {name: cursor for name, cursor in landing.cursors.items() if name not in landing.held_back}
        if cursors != before or any(change.rows for change in changes.values()):
            _load_with_dlt(connector, pipeline, changes, cursors)
        connection.begin()  # the rows of the journals reach the disk together
        reconcile.record(connection, landing, compared)
        rows = _outcome_rows(landing, changes, differ, meter)
        outcomes.record(connection, rows)
        connection.commit()
    failures = [event.error for event in landing.failed]
    return SourceResult(connector.name, rows, failures, differ, sum(change.rows for change in changes.values()), meter)


def _outcome_rows(landing: Landing, changes: dict[str, Change], differ: Sequence[Comparison], meter: Meter) -> list[Outcome]:
    """One row for the reading, one for each table, one for each partition that failed and each total that is not met."""
    connector, run = landing.connector, landing.run
    state: outcomes.State = "partial" if landing.failed or differ else "done"
    overall = Outcome(run.run_id, "extract", connector.name, state=state, rows_seen=sum(landing.seen.values()), started_at=run.now)
    _count_requests(overall, meter)
    rows = [overall]
    for table in connector.tables:
        change = changes[table.name]
        rows.append(
            Outcome(
                run.run_id,
                "load",
                connector.name,
                table.name,
                rows_seen=sum(count for (name, _), count in landing.seen.items() if name == table.name),
                rows_kept=change.kept,
                rows_changed=change.changed,
                rows_quarantined=sum(1 for name, _, _ in landing.bad if name == table.name),
                rows_tombstoned=change.tombstoned,
                started_at=run.now,
            )
        )
    for event in landing.failed:
        failed = Outcome(run.run_id, "extract", connector.name, partition=event.partition, started_at=run.now)
        failed.fail(event.error)
        rows.append(failed)
    for item in differ:
        held = Outcome(run.run_id, "reconcile", connector.name, item.table, item.partition, started_at=run.now)
        held.state, held.error_class, held.error_text = "failed", "Unreconciled", str(item)
        rows.append(held)
    return rows


def _count_requests(outcome: Outcome, meter: Meter) -> None:
    outcome.requests_made, outcome.requests_saved, outcome.points_spent = meter.made, meter.saved, meter.points
    outcome.waited_seconds, outcome.limits_left = meter.waited_seconds, json.dumps(dict(sorted(meter.left.items())))


# dlt


_ONE_AT_A_TIME = {"load.workers": 1, "extract.next_item_mode": "fifo"}
"""DuckDB takes one writer anyway: a file after another needs less memory than dlt's twenty threads, and no more time."""


@contextmanager
def _pipeline(connector: Connector, path: Path) -> Generator[Any]:
    """A dlt pipeline with the warehouse's state, in a folder of its own.

    A kept folder would lose rows for good when a run dies between load and publish: its cursor would be ahead of the file's.
    """
    # dlt tells its makers of every load, unless it finds this when it starts.
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    import dlt
    from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials

    for name, value in _ONE_AT_A_TIME.items():
        dlt.config[name] = value
    with tempfile.TemporaryDirectory(prefix="fulcrum-dlt-") as folder:
        credentials = DuckDbCredentials(str(path), global_config={"preserve_insertion_order": False})
        credentials.local_config = {"enable_progress_bar": False}  # it would draw into standard output
        destination = dlt.destinations.duckdb(credentials)
        name = f"fulcrum_{connector.name}"
        pipeline = dlt.pipeline(name, pipelines_dir=folder, destination=destination, dataset_name=connector.dataset)
        pipeline.sync_destination()
        yield pipeline


def _saved_cursors(connector: Connector, pipeline: Any) -> dict[str, Cursor]:
    """Cursors of the last completed load, from dlt's state in the warehouse."""
    return dict(pipeline.state.get("sources", {}).get(connector.name, {}).get("cursors", {}))


def _load_with_dlt(connector: Connector, pipeline: Any, changes: dict[str, Change], cursors: dict[str, Cursor]) -> None:
    """Upsert changed rows by key, each table in one transaction (an empty one file by file), and commit the cursors after them."""
    import dlt
    import pyarrow.parquet as parquet

    def state_and_rows(table: Table) -> Iterator[Any]:
        dlt.current.source_state()["cursors"] = cursors
        # dlt takes the files as they are: reading them into Arrow and writing them anew would cost as much again, and its memory.
        for path in changes[table.name].files:
            yield dlt.mark.with_file_import(str(path), "parquet", hints=parquet.read_schema(path).empty_table())

    def resource(table: Table) -> Any:
        # Into an empty table rows are simply written: no staging table, no merge, half of the cost of a first load.
        upsert = {"disposition": "merge", "strategy": "upsert"}
        how: Any = "append" if changes[table.name].is_first else upsert
        # Nullable, because every column of the files is: else dlt would write it anew.
        key: Any = {name: {"name": name, "primary_key": True, "nullable": True} for name in table.key}
        return dlt.resource(lambda: state_and_rows(table), name=table.name, columns=key, write_disposition=how)

    touched = [table for table in connector.tables if changes[table.name].rows] or [connector.tables[0]]
    source = dlt.source(lambda: [resource(table) for table in touched], name=connector.name)
    pipeline.run(source(), loader_file_format="parquet").raise_on_failed_jobs()
