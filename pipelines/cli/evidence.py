"""Commands for packet authors and analysts: evidence, sql."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.forms import Period, Person, deliver, wanted_form
from pipelines.cli.session import FAILED, USAGE, Session, explained_failures, fail, session_of

if TYPE_CHECKING:
    from pipelines.evidence.render import Sheet

FORMATS = ("table", "md", "csv", "json")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (evidence, sql):
        app.command()(command)


def evidence(
    context: typer.Context,
    person: Person,
    period: Period = None,
    line: Annotated[list[str] | None, typer.Option(help="Only this review line; may be given several times.")] = None,
    format: Annotated[str, typer.Option(help="table, md, csv or json.")] = "table",  # noqa: A002 - the contract's name
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Show one engineer's evidence: a claim a row, with low/mid/high, share, strength, proof and limits. Gaps are said, not hidden."""
    session = session_of(context)
    wanted = wanted_form(session, format, FORMATS)
    with explained_failures():
        sheet = read_sheet(session, person, period, line or [])
    from pipelines.evidence import render

    if wanted == "table":
        show_sheet(Console(file=out.open("w"), width=160, highlight=False) if out else session.out, sheet)
        return
    text = {"md": render.markdown, "csv": render.comma_separated, "json": render.as_json}[wanted](sheet)
    deliver(text, out)


def read_sheet(session: Session, person: str, period: str | None, only_lines: list[str]) -> "Sheet":
    """The rows that a call asks for.

    Raises:
        LookupError: for an unknown person, line or an empty warehouse, with what is known.
    """
    from pipelines.evidence import rows, snapshot
    from pipelines.evidence.render import Sheet

    with snapshot.reading(session.home) as connection:
        candidate = rows.find_person(connection, person)
        known = rows.lines(connection)
        for name in only_lines:
            if name not in known:
                raise LookupError(f"--line {name}: no such review line; lines are {', '.join(known)}")
        span = rows.period_of(connection, period)
        found = rows.evidence(connection, candidate.person_id, span, only_lines, rows.review_lines(connection))
        facts = dict(connection.execute("select key, value from meta.snapshot").fetchall())
        rates = rows.match_rates(connection, span)
    return Sheet(candidate.person_id, candidate.name, span.name, facts["snapshot_id"], found, rates)


def show_sheet(console: Console, sheet: "Sheet") -> None:
    """The evidence table on a terminal."""
    from pipelines.evidence import render

    console.print(Text(f"Evidence for {sheet.name} ({sheet.person_id}), {sheet.period}", style="bold"))
    if not sheet.rows:
        console.print("No rows for this period: nothing that is loaded lies in it. `fulcrum status` shows what is loaded.")
    links: list[str] = []
    table = Table(show_lines=True, expand=True)
    table.add_column("claim", ratio=1, overflow="fold")
    for name, width in (("low / mid / high", 17), ("share", 7), ("strength", 8), ("proof", 8), ("evidence", 12)):
        table.add_column(name, width=width, overflow="fold")
    for row in sheet.observed:
        marks = _proof_marks(row, links)
        cells = (row["headline"], render.interval(row), render.share(row), row["strength"] or "-", marks, row["evidence_id"][:12])
        table.add_row(*(Text(cell) for cell in cells))
    if sheet.observed:
        console.print(table)
    for number, url in enumerate(links, 1):
        console.print(Text(f"[{number}] {url}"), soft_wrap=True)
    for row in sheet.gaps:
        console.print(Text(f"not observed  {row['headline']}", style="dim"))
    console.print(Text(render.footer(sheet), style="dim"))


def _proof_marks(row: dict[str, Any], links: list[str], most: int = 2) -> str:
    """`[1] [2] +65`: the first addresses of a row, noted below the table where they stay whole, and how many more there are."""
    from pipelines.evidence import render

    urls = render.proof(row)
    marks: list[str] = []
    for url in urls[:most]:
        if url not in links:
            links.append(url)
        marks.append(f"[{links.index(url) + 1}]")
    return " ".join(marks) + (f" +{len(urls) - most}" if len(urls) > most else "")


def sql(
    context: typer.Context,
    query: Annotated[
        str | None, typer.Argument(help="A query; without one, DuckDB's shell opens on the snapshot where it is installed.")
    ] = None,
    audience: Annotated[str, typer.Option(help="analyst (pseudonyms, no free text) or restricted (named).")] = "analyst",
) -> None:
    """Query the published snapshot, read-only; never the file that a sync writes."""
    session = session_of(context)
    if audience not in {"analyst", "restricted"}:
        raise fail(USAGE, f"--audience {audience}: no such audience; audiences are analyst, restricted")
    with explained_failures():
        if query is None:
            _open_shell(session, audience)
            return
        rows = _answer(session, query, audience)
    session.emit(rows, lambda: _show_rows(session, rows))


def _answer(session: Session, query: str, audience: Any) -> list[dict[str, Any]]:
    import duckdb

    from pipelines.evidence import snapshot

    try:
        with snapshot.reading(session.home, audience) as connection:
            return snapshot.records(connection, query)
    except duckdb.Error as error:
        raise fail(FAILED, f"{error}", "`fulcrum sql 'select * from meta.dictionary'` lists every table and column") from None


def _show_rows(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        session.out.print("(no rows)")
        return
    table = Table(box=None, pad_edge=False)
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    session.out.print(table)


def _open_shell(session: Session, audience: Any) -> None:
    import shutil
    import subprocess

    from pipelines import publish

    path = publish.current(session.home, audience)
    shell = shutil.which("duckdb")
    if shell is None:
        raise fail(
            USAGE,
            f"no query given, and DuckDB's shell is not installed; the snapshot is {path}",
            "give a query, or `pip install duckdb-cli`",
        )
    raise typer.Exit(subprocess.run([shell, "-readonly", str(path)]).returncode)
