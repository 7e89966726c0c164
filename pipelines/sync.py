"""The nightly job as plain functions, in the order in which both the command line and Dagster call them.

Prepare, read every source, reconcile, compute statistics, build, publish. Each step leaves outcome rows; a source that fails
leaves the others alone, and so does a partition that did not reconcile: it is not loaded, and what depends on it goes on showing its
last reading that did. Nothing is built where nothing changed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from connectors import registry
from connectors.contract import Budget
from connectors.errors import BudgetMet, SourceError
from pipelines import load, outcomes, privacy, publish, raw_tables, reconcile, sources, status, transform, warehouse
from pipelines.config import Settings
from pipelines.gates import SuspiciousLoad
from pipelines.landing import Pace, Run
from pipelines.load import SourceResult
from pipelines.statistics import experiments, gates, labels
from pipelines.warehouse import Home


@dataclass
class Report:
    """What one sync did."""

    run_id: str
    sources: dict[str, SourceResult] = field(default_factory=dict)
    failed: dict[str, SourceError | SuspiciousLoad] = field(default_factory=dict)
    build: Literal["built", "unchanged", "not asked"] = "not asked"
    published: dict[str, Path] = field(default_factory=dict)
    held_back: list[reconcile.HeldBack] = field(default_factory=list)
    """What the published tables show in an older state, because a source's own totals were not met; of all sources."""
    budget: Budget = field(default_factory=Budget)

    @property
    def is_partial(self) -> bool:
        """A source or a partition could not be read, or is held back; what is whole was published."""
        return bool(self.failed or self.held_back) or any(not result.is_whole for result in self.sources.values())

    @property
    def stopped_by_budget(self) -> bool:
        """The budget of requests ended the reading; the next sync goes on from there."""
        return any(isinstance(failure, BudgetMet) for result in self.sources.values() for failure in result.failures)

    @property
    def requests(self) -> int:
        """Requests made to all sources."""
        return sum(result.meter.made for result in self.sources.values())

    @property
    def rows_changed(self) -> int:
        """Raw rows that were new, different or gone."""
        return sum(result.rows_changed for result in self.sources.values())


def sync(
    settings: Settings,
    home: Home,
    only: Sequence[str] = (),
    full: bool = False,
    since: datetime | None = None,
    build: bool = True,
    accept_removals: bool = False,
    accept_differences: bool = False,
    budget: int | None = None,
    pace: Pace | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Run the whole job once; `budget` is how many requests that count against limits all sources together may make.

    Raises:
        warehouse.WarehouseBusy: when another process is writing to this home.
        transform.TransformFailed: when a model or test fails; the last snapshot stays.
    """
    with home.writing():
        allowed = Budget(budget)
        accepted = {"accept_removals": accept_removals, "accept_differences": accept_differences}
        run = Run.start(home, full=full, since=since, **accepted, budget=allowed, pace=pace or Pace(), progress=progress)
        prepare(settings, home)
        report = Report(run.run_id, budget=allowed)
        with transform.started_beside(home) as start_dbt:
            for name, options in sources.configured(settings).items():
                if only and name not in only:
                    continue
                try:
                    report.sources[name] = load.sync_source(registry.get(name), options, run)
                except (SourceError, SuspiciousLoad) as error:
                    report.failed[name] = error
                if build and report.rows_changed:
                    start_dbt()
        report.held_back = _held_back(home)
        if build:
            try:
                finish(settings, run, report)
            finally:
                status.write(home)
        else:
            status.write(home)
        return report


def build(settings: Settings, home: Home, full_refresh: bool = False, progress: Callable[[str], None] = lambda _: None) -> Report:
    """Build and publish what is loaded, asking no source.

    Raises:
        warehouse.WarehouseBusy, transform.TransformFailed: as `sync` does.
    """
    with home.writing():
        run = Run.start(home, progress=progress)
        prepare(settings, home)
        report = Report(run.run_id, held_back=_held_back(home))
        try:
            finish(settings, run, report, full_refresh=full_refresh, force=True)
        finally:
            status.write(home)
        return report


def prepare(settings: Settings, home: Home) -> None:
    """Make every table exist and write down what the models need of the configuration."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [registry.get(name) for name in registry.MODULES])
        sources.write_config(connection, settings)


def finish(settings: Settings, run: Run, report: Report, full_refresh: bool = False, force: bool = False) -> None:
    """Statistics, build and publication of what was loaded; skipped where the last publication already shows all of it."""
    home = run.home
    with warehouse.connect(home.warehouse) as connection, outcomes.step(connection, run.run_id, "statistics"):
        experiments.recompute(connection)
        labels.recompute(connection)
        privacy.write_pseudonyms(connection, home)
    if not (force or full_refresh) and _published_already(home, transform.fingerprint(home)):
        report.build = "unchanged"
        return
    run.progress("build: dbt")
    transform.refuse_failures(build_models(run, transform.Facts(settings.timezone, run.now, run.run_id), full_refresh))
    run.progress("publish: snapshots")
    report.published = publish_build(settings, run)
    report.build = "built"


def build_models(run: Run, facts: transform.Facts, full_refresh: bool = False) -> list[transform.NodeResult]:
    """Build what the statistics of gates read, these statistics, and then everything else; what became of every node.

    What comes after a failure is not built, and its nodes are not in the answer.
    """
    inputs = [f"+{model}" for model in gates.INPUTS]
    first = transform.run(run.home, facts, select=inputs, full_refresh=full_refresh, progress=run.progress)
    if any(node.is_bad for node in first):
        return first
    with warehouse.connect(run.home.warehouse) as connection, outcomes.step(connection, run.run_id, "statistics"):
        gates.recompute(connection)
    return first + transform.run(run.home, facts, exclude=inputs, full_refresh=full_refresh, progress=run.progress)


def publish_build(settings: Settings, run: Run) -> dict[str, Path]:
    """Publish what was built, and remember from what it was built."""
    home = run.home
    policy = settings.policy
    facts = {
        "organisation": settings.organisation,
        "timezone": settings.timezone,
        "review_lines": ",".join(policy.review_lines),
        "expectations": json.dumps([one.model_dump() for one in policy.expectations]),
    }
    links = publish.publish(home, run.run_id, run.now, facts, settings.publishing.keep)
    fingerprint = transform.fingerprint(home)
    with warehouse.connect(home.warehouse) as connection:
        connection.execute("insert into raw_ops.builds values (?, ?, ?)", [fingerprint, run.run_id, run.now])
    return links


def _held_back(home: Home) -> list[reconcile.HeldBack]:
    with warehouse.connect(home.warehouse) as connection:
        return reconcile.held_back(connection)


def _published_already(home: Home, fingerprint: str) -> bool:
    with warehouse.connect(home.warehouse) as connection:
        row = connection.execute("select fingerprint from raw_ops.builds order by built_at desc limit 1").fetchone()
    return (
        row is not None
        and row[0] == fingerprint
        and all((home.published / f"{audience}.duckdb").exists() for audience in publish.AUDIENCES)
    )
