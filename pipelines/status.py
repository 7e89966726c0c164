"""How fresh and how whole every table is, written after each sync where no reader is ever locked out."""

import json
from pathlib import Path
from typing import Any

import duckdb

from connectors import registry
from pipelines import reconcile, warehouse
from pipelines.evidence import rows
from pipelines.warehouse import Home, quote


def collect(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """One row for each raw table: last reading, rows, quarantined, tombstoned, reconciliation, what is held back, costs."""
    lines: list[dict[str, Any]] = []
    for name in registry.MODULES:
        connector = registry.get(name)
        reading, held = _latest_reading(connection, name), reconcile.held_back(connection, name)
        for table in connector.tables:
            relation = f"{connector.dataset}.{quote(table.name)}"
            lines.append(
                {"source": name, "table": table.name}
                | reading
                | {
                    "rows": warehouse.one(connection, f"select count(*) from {relation} where _deleted_at is null"),
                    "tombstoned": warehouse.one(connection, f"select count(*) from {relation} where _deleted_at is not null"),
                    "quarantined": warehouse.one(
                        connection,
                        "select count(*) from raw_ops.quarantine where source = ? and table_name = ? and released_at is null",
                        [name, table.name],
                    ),
                    "reconciliation": _reconciliation(connection, name, table.name),
                    "held_back": [str(item) for item in held if item.difference.table == table.name],
                    "gaps": access_gaps(connection) if (name, table.name) == ("github", "access_gaps") else [],
                    "match_rates": _match_rates(connection) if (name, table.name) == ("people", "accounts") else [],
                }
            )
    return lines


def _match_rates(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """How many accounts of each system belong to somebody; none before the first build."""
    built = "select count(*) from information_schema.tables where table_schema = 'ops' and table_name = 'identity_match_rates'"
    return rows.match_rates(connection) if warehouse.one(connection, built) else []


def access_gaps(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What the credentials may not read now: where, subject, endpoint, status, missing right, and what is missing by it."""
    rows = connection.execute(
        """select coalesce(r.full_name, 'the organisation'), g.subject, g.endpoint, g.status, g.missing_permission, g.hint
           from raw_github.access_gaps as g left join raw_github.repositories as r using (repository_id)
           where g._deleted_at is null order by 1, 2"""
    ).fetchall()
    names = ("where", "subject", "endpoint", "status", "missing_permission", "hint")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _latest_reading(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, Any]:
    """When and how the source was last read; nulls where it never was."""
    row = connection.execute(
        """select strftime(started_at, '%Y-%m-%dT%H:%M:%SZ'), state, requests_made, requests_saved, points_spent,
             waited_seconds, limits_left, error_text from raw_ops.outcomes
           where source = ? and step = 'extract' and partition = '' order by started_at desc limit 1""",
        [source],
    ).fetchone()
    names = ("last_sync", "state", "requests_made", "requests_saved", "points_spent", "waited_seconds", "limits_left", "error")
    reading = dict(zip(names, row or (None, "never read", *[None] * 6), strict=True))
    return reading | {"limits_left": json.loads(reading["limits_left"] or "{}")}


def _reconciliation(connection: duckdb.DuckDBPyConnection, source: str, table: str) -> str:
    """Whether the source's own totals are met: `matched`, `differs` or `differences accepted` (n of m partitions), or `not available`."""
    row = connection.execute(
        """select count(*), count(*) filter (where state = 'differs'), count(*) filter (where state = 'accepted') from (
             select state, row_number() over (partition by partition order by checked_at desc) as newest
             from raw_ops.reconciliations where source = ? and table_name = ?) where newest = 1""",
        [source, table],
    ).fetchone()
    total, bad, accepted = row or (0, 0, 0)
    if not total:
        return "not available"
    if bad:
        return f"differs ({bad} of {total})"
    return f"differences accepted ({accepted} of {total})" if accepted else "matched"


def write(home: Home) -> Path:
    """Store the status beside the snapshots, in one step."""
    with warehouse.connect(home.warehouse) as connection:
        lines = collect(connection)
    path = home.root / "status.json"
    fresh = path.with_suffix(".next")
    fresh.write_text(json.dumps(lines, indent=1))
    return fresh.replace(path)


def read(home: Home) -> list[dict[str, Any]]:
    """The status of the last sync.

    Raises:
        FileNotFoundError: when there was none yet, with what to do.
    """
    path = home.root / "status.json"
    if not path.exists():
        raise FileNotFoundError(f"{path}: no sync has run in this home yet; run `fulcrum sync` (or `fulcrum demo`) first")
    return json.loads(path.read_text())
