"""Commands before the first sync: init and doctor."""

import shutil
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from pipelines.cli.session import FAILED, USAGE, Session, fail, session_of

if TYPE_CHECKING:
    from connectors.contract import Finding

TEMPLATES = {"fulcrum.toml": "fulcrum.toml", "people.csv": "people.csv", "env.example": ".env.example"}
MARKS = {"ok": ("OK  ", "green"), "warn": ("WARN", "yellow"), "fail": ("FAIL", "red")}
DISK_FLOOR = 2 * 1024**3
"""Bytes free below which a sync may not fit: a build writes the snapshots beside the old ones."""


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (init, doctor):
        app.command()(command)


def init(context: typer.Context, directory: Annotated[Path, typer.Argument(help="Where to write; made when missing.")] = Path()) -> None:
    """Write a commented fulcrum.toml, a people.csv and an .env.example. Asks nothing and overwrites nothing."""
    session = session_of(context)
    directory.mkdir(parents=True, exist_ok=True)
    present = [name for name in TEMPLATES.values() if (directory / name).exists()]
    if present:
        raise fail(
            USAGE, f"{directory.resolve()} already holds {', '.join(present)}; nothing was written", "name another directory, or move them"
        )
    written = []
    for template, name in TEMPLATES.items():
        (directory / name).write_text((files("pipelines") / "templates" / template).read_text(encoding="utf-8"), encoding="utf-8")
        written.append(str(directory / name))

    def show() -> None:
        for path in written:
            session.out.print(f"wrote {path}", markup=False)
        session.out.print("Next: fill in fulcrum.toml and people.csv, put secrets into .env, then run `fulcrum doctor`.", markup=False)

    session.emit({"written": written}, show)


def doctor(context: typer.Context) -> None:
    """Check configuration, credentials, rights, rate budget, clock, reachability, disk and versions: a line each, with the fix."""
    session = session_of(context)
    findings = []
    for finding in _findings(session):
        findings.append(finding)
        if not session.as_json:
            mark, style = MARKS[finding.state]
            session.out.print(Text(mark, style=style), Text(f"{finding.name}: {finding.detail}"))
            if finding.fix:
                session.out.print(Text(f"     fix: {finding.fix}", style="dim"))
    if session.as_json:
        session.emit([vars(finding) for finding in findings], lambda: None)
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(FAILED)


def _findings(session: Session) -> Iterator["Finding"]:
    from connectors.contract import Finding

    yield Finding("python", "ok", sys.version.split()[0])
    yield _disk(session)
    from pipelines import config

    try:
        settings = session.settings()
    except config.BadConfiguration as error:
        for fault in error.faults:
            yield Finding("configuration", "fail", str(fault), "`fulcrum init` writes a commented example")
        return
    yield Finding("configuration", "ok", f"{session.config}: {settings.organisation}, periods in {settings.timezone}")
    from connectors import registry
    from pipelines import sources

    configured = sources.configured(settings)
    for name in registry.MODULES:
        if name not in configured:
            yield Finding(name, "warn", "not configured: its evidence will be gap rows", f"add [sources.{name}] to {session.config}")
    for name, options in configured.items():
        yield from _probe(name, options)
    yield from _access_gaps(session)


def _probe(name: str, options: object) -> Iterator["Finding"]:
    """What a source says of itself; a source that does not answer is a finding, not the end."""
    from connectors import registry
    from connectors.contract import Finding
    from connectors.errors import SourceError

    try:
        for finding in registry.get(name).open(options).probe():
            yield Finding(f"{name}: {finding.name}", finding.state, finding.detail, finding.fix)
    except SourceError as error:
        yield Finding(name, "fail", str(error), error.hint or "check the address and the credential in the configuration")


def _access_gaps(session: Session) -> Iterator["Finding"]:
    """What the last sync could not read for lack of a right."""
    from connectors.contract import Finding
    from pipelines import status

    try:
        lines = status.read(session.home)
    except FileNotFoundError:
        return
    for gap in (gap for line in lines for gap in line.get("gaps", [])):
        fix = f"grant {gap['missing_permission']}" if gap["missing_permission"] else ""
        yield Finding(f"github {gap['where']}: {gap['subject']}", "warn", f"could not be read by the last sync. {gap['hint']}", fix)


def _disk(session: Session) -> "Finding":
    from connectors.contract import Finding

    place = session.home_path.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    state = "ok" if free > DISK_FLOOR else "warn"
    return Finding(
        "disk", state, f"{free / 1024**3:.0f} GiB free at {place}", "" if state == "ok" else "free some space or pass another --home"
    )
