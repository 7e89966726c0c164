"""What Optimizely's answers mean in the terms of the tables: pure functions.

Its stats engine looks at the numbers all the time: significance is one minus a p-value that holds at every look.
"""

import math
from collections.abc import Iterator
from typing import Any

from connectors.contract import Record
from connectors.experiments.answers import moment, number, objects, repository_of
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control
from connectors.experiments.options import OptimizelyStore
from connectors.experiments.source import Json

BASIS_POINTS = 10_000
KINDS = {"unique": "proportion", "count": "mean", "sum": "mean"}
DIRECTIONS = {"increasing": "increase", "decreasing": "decrease"}
VISITOR = "visitor"
"""What Optimizely assigns; metrics may count sessions or events instead."""
UNKNOWN = (
    *("owner_raw", "decision", "decision_reason", "decided_at", "preregistered_at", "planned_n", "planned_mde_relative", "planned_days"),
    *("n_looks", "correction_method", "is_cuped"),
)


def to_bundle(experiment: Json, results: Json | None, store: OptimizelyStore) -> Bundle:
    """An experiment and its one phase as records."""
    native_id = str(experiment["id"])
    key, url = experiment_id("optimizely", native_id), store.experiment_url(native_id)
    arms, control = objects(experiment.get("variations")), control_of(experiment)
    variations = [{"key": arm_key(arm), "name": arm.get("name"), "is_control": arm_key(arm) == control} for arm in arms]
    record: Record = {"experiment_id": key, "kind": "optimizely", "native_id": native_id, "variations": variations, "_source_url": url}
    record |= _described(experiment, results, store) | repository_of(experiment) | {"_raw": experiment}
    phases = [_phase(experiment, record)] if record["started_at"] else []
    record["has_holdout"] = kept_a_control(record, phases)
    return Bundle(f"experiment {experiment.get('name') or experiment.get('key') or native_id} ({native_id})", record, phases)


def arm_key(arm: Json) -> str:
    """What rows call a variation: its number, which a renaming leaves as it is."""
    return str(arm.get("variation_id") or arm.get("key") or arm.get("name") or "")


def control_of(experiment: Json) -> str | None:
    """The variation that results are asked against: the one called Original, else the first."""
    arms = objects(experiment.get("variations"))
    original = [arm_key(arm) for arm in arms if str(arm.get("name")).strip().lower() in {"original", "control"}]
    return original[0] if len(original) == 1 else arm_key(arms[0]) if arms else None


def _described(experiment: Json, results: Json | None, store: OptimizelyStore) -> Record:
    scopes = {metric.get("scope") for metric in objects(experiment.get("metrics"))}
    level = _level(results or {})
    is_bandit = experiment.get("type") == "multiarmed_bandit"
    return dict.fromkeys(UNKNOWN) | {
        "name": experiment.get("name") or experiment.get("key"),
        "hypothesis": experiment.get("description") or None,
        "status": experiment.get("status"),
        "experiment_type": experiment.get("type"),
        "randomization_unit": VISITOR,
        "analysis_unit": VISITOR if scopes == {VISITOR} else None,
        "started_at": moment(experiment.get("earliest")),
        "ended_at": moment(experiment.get("latest")),
        "feature_flag_key": experiment.get("feature_key") or None,
        "project_raw": str(store.project),
        "alpha": None if level is None else round(1 - level, 6),
        "sequential_method": None if is_bandit else "optimizely_stats_engine",
        "tags": [],
    }


def _phase(experiment: Json, record: Record) -> Record:
    weights = {arm_key(arm): number(arm, "weight") for arm in objects(experiment.get("variations")) if arm.get("status") != "archived"}
    allocation, holdback = number(experiment, "traffic_allocation"), number(experiment, "holdback")
    kept_out = BASIS_POINTS - allocation if allocation is not None else holdback
    return {
        "experiment_id": record["experiment_id"],
        "phase": 0,
        "name": None,
        "started_at": record["started_at"],
        "ended_at": record["ended_at"],
        "coverage": None if kept_out is None else 1 - kept_out / BASIS_POINTS,
        "split": {name: weight / BASIS_POINTS for name, weight in weights.items() if weight is not None},
        "ended_reason": None,
        "_raw": {"weights": weights, "traffic_allocation": allocation, "holdback": holdback},
        "_source_url": record["_source_url"],
    }


def metric_key(metric: Json) -> str:
    """What rows call a metric: one event may be counted in several ways."""
    parts = (metric.get("event_id") or "overall", metric.get("aggregator"), metric.get("field"), metric.get("scope"))
    return ":".join(str(part) for part in parts if part)


def result_records(results: Json, bundle: Bundle) -> Iterator[Record | tuple[str, str, Any]]:
    """A record for each metric of each variation against the baseline; a faulty one as (metric and variation, reason, answer)."""
    about = {"experiment_id": bundle.experiment["experiment_id"], "phase": 0, "dimension": "", "dimension_value": ""}
    about |= {"as_of": moment(results.get("end_time")), "_source_url": bundle.experiment["_source_url"]}
    for position, metric in enumerate(objects(results.get("metrics"))):
        told = metric.get("results")
        arms: Json = told if isinstance(told, dict) else {}
        baselines = [name for name, arm in arms.items() if isinstance(arm, dict) and arm.get("is_baseline") is True]
        if len(baselines) != 1:
            yield f"metric {metric_key(metric)}", f"{len(baselines)} of its variations are the baseline; expected one", metric
            continue
        # The first metric is the primary one, as Optimizely's own results page has it.
        described = _metric(metric) | {"metric_role": "secondary" if position else "primary", "baseline_key": str(baselines[0])}
        for name, arm in arms.items():
            if name == baselines[0]:
                continue
            try:
                yield about | described | {"variant_key": str(name)} | _measured(arm, arms[baselines[0]], results, metric)
            except (ValueError, AttributeError) as fault:
                yield f"metric {metric_key(metric)}, variation {name}", str(fault), arm


def _metric(metric: Json) -> Record:
    return {
        "metric_key": metric_key(metric),
        "metric_name": metric.get("name"),
        "direction": DIRECTIONS.get(str(metric.get("winning_direction"))),
        "metric_kind": KINDS.get(str(metric.get("aggregator"))) if metric.get("scope") == VISITOR else None,
        "quantile": None,
        "non_inferiority_margin": None,
    }


def _measured(arm: Json, baseline: Json, results: Json, metric: Json) -> Record:
    lift: Json = arm.get("lift") or {}
    is_relative = (results.get("stats_config") or {}).get("difference_type", "relative") == "relative"
    significance, effect = number(lift, "significance"), number(lift, "value")
    low, high = _bounds(lift.get("confidence_interval"))
    return {
        **_arm(arm, "variant"),
        **_arm(baseline, "baseline"),
        "vendor_effect_relative": effect if is_relative else None,
        "vendor_ci_low": low if is_relative else None,
        "vendor_ci_high": high if is_relative else None,
        "vendor_ci_level": _level(results),
        "vendor_p": None if significance is None else 1 - significance,
        "vendor_engine": "sequential",
        "vendor_probability_better": None,
        "vendor_srm_p": None,
        "units_note": _note(is_relative, metric.get("scope")),
        "_raw": arm,
    }


def _arm(arm: Json, role: str) -> Record:
    """Count, sum, mean and deviation of one variation; `variance` is that of units."""
    units, variance = number(arm, "samples"), number(arm, "variance")
    if units is not None and (units < 0 or units != int(units)):
        raise ValueError(f"samples of the {role} is {units:g}; expected a count")
    if variance is not None and variance < 0:
        raise ValueError(f"variance of the {role} is {variance:g}; expected 0 or more")
    return {
        f"n_{role}": None if units is None else int(units),
        f"numerator_{role}": number(arm, "value"),
        f"mean_{role}": number(arm, "rate"),
        f"sd_{role}": None if variance is None else math.sqrt(variance),
    }


def _bounds(interval: Any) -> tuple[float | None, float | None]:
    ends: list[Any] = interval if isinstance(interval, list) and len(interval) == 2 else [None, None]
    return number({"lower end": ends[0]}, "lower end"), number({"upper end": ends[1]}, "upper end")


def _level(results: Json) -> float | None:
    level = number(results, "confidence_threshold")
    return level / 100 if level is not None and level > 1 else level


def _note(is_relative: bool, scope: Any) -> str | None:
    notes = [] if is_relative else ["the store gives a difference in the metric's own unit, which is left out here"]
    if scope != VISITOR:
        notes.append(f"counted by {scope or 'a unit that is not told'}, while visitors were assigned")
    return "; ".join(notes) or None
