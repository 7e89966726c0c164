"""Whether what stands on the page comes mostly from the end of the period, which is what people remember best."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from pipelines.evidence.periods import Period

DATED_RECORDS = """
    select 'github' as system, 'pull_requests' as kind, cast(pull_request_id as varchar) as id, coalesce(merged_at, created_at) as at
    from core.fct_pull_requests
    union all
    select distinct 'github', 'workflow_runs', run_id || '|' || run_attempt, started_at from core.fct_gate_runs where run_id is not null
    union all
    select 'git', 'commits', repository_id || '|' || sha, coalesce(landed_at, committed_at) from core.fct_commits
    union all
    select 'evals', 'runs', eval_run_id, started_at from core.fct_eval_runs
    union all
    select 'experiments', 'experiments', experiment_id, coalesce(decided_at, ended_at, started_at) from core.fct_experiments
"""
"""When the records happened that evidence rows lead to, of the kinds that happen at one moment."""


@dataclass(frozen=True)
class Recency:
    """How a period's dated source records are spread over it."""

    since: date
    """First day of the last quarter of the period's days."""
    n_dated: int
    """Records of the period that happened at a known moment."""
    n_late: int
    """Of these, in the last quarter."""

    @property
    def is_lopsided(self) -> bool:
        """More than half lies in the last quarter."""
        return 2 * self.n_late > self.n_dated


def of_rows(connection: duckdb.DuckDBPyConnection, rows: Sequence[dict[str, Any]], period: Period) -> Recency:
    """Date the source records of rows: each counts once, however many rows it proves; those from outside the period do not count."""
    since = period.end - timedelta(days=(period.end - period.start).days // 4)
    counted = connection.execute(
        f"""with cited as (
                select distinct source.system, source.kind, source.id
                from (select unnest(sources) as source from evidence.evidence_all where list_contains(?, evidence_id) and state = 'value')
            ),
            moments as (
                select cast(timezone('UTC', dated.at) as date) as day
                from cited inner join ({DATED_RECORDS}) as dated using (system, kind, id)
            )
            select count(*), count(*) filter (where day >= ?) from moments where day >= ? and day < ?""",
        [[row["evidence_id"] for row in rows], since, period.start, period.end],
    ).fetchone()
    n_dated, n_late = counted or (0, 0)
    return Recency(since, n_dated, n_late)
