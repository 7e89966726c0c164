"""A row for every step: what was read, kept, changed, set aside, and how it ended. The audit trail of every sync."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

import duckdb

State = Literal["done", "partial", "failed", "skipped"]


@dataclass
class Outcome:
    """One step of one run; fields are the columns of `raw_ops.outcomes`."""

    run_id: str
    step: str
    source: str
    table_name: str = ""
    partition: str = ""
    state: State = "done"
    requests_made: int = 0
    requests_saved: int = 0
    points_spent: int = 0
    waited_seconds: float = 0.0
    limits_left: str = "{}"
    rows_seen: int = 0
    rows_kept: int = 0
    rows_changed: int = 0
    rows_quarantined: int = 0
    rows_tombstoned: int = 0
    error_class: str = ""
    error_text: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    outcome_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    code_version: str = field(default_factory=lambda: version("fulcrum-evidence"))

    def fail(self, error: Exception) -> None:
        """Note why the step did not reach its end."""
        self.state, self.error_class, self.error_text = "failed", type(error).__name__, str(error)


def record(connection: duckdb.DuckDBPyConnection, outcomes: list[Outcome]) -> None:
    """Append outcome rows."""
    now = datetime.now(UTC)
    names = [item.name for item in fields(Outcome)]
    marks = ", ".join("?" for _ in names)
    for outcome in outcomes:
        outcome.ended_at = outcome.ended_at or now
        connection.execute(
            f"insert into raw_ops.outcomes ({', '.join(names)}) values ({marks})", [getattr(outcome, name) for name in names]
        )


@contextmanager
def step(connection: duckdb.DuckDBPyConnection, run_id: str, name: str, source: str = "") -> Generator[Outcome]:
    """Record one step around a block, also when it raises."""
    outcome = Outcome(run_id, name, source)
    try:
        yield outcome
    except Exception as error:
        outcome.fail(error)
        raise
    finally:
        record(connection, [outcome])
