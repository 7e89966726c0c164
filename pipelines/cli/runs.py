"""Commands that bring data in and out: demo, sync, build, status, dagster."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from pipelines.cli.progress import reporting
from pipelines.cli.session import FAILED, PARTIAL, USAGE, Session, explained_failures, fail, session_of

if TYPE_CHECKING:
    from pipelines.sync import Report


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (demo, sync, build, status, dagster):
        app.command()(command)


def sync(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Option(help="Read only this source; may be given several times.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Ignore cursors and read everything again; unchanged rows stay as they are.")
    ] = False,
    since: Annotated[str | None, typer.Option(help="Read nothing older than this day (YYYY-MM-DD), where the source can say so.")] = None,
    budget: Annotated[
        int | None,
        typer.Option(help="End after so many requests that count against limits; the next sync goes on from there.", min=1),
    ] = None,
    no_build: Annotated[bool, typer.Option("--no-build", help="Load only: no build, no publication.")] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Believe a listing that lost more than half of its rows.")
    ] = False,
    accept_differences: Annotated[
        bool,
        typer.Option("--accept-differences", help="Load what is held back, now and while no more rows are missing than now."),
    ] = False,
) -> None:
    """Run the nightly job once: extract, load, reconcile, build, publish. Safe to run again and to kill.

    Exit code 3 means partial: the budget was met, a source or a part of it could not be read, or a part is held back because rows are
    missing that the source counts; what is whole was published.
    """
    session = session_of(context)
    with explained_failures():
        settings = session.settings()
        _check_names(only or [])
        from pipelines import sync as job

        with reporting(session.talk) as progress:
            report = job.sync(
                settings,
                session.home,
                only=only or [],
                full=full,
                since=_day(since),
                build=not no_build,
                accept_removals=accept_removals,
                accept_differences=accept_differences,
                budget=budget,
                progress=progress,
            )
    session.emit(summary(report), lambda: show_report(session, report))
    if report.is_partial:
        raise typer.Exit(PARTIAL if report.sources else FAILED)


def build(
    context: typer.Context,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild incremental models from nothing.")] = False,
) -> None:
    """Build the models and publish snapshots from what is loaded, without asking any source."""
    session = session_of(context)
    with explained_failures():
        settings = session.settings()
        from pipelines import sync as job

        with reporting(session.talk) as progress:
            report = job.build(settings, session.home, full_refresh=full_refresh, progress=progress)
    session.emit(summary(report), lambda: show_report(session, report))


def status(context: typer.Context) -> None:
    """Show per source and table: last sync, rows, quarantined, reconciliation, requests of the last reading."""
    session = session_of(context)
    with explained_failures():
        from pipelines import status as journal

        lines = journal.read(session.home)
    session.emit(lines, lambda: _show_status(session, lines))


def demo(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="Another seed makes another organisation with the same planted stories.")] = 7,
    engineers: Annotated[int, typer.Option(help="How many engineers the organisation has.", min=12)] = 40,
    serve: Annotated[bool, typer.Option("--serve", help="Go on serving the demo's APIs afterwards, so that syncs can be tried.")] = False,
) -> None:
    """Build the demo organisation, serve its APIs on loopback, run the whole pipeline against them, show one engineer's evidence."""
    session = session_of(context)
    with explained_failures():
        from pipelines.cli.demo import run_demo

        run_demo(session, seed, engineers, serve)


def dagster(context: typer.Context) -> None:
    """Start Dagster's UI and daemon on this configuration and home (`dagster dev`); the nightly schedule is in there."""
    session = session_of(context)
    with explained_failures():
        session.settings()
        from pipelines.transform import project_dir

        root = project_dir().parent
        home = session.home.root / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        settings_file = home / "dagster.yaml"
        if not settings_file.exists():
            settings_file.write_text((root / "assets" / "dagster.yaml").read_text())
    places = {"FULCRUM_CONFIG": str(session.config.resolve()), "FULCRUM_HOME": str(session.home.root), "DAGSTER_HOME": str(home)}
    command = [sys.executable, "-m", "dagster", "dev", "-m", "assets.definitions"]
    raise typer.Exit(subprocess.run(command, cwd=root, env={**os.environ, **places}).returncode)


def summary(report: "Report") -> dict[str, Any]:
    """A report as plain data."""
    sources = {
        name: {
            "requests_made": result.meter.made,
            "requests_saved": result.meter.saved,
            "points_spent": result.meter.points,
            "waited_seconds": round(result.meter.waited_seconds, 1),
            "limits_left": result.meter.left,
            "rows_changed": result.rows_changed,
            "rows_quarantined": result.rows_quarantined,
            "failures": [str(failure) for failure in result.failures],
        }
        for name, result in report.sources.items()
    }
    failed = {name: {"failures": [str(error)]} for name, error in report.failed.items()}
    held_back = [str(item) for item in report.held_back]
    return {
        "run_id": report.run_id,
        "sources": sources | failed,
        "held_back": held_back,
        "build": report.build,
        "published": report.published,
    }


def show_report(session: Session, report: "Report") -> None:
    """The end of a sync in a table: what each source cost and brought, what failed, where the snapshots lie."""
    table = Table(box=None, pad_edge=False)
    for name, justify in (
        ("source", "left"),
        ("requests", "right"),
        ("not modified", "right"),
        ("points", "right"),
        ("waited", "right"),
        ("changed rows", "right"),
        ("quarantined", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name, result in report.sources.items():
        meter = result.meter
        cost = (f"{meter.made:,}", f"{meter.saved:,}", f"{meter.points:,}", f"{meter.waited_seconds:,.0f} s")
        table.add_row(name, *cost, f"{result.rows_changed:,}", f"{result.rows_quarantined:,}")
    session.out.print(table)
    for name, error in report.failed.items():
        session.out.print(f"{name} was not read: {error}", markup=False)
    for result in report.sources.values():
        for failure in result.failures:
            session.out.print(f"partial: {failure}", markup=False)
    for item in report.held_back:
        session.out.print(f"held back: {item}", markup=False)
    if report.build == "unchanged":
        session.out.print("Nothing changed since the last publication; the snapshots stay.")
    for audience, link in report.published.items():
        session.out.print(f"published for {audience}: {link}", markup=False, soft_wrap=True)


def _show_status(session: Session, lines: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("source", "table", "last sync", "state", "rows", "tombstoned", "quarantined", "reconciliation", "requests", "points"):
        table.add_column(name, justify="right" if name in {"rows", "tombstoned", "quarantined", "requests", "points"} else "left")
    for line in lines:
        figures = [f"{line[name]:,}" for name in ("rows", "tombstoned", "quarantined")]
        cost = ["-" if line[name] is None else f"{line[name]:,}" for name in ("requests_made", "points_spent")]
        table.add_row(line["source"], line["table"], line["last_sync"] or "never", line["state"], *figures, line["reconciliation"], *cost)
    session.out.print(table)
    for source, left in {line["source"]: line["limits_left"] for line in lines}.items():
        if left:
            session.out.print(f"{source}: left of its limits: " + ", ".join(f"{name} {count:,}" for name, count in left.items()))
    for item in (item for line in lines for item in line.get("held_back", [])):
        session.out.print(Text(f"held back: {item}. `fulcrum sync --full --only SOURCE` reads all of a source again;"))
        session.out.print(Text("  where a source counts wrongly for good, `fulcrum sync --accept-differences` loads what is held back"))
    for gap in (gap for line in lines for gap in line.get("gaps", [])):
        right = f"; missing right: {gap['missing_permission']}" if gap["missing_permission"] else ""
        session.out.print(Text(f"not readable: {gap['where']}: {gap['subject']}{right}. {gap['hint']}"))
    rates = [rate for line in lines for rate in line.get("match_rates", [])]
    if rates:
        from pipelines.evidence.render import accounts

        session.out.print(Text(accounts(rates)))


def _check_names(only: list[str]) -> None:
    from difflib import get_close_matches

    from connectors.registry import MODULES

    for name in only:
        if name not in MODULES:
            near = get_close_matches(name, MODULES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else ""
            raise fail(USAGE, f"--only {name}: no such source; sources are {', '.join(MODULES)}", hint)


def _day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise fail(USAGE, f"--since {text}: not a day; write it as 2026-01-31") from None
