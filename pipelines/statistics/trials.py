"""An experiment as its store reports it, with every effect recomputed: what the checks and the tables are made from."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import duckdb

from pipelines.statistics.effects import Effect
from pipelines.statistics.reported import effect_of, is_divided, level_of

Row = dict[str, Any]
DAY = "day"
"""Name of the dimension whose values are days; the whole of them is how an effect went on."""


@dataclass(frozen=True)
class Phase:
    """A time in which split and coverage stayed as they were; weights by variation key."""

    number: int
    started_at: datetime | None
    ended_at: datetime | None
    split: dict[str, float]

    @property
    def days(self) -> int | None:
        """Whole days that it lasted; None while it runs or where a date is not told."""
        return (self.ended_at - self.started_at).days if self.started_at and self.ended_at else None


@dataclass
class Compared:
    """One reported comparison of a variation with its baseline."""

    row: Row
    effect: Effect
    p_adjusted: float | None = None
    correction: str | None = None

    @property
    def phase(self) -> int:
        """Number of its phase."""
        return self.row["phase"]

    @property
    def role(self) -> str | None:
        """What the metric was for; None where the store does not tell."""
        return self.row["metric_role"]

    @property
    def is_whole(self) -> bool:
        """It is about all units, not about a slice."""
        return not self.row["dimension"]

    @property
    def direction(self) -> str:
        """Which way is better; increase where none is told."""
        return self.row["direction"] or "increase"

    @property
    def baseline_level(self) -> float | None:
        """Rate, mean or ratio of the baseline."""
        return level_of(self.row, "baseline")

    @property
    def is_divided(self) -> bool:
        """A ratio whose parts are told by unit."""
        return is_divided(self.row)

    def is_same_metric(self, other: "Compared") -> bool:
        """The other one compares the same arms by the same metric, perhaps in another phase or slice."""
        return all(self.row[name] == other.row[name] for name in ("metric_key", "variant_key", "baseline_key"))


@dataclass
class Trial:
    """One experiment with its phases and comparisons."""

    row: Row
    phases: dict[int, Phase] = field(default_factory=dict[int, Phase])
    compared: list[Compared] = field(default_factory=list[Compared])

    @property
    def experiment_id(self) -> str:
        """Its id."""
        return self.row["experiment_id"]

    @property
    def alpha(self) -> float:
        """Significance level in force; 0.05 where none is told."""
        return self.row["alpha"] or 0.05

    def whole(self, *roles: str) -> Iterator[Compared]:
        """Comparisons about all units, of metrics with one of the roles, or with any where none is named."""
        return (each for each in self.compared if each.is_whole and (not roles or each.role in roles))

    def arms(self, phase: int, metric_key: str = "") -> dict[str, int]:
        """Units by arm in a phase: those of one metric, or the largest that any metric of the phase has."""
        counts: dict[str, int] = {}
        for each in self.whole():
            if each.phase == phase and (not metric_key or each.row["metric_key"] == metric_key):
                for arm in ("variant", "baseline"):
                    n, key = each.row[f"n_{arm}"], each.row[f"{arm}_key"]
                    if n is not None:
                        counts[key] = max(n, counts.get(key, 0))
        return counts


def read(connection: duckdb.DuckDBPyConnection) -> list[Trial]:
    """Every experiment that is not deleted, by id."""
    phases, compared = defaultdict[str, dict[int, Phase]](dict), defaultdict[str, list[Compared]](list)
    for row in _rows(connection, "phases"):
        split = json.loads(row["split"]) if row["split"] else {}
        phases[row["experiment_id"]][row["phase"]] = Phase(row["phase"], row["started_at"], row["ended_at"], split)
    for row in _rows(connection, "results"):
        if row["variant_key"] != row["baseline_key"]:
            compared[row["experiment_id"]].append(Compared(row, effect_of(row)))
    rows = _rows(connection, "experiments")
    return [Trial(row, phases[row["experiment_id"]], compared[row["experiment_id"]]) for row in rows]


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[Row]:
    cursor = connection.execute(f"select * from raw_experiments.{table} where _deleted_at is null order by all")
    names = [column[0] for column in cursor.description or []]
    return (dict(zip(names, values, strict=True)) for values in cursor.fetchall())
