"""The command for managers: brief."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markdown import Markdown

from pipelines.cli.forms import Period, Person, deliver, wanted_form
from pipelines.cli.session import USAGE, explained_failures, fail, session_of

FORMATS = ("table", "md", "html", "json")


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(brief)


def brief(
    context: typer.Context,
    person: Person,
    period: Period = None,
    format: Annotated[str, typer.Option(help="table, md, html or json.")] = "table",  # noqa: A002 - as for evidence
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output (md, html and json).")] = None,
) -> None:
    """Show the manager's page: one delivery, one impact or leverage, one uncertainty, with their context. Never a rating."""
    session = session_of(context)
    wanted = wanted_form(session, format, FORMATS)
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
    deliver(text, out)
