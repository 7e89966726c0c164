"""The command that goes from one number down to its records: of an evidence row or of a KPI."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.cli.session import explained_failures, session_of

if TYPE_CHECKING:
    from pipelines.evidence.explain import Explanation


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(explain)


def explain(
    context: typer.Context,
    evidence_id: Annotated[
        str,
        typer.Argument(
            help="An evidence id or a KPI value id, or its beginning, from the last column of `fulcrum evidence` or `fulcrum kpi`."
        ),
    ],
    raw: Annotated[bool, typer.Option("--raw", help="Show whole raw answers instead of their first lines.")] = False,
    sources: Annotated[int, typer.Option(help="Show at most this many source rows; 0 shows all.", min=0)] = 5,
) -> None:
    """Go from one number down: calculation and version, the records that it counts, their raw answers, their addresses."""
    session = session_of(context)
    with explained_failures():
        from pipelines.evidence import explain as ladder
        from pipelines.evidence import snapshot

        with snapshot.reading(session.home) as connection:
            found = ladder.explain(connection, session.home, evidence_id, sources or None)
    session.emit(_document(found), lambda: _show(session.out, found, raw))


def _document(found: "Explanation") -> dict[str, Any]:
    return {
        "kpi_value" if "kpi_id" in found.row else "evidence": found.row,
        "definition": found.definition,
        "model": found.model,
        "sql": found.sql,
        "observations": found.observations,
        "sources": [vars(source) for source in found.sources],
    }


def _show(out: Console, found: "Explanation", raw: bool) -> None:
    headline, facts = _of_kpi(found.row) if "kpi_id" in found.row else _of_evidence(found.row)
    out.print(Text(headline, style="bold"))
    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    facts |= {
        "definition": found.definition,
        "calculation": f"{found.model}, version {found.row['metric_version']}; its SQL is in --json",
        "built": f"{found.row['built_at']}, snapshot {found.row['snapshot_id']}",
    }
    for name, value in facts.items():
        grid.add_row(name, Text(str(value)))
    out.print(grid)
    _show_sources(out, found, raw)


def _of_evidence(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The headline of an evidence row, and what else it says."""
    from pipelines.evidence import render

    return row["headline"], {
        "evidence": row["evidence_id"],
        "person, period": f"{row['person_id']}, {row['period_start']} to before {row['period_end']}",
        "measure": f"{row['measure'] or '-'}: {render.interval(row)}, n = {'-' if row['n'] is None else row['n']}",
        "share": render.share(row),
        "method": row["method"] or "-",
        "strength": row["strength"] or "-",
        "limits": row["limits"],
        "would be false if": row["falsifier"] or "-",
    }


def _of_kpi(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What a KPI is called and about, and what else its row says."""
    from pipelines.evidence import kpis

    return f"{row['kpi_id']} {row['kpi_name']}, {row['scope_name']}, {row['period_id']}: {kpis.measured(row)}", {
        "KPI value": row["kpi_value_id"],
        "scope, period": f"{row['scope_kind']} {row['scope_id']}, {row['period_start']} to before {row['period_end']}",
        "n": f"{row['n']}, and {row['n_excluded']} left out as they carry no value",
        "method": row["method"] or "-",
        "why not observed": row["reason"] or "-",
        "target": f"{row['target']}; {kpis.verdict(row)}",
        "limits": row["limits"],
    }


def _show_sources(out: Console, found: "Explanation", raw: bool) -> None:
    total = found.n_sources
    out.print(f"\n{total} source row(s)" + (f", the first {len(found.sources)}:" if len(found.sources) < total else ":"))
    for source in found.sources:
        out.print(Text(f"- {source.system}.{source.kind} {source.id}  {source.url}"))
        out.print(Text(f"  read {source.extracted_at} by load {source.load_id}", style="dim"))
        answer = source.note or json.dumps(source.raw, ensure_ascii=False, indent=2 if raw else None)
        out.print(Text("  " + (answer if raw else answer[:240]), style="dim"))
