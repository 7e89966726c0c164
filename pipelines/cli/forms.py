"""What commands that show evidence share: whom and when they are asked about, in which form they answer, and where the answer goes."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.session import USAGE, Session, fail

Person = Annotated[str, typer.Argument(help="A person_id, login, e-mail or unique name.")]
Period = Annotated[str | None, typer.Option(help="2026H1, 2026Q3 or 2026-01-01..2026-06-30; the last finished half-year by default.")]


def wanted_form(session: Session, asked: str, forms: Sequence[str]) -> str:
    """One of a command's forms: JSON where the whole call asks for it, else what `--format` says.

    Raises:
        typer.Exit: when the command has no such form.
    """
    wanted = "json" if session.as_json else asked
    if wanted not in forms:
        raise fail(USAGE, f"--format {wanted}: no such format; formats are {', '.join(forms)}")
    return wanted


def deliver(text: str, out: Path | None) -> None:
    """Write an answer to a file, or to standard output."""
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
