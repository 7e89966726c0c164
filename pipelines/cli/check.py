"""The command for packet authors who have written: check."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipelines.cli.forms import Period, deliver, wanted_form
from pipelines.cli.session import REFUSED, Session, explained_failures, session_of

if TYPE_CHECKING:
    from pipelines.packets.check import Report
    from pipelines.packets.report import Header

FORMATS = ("table", "md", "json")
STYLES = {"supported": "green", "contradicted": "bold red", "no_record": "yellow"}


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(check)


def check(
    context: typer.Context,
    packet: Annotated[Path, typer.Argument(help="The packet, in Markdown.")],
    person: Annotated[str, typer.Option(help="Whose packet it is: a person_id, login, e-mail or unique name.")],
    period: Period = None,
    format: Annotated[str, typer.Option(help="table, md (the packet with notes) or json.")] = "table",  # noqa: A002 - as for evidence
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output (md and json).")] = None,
) -> None:
    """Hold a written packet against the rows: each claim is supported, contradicted or without record; vague words are named.

    Ends with 0 when nothing is contradicted, with 4 when something is. What has no record does not change the exit code.
    """
    session = session_of(context)
    wanted = wanted_form(session, format, FORMATS)
    with explained_failures():
        header, report = checked(session, packet, person, period)
    if wanted == "table":
        show(session, header, report)
    else:
        text = _written(wanted, header, report, packet)
        deliver(text, out)
    if report.counts["contradicted"]:
        raise typer.Exit(REFUSED)


def checked(session: Session, packet: Path, person: str, period: str | None) -> "tuple[Header, Report]":
    """The packet, held against the person's rows in the published snapshot.

    Raises:
        BadPacket: for a file without text.
        LookupError: for an unknown person or an empty warehouse.
    """
    from pipelines.evidence import rows, snapshot
    from pipelines.packets import check as whole
    from pipelines.packets import ledger, reading
    from pipelines.packets.report import Header

    sentences = reading.read(packet)
    with snapshot.reading(session.home) as connection:
        candidate = rows.find_person(connection, person)
        span = rows.period_of(connection, period)
        held = ledger.read(connection, candidate.person_id, span)
        facts = dict(connection.execute("select key, value from meta.snapshot").fetchall())
    header = Header(str(packet), candidate.person_id, candidate.name, span.name, facts["snapshot_id"])
    return header, whole.check(sentences, held)


def _written(wanted: str, header: "Header", report: "Report", packet: Path) -> str:
    import json

    from pipelines.packets import report as reports

    if wanted == "json":
        return json.dumps(reports.document(header, report), indent=2, ensure_ascii=False) + "\n"
    return reports.annotated(header, report, packet.read_text(encoding="utf-8-sig").splitlines())


def show(session: Session, header: "Header", report: "Report") -> None:
    """Claims and findings on a terminal, in the order of the packet; what rows cannot answer is only counted."""
    from pipelines.packets import report as reports

    out = session.out
    out.print(Text(f"{header.packet} against the evidence of {header.name} ({header.person_id}), {header.period}", style="bold"))
    claims, words = _table("verdict", "claim", "why", "evidence"), _table("rule", "words", "why, and what would be right")
    for sentence in report.sentences:
        for claim, outcome in sentence.claims:
            if outcome.verdict != "not_checkable":
                verdict = Text(outcome.verdict.replace("_", " "), style=STYLES[outcome.verdict])
                why = outcome.why + (f"; {outcome.elsewhere}" if outcome.elsewhere else "")
                claims.add_row(
                    _at(sentence.sentence.place(claim.start)), verdict, Text(claim.text), Text(why), reports.ids(outcome.evidence_ids)
                )
        for finding in sentence.findings:
            place = _at(sentence.sentence.place(finding.start))
            words.add_row(place, finding.rule, Text(finding.text), Text(f"{finding.why}; {finding.suggestion}"))
    for table in (claims, words):
        if table.row_count:
            out.print(table)
    out.print(Text(f"{reports.summary(report)}. {reports.NOTE} Snapshot {header.snapshot_id}.", style="dim"))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("line", no_wrap=True)
    for name in names:
        table.add_column(
            name, overflow="fold", ratio=4 if name.startswith("why") else None, max_width=None if name.startswith("why") else 26
        )
    return table


def _at(place: tuple[int, int]) -> str:
    return f"{place[0]}:{place[1]}"
