"""What Eppo's answers mean in the terms of the tables: pure functions.

Whether a percent change is a percentage or a fraction is not documented: the answer's own means tell, or it is left out.
"""

import math
from collections.abc import Iterator
from typing import Any

from connectors.contract import Record
from connectors.experiments.answers import PERCENT_TOLERANCE, moment, number, objects, repository_of, told
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control
from connectors.experiments.options import EppoStore
from connectors.experiments.source import Json

TOLD = ("name", "hypothesis", "status")
UNKNOWN = (
    *("analysis_unit", "alpha", "correction_method", "decided_at", "decision", "decision_reason", "experiment_type", "feature_flag_key"),
    *("is_cuped", "n_looks", "owner_raw", "planned_days", "planned_mde_relative", "planned_n", "preregistered_at", "project_raw"),
    *("randomization_unit", "sequential_method"),
)
SCALES = {100.0: "a percentage", 1.0: "a fraction"}


def to_bundle(experiment: Json, store: EppoStore) -> Bundle:
    """An experiment and its one phase as records."""
    native_id = str(experiment["id"])
    key, url = experiment_id("eppo", native_id), store.experiment_url(native_id)
    arms = objects(experiment.get("variations"))
    variations = [{"key": key_of(arm), "name": arm.get("name"), "is_control": told(arm, "isControl") is True} for arm in arms]
    record: Record = {"experiment_id": key, "kind": "eppo", "native_id": native_id, "variations": variations, "_source_url": url}
    record |= dict.fromkeys(UNKNOWN) | {name: experiment.get(name) or None for name in TOLD} | repository_of(experiment)
    record |= {"started_at": moment(told(experiment, "startDate")), "ended_at": moment(told(experiment, "endDate"))}
    record |= {"tags": [str(tag) for tag in experiment.get("tags") or ()], "_raw": experiment}
    weights = {key_of(arm): number(arm, "weightedExpectedTraffic") for arm in arms if told(arm, "isActive") is not False}
    split = {name: weight for name, weight in weights.items() if weight is not None}
    phase = {"experiment_id": key, "phase": 0, "split": split, "_raw": {"weights": weights}, "_source_url": url}
    phase |= {"started_at": record["started_at"], "ended_at": record["ended_at"], **dict.fromkeys(("name", "coverage", "ended_reason"))}
    record["has_holdout"] = kept_a_control(record, [phase])
    return Bundle(f"experiment {experiment.get('name') or native_id} ({native_id})", record, [phase])


def key_of(arm: Json) -> str:
    """What rows call a variation."""
    return str(told(arm, "variantKey") or arm.get("name") or "")


def metric_ids(experiment: Json) -> list[str]:
    """Ids of the metrics that were calculated, each once."""
    arms = objects(experiment.get("variations"))
    return list(dict.fromkeys(str(told(metric, "metricId")) for arm in arms for metric in _calculated(arm) if told(metric, "metricId")))


def result_records(experiment: Json, names: dict[str, str], bundle: Bundle) -> Iterator[Record | tuple[str, str, Json]]:
    """A record for each metric of each variation against the control; a faulty one as (metric and variation, reason, answer)."""
    arms = objects(experiment.get("variations"))
    control = next((arm for arm in arms if told(arm, "isControl") is True), None)
    if control is None:
        return
    held = {str(told(metric, "metricId")): metric for metric in _calculated(control)}
    scales = _scales(arms, held)
    primary = {str(told(metric, "metricId")): bool(told(metric, "isPrimary")) for metric in objects(experiment.get("metrics"))}
    about = {"experiment_id": bundle.experiment["experiment_id"], "phase": 0, "dimension": "", "dimension_value": ""}
    about |= {"baseline_key": key_of(control), "_source_url": bundle.experiment["_source_url"]}
    about["as_of"] = moment(told(experiment, "resultsLastUpdated"))
    for arm in arms:
        for metric in _calculated(arm) if arm is not control else ():
            key = str(told(metric, "metricId"))
            role = ("primary" if primary[key] else "secondary") if key in primary else None
            described = {"metric_key": key, "metric_name": names.get(key), "metric_role": role, "variant_key": key_of(arm)}
            try:
                yield about | described | _measured(metric, held.get(key, {}), scales)
            except ValueError as fault:
                yield f"metric {key}, variation {key_of(arm)}", str(fault), metric


def _calculated(arm: Json) -> list[Json]:
    return objects(told(arm, "calculatedMetrics"))


def _scales(arms: list[Json], held: dict[str, Json]) -> set[float]:
    """What the percent changes of one answer are divided by to be fractions, as far as the answer's own means tell."""
    found: set[float] = set()
    for arm in arms:
        for metric in _calculated(arm):
            try:
                change, mean = number(metric, "percentChange"), number(metric, "metricValue")
                baseline = number(held.get(str(told(metric, "metricId")), {}), "metricValue")
            except ValueError:
                continue  # told where the metric itself is read
            if change and mean is not None and baseline:
                ours = mean / baseline - 1
                found |= {scale for scale in SCALES if math.isclose(change, ours * scale, rel_tol=PERCENT_TOLERANCE)}
    return found


def _measured(metric: Json, baseline: Json, scales: set[float]) -> Record:
    change, z, p = (number(metric, name) for name in ("percentChange", "zScore", "pValue"))
    interval: Any = told(metric, "confidenceInterval")
    bounds = interval if isinstance(interval, dict) else {}
    low, high = number(bounds, "lowerBound"), number(bounds, "upperBound")
    scale = next(iter(scales)) if len(scales) == 1 else None
    return {
        "direction": None,
        "metric_kind": None,
        **_arm(metric, "variant"),
        **_arm(baseline, "baseline"),
        "quantile": None,
        "non_inferiority_margin": None,
        "vendor_effect_relative": None if change is None or scale is None else change / scale,
        "vendor_ci_low": None if low is None or scale is None else low / scale,
        "vendor_ci_high": None if high is None or scale is None else high / scale,
        "vendor_ci_level": _level(change, z, low, high),
        "vendor_p": p,
        "vendor_engine": None,
        "vendor_probability_better": None,
        "vendor_srm_p": None,
        "units_note": _note(scales),
        "_raw": metric,
    }


def _arm(metric: Json, role: str) -> Record:
    """Count and mean; whether `standard_error` is that of the mean is not documented, so no deviation is made of it."""
    units = number(metric, "assignmentCount")
    if units is not None and (units < 0 or units != int(units)):
        raise ValueError(f"assignment_count of the {role} is {units:g}; expected a count")
    return {
        f"n_{role}": None if units is None else int(units),
        f"mean_{role}": number(metric, "metricValue"),
        f"numerator_{role}": number(metric, "numerator"),
        f"sd_{role}": None,
    }


def _level(change: float | None, z: float | None, low: float | None, high: float | None) -> float | None:
    """Level of the interval: how many of the answer's own standard errors it is wide, whatever the unit."""
    if not change or not z or low is None or high is None:
        return None
    return round(math.erf(abs((high - low) / 2 * z / change) / math.sqrt(2)), 4)


def _note(scales: set[float]) -> str:
    if len(scales) == 1:
        return f"percent_change is {SCALES[next(iter(scales))]} here: it agrees with the answer's own means"
    return "the unit of percent_change is not documented, and the answer's own means do not tell: change and interval are left out"
