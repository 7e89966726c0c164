"""What the projects of the page's context changed, by a metric before and after; what shipped without one is counted, and is no impact."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.evidence.periods import Period

MOST_PAIRS = 5
RULE = (
    f"Changes of the projects, whoever made them: at most {MOST_PAIRS} metric pairs whose window reaches into the period, experiments "
    "before launches and those before eval runs, then the newest. How large the difference is plays no part."
)


@dataclass(frozen=True)
class Changes:
    """Changes of some projects in a period, their prompts, models, experiments and deployments."""

    pairs: Sequence[dict[str, Any]]
    """Sentence and source of those told."""
    n_more: int
    """Pairs that are not told."""
    without: Sequence[tuple[str, int]]
    """Project and how many of its changes have no metric before and after."""


def of_projects(connection: duckdb.DuckDBPyConnection, context: Sequence[dict[str, Any]], period: Period) -> Changes:
    """The changes of the projects that context rows are about."""
    names = {row["subject_id"]: row["subject_name"] for row in context if row["subject_kind"] == "project"}
    found = connection.execute(
        """select project_id, state, sentence, source_url from core.fct_metric_pairs
           where list_contains(?, project_id)
             and cast(timezone('UTC', window_from) as date) < ? and cast(timezone('UTC', coalesce(window_to, window_from)) as date) >= ?
           order by list_position(['randomised', 'interrupted_series', 'eval_runs'], basis), window_to desc, metric_pair_id""",
        [list(names), period.end, period.start],
    ).fetchall()
    pairs = [{"sentence": sentence, "source_url": url} for _, state, sentence, url in found if state == "value"]
    unmeasured = [project for project, state, *_ in found if state != "value"]
    counts = [(name, unmeasured.count(project)) for project, name in sorted(names.items(), key=lambda item: item[1])]
    return Changes(pairs[:MOST_PAIRS], len(pairs[MOST_PAIRS:]), [(name, n) for name, n in counts if n])
