"""Reading everything that the manager's page shows, from the published snapshot alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.brief import changes, choice, expectations, peers, recency
from pipelines.brief.changes import Changes
from pipelines.brief.choice import Choice
from pipelines.brief.expectations import Spoken
from pipelines.brief.peers import Peer
from pipelines.brief.recency import Recency
from pipelines.evidence import rows as evidence_rows


@dataclass(frozen=True)
class Brief:
    """One engineer's page for one period."""

    person_id: str
    name: str
    period: str
    snapshot_id: str
    level: str | None
    choice: Choice
    context: Sequence[dict[str, Any]]
    changes: Changes
    recency: Recency
    peers: Sequence[Peer]
    has_team: bool
    expectations: Sequence[Spoken]
    has_expectations: bool
    """The organisation has said what it expects of anybody."""
    match_rates: Sequence[dict[str, Any]]


def read(connection: duckdb.DuckDBPyConnection, person: str, period: str | None) -> Brief:
    """The page of whoever answers to the text.

    Raises:
        LookupError: for an unknown person or an empty warehouse, with what is known.
    """
    candidate = evidence_rows.find_person(connection, person)
    span = evidence_rows.period_of(connection, period)
    order = evidence_rows.review_lines(connection)
    found = evidence_rows.evidence(connection, candidate.person_id, span, order=order)
    facts = dict(connection.execute("select key, value from meta.snapshot").fetchall())
    level = expectations.level_of(connection, candidate.person_id, span)
    configured = facts.get("expectations")
    context = [row for row in found if row["review_line"] == choice.CONTEXT]
    return Brief(
        candidate.person_id,
        candidate.name,
        span.name,
        facts["snapshot_id"],
        level,
        choice.choose(found, order),
        context,
        changes.of_projects(connection, context, span),
        recency.of_rows(connection, found, span),
        peers.suggested(connection, candidate.person_id, span),
        peers.has_team(connection, candidate.person_id, span),
        expectations.beside(found, configured, level),
        configured not in (None, "", "[]"),
        evidence_rows.match_rates(connection, span),
    )
