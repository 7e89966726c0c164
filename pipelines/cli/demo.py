"""`fulcrum demo`: the whole way from servers to an evidence table, on an organisation that no one shaped to fit."""

import shutil
import time
from typing import TYPE_CHECKING

from rich.text import Text

from pipelines.cli.evidence import read_sheet, show_sheet
from pipelines.cli.progress import reporting
from pipelines.cli.runs import show_report, summary
from pipelines.cli.session import Session

if TYPE_CHECKING:
    from pipelines.demo.organisation import Organisation
    from pipelines.sync import Report

STAR, PERIOD = "ana", "2026H1"
"""Whose evidence the demo shows: the author of the harness that others adopted."""


def run_demo(session: Session, seed: int, engineers: int, serve: bool) -> None:
    """Build, serve, sync, show. With `serve`, go on serving until interrupted."""
    from pipelines import config, sync
    from pipelines.demo import organisation as demo
    from pipelines.demo.servers.jira import JiraSite
    from pipelines.demo.servers.process import serve_apart
    from pipelines.demo.servers.serving import Settings
    from pipelines.warehouse import Home

    started = time.monotonic()
    home = Home(session.home.root / "demo")
    with reporting(session.talk) as progress:
        progress("organisation: people, repositories, eval logs")
        # An older demo may show another organisation; reading this one on top would look like mass deletion, and be refused.
        shutil.rmtree(home.root, ignore_errors=True)
        organisation = demo.found(home.root / "organisation", seed, engineers)
        settings = Settings(jira=JiraSite(email=demo.JIRA_EMAIL), ports=demo.PORTS)
        with serve_apart(organisation.world, organisation.git, token=demo.TOKEN, settings=settings) as endpoints:
            demo.configure(organisation, endpoints.github_api_url, endpoints.jira_url, endpoints.growthbook_url)
            report = sync.sync(config.load(organisation.config), home, progress=progress)
            seconds = time.monotonic() - started
            _show(Session(organisation.config, home.root, session.quiet, session.as_json), organisation, report, seconds)
            if serve:
                _wait(session, organisation)


def _show(session: Session, organisation: "Organisation", report: "Report", seconds: float) -> None:
    """One engineer's evidence, what the sync cost, and what to try next."""
    sheet = read_sheet(session, STAR, PERIOD, [])
    document = summary(report) | {"seconds": round(seconds, 1), "evidence": sheet.rows, "truth": organisation.truth}

    def show() -> None:
        show_sheet(session.out, sheet)
        session.out.print()
        show_report(session, report)
        session.out.print()
        base = f"./run fulcrum --home {_short(session)} --config {_short(session)}/organisation/fulcrum.toml"
        first = sheet.observed[0]["evidence_id"][:12] if sheet.observed else "EVIDENCE_ID"
        for line in (
            f"Done in {seconds:.0f} s. Next:",
            f"  {base} explain {first}",
            "      from that row down to the raw answers and their addresses",
            f"  {base} evidence ben --period 2026Q2 --format md",
            f"  {base} brief gita --period 2026H1",
            f"  {base} kpi",
            f"  {base} people unresolved",
            f"  {base} status",
            f"  {base} sql 'from meta.dictionary'",
            "  ./run fulcrum demo --serve    keeps the APIs running, so that `sync` can be tried again",
            f"  {organisation.truth}    what was planted, and what must be found",
        ):
            session.out.print(Text(line), soft_wrap=True)

    session.emit(document, show)


def _short(session: Session) -> str:
    """The demo's home as one would type it."""
    from pathlib import Path

    try:
        return str(session.home.root.relative_to(Path.cwd()))
    except ValueError:
        return str(session.home.root)


def _wait(session: Session, organisation: "Organisation") -> None:
    """Keep the servers up until interrupted."""
    session.talk.print(
        f"Serving. In another terminal: ./run fulcrum --home {_short(session)}/demo --config {organisation.config} sync", soft_wrap=True
    )
    session.talk.print("Ctrl-C ends.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        session.talk.print("Stopped.")
