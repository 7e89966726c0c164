"""One row a unit reduced to counts and moments of each arm while the rows stream by; no unit is kept.

The rows come in the order of experiment and unit, so that everything about a unit is at hand at once: who was in two arms is
found exactly, and held is one batch, the unit that it ends in, and a handful of sums for each arm.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, isfinite, sqrt
from typing import Any

import polars as pl

from connectors.experiments.arms import DESCRIBING, plain
from connectors.experiments.formats import Json

REQUIRED = ("native_id", "metric_key", "variant_key", "unit", "value")
BESIDE = ("covariate", "denominator")
"""What a unit may have beside its value: what it did before, and what the value of a ratio is divided by."""
OWN = (*REQUIRED, *BESIDE, "day", "phase")
DESCRIBED = tuple(name for name in DESCRIBING if name not in {*OWN, "dimension", "dimension_value", "units_note"})
LEGAL = (*OWN, *DESCRIBED)
ORDER = ("native_id", "unit")
ARM = ["native_id", "phase", "metric_key", "variant_key"]
UNIT = ["native_id", "phase", "metric_key", "unit"]
NAMES = ["native_id", "metric_key", "variant_key", "unit"]
IS_PROPORTION = pl.col("metric_kind") == "proportion"
IS_RATIO = (pl.col("metric_kind") == "ratio").fill_null(False)
IS_QUANTILE = (pl.col("metric_kind") == "quantile").fill_null(False)
Z = 1.959964
"""Of the two-sided 95 % interval whose ends are order statistics."""
DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"
FAULTS = {
    "crossed": "were seen in several variants and count in none",
    "missing": "have no value (null) and do not count; where nothing happened, the query has to say 0",
    "unreadable": "have a value that is no finite number and do not count",
    "outside": "have a value other than 0 and 1 in what is declared a proportion and do not count",
    "unranked": "are of a quantile of which no column `quantile` says which, as a number between 0 and 1, and do not count",
    "undivided": "have no denominator, or one that is no finite number, in what is declared a ratio and do not count; nothing counted is 0",
    "divided": "have a denominator in what is not declared a ratio (metric_kind) and do not count",
    "undated": "have a day that is no date such as 2026-02-28 and do not count",
    "repeated": "have several rows where one is expected and do not count; does the query join too much?",
    "wavering": "have several values of the covariate and do not count; it is what they did before, once",
}


@dataclass
class Beside:
    """A second number of units: how many have one, its mean and squared deviations, and its products with the value's deviations."""

    told: int = 0
    mean: float = 0.0
    squares: float = 0.0
    products: float = 0.0


@dataclass
class Moments:
    """Count, mean and squared deviations of values, and of what stands beside them; sums merge exactly."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    is_binary: bool = True
    beside: dict[str, Beside] = field(default_factory=lambda: defaultdict(Beside))
    described: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    kept: list[pl.Series] = field(default_factory=list[pl.Series])
    """Of a quantile every value, 8 bytes a unit: no sums tell it."""

    def merge(self, other: "Moments") -> None:
        """Add disjoint units (Chan, Golub and LeVeque 1979: the deviations of both, and that of their means)."""
        n = self.n + other.n
        share = other.n / n if n else 0.0
        weight, apart = self.n * share, other.mean - self.mean
        for name, theirs in other.beside.items():
            ours = self.beside[name]
            beside_apart = theirs.mean - ours.mean
            ours.told += theirs.told
            ours.squares += theirs.squares + beside_apart**2 * weight
            ours.products += theirs.products + apart * beside_apart * weight
            ours.mean += beside_apart * share
        self.squares += other.squares + apart**2 * weight
        self.mean += apart * share
        self.n, self.is_binary = n, self.is_binary and other.is_binary
        for name, values in other.described.items():
            self.described[name] |= values
        self.kept += other.kept

    def columns(self) -> Json:
        """What a row of an arm says; without deviations where one unit has none, and of what only some units have beside, nothing."""
        if self.n < 2:
            return {"n": self.n, "mean": self.mean}
        told = {"n": self.n, "mean": self.mean, "sd": sqrt(self.squares / (self.n - 1))}
        for name, other in self.beside.items():
            if other.told == self.n:
                told |= {f"{name}_mean": other.mean, f"{name}_sd": sqrt(other.squares / (self.n - 1))}
                told[f"{name}_covariance"] = other.products / (self.n - 1)
        return told


def quantile_columns(values: pl.Series, share: float) -> Json:
    """A quantile of an arm's units, with its standard error from the order statistics around it (Conover 1999, 3.2).

    The ends of its 95 % interval are the values at the ranks `n * share -+ 1.96 * sqrt(n * share * (1 - share))`, whatever the
    distribution; half of what lies between them is 1.96 standard errors. It is told as a deviation, times the root of n, so that a
    difference of quantiles is computed as one of means is. Where so few units have no such rank, there is no deviation.
    """
    n, ordered = values.len(), values.sort()
    spread = Z * sqrt(n * share * (1 - share))
    low, high = floor(n * share - spread), ceil(n * share + spread)
    told = {"n": n, "mean": float(ordered[ceil(n * share) - 1])}
    if low < 1 or high > n:
        return told
    return told | {"sd": (float(ordered[high - 1]) - float(ordered[low - 1])) / (2 * Z) * sqrt(n)}


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
        numbers = {name: _numbers(columns[name]) for name in ("value", *BESIDE) if name in columns}
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
        fault = _ratio_faults(frame, fault)
        if "metric_kind" in frame.columns:
            share = pl.col("quantile").cast(pl.Float64, strict=False) if "quantile" in frame.columns else pl.lit(None, pl.Float64)
            fault = fault.when(IS_QUANTILE & ~share.is_between(0, 1, closed="none").fill_null(False)).then(pl.lit("unranked"))
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
        """A unit's days as one value: their sum, of a proportion whether it happened on any of them, of a quantile their mean."""
        value = pl.col("value").sum()
        if "metric_kind" in frame.columns:
            value = pl.when(IS_QUANTILE.first()).then(pl.col("value").mean()).otherwise(value)
            value = pl.when(IS_PROPORTION.first()).then(pl.col("value").max()).otherwise(value)
        rest = [pl.col(name).first() for name in frame.columns if name not in {*ARM, "unit", "value", "denominator", "day"}]
        rest += [_total("denominator")] if "denominator" in frame.columns else []
        return frame.group_by([*ARM, "unit"]).agg(value.alias("value"), *rest)

    def _accumulate(self, frame: pl.DataFrame, by: tuple[str, ...]) -> None:
        keys, value, beside = [*ARM, *by], pl.col("value"), [name for name in BESIDE if name in frame.columns]
        moments = {
            "n": pl.len(),
            "mean": value.mean(),
            "squares": value.var(ddof=0) * pl.len(),
            "is_binary": value.is_in([0.0, 1.0]).all(),
        }
        described = [pl.col(name).drop_nulls().unique().head(2) for name in DESCRIBED if name in frame.columns]
        sums = frame.group_by(keys).agg(*described, *map(_beside, beside), **moments)
        for row in sums.iter_rows(named=True):
            told = Moments(**{name: row[name] for name in moments})
            told.beside.update({name: Beside(**row[name]) for name in beside})
            told.described.update({name: set(row[name]) for name in DESCRIBED if name in frame.columns})
            key = tuple(row[name] for name in keys)
            self._arms[row["native_id"]].setdefault(key, Moments()).merge(told)
        if "metric_kind" in frame.columns:
            for key, values in frame.filter(IS_QUANTILE).group_by(keys):
                self._arms[str(key[0])][tuple(map(str, key))].kept.append(values["value"])


def _ratio_faults(frame: pl.DataFrame, fault: Any) -> Any:
    """A ratio has to have what it is divided by, and nothing else may have it."""
    is_ratio = IS_RATIO if "metric_kind" in frame.columns else pl.lit(False)
    divisor = pl.col("denominator") if "denominator" in frame.columns else pl.lit(None, pl.Float64)
    lacks = divisor.is_null() | ~divisor.is_finite()
    return fault.when(is_ratio & lacks).then(pl.lit("undivided")).when(~is_ratio & divisor.is_not_null()).then(pl.lit("divided"))


def _total(name: str) -> pl.Expr:
    """The sum of a unit's days; null where no day has a value."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _beside(name: str) -> pl.Expr:
    """The sums of `Beside` as one value."""
    other = pl.col(name)
    return pl.struct(
        told=(other.is_not_null() & other.is_finite()).sum(),
        mean=other.mean().fill_null(0.0),
        squares=(other.var(ddof=0) * pl.len()).fill_null(0.0),
        products=(pl.cov("value", name, ddof=0) * pl.len()).fill_null(0.0),
    ).alias(name)


def _told(arms: dict[tuple[str, ...], Moments]) -> Iterator[Json]:
    """Rows of arms, in the order of their keys."""
    binary: dict[tuple[str, int], bool] = defaultdict(lambda: True)
    for key, moments in arms.items():
        binary[key[2], len(key)] &= moments.is_binary
    for key, moments in sorted(arms.items()):
        row: Json = dict(zip(ARM, key, strict=False))
        row |= {"dimension": "day", "dimension_value": key[-1]} if len(key) > len(ARM) else {}
        row |= {name: min(values) for name, values in moments.described.items() if values}
        row |= quantile_columns(pl.concat(moments.kept), float(row["quantile"])) if moments.kept else moments.columns()
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
