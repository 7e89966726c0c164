"""KPIs of the organisation, its teams, projects and artifacts: which values are asked for, and how they are written. Never of a person."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.evidence import render
from pipelines.evidence.periods import Period
from pipelines.evidence.snapshot import records

SCOPES = ("organisation", "team", "project", "artifact")
VALUES = """select v.*, d.kpi_name, d.sentence, d.formula, d.source, d.dimension, d.owner, d.timing, d.business_goal, d.review_by, d.limits,
    d.definition_version, d.model
    from kpi.kpi_values v join kpi.kpi_definitions d using (kpi_id)"""


@dataclass(frozen=True)
class KpiSheet:
    """Values of KPIs with their definitions, and the snapshot that they are from."""

    period: str
    snapshot_id: str
    rows: Sequence[dict[str, Any]]


def default_period(connection: duckdb.DuckDBPyConnection) -> Period | None:
    """The newest half-year that has ended; the newest of all where none has."""
    row = connection.execute(
        """select distinct period_id, period_start, period_end, is_complete from kpi.kpi_values
           where period_id like '%H%' order by is_complete desc, period_end desc limit 1"""
    ).fetchone()
    return Period(*row[:3]) if row else None


def values(connection: duckdb.DuckDBPyConnection, kpis: Sequence[str], scopes: Sequence[str], period: Period) -> list[dict[str, Any]]:
    """The values of some KPIs, all where none is named, in some scopes and a half-year or quarter.

    Raises:
        LookupError: for an unknown KPI, scope or period, with what is known.
    """
    wanted = [name.upper() for name in kpis]
    known = [row[0] for row in connection.execute("select kpi_id from kpi.kpi_definitions order by 1").fetchall()]
    for name in wanted:
        if name not in known:
            raise LookupError(f"{name}: no such KPI; KPIs are {known[0]} to {known[-1]}" if known else "nothing was built yet")
    rows = records(connection, f"{VALUES} where v.period_start = ? and v.period_end = ?", [period.start, period.end])
    if not rows:
        named = connection.execute("select distinct period_id from kpi.kpi_values order by 1").fetchall()
        raise LookupError(f"no KPI for {period.name}; half-years and quarters are {', '.join(row[0] for row in named) or 'none yet'}")
    places = _places(scopes or ("organisation",), rows)
    chosen = [row for row in rows if (row["scope_kind"], row["scope_id"]) in places and (not wanted or row["kpi_id"] in wanted)]
    return sorted(chosen, key=lambda row: (row["kpi_id"], SCOPES.index(row["scope_kind"]), row["scope_name"] or row["scope_id"]))


def _places(scopes: Sequence[str], rows: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """Scopes as people write them: `team` for every one, `team:search` for one, by its id or its name."""
    places: set[tuple[str, str]] = set()
    for text in scopes:
        kind, _, name = text.partition(":")
        if kind not in SCOPES:
            raise LookupError(f"--scope {text}: no such scope; scopes are {', '.join(SCOPES)}, or one of them with its name: team:search")
        of_kind = {(row["scope_id"], row["scope_name"]) for row in rows if row["scope_kind"] == kind}
        meant = {scope_id for scope_id, shown in of_kind if not name or name in (scope_id, shown)}
        if name and not meant:
            raise LookupError(
                f"--scope {text}: no records of it in this period; known are {', '.join(sorted(shown for _, shown in of_kind))}"
            )
        places |= {(kind, scope_id) for scope_id in meant}
    return places


def observations(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The records that a value is a GROUP BY over, the newest first."""
    column = {"team": "team", "project": "project_id", "artifact": "artifact_id"}.get(row["scope_kind"])
    return records(
        connection,
        f"""select * from kpi.kpi_observations where kpi_id = ? and observed_on >= ? and observed_on < ?
            {f"and {column} = ?" if column else ""} order by observed_on desc, observation_id""",
        [row["kpi_id"], row["period_start"], row["period_end"], *([row["scope_id"]] if column else [])],
    )


def measured(row: dict[str, Any]) -> str:
    """`54.5 % (1.6 % to 78.7 %)`; without bounds where none can be had."""
    if row["value"] is None:
        return "not observed"
    unit = "" if row["unit"] == "share" else f" {row['unit']}"
    value = render.number(row["value"], row["unit"])
    if row["value_low"] is None or (row["value_low"] == row["value"] == row["value_high"]):
        return value + unit
    return f"{value}{unit} ({render.number(row['value_low'], row['unit'])} to {render.number(row['value_high'], row['unit'])})"


def verdict(row: dict[str, Any]) -> str:
    """Whether the target is met, as far as that can be told."""
    if row["target_met"] is None:
        return "cannot be compared"
    against = "" if row["baseline_value"] is None else f" against {render.number(row['baseline_value'], row['unit'])}"
    return ("met" if row["target_met"] else "not met") + against


def as_json(sheet: KpiSheet) -> str:
    """Everything, with nested sources."""
    document = {"period": sheet.period, "snapshot_id": sheet.snapshot_id, "rows": list(sheet.rows)}
    return json.dumps(document, indent=2, default=render.json_value, ensure_ascii=False) + "\n"


def as_csv(sheet: KpiSheet) -> str:
    """All columns as CSV; text that would run as a formula is disarmed."""
    names = list(sheet.rows[0]) if sheet.rows else ["kpi_value_id"]
    return render.csv_text(names, ([row[name] for name in names] for row in sheet.rows))
