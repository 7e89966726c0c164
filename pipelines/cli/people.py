"""Identity commands: who is who, by which rule, who is not resolved, and what people have decided about it."""

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from pipelines.cli.session import Session, explained_failures, session_of

if TYPE_CHECKING:
    from pipelines.identity import Act

What = Annotated[str, typer.Argument(help="An account: `system:account`, or a login or address that only one account has.")]
WhatOrDuplicate = Annotated[str, typer.Argument(help="An account, or the person_id of somebody who is in people.csv twice.")]
Person = Annotated[str, typer.Argument(help="A person of people.csv.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is shown wherever the decision counts.")]
By = Annotated[str, typer.Option("--by", help="Who decides; by default git's user.email, else the user of this machine.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, write nothing.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Who is who: accounts joined to people by rules with evidence and confidence.", no_args_is_help=True)
    group.command("list")(people_list)
    group.command("unresolved")(people_unresolved)
    group.command("after-leaving")(people_after_leaving)
    group.command("suggest")(people_suggest)
    group.command("decisions")(people_decisions)
    for name, command in (("link", people_link), ("unlink", people_unlink), ("exclude", people_exclude), ("include", people_include)):
        group.command(name)(command)
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
    """List accounts that neither a rule nor a decision gives to a person; they count for nobody."""
    rows = _records(session_of(context), "select * from ops.identity_unresolved order by all")
    _show(session_of(context), rows)


def people_after_leaving(context: typer.Context) -> None:
    """List accounts that acted after their person had left: a wrong date, a taken-over account, or a machine that uses it."""
    rows = _records(session_of(context), "select * from ops.identity_after_leaving order by last_act_at desc, system, account")
    _show(session_of(context), rows)


def people_suggest(context: typer.Context) -> None:
    """List people whom unresolved accounts may belong to, by alike names, logins and addresses. Nothing is applied: namesakes exist."""
    session = session_of(context)
    with explained_failures():
        from pipelines.evidence import snapshot
        from pipelines.suggestions import suggest

        with snapshot.reading(session.home) as connection:
            found = [vars(suggestion) for suggestion in suggest(connection)]
    _show(session, found)


def people_decisions(context: typer.Context) -> None:
    """List what people have decided, the newest first: links, links taken back, exclusions, and which of them stand."""
    rows = _records(session_of(context), "select * from ops.identity_decisions order by decided_at desc, decision_id")
    _show(session_of(context), rows)


def people_link(
    context: typer.Context, what: WhatOrDuplicate, person: Person, reason: Reason, by: By = "", dry_run: DryRun = False
) -> None:
    """Give an account to a person, or say that two people of people.csv are one. Goes before every rule; `unlink` takes it back."""
    _decide(session_of(context), "link", what, person, reason, by, dry_run)


def people_unlink(
    context: typer.Context, what: WhatOrDuplicate, person: Person, reason: Reason, by: By = "", dry_run: DryRun = False
) -> None:
    """Say that an account is not this person's, whatever the rules see; or take a link back, which restores what was before it."""
    _decide(session_of(context), "unlink", what, person, reason, by, dry_run)


def people_exclude(context: typer.Context, what: What, reason: Reason, by: By = "", dry_run: DryRun = False) -> None:
    """Let an account count for nobody: a shared mailbox, a machine that nothing marks as one. `include` ends it."""
    _decide(session_of(context), "exclude", what, "", reason, by, dry_run)


def people_include(context: typer.Context, what: What, reason: Reason, by: By = "", dry_run: DryRun = False) -> None:
    """End an exclusion: the rules decide about the account again."""
    _decide(session_of(context), "include", what, "", reason, by, dry_run)


def _decide(session: Session, act: "Act", what: str, person: str, reason: str, by: str, dry_run: bool) -> None:
    """Check a decision, say what it changes, and append it to the journal unless only asked."""
    if not reason.strip():
        raise typer.BadParameter("is empty; say why, so that others can review it", param_hint="--reason")
    with explained_failures():
        from pipelines import identity
        from pipelines.evidence import snapshot

        people = session.settings().people
        with nullcontext() if dry_run else identity.deciding(people.decisions), snapshot.reading(session.home) as connection:
            registry = identity.Registry(people, connection)
            author = by.strip() or identity.author(people.decisions.parent)
            proposal = registry.propose(act, what, person, author, reason.strip(), identity.moment())
            if not dry_run:
                identity.append(people.decisions, proposal.decision)

    def show() -> None:
        session.out.print(proposal.change, markup=False)
        place = "nothing was written" if dry_run else f"written to {people.decisions}; commit it, then run `fulcrum sync --only people`"
        session.out.print(place, markup=False)

    decision = proposal.decision.model_dump(mode="json", exclude_defaults=True)
    session.emit({"decision": decision, "change": proposal.change, "written": None if dry_run else people.decisions}, show)


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
