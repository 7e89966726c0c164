"""The arithmetic of experiments, by scipy and statsmodels, as tables that dbt reads.

Recomputes every effect from counts or moments, so that a vendor's number always stands beside ours, runs every check, and estimates
what a launch without a control did to the days of its metrics.
"""

from dataclasses import asdict
from typing import Any

import duckdb

from pipelines.statistics import checks, launches, tables, trials
from pipelines.statistics.checks import agreement
from pipelines.statistics.reported import level_of
from pipelines.statistics.trials import Compared

Row = dict[str, Any]
TABLES = ("experiment_results", "experiment_checks", "launch_effects")
KEY = ("experiment_id", "phase", "metric_key", "dimension", "dimension_value", "variant_key", "baseline_key")


def recompute(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `TABLES` of `raw_statistics` from what was reported; rows written."""
    told = trials.read(connection)
    for trial in told:
        checks.correct(trial)
    results: list[Row] = []
    checked: list[Row] = []
    for trial in told:
        found = list(checks.of(trial))
        checked += [{"experiment_id": trial.experiment_id} | asdict(check) for check in found]
        ratios = {check.phase: check.value for check in found if check.code == "SRM" and not check.metric_key}
        results += [_result(each, ratios.get(each.phase)) for each in trial.compared]
    shifts = [asdict(effect) for effect in launches.effects(connection)]
    return tables.replace(connection, dict(zip(TABLES, (results, checked, shifts), strict=True)))


def _result(each: Compared, ratio: float | None) -> Row:
    return {
        **{name: each.row[name] for name in KEY},
        "level_variant": level_of(each.row, "variant"),
        "level_baseline": each.baseline_level,
        **asdict(each.effect),
        "p_adjusted": each.p_adjusted,
        "correction": each.correction,
        "recompute_status": agreement(each.effect, each.row["vendor_effect_relative"]),
        "srm_p": ratio,
    }
