"""Rows of single arms, as a query gives them, put together as comparisons with the control: documents of the documented shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from connectors.experiments.formats import EXPERIMENT_COLUMNS, PHASE_COLUMNS, RESULT_COLUMNS, Found, Json, grouped

MEASURED = (
    *("n", "numerator", "mean", "sd"),
    *("covariate_mean", "covariate_sd", "covariate_covariance"),
    *("denominator_mean", "denominator_sd", "denominator_covariance"),
)
"""What a row says of one arm; a comparison has each of them twice, of the variant and of the baseline."""
OF_ARM = (*(f"{name}_{role}" for name in MEASURED for role in ("variant", "baseline")), "baseline_key")
METRIC_COLUMNS = tuple(name for name in RESULT_COLUMNS if name not in OF_ARM and not name.startswith("vendor_"))
"""Columns that a row of an arm shares with the comparison."""
REQUIRED = ("native_id", "metric_key", "variant_key", "n")
DESCRIBING = tuple(dict.fromkeys((*EXPERIMENT_COLUMNS, *PHASE_COLUMNS, *METRIC_COLUMNS, "is_control")))
LEGAL = tuple(dict.fromkeys((*REQUIRED, *MEASURED, *DESCRIBING)))
CELL = ("phase", "metric_key", "dimension", "dimension_value")
TRUE = {"true", "t", "1", "yes", "y"}


def plain(value: Any) -> Any:
    """A database's value as JSON has it; what JSON has no word for (NaN, infinity) as text."""
    if isinstance(value, Decimal):
        value = int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | dict | list) or value is None else str(value)


def by_experiment(rows: Iterator[Json]) -> Iterator[tuple[Any, list[Json]]]:
    """Rows in the order of their experiments, an experiment at a time."""
    current: list[Json] = []
    for row in rows:
        if current and current[0].get("native_id") != row.get("native_id"):
            yield current[0].get("native_id"), current
            current = []
        current.append(row)
    if current:
        yield current[0].get("native_id"), current


@dataclass
class Arms:
    """The arms of one experiment."""

    rows: Sequence[Json]
    """Values by column, nulls left out."""
    control: str
    """Key of the control where no row is marked by `is_control`."""
    problems: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])

    def found(self) -> Found:
        """The experiment as a document; what cannot be compared is among its problems."""
        variations = self._variations()
        controls = [variation["key"] for variation in variations if variation["is_control"]]
        # Without a control, or with several, the experiment is set aside as a whole, where its arms are judged.
        baseline = controls[0] if controls else variations[0]["key"] if variations else ""
        flat = [(place, row | {"variations": variations}) for place, row in self._comparisons(baseline)]
        document = {name: value for row in self.rows for name, value in row.items() if name in EXPERIMENT_COLUMNS} | {
            "variations": variations
        }
        found = next(grouped(flat), None) or Found(document)
        return Found(found.document, "", found.result_places, problems=(*self.problems, *found.problems))

    def _variations(self) -> list[Json]:
        keys = dict.fromkeys(str(row["variant_key"]) for row in self.rows if row.get("variant_key") is not None)
        marked = {str(row.get("variant_key")) for row in self.rows if str(row.get("is_control", "")).lower() in TRUE}
        controls = marked or {self.control}
        return [{"key": key, "is_control": key in controls} for key in keys]

    def _comparisons(self, baseline: str) -> Iterator[tuple[str, Json]]:
        for cell in self._cells():
            control = cell.get(baseline)
            if control is None:
                place, row = next(iter(cell.values()))
                self.problems.append((place, f"the control {baseline!r} has no row beside {', '.join(map(repr, cell))}", row))
            elif len(cell) == 1:
                self.problems.append((control[0], f"only the control {baseline!r} has a row: there is nothing to compare", control[1]))
            else:
                yield from ((place, _compared(row, control[1])) for key, (place, row) in cell.items() if key != baseline)

    def _cells(self) -> list[dict[str, tuple[str, Json]]]:
        """Arms by key that may be compared: those of one metric in one phase and slice."""
        cells: dict[tuple[Any, ...], dict[str, tuple[str, Json]]] = {}
        for row in self.rows:
            place = _place(row)
            absent = [name for name in REQUIRED if row.get(name) is None]
            if absent:
                self.problems.append((place, f"{' and '.join(absent)} is null; expected a value", row))
                continue
            cell = cells.setdefault(tuple(str(row.get(name, "")) for name in CELL), {})
            if str(row["variant_key"]) in cell:
                self.problems.append((place, "another row says the same of this arm already; expected one row an arm", row))
                continue
            cell[str(row["variant_key"])] = (place, row)
        return list(cells.values())


def _compared(row: Json, baseline: Json) -> Json:
    shared = {name: row[name] for name in (*EXPERIMENT_COLUMNS, *PHASE_COLUMNS, *METRIC_COLUMNS) if name in row}
    arms = {f"{name}_variant": row[name] for name in MEASURED if name in row}
    arms |= {f"{name}_baseline": baseline[name] for name in MEASURED if name in baseline}
    return {"phase": 0} | shared | arms | {"baseline_key": str(baseline["variant_key"])}


def _place(row: Json) -> str:
    told = [f"experiment {row.get('native_id')}", f"phase {row.get('phase', 0)}", f"metric {row.get('metric_key')}"]
    told += [f"{row['dimension']} {row.get('dimension_value', '')}"] if row.get("dimension") else []
    return ", ".join([*told, f"arm {row.get('variant_key')}"])
