"""Finding a person and their evidence rows in the named snapshot."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.evidence import periods
from pipelines.evidence.periods import Period
from pipelines.evidence.snapshot import records


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be meant."""

    person_id: str
    name: str


class NoSuchPerson(LookupError):
    """Nobody, or more than one person, answers to the text; lists who could be meant."""


def find_person(connection: duckdb.DuckDBPyConnection, text: str) -> Candidate:
    """The one person who answers to a person_id, login, e-mail or unique name, in that order.

    Raises:
        NoSuchPerson: with the candidates, when there is not exactly one.
    """
    wanted = text.strip().lower()
    steps = (
        "select person_id, display_name from core.dim_people where lower(person_id) = ?",
        """select distinct p.person_id, p.display_name from core.bridge_people_accounts b join core.dim_people p using (person_id)
           where lower(b.account) = ? or lower(b.account_login) = ?""",
        "select person_id, display_name from core.dim_people where lower(display_name) = ?",
        "select person_id, display_name from core.dim_people where contains(lower(display_name), ?) and kind = 'human'",
    )
    for query in steps:
        found = sorted({(row[0], row[1] or row[0]) for row in connection.execute(query, [wanted] * query.count("?")).fetchall()})
        if len(found) == 1:
            return Candidate(*found[0])
        if found:
            listed = "\n".join(f"  {person_id}  {name}" for person_id, name in found[:20])
            raise NoSuchPerson(f"{text!r} may be any of {len(found)} people; name one by its person_id:\n{listed}")
    names = [row[0] for row in connection.execute("select person_id from core.dim_people where kind = 'human' order by 1").fetchall()]
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    hint = f"; near: {', '.join(near)}" if near else ""
    raise NoSuchPerson(f"nobody answers to {text!r} as person_id, login, e-mail or name{hint}. `fulcrum people list` shows everyone")


def lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Review lines that the snapshot has evidence tables for."""
    return [row[0] for row in connection.execute("select distinct review_line from evidence.evidence_all order by 1").fetchall()]


def review_lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The organisation's choice and order of review lines; empty means all."""
    row = connection.execute("select value from meta.snapshot where key = 'review_lines'").fetchone()
    return row[0].split(",") if row and row[0] else []


def match_rates(connection: duckdb.DuckDBPyConnection, period: Period | None = None) -> list[dict[str, Any]]:
    """How many accounts of each system belong to somebody, and how many count for nobody because nothing tells whose they are.

    Of a period those accounts that were seen in one of its months; of all time where none is given.
    """
    if period is None:
        return records(
            connection,
            """select system, n_human + n_bot + n_ai_agent + n_unresolved as n_accounts, n_human + n_bot + n_ai_agent as n_resolved,
                   n_unresolved
               from ops.identity_match_rates order by system""",
        )
    return records(
        connection,
        """select system, count(distinct account_key) as n_accounts,
               count(distinct account_key) filter (where state = 'resolved') as n_resolved,
               count(distinct account_key) filter (where state = 'unresolved') as n_unresolved
           from ops.identity_accounts_by_month
           where state in ('resolved', 'unresolved') and month >= date_trunc('month', cast(? as date)) and month < ?
           group by system order by system""",
        [period.start, period.end],
    )


def default_period(connection: duckdb.DuckDBPyConnection) -> Period | None:
    """The newest half-year that has ended and holds any evidence; the newest of all where none has ended."""
    row = connection.execute(
        """select distinct period_id, period_start, period_end from evidence.evidence_all
           where period_id like '%H%' and state <> 'not_observed' order by period_end > current_date, period_end desc limit 1"""
    ).fetchone()
    return Period(*row) if row else None


def period_of(connection: duckdb.DuckDBPyConnection, text: str | None) -> Period:
    """The period that somebody named, or the default one.

    Raises:
        BadPeriod: for text that is none.
        LookupError: when none was named and there is no evidence yet.
    """
    span = periods.parse(text) if text else default_period(connection)
    if span is None:
        raise LookupError("the snapshot holds no evidence yet for anybody; `fulcrum status` shows what is loaded")
    return span


def evidence(
    connection: duckdb.DuckDBPyConnection, person_id: str, period: Period, only_lines: Sequence[str] = (), order: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """A person's rows of a period: values first, then observed zeros, then gaps; leverage leads, as it outlasts direct work.

    A named half or quarter answers with its own rows; any other range with the quarters that lie wholly inside it.
    """
    wanted = list(only_lines) or list(order)
    rows = records(
        connection,
        """select * from evidence.evidence_all
           where person_id = ? and (len(?) = 0 or list_contains(?, review_line))
             and ((period_start = ? and period_end = ?) or (? and period_id like '%Q%' and period_start >= ? and period_end <= ?))""",
        [person_id, wanted, wanted, period.start, period.end, ".." in period.name, period.start, period.end],
    )
    places = {line: place for place, line in enumerate(order or ("second_order_leverage",))}
    states = {"value": 0, "observed_zero": 1, "not_observed": 2}
    return sorted(
        rows,
        key=lambda r: (
            states[r["state"]],
            places.get(r["review_line"], len(places)),
            r["review_line"],
            str(r["period_start"]),
            r["subject_id"] or "",
            r["evidence_id"],
        ),
    )
