"""Identity commands: who is who, by which rule, and who is not resolved."""

from typing import Any

import typer
from rich.table import Table

from pipelines.cli.session import Session, explained_failures, session_of


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Who is who: accounts joined to people by rules with evidence and confidence.", no_args_is_help=True)
    group.command("list")(people_list)
    group.command("unresolved")(people_unresolved)
    app.add_typer(group, name="people")


def people_list(context: typer.Context) -> None:
    """List people with their accounts, the rule that joined each, and its confidence."""
    rows = _records(
        session_of(context),
        """select p.person_id, p.display_name, p.kind, b.system, coalesce(b.account_login, b.account) as account, b.rule, b.confidence
           from core.dim_people p left join core.bridge_people_accounts b using (person_id)
           order by p.kind desc, p.person_id, b.system, account""",
    )
    _show(session_of(context), rows)


def people_unresolved(context: typer.Context) -> None:
    """List accounts that no rule could join to a person; they count for nobody."""
    rows = _records(session_of(context), "select * from ops.identity_unresolved order by all")
    _show(session_of(context), rows)


def _records(session: Session, query: str) -> list[dict[str, Any]]:
    with explained_failures():
        from pipelines.evidence import snapshot

        with snapshot.reading(session.home) as connection:
            return snapshot.records(connection, query)


def _show(session: Session, rows: list[dict[str, Any]]) -> None:
    def show() -> None:
        if not rows:
            session.out.print("None.")
            return
        table = Table(box=None, pad_edge=False)
        for name in rows[0]:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        session.out.print(table)

    session.emit(rows, show)
