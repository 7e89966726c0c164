"""The command for managers: brief."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from pipelines.cli.session import USAGE, explained_failures, fail, session_of

FORMATS = ("table", "md", "html", "json")


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(brief)


def brief(
    context: typer.Context,
    person: Annotated[str, typer.Argument(help="A person_id, login, e-mail or unique name.")],
    period: Annotated[
        str | None, typer.Option(help="2026H1, 2026Q3 or 2026-01-01..2026-06-30; the last finished half-year by default.")
    ] = None,
    format: Annotated[str, typer.Option(help="table, md, html or json.")] = "table",  # noqa: A002 - as for evidence
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output (md, html and json).")] = None,
) -> None:
    """Show the manager's page: one delivery, one impact or leverage, one uncertainty, with their context. Never a rating."""
    session = session_of(context)
    wanted = "json" if session.as_json else format
    if wanted not in FORMATS:
        raise fail(USAGE, f"--format {wanted}: no such format; formats are {', '.join(FORMATS)}")
    if out and wanted == "table":
        raise fail(USAGE, "--out writes md, html or json; name one with --format")
    from pipelines.brief import page, render
    from pipelines.evidence import snapshot

    with explained_failures(), snapshot.reading(session.home) as connection:
        found = page.read(connection, person, period)
    if wanted == "table":
        console = session.out
        # Without soft wrapping, which cuts list items off; a pipe shows no links, so their addresses are spelled out there.
        console.print(Markdown(render.markdown(found), hyperlinks=console.is_terminal), soft_wrap=False)
        return
    text = {"md": render.markdown, "html": render.page, "json": render.as_json}[wanted](found)
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
