"""What Statsig's answers mean in the terms of the tables: pure functions.

Percentages are percent where everybody else has fractions, what is called a standard deviation is the standard error of the mean, and
neither the level of an interval nor the side of a p-value is told: all of it is settled by recomputing it from the answer's own means.
"""

import math
from collections.abc import Iterator

from connectors.contract import Record
from connectors.experiments.answers import PERCENT_TOLERANCE, moment, number, objects, repository_of, told
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control
from connectors.experiments.options import StatsigStore
from connectors.experiments.source import Json

ROLES = {"primaryMetrics": "primary", "secondaryMetrics": "secondary"}
UNKNOWN = ("experiment_type", "analysis_unit", "planned_n", "planned_mde_relative", "n_looks", "preregistered_at", "feature_flag_key")


def groups_by_id(experiment: Json) -> dict[str, str]:
    """Group id to what rows call it: its name, or its id where names are missing or double."""
    groups = objects(experiment.get("groups"))
    names = [str(group.get("name") or "") for group in groups]
    is_telling = all(names) and len(set(names)) == len(names)
    return {str(group.get("id")): name if is_telling else str(group.get("id")) for group, name in zip(groups, names, strict=True)}


def control_of(experiment: Json) -> str | None:
    """Id of the control: the one that the answer names, else the only group whose name says so, else the first."""
    ids = list(groups_by_id(experiment))
    named = str(told(experiment, "controlGroupID") or "")
    if named in ids:
        return named
    spoken = [str(group.get("id")) for group in objects(experiment.get("groups")) if str(group.get("name")).strip().lower() == "control"]
    return spoken[0] if len(spoken) == 1 else ids[0] if ids else None


def to_bundle(experiment: Json, store: StatsigStore) -> Bundle:
    """An experiment and its one phase as records."""
    native_id = str(experiment["id"])
    key, url = experiment_id("statsig", native_id), store.experiment_url(native_id)
    groups, control = groups_by_id(experiment), control_of(experiment)
    variations = [{"key": name, "name": name, "is_control": group == control} for group, name in groups.items()]
    started, ended = moment(told(experiment, "startTime")), moment(told(experiment, "endTime")) or moment(told(experiment, "decisionTime"))
    record: Record = {"experiment_id": key, "kind": "statsig", "native_id": native_id, "variations": variations, "_source_url": url}
    record |= _described(experiment, control) | {"started_at": started, "ended_at": ended, "_raw": experiment}
    phases = [_phase(experiment, groups, record)] if started else []
    record["has_holdout"] = True if told(experiment, "holdoutIDs") else kept_a_control(record, phases)
    return Bundle(f"experiment {experiment.get('name') or native_id} ({native_id})", record, phases)


def _described(experiment: Json, control: str | None) -> Record:
    owner = experiment.get("owner")
    names = owner if isinstance(owner, dict) else {}
    level = number(experiment, "defaultConfidenceInterval")
    return dict.fromkeys(UNKNOWN) | {
        "name": experiment.get("name"),
        "hypothesis": experiment.get("hypothesis") or None,
        "owner_raw": told(names, "ownerEmail") or told(names, "ownerName") or (owner if isinstance(owner, str) else None),
        "status": experiment.get("status"),
        "randomization_unit": told(experiment, "idType"),
        "decision": _decision(experiment, control),
        "decision_reason": told(experiment, "decisionReason") or None,
        "decided_at": moment(told(experiment, "decisionTime")),
        "project_raw": None,
        "planned_days": told(experiment, "duration"),
        # 95 in some answers, 0.95 in others.
        "alpha": None if level is None else round(1 - (level / 100 if level > 1 else level), 6),
        "sequential_method": "statsig_sequential_testing" if told(experiment, "sequentialTesting") else None,
        "correction_method": "bonferroni" if told(experiment, "bonferroniCorrection") else None,
        # Results are asked for without it, whatever the experiment's own default.
        "is_cuped": False,
        "tags": [str(tag) for tag in experiment.get("tags") or ()],
        **repository_of(experiment | {"resultSummary": {"conclusions": told(experiment, "decisionReason")}}),
    }


def _decision(experiment: Json, control: str | None) -> str | None:
    """What was launched; an abandoned experiment decided nothing."""
    launched = told(experiment, "launchedGroupID")
    if launched:
        return "no_ship" if str(launched) == control else "ship"
    return "dnf" if experiment.get("status") == "abandoned" else None


def _phase(experiment: Json, groups: dict[str, str], record: Record) -> Record:
    allocation = number(experiment, "allocation")
    sizes = {groups[str(group.get("id"))]: number(group, "size") for group in objects(experiment.get("groups"))}
    return {
        "experiment_id": record["experiment_id"],
        "phase": 0,
        "name": None,
        "started_at": record["started_at"],
        "ended_at": record["ended_at"],
        "coverage": None if allocation is None else allocation / 100,
        "split": {name: size / 100 for name, size in sizes.items() if size is not None},
        "ended_reason": None,
        "_raw": {"allocation": allocation, "sizes": sizes},
        "_source_url": record["_source_url"],
    }


def result_records(data: Json, arms: tuple[str, str], bundle: Bundle) -> Iterator[Record | tuple[str, str, Json]]:
    """A record for each metric of one group against another, given as (variant, baseline); a faulty one as (metric, reason, answer)."""
    about = {
        "experiment_id": bundle.experiment["experiment_id"],
        "phase": 0,
        "dimension": "",
        "dimension_value": "",
        "variant_key": arms[0],
        "baseline_key": arms[1],
        "as_of": f"{data['ds']}T00:00:00+00:00" if data.get("ds") else None,
        "_source_url": bundle.experiment["_source_url"],
    }
    seen: set[str] = set()
    for name, role in ROLES.items():
        for metric in objects(told(data, name)):
            key = str(told(metric, "metricID") or told(metric, "metricName") or "")
            if not key or key in seen:
                yield key, "it has neither id nor name" if not key else "the metric is there twice; the first counts", metric
                continue
            seen.add(key)
            try:
                yield about | {"metric_key": key, "metric_role": role} | _measured(metric)
            except ValueError as fault:
                yield key, str(fault), metric


def _measured(metric: Json) -> Record:
    direction = str(told(metric, "directionality") or "").lower()
    test, held = _arm(metric, "test", "variant"), _arm(metric, "control", "baseline")
    errors = [error for name in ("testStd", "controlStd") if (error := number(metric, name)) is not None]
    error = math.hypot(*errors) if len(errors) == 2 else 0.0
    effect, delta = number(metric, "percentChange"), number(metric, "percentConfidenceIntervalDelta")
    scale, percent_note = _scale(effect, test["mean_variant"], held["mean_baseline"])
    absolute_delta, p = number(metric, "confidenceIntervalDelta"), number(metric, "pValue")
    has_interval = effect is not None and delta is not None
    level = math.erf(absolute_delta / error / math.sqrt(2)) if absolute_delta is not None and error else None
    return {
        "metric_name": told(metric, "metricName"),
        "direction": direction if direction in {"increase", "decrease"} else None,
        "metric_kind": None,
        **test,
        **held,
        "numerator_variant": None,
        "numerator_baseline": None,
        "quantile": None,
        "non_inferiority_margin": None,
        "vendor_effect_relative": None if effect is None else effect / scale,
        "vendor_ci_low": (effect - delta) / scale if has_interval else None,  # type: ignore[operator] - both are there
        "vendor_ci_high": (effect + delta) / scale if has_interval else None,  # type: ignore[operator]
        "vendor_ci_level": None if level is None else round(level, 4),
        "vendor_p": p,
        "vendor_engine": "frequentist",
        "vendor_probability_better": None,
        "vendor_srm_p": None,
        "units_note": "; ".join(filter(None, (percent_note, _side(p, test["mean_variant"], held["mean_baseline"], error)))),
        "_raw": metric,
    }


def _arm(metric: Json, group: str, role: str) -> Record:
    """Count, mean and deviation of units; Statsig's `Std` is the standard error of the mean."""
    units, mean, error = (number(metric, f"{group}{name}") for name in ("Units", "Mean", "Std"))
    if units is not None and (units < 0 or units != int(units)):
        raise ValueError(f"{group}Units is {units:g}; expected a count")
    deviation = None if units is None or error is None else error * math.sqrt(units)
    return {f"n_{role}": None if units is None else int(units), f"mean_{role}": mean, f"sd_{role}": deviation}


def _scale(effect: float | None, mean: float | None, baseline: float | None) -> tuple[float, str]:
    """What the relative change is divided by to be a fraction, and in words how that is known."""
    if effect is None:
        return 100.0, ""
    if mean is not None and baseline:
        ours = mean / baseline - 1
        for scale, unit in ((100.0, "percent"), (1.0, "a fraction")):
            if math.isclose(effect, ours * scale, rel_tol=PERCENT_TOLERANCE):
                return scale, f"the store's relative change is {unit}: so are its own means"
        return 100.0, "taken as percent, as documented; the store's own means give another number"
    return 100.0, "taken as percent, as documented; without means of both groups that cannot be tested"


def _side(p: float | None, mean: float | None, baseline: float | None, error: float) -> str:
    """Which tail the store's p-value is of."""
    if p is None or mean is None or baseline is None or not error:
        return ""
    upper = math.erfc((mean - baseline) / error / math.sqrt(2)) / 2
    candidates = {"two-sided": 2 * min(upper, 1 - upper), "one-sided, for an increase": upper, "one-sided, for a decrease": 1 - upper}
    return f"its p-value is {min(candidates, key=lambda name: abs(candidates[name] - p))}"
