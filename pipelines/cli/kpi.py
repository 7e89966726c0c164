"""The command that shows KPIs with their definitions."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.forms import wanted_form
from pipelines.cli.session import Session, explained_failures, session_of

if TYPE_CHECKING:
    from pipelines.evidence.kpis import KpiSheet

FORMATS = ("table", "csv", "json")


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(kpi)


def kpi(
    context: typer.Context,
    kpis: Annotated[list[str] | None, typer.Argument(metavar="[KPI ...]", help="K01 to K23; all by default.")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="organisation (the default), team, project or artifact, or one of them by name: team:search. May be given several times."
        ),
    ] = None,
    period: Annotated[str | None, typer.Option(help="2026H1 or 2026Q3; the last finished half-year by default.")] = None,
    format: Annotated[str, typer.Option(help="table, csv or json.")] = "table",  # noqa: A002 - as `fulcrum evidence` has it
) -> None:
    """Show KPIs with bounds, n, target and definition, and why one cannot be told. They are never about a person."""
    session = session_of(context)
    wanted = wanted_form(session, format, FORMATS)
    with explained_failures():
        sheet = _read(session, kpis or [], scope or [], period)
    from pipelines.evidence import kpis as rendered

    if wanted == "table":
        _show(session.out, sheet, is_detailed=bool(kpis))
    else:
        sys.stdout.write(rendered.as_csv(sheet) if wanted == "csv" else rendered.as_json(sheet))


def _read(session: Session, kpis: list[str], scopes: list[str], period: str | None) -> "KpiSheet":
    from pipelines.evidence import kpis as reading
    from pipelines.evidence import periods, snapshot

    with snapshot.reading(session.home) as connection:
        span = periods.parse(period) if period else reading.default_period(connection)
        if span is None:
            raise LookupError("the snapshot holds no period yet; `fulcrum status` shows what is loaded")
        rows = reading.values(connection, kpis, scopes, span)
        [(snapshot_id,)] = connection.execute("select value from meta.snapshot where key = 'snapshot_id'").fetchall()
    return reading.KpiSheet(span.name, snapshot_id, rows)


def _show(out: Console, sheet: "KpiSheet", is_detailed: bool) -> None:
    """Values as a table, what cannot be told below it, and the definitions of KPIs that were asked for by name."""
    from pipelines.evidence import kpis

    out.print(Text(f"KPIs, {sheet.period}", style="bold"))
    table = Table(show_lines=True, expand=True)
    table.add_column("KPI", ratio=2, overflow="fold")
    table.add_column("scope", ratio=1, overflow="fold")
    table.add_column("value (bounds)", ratio=1, overflow="fold")
    table.add_column("n", justify="right")
    table.add_column("target", ratio=1, overflow="fold")
    table.add_column("id", width=12)
    told = [row for row in sheet.rows if row["state"] != "not_observed"]
    for row in told:
        about = f"{row['kpi_id']} {row['kpi_name']}\n{row['sentence']}"
        cells = (about, row["scope_name"] or row["scope_id"], kpis.measured(row), f"{row['n']:,}", f"{row['target']}: {kpis.verdict(row)}")
        table.add_row(*(Text(cell) for cell in cells), row["kpi_value_id"][:12])
    if told:
        out.print(table)
    for row in sheet.rows:
        if row["state"] == "not_observed":
            out.print(
                Text(
                    f"not observed  {row['kpi_id']} {row['kpi_name']}, {row['scope_name'] or row['scope_id']}: {row['reason']}.",
                    style="dim",
                )
            )
    if is_detailed:
        _show_definitions(out, sheet)
    out.print(Text(f"Snapshot {sheet.snapshot_id}. `fulcrum explain <id>` opens a value down to its records.", style="dim"))


def _show_definitions(out: Console, sheet: "KpiSheet") -> None:
    for row in {row["kpi_id"]: row for row in sheet.rows}.values():
        out.print(Text(f"\n{row['kpi_id']} {row['kpi_name']}", style="bold"))
        grid = Table(box=None, show_header=False, pad_edge=False)
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name in (
            "sentence",
            "formula",
            "source",
            "dimension",
            "timing",
            "business_goal",
            "owner",
            "limits",
            "review_by",
            "metric_version",
        ):
            grid.add_row(name.replace("_", " "), Text(str(row[name])))
        out.print(grid)
