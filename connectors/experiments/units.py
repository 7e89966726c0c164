"""One row a unit reduced to counts and moments of each arm while the rows stream by; no unit is kept.

The rows come in the order of experiment and unit, so that everything about a unit is at hand at once: who was in two arms is
found exactly, and held is one batch, the unit that it ends in, and a handful of sums for each arm.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite, sqrt
from typing import Any

import polars as pl

from connectors.experiments.arms import DESCRIBING, plain
from connectors.experiments.formats import Json

REQUIRED = ("native_id", "metric_key", "variant_key", "unit", "value")
OWN = (*REQUIRED, "covariate", "day", "phase")
DESCRIBED = tuple(name for name in DESCRIBING if name not in {*OWN, "dimension", "dimension_value", "units_note"})
LEGAL = (*OWN, *DESCRIBED)
ORDER = ("native_id", "unit")
ARM = ["native_id", "phase", "metric_key", "variant_key"]
UNIT = ["native_id", "phase", "metric_key", "unit"]
NAMES = ["native_id", "metric_key", "variant_key", "unit"]
IS_PROPORTION = pl.col("metric_kind") == "proportion"
DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
FAULTS = {
    "crossed": "were seen in several variants and count in none",
    "missing": "have no value (null) and do not count; where nothing happened, the query has to say 0",
    "unreadable": "have a value that is no finite number and do not count",
    "outside": "have a value other than 0 and 1 in what is declared a proportion and do not count",
    "undated": "have a day that is no date such as 2026-02-28 and do not count",
    "repeated": "have several rows where one is expected and do not count; does the query join too much?",
    "wavering": "have several values of the covariate and do not count; it is what they did before, once",
}


@dataclass
class Moments:
    """Count, mean and squared deviations of values, and of the covariate where every unit has one; sums merge exactly."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    covariates: int = 0
    covariate_mean: float = 0.0
    covariate_squares: float = 0.0
    products: float = 0.0
    is_binary: bool = True
    described: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def merge(self, other: "Moments") -> None:
        """Add disjoint units (Chan, Golub and LeVeque 1979: the deviations of both, and that of their means)."""
        n = self.n + other.n
        weight = self.n * other.n / n if n else 0.0
        apart, covariate_apart = other.mean - self.mean, other.covariate_mean - self.covariate_mean
        self.squares += other.squares + apart**2 * weight
        self.covariate_squares += other.covariate_squares + covariate_apart**2 * weight
        self.products += other.products + apart * covariate_apart * weight
        self.mean += apart * other.n / n if n else 0.0
        self.covariate_mean += covariate_apart * other.n / n if n else 0.0
        self.n, self.covariates, self.is_binary = n, self.covariates + other.covariates, self.is_binary and other.is_binary
        for name, values in other.described.items():
            self.described[name] |= values

    def columns(self) -> Json:
        """What a row of an arm says; without deviations where one unit has none."""
        if self.n < 2:
            return {"n": self.n, "mean": self.mean}
        told = {"n": self.n, "mean": self.mean, "sd": sqrt(self.squares / (self.n - 1))}
        if self.covariates < self.n:
            return told
        spread = {"covariate_sd": sqrt(self.covariate_squares / (self.n - 1)), "covariate_covariance": self.products / (self.n - 1)}
        return told | {"covariate_mean": self.covariate_mean} | spread


@dataclass
class Reduced:
    """An experiment's arms, and how many of its units do not count, by (phase, metric, fault)."""

    native_id: str
    arms: list[Json]
    left_out: Counter[tuple[str, str, str]]
    clashes: list[str] = field(default_factory=list[str])
    """What should be the same in all rows of an arm, and is not."""


@dataclass
class Reduction:
    """One reading of rows; the columns are the query's, in its order."""

    columns: Sequence[str]
    nameless: int = 0
    """Rows without experiment, metric, variant or unit."""
    rows: int = 0
    _carried: list[Sequence[Any]] = field(default_factory=list[Sequence[Any]])
    _arms: dict[str, dict[tuple[str, ...], Moments]] = field(default_factory=lambda: defaultdict(dict))
    _left_out: dict[str, Counter[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, batch: list[Sequence[Any]]) -> Iterator[Reduced]:
        """Take a batch; gives experiments that ended in it."""
        self.rows += len(batch)
        held = self._carried + batch
        whole = self._whole(held)
        self._carried = held[whole:]
        if whole:
            self._reduce(held[:whole])
            yield from self._ended(self._key(self._carried[0])[0])

    def finish(self) -> Iterator[Reduced]:
        """The experiments that are left."""
        if self._carried:
            self._reduce(self._carried)
        self._carried = []
        yield from self._ended(None)

    def _key(self, row: Sequence[Any]) -> tuple[str, str]:
        # Many databases sort without regard to case: `U1` may come between two rows of `u1`.
        native_id, unit = (row[self.columns.index(name)] for name in ORDER)
        return str(native_id).casefold(), str(unit).casefold()

    def _whole(self, held: list[Sequence[Any]]) -> int:
        """How many rows come before those of the last unit, of which the next batch may have more."""
        last = self._key(held[-1]) if held else None
        return next((position + 1 for position in range(len(held) - 1, -1, -1) if self._key(held[position]) != last), 0)

    def _ended(self, going_on: str | None) -> Iterator[Reduced]:
        for native_id in [name for name in {**self._arms, **self._left_out} if name.casefold() != going_on]:
            arms = self._arms.pop(native_id, {})
            yield Reduced(native_id, list(_told(arms)), self._left_out.pop(native_id, Counter()), list(_clashes(arms)))

    def _reduce(self, rows: list[Sequence[Any]]) -> None:
        frame = self._frame(rows)
        named = frame.drop_nulls(NAMES)
        self.nameless += frame.height - named.height
        sound = self._counted_out(self._uncrossed(named))
        if "day" in self.columns:
            self._accumulate(sound, ("day",))
            sound = self._totals(sound)
        self._accumulate(sound, ())

    def _frame(self, rows: list[Sequence[Any]]) -> pl.DataFrame:
        columns = dict(zip(self.columns, zip(*rows, strict=True), strict=True))
        numbers = {name: _numbers(columns[name]) for name in ("value", "covariate") if name in columns}
        frame = pl.DataFrame({name: _texts(values) for name, values in columns.items() if name not in numbers} | numbers)
        phase = pl.col("phase").fill_null("0") if "phase" in columns else pl.lit("0").alias("phase")
        return frame.with_columns(phase)

    def _uncrossed(self, frame: pl.DataFrame) -> pl.DataFrame:
        of_unit = ["native_id", "phase", "unit"]
        crossed = frame.group_by(of_unit).agg(pl.col("variant_key").n_unique()).filter(pl.col("variant_key") > 1)
        for native_id, phase, _, _ in crossed.iter_rows():
            self._left_out[native_id][phase, "", "crossed"] += 1
        return frame.join(crossed, on=of_unit, how="anti") if crossed.height else frame

    def _counted_out(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Without units that have a fault in any row of the metric."""
        value = pl.col("value")
        fault = pl.when(value.is_null()).then(pl.lit("missing")).when(~value.is_finite()).then(pl.lit("unreadable"))
        if "metric_kind" in frame.columns:
            fault = fault.when(IS_PROPORTION & ~value.is_in([0.0, 1.0])).then(pl.lit("outside"))
        if "day" in frame.columns:
            fault = fault.when(~pl.col("day").str.contains(DAY_PATTERN).fill_null(False)).then(pl.lit("undated"))
        once = [*UNIT, "day"] if "day" in frame.columns else UNIT
        repeated = frame.select(once).is_duplicated()
        fault = fault.when(repeated).then(pl.lit("repeated")) if repeated.any() else fault
        if "covariate" in frame.columns and "day" in frame.columns:
            fault = fault.when(pl.col("covariate").n_unique().over(UNIT) > 1).then(pl.lit("wavering"))
        faulty = frame.select(*UNIT, fault=fault).drop_nulls("fault")
        if not faulty.height:
            return frame
        for native_id, phase, metric, _, name in faulty.group_by(UNIT).agg(pl.col("fault").first()).iter_rows():
            self._left_out[native_id][phase, metric, name] += 1
        return frame.join(faulty, on=UNIT, how="anti")

    def _totals(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A unit's days as one value: their sum, of a proportion whether it happened on any of them."""
        value = pl.col("value").sum()
        if "metric_kind" in frame.columns:
            value = pl.when(IS_PROPORTION.first()).then(pl.col("value").max()).otherwise(value)
        rest = [pl.col(name).first() for name in frame.columns if name not in {*ARM, "unit", "value", "day"}]
        return frame.group_by([*ARM, "unit"]).agg(value.alias("value"), *rest)

    def _accumulate(self, frame: pl.DataFrame, by: tuple[str, ...]) -> None:
        keys, value, covariate = [*ARM, *by], pl.col("value"), pl.col("covariate")
        moments = {
            "n": pl.len(),
            "mean": value.mean(),
            "squares": value.var(ddof=0) * pl.len(),
            "is_binary": value.is_in([0.0, 1.0]).all(),
        }
        if "covariate" in frame.columns:
            moments |= {
                "covariates": (covariate.is_not_null() & covariate.is_finite()).sum(),
                "covariate_mean": covariate.mean().fill_null(0.0),
                "covariate_squares": (covariate.var(ddof=0) * pl.len()).fill_null(0.0),
                "products": (pl.cov("value", "covariate", ddof=0) * pl.len()).fill_null(0.0),
            }
        described = [pl.col(name).drop_nulls().unique().head(2) for name in DESCRIBED if name in frame.columns]
        for row in frame.group_by(keys).agg(*described, **moments).iter_rows(named=True):
            told = Moments(**{name: row[name] for name in moments})
            told.described.update({name: set(row[name]) for name in DESCRIBED if name in frame.columns})
            key = tuple(row[name] for name in keys)
            self._arms[row["native_id"]].setdefault(key, Moments()).merge(told)


def _told(arms: dict[tuple[str, ...], Moments]) -> Iterator[Json]:
    """Rows of arms, in the order of their keys."""
    binary: dict[tuple[str, int], bool] = defaultdict(lambda: True)
    for key, moments in arms.items():
        binary[key[2], len(key)] &= moments.is_binary
    for key, moments in sorted(arms.items()):
        row = dict(zip(ARM, key, strict=False)) | moments.columns()
        row |= {"dimension": "day", "dimension_value": key[-1]} if len(key) > len(ARM) else {}
        row |= {name: min(values) for name, values in moments.described.items() if values}
        if binary[key[2], len(key)] and row.get("metric_kind", "proportion") == "proportion":
            row |= {"metric_kind": "proportion", "numerator": round(moments.n * moments.mean)}
        yield row


def _clashes(arms: dict[tuple[str, ...], Moments]) -> Iterator[str]:
    for key, moments in sorted(arms.items()):
        for name, values in moments.described.items():
            if len(values) > 1:
                found = " and ".join(map(repr, sorted(values)))
                yield f"{name} is {found} in rows of metric {key[2]}, arm {key[3]}; expected one value: {min(values)!r} counts"


def _texts(values: Sequence[Any]) -> pl.Series:
    try:
        return pl.Series(values, dtype=pl.String, strict=True)
    except TypeError:
        return pl.Series([None if value is None else str(plain(value)) for value in values], dtype=pl.String)


def _numbers(values: Sequence[Any]) -> pl.Series:
    try:
        return pl.Series(values, dtype=pl.Float64, strict=True)
    except TypeError:
        return pl.Series([_number(value) for value in values], dtype=pl.Float64)


def _number(value: Any) -> float | None:
    """What cannot be read as a number is none that is finite; null stays null."""
    try:
        found = None if value is None else float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")
    return found if found is None or isfinite(found) else float("nan")
