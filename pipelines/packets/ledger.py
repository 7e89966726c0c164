"""What a packet is held against: the person's rows of the period, what stands elsewhere, incidents. Read from the published snapshot."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from pipelines.evidence import rows
from pipelines.evidence.periods import Period
from pipelines.evidence.snapshot import records
from pipelines.packets import facts, subjects
from pipelines.packets.facts import Fact, Role
from pipelines.packets.subjects import Subjects
from pipelines.warehouse import quote


@dataclass(frozen=True)
class Ledger:
    """Everything that a verdict may rest on. Plain values: what is read once is enough for every sentence."""

    person_id: str
    period: Period
    rows: Sequence[Mapping[str, Any]]
    """The person's rows of the period, with the columns that their lines have of their own."""
    other_periods: Sequence[Mapping[str, Any]] = ()
    other_people: Sequence[Mapping[str, Any]] = ()
    """Observed rows of the same period: a number of theirs supports nothing here, but it is said where it stands."""
    incidents: Sequence[Mapping[str, Any]] = ()
    """Incidents of the period and of as long a time before it, over the whole organisation."""
    knows_incidents: bool = False
    """Whether any store of incidents was read at all."""
    guards: Sequence[Mapping[str, Any]] = ()
    """Checks of guardrails for non-inferiority: experiment_id, status, detail."""
    neighbours: Sequence[Mapping[str, Any]] = ()
    """Other launches near a launch: experiment_id, what, when."""

    @cached_property
    def facts(self) -> list[Fact]:
        """Facts of the period's rows."""
        return [fact for row in self.rows for fact in facts.of_row(row)]

    @cached_property
    def own(self) -> Subjects:
        """Names of what the person has rows for, in this period or another."""
        return subjects.of_rows([*self.rows, *self.other_periods])

    @cached_property
    def foreign(self) -> Subjects:
        """Names of what only other people have rows for."""
        return subjects.of_rows(self.other_people)

    @cached_property
    def _by_role(self) -> dict[Role, list[Fact]]:
        grouped: dict[Role, list[Fact]] = defaultdict(list)
        for fact in self.facts:
            grouped[fact.role].append(fact)
        return grouped

    @cached_property
    def _by_role_elsewhere(self) -> dict[Role, list[tuple[str, Fact]]]:
        grouped: dict[Role, list[tuple[str, Fact]]] = defaultdict(list)
        for where, found in (("another period", self.other_periods), ("other people", self.other_people)):
            for fact in (fact for row in found for fact in facts.of_row(row)):
                grouped[fact.role].append((where, fact))
        return grouped

    def of_role(self, *roles: Role) -> list[Fact]:
        """The person's facts of the period with one of the roles."""
        return [fact for role in roles for fact in self._by_role.get(role, ())]

    def elsewhere(self, *roles: Role) -> list[tuple[str, Fact]]:
        """Facts of other periods and other people, with which of the two."""
        return [entry for role in roles for entry in self._by_role_elsewhere.get(role, ())]

    @cached_property
    def by_id(self) -> dict[str, Mapping[str, Any]]:
        """The person's rows by their ids."""
        return {row["evidence_id"]: row for row in self.rows}

    def incidents_between(self, start: date, end: date) -> list[Mapping[str, Any]]:
        """Incidents detected from a day to before another."""
        return [incident for incident in self.incidents if start <= incident["detected_on"] < end]


def read(connection: duckdb.DuckDBPyConnection, person_id: str, period: Period) -> Ledger:
    """The ledger of a person and period.

    Args:
        connection: the named snapshot.
        person_id: whose packet it is.
        period: which rows count; all others are elsewhere.
    """
    detailed = [row for line in rows.lines(connection) for row in _of_line(connection, line, person_id, period)]
    inside = {row["evidence_id"] for row in rows.evidence(connection, person_id, period)}
    before = period.start - (period.end - period.start)
    incidents = records(
        connection,
        """select incident_id, issue_key, severity, cast(detected_at as date) as detected_on, customer_impact, eval_attributable
           from core.fct_incidents where detected_at >= ? and detected_at < ? order by detected_at, incident_id""",
        [before, period.end],
    )
    known = connection.execute("select count(*) > 0 from core.fct_incidents").fetchone()
    return Ledger(
        person_id,
        period,
        rows=[row for row in detailed if row["evidence_id"] in inside],
        other_periods=[row for row in detailed if row["person_id"] == person_id and row["evidence_id"] not in inside],
        other_people=[row for row in detailed if row["person_id"] != person_id],
        incidents=incidents,
        knows_incidents=bool(known and known[0]),
        guards=records(
            connection, "select experiment_id, status, detail from core.fct_experiment_checks where check_code = 'GUARD' order by all"
        ),
        neighbours=records(connection, "select * from core.bridge_launch_neighbours order by all"),
    )


def _of_line(connection: duckdb.DuckDBPyConnection, line: str, person_id: str, period: Period) -> list[dict[str, Any]]:
    """Observed rows of a line: the person's of all periods, everybody's of this one."""
    return records(
        connection,
        f"""select * exclude (sources) from evidence.{quote(f"evidence_{line}")}
            where state <> 'not_observed' and (person_id = ? or (period_start = ? and period_end = ?)) order by evidence_id""",
        [person_id, period.start, period.end],
    )
