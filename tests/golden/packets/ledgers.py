"""Ledgers of six engineers of the demo organisation, as JSON beside this file: what the labelled sentences are held against.

`python -m tests.golden.packets.ledgers HOME` writes the file anew from a synced demo home. The labels speak of these rows, so read them again then.
"""

import functools
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.evidence import periods
from pipelines.packets.ledger import Ledger

FILE = Path(__file__).with_name("ledgers.json")
PERIOD = periods.parse("2026H1")
PEOPLE = ("ana", "ben", "chi", "gita", "jonas", "ines")
LINES = ("second_order_leverage", "eval_ownership", "prompt_provenance", "experiment_impact", "gate_catches", "lead_time")
"""The lines that the labels know: a later line brings its own labels."""
LEFT_OUT = {"method", "limits", "falsifier", "metric_version", "built_at", "snapshot_id", "dispute_state", "reason_url"}


@functools.cache
def ledger_of(person: str) -> Ledger:
    """What stands about a person, from the file."""
    stored = json.loads(FILE.read_text())
    rows = [_row(stored["columns"][line], values) for line, found in stored["rows"].items() for values in found]
    own = [row for row in rows if row["person_id"] == person]
    return Ledger(
        person,
        PERIOD,
        rows=[row for row in own if row["period_id"] == PERIOD.name],
        other_periods=[row for row in own if row["period_id"] != PERIOD.name],
        other_people=[row for row in rows if row["person_id"] != person and row["period_id"] == PERIOD.name],
        incidents=[incident | {"detected_on": date.fromisoformat(incident["detected_on"])} for incident in stored["incidents"]],
        knows_incidents=bool(stored["incidents"]),
        guards=stored["guards"],
        neighbours=stored["neighbours"],
    )


def _row(columns: list[str], values: list[Any]) -> dict[str, Any]:
    row = dict(zip(columns, values, strict=True))
    days = {name: value for name, value in row.items() if isinstance(value, str) and (name.endswith("_at") or name.startswith("period_"))}
    return row | {name: date.fromisoformat(value[:10]) for name, value in days.items() if name != "period_id"}


def write(home: Path) -> None:
    """Take the rows out of a synced home's snapshot."""
    from pipelines.evidence import snapshot
    from pipelines.packets import ledger
    from pipelines.warehouse import Home

    with snapshot.reading(Home(home)) as connection:
        held = [ledger.read(connection, person, PERIOD) for person in PEOPLE]
    rows = {row["evidence_id"]: row for one in held for row in [*one.rows, *one.other_periods, *one.other_people]}
    columns: dict[str, list[str]] = {}
    by_line: dict[str, list[list[Any]]] = {}
    for row in sorted(rows.values(), key=lambda row: (row["review_line"], row["evidence_id"])):
        if row["review_line"] in LINES:
            names = columns.setdefault(row["review_line"], [name for name in row if name not in LEFT_OUT])
            by_line.setdefault(row["review_line"], []).append([row[name] for name in names])
    stored = {
        "columns": columns,
        "rows": by_line,
        "incidents": held[0].incidents,
        "guards": held[0].guards,
        "neighbours": held[0].neighbours,
    }
    FILE.write_text(json.dumps(stored, default=_plain, separators=(",", ":"), ensure_ascii=False).replace("],[", "],\n[") + "\n")


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
