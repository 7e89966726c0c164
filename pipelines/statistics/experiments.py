"""The arithmetic of experiments, by scipy and statsmodels, as a table that dbt reads.

Recomputes every effect from counts or from mean, standard deviation and n, so that a vendor's number always stands beside ours.
Formulas: two proportions by Newcombe's hybrid score interval (Newcombe 1998, method 10) and the pooled z-test; means by Welch;
relative lift by the delta method; sample ratio by the chi-square test against the phase's own split.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

import duckdb

CONFIDENCE_LEVEL = 0.95
RELATIVE_TOLERANCE = 0.02
"""Ours and the vendor's effect agree when they differ by less than this share of the standard error, or by rounding."""

DELTA_METHOD_FLOOR = 10
"""Baseline means below this many of their own standard errors make a ratio that the delta method misjudges."""

RESULT_COLUMNS = """experiment_id, phase, metric_key, dimension, dimension_value, variant_key, baseline_key, metric_kind,
    n_variant, n_baseline, numerator_variant, numerator_baseline,
    mean_variant, mean_baseline, sd_variant, sd_baseline, vendor_effect_relative"""


@dataclass(frozen=True)
class Effect:
    """Variant minus baseline, absolute and relative (fractions, never percent), with intervals at `ci_level`."""

    effect_abs: float | None = None
    effect_rel: float | None = None
    ci_low_abs: float | None = None
    ci_high_abs: float | None = None
    ci_low_rel: float | None = None
    ci_high_rel: float | None = None
    ci_level: float | None = None
    ci_method: str = ""
    p_two_sided: float | None = None
    method_note: str = ""
    standard_error: float | None = None


def two_proportions(successes: int, n: int, baseline_successes: int, baseline_n: int) -> Effect:
    """Difference of two proportions: Newcombe interval, pooled z-test, relative lift by the log-ratio interval.

    Raises:
        ValueError: for counts outside 0..n or an empty arm.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    for count, size in ((successes, n), (baseline_successes, baseline_n)):
        if size <= 0 or not 0 <= count <= size:
            raise ValueError(f"{count} of {size} is no proportion")
    p, q = successes / n, baseline_successes / baseline_n
    counts = (successes, n, baseline_successes, baseline_n)
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=1 - CONFIDENCE_LEVEL)
    pooled = (successes + baseline_successes) / (n + baseline_n)
    p_value = float(proportions_ztest([successes, baseline_successes], [n, baseline_n])[1]) if 0 < pooled < 1 else 1.0
    relative: tuple[float | None, float | None] = (None, None)
    if successes > 0 and baseline_successes > 0:
        ratio = confint_proportions_2indep(*counts, method="log-adjusted", compare="ratio", alpha=1 - CONFIDENCE_LEVEL)
        relative = (float(ratio[0]) - 1, float(ratio[1]) - 1)
    error = math.sqrt(p * (1 - p) / n + q * (1 - q) / baseline_n)
    lift = p / q - 1 if q else None
    method = "newcombe hybrid score; pooled z"
    return Effect(p - q, lift, float(low), float(high), *relative, CONFIDENCE_LEVEL, method, p_value, standard_error=error)


def two_means(mean: float, sd: float, n: int, baseline_mean: float, baseline_sd: float, baseline_n: int) -> Effect:
    """Difference of two means by Welch's t; relative lift by the delta method.

    Raises:
        ValueError: for fewer than two observations an arm or a negative deviation.
    """
    from scipy import stats

    if min(n, baseline_n) < 2 or min(sd, baseline_sd) < 0:
        raise ValueError(f"n {n} and {baseline_n} must be at least 2, deviations {sd} and {baseline_sd} not negative")
    difference = mean - baseline_mean
    a, b = sd**2 / n, baseline_sd**2 / baseline_n
    error = math.sqrt(a + b)
    if error == 0:
        return Effect(difference, method_note="no variance in either arm: no interval")
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (baseline_n - 1))
    t = float(stats.t.ppf(0.5 + CONFIDENCE_LEVEL / 2, freedom))
    p_value = float(stats.ttest_ind_from_stats(mean, sd, n, baseline_mean, baseline_sd, baseline_n, equal_var=False).pvalue)
    low, high = difference - t * error, difference + t * error
    if abs(baseline_mean) < DELTA_METHOD_FLOOR * math.sqrt(b) or not baseline_mean:
        note = "no relative lift: the baseline mean is too near zero for the delta method"
        return Effect(difference, None, low, high, None, None, CONFIDENCE_LEVEL, "welch t", p_value, note, error)
    lift = mean / baseline_mean - 1
    half = t * math.sqrt(a + (mean / baseline_mean) ** 2 * b) / abs(baseline_mean)
    method = "welch t; delta method"
    return Effect(difference, lift, low, high, lift - half, lift + half, CONFIDENCE_LEVEL, method, p_value, standard_error=error)


def sample_ratio_p(counts: list[int], weights: list[float]) -> float | None:
    """P-value of the chi-square test of assigned counts against the planned split; None where there is nothing to test."""
    from scipy import stats

    total, planned = sum(counts), sum(weights)
    if len(counts) < 2 or total <= 0 or planned <= 0 or min(weights) <= 0:
        return None
    return float(stats.chisquare(counts, [total * weight / planned for weight in weights]).pvalue)


def recompute(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `raw_statistics.experiment_results` from what was reported; rows written."""
    ratios = _sample_ratios(connection)
    rows = list(_recomputed(connection, ratios))
    connection.execute("begin")
    connection.execute("delete from raw_statistics.experiment_results")
    if rows:
        connection.executemany(f"insert into raw_statistics.experiment_results by name select {_PARAMETERS}", rows)
    connection.execute("commit")
    return len(rows)


_KEY = ("experiment_id", "phase", "metric_key", "dimension", "dimension_value", "variant_key", "baseline_key")
_STORED = tuple(f.name for f in fields(Effect) if f.name != "standard_error")
_PARAMETERS = ", ".join(f"? as {name}" for name in (*_KEY, *_STORED, "recompute_status", "srm_p"))


def _recomputed(connection: duckdb.DuckDBPyConnection, ratios: dict[tuple[str, int], float | None]) -> Iterator[list[Any]]:
    query = f"select {RESULT_COLUMNS} from raw_experiments.results where _deleted_at is null and variant_key <> baseline_key order by all"
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        effect = effect_of(row)
        key = [row[name] for name in _KEY]
        stored = [getattr(effect, name) for name in _STORED]
        yield [*key, *stored, agreement(effect, row["vendor_effect_relative"]), ratios.get((row["experiment_id"], row["phase"]))]


def effect_of(row: dict[str, Any]) -> Effect:
    """The effect of one reported row by what it holds: counts for proportions, moments for means; else a note that says why not."""
    try:
        if row["metric_kind"] == "proportion" and row["n_variant"] and row["n_baseline"]:
            return two_proportions(*_successes(row, "variant"), *_successes(row, "baseline"))
        moments = [row[name] for name in ("mean_variant", "sd_variant", "n_variant", "mean_baseline", "sd_baseline", "n_baseline")]
        if all(value is not None for value in moments):
            return two_means(*moments)
    except ValueError as problem:
        return Effect(method_note=f"not recomputed: {problem}")
    return Effect(method_note="not recomputed: the source gives neither counts nor mean, deviation and n of both arms")


def _successes(row: dict[str, Any], arm: str) -> tuple[int, int]:
    n, numerator, mean = row[f"n_{arm}"], row[f"numerator_{arm}"], row[f"mean_{arm}"]
    if numerator is None and mean is None:
        raise ValueError(f"the {arm} arm has neither a count nor a rate")
    return round(numerator if numerator is not None else mean * n), n


def agreement(effect: Effect, vendor_relative: float | None) -> Literal["match", "differs", "not_possible"]:
    """Whether the vendor's relative effect is ours, within 2 % of the standard error or the vendor's rounding."""
    if effect.effect_rel is None or vendor_relative is None or effect.standard_error is None or not effect.effect_abs:
        return "not_possible"
    relative_error = effect.standard_error * abs(effect.effect_rel / effect.effect_abs)
    return "match" if abs(effect.effect_rel - vendor_relative) <= max(RELATIVE_TOLERANCE * relative_error, 5e-4) else "differs"


def _sample_ratios(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], float | None]:
    """The sample-ratio p-value of every phase, from the largest counts reported for each of its arms."""
    counts: dict[tuple[str, int], dict[str, int]] = {}
    for experiment, phase, arm, n in connection.execute(
        """select experiment_id, phase, arm, max(n) from (
             select experiment_id, phase, variant_key as arm, n_variant as n, dimension, _deleted_at from raw_experiments.results
             union all
             select experiment_id, phase, baseline_key, n_baseline, dimension, _deleted_at from raw_experiments.results)
           where n is not null and _deleted_at is null and dimension = '' group by all"""
    ).fetchall():
        counts.setdefault((experiment, phase), {})[arm] = n
    ratios: dict[tuple[str, int], float | None] = {}
    splits = connection.execute("select experiment_id, phase, split from raw_experiments.phases where _deleted_at is null").fetchall()
    for experiment, phase, split in splits:
        weights: dict[str, float] = json.loads(split) if split else {}
        seen = counts.get((experiment, phase), {})
        arms = [arm for arm in weights if arm in seen]
        complete = len(arms) == len(weights)
        ratios[(experiment, phase)] = sample_ratio_p([seen[a] for a in arms], [weights[a] for a in arms]) if complete else None
    return ratios
