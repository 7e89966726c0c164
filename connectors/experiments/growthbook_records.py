"""What GrowthBook's answers mean in the terms of the tables: pure functions.

Its results print a missing number as 0: a Bayesian analysis has no p-value, the control no effect, a metric not yet computed no
mean. Taken literally, that makes every Bayesian result significant; here such zeros become null.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Cursor, Record
from connectors.errors import ContractBroken
from connectors.experiments.answers import objects, repository_of
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control
from connectors.experiments.options import GrowthBookStore
from connectors.experiments.source import Json

SETTLED_AFTER = timedelta(days=14)
"""Results of a stopped experiment are asked for until this long after its end or last edit: conversion windows close late."""
BAYESIAN_LEVEL = 0.95
"""GrowthBook's credible intervals; the level is not in its answers."""
USUAL_ALPHA = 0.05
METRIC_KINDS = {
    "binomial": "proportion",
    "count": "mean",
    "duration": "mean",
    "revenue": "mean",
    "proportion": "proportion",
    "retention": "proportion",
    "mean": "mean",
    "ratio": "ratio",
    "quantile": "quantile",
}
ROLES = {"goals": "primary", "secondaryMetrics": "secondary", "guardrails": "guardrail"}


@dataclass(frozen=True)
class Metric:
    """What GrowthBook knows of a metric."""

    name: str | None = None
    kind: str | None = None
    direction: str | None = None


@dataclass(frozen=True)
class Terms:
    """What holds for all experiments of a store."""

    metrics: dict[str, Metric] = field(default_factory=dict[str, Metric])
    alpha: float = USUAL_ALPHA
    correction: str | None = None


def old_metric(metric: Json) -> Metric:
    """A metric defined by SQL; with a denominator it is a ratio whatever its type."""
    has_denominator = bool((metric.get("sql") or {}).get("denominatorMetricId"))
    kind = "ratio" if has_denominator else METRIC_KINDS.get(str(metric.get("type")))
    return Metric(metric.get("name"), kind, (metric.get("behavior") or {}).get("goal"))


def fact_metric(metric: Json) -> Metric:
    """A metric over a fact table."""
    return Metric(metric.get("name"), METRIC_KINDS.get(str(metric.get("metricType"))), "decrease" if metric.get("inverse") else "increase")


def is_settled(experiment: Json, cursor: Cursor) -> bool:
    """Whether the last reading already came long after the last change, so that results cannot have moved."""
    if experiment.get("status") != "stopped" or not cursor.get("read_at"):
        return False
    ends = [phase.get("dateEnded") for phase in objects(experiment.get("phases"))]
    try:
        latest = max(datetime.fromisoformat(str(moment)) for moment in (experiment.get("dateUpdated"), *ends))
    except ValueError:
        return False
    return latest.tzinfo is not None and latest + SETTLED_AFTER < datetime.fromisoformat(cursor["read_at"])


def to_bundle(experiment: Json, terms: Terms, store: GrowthBookStore) -> Bundle:
    """An experiment and its phases as records."""
    native_id = str(experiment["id"])
    key, url = experiment_id("growthbook", native_id), store.experiment_url(native_id)
    names = _variation_keys(experiment)
    variations = [
        {"key": names[str(variation.get("variationId"))], "name": variation.get("name"), "is_control": position == 0}
        for position, variation in enumerate(objects(experiment.get("variations")))
    ]
    phases = [_phase_record(phase, number, names, key, url) for number, phase in enumerate(objects(experiment.get("phases")))]
    record = {"experiment_id": key, "kind": "growthbook", "native_id": native_id, "variations": variations, "_source_url": url}
    record |= _told(experiment) | _design(experiment, terms) | repository_of(experiment) | {"_raw": _without_signatures(experiment)}
    record["started_at"] = phases[0]["started_at"] if phases else None
    record["ended_at"] = phases[-1]["ended_at"] if phases else None
    record["has_holdout"] = True if experiment.get("holdoutId") else kept_a_control(record, phases)
    return Bundle(f"experiment {experiment.get('name') or native_id} ({native_id})", record, phases)


def _told(experiment: Json) -> Record:
    summary: Json = experiment.get("resultSummary") or {}
    return {
        "name": experiment.get("name"),
        "hypothesis": experiment.get("hypothesis") or None,
        "owner_raw": experiment.get("ownerEmail") or experiment.get("owner") or None,
        "status": experiment.get("status"),
        "experiment_type": experiment.get("type"),
        "decision": summary.get("status") or None,
        "decision_reason": summary.get("conclusions") or None,
        "decided_at": None,
        "preregistered_at": None,
        "feature_flag_key": ",".join(map(str, experiment.get("linkedFeatures") or ())) or None,
        "project_raw": experiment.get("project") or None,
        "tags": experiment.get("tags") or [],
    }


def _design(experiment: Json, terms: Terms) -> Record:
    """How it was planned and analysed; GrowthBook tells no planned size and no number of looks."""
    settings: Json = experiment.get("settings") or {}
    is_frequentist = settings.get("statsEngine") == "frequentist"
    is_sequential = is_frequentist and bool(settings.get("sequentialTestingEnabled"))
    unknown = ("analysis_unit", "planned_n", "planned_mde_relative", "planned_days", "n_looks")
    return dict.fromkeys(unknown) | {
        "randomization_unit": experiment.get("hashAttribute"),
        "alpha": terms.alpha if is_frequentist else None,
        "sequential_method": "growthbook_confidence_sequence" if is_sequential else None,
        "correction_method": terms.correction if is_frequentist else None,
        "is_cuped": settings.get("regressionAdjustmentEnabled"),
    }


def _phase_record(phase: Json, number: int, names: dict[str, str], key: str, url: str) -> Record:
    split = {_named(names, part.get("variationId")): part.get("weight") for part in objects(phase.get("trafficSplit"))}
    return {
        "experiment_id": key,
        "phase": number,
        "name": phase.get("name"),
        "started_at": phase.get("dateStarted") or None,
        "ended_at": phase.get("dateEnded") or None,
        "coverage": phase.get("coverage"),
        "split": {name: weight for name, weight in split.items() if isinstance(weight, int | float)},
        "ended_reason": phase.get("reasonForStopping") or None,
        "_raw": phase,
        "_source_url": url,
    }


def result_records(answer: Json, phase: int, bundle: Bundle, terms: Terms) -> list[Record]:
    """One row for each metric, slice and variation but the control.

    Raises:
        ContractBroken: when the answer has not the documented shape.
    """
    names = _variation_keys(bundle.experiment["_raw"])
    roles = _roles(answer.get("settings") or bundle.experiment["_raw"].get("settings") or {})
    about = {"experiment_id": bundle.experiment["experiment_id"], "phase": phase, "as_of": answer.get("dateUpdated")}
    about["_source_url"] = bundle.experiment["_source_url"]
    records: list[Record] = []
    try:
        for slice_ in answer["results"]:
            for metric in slice_["metrics"]:
                metric_id = str(metric["metricId"])
                described = _metric_columns(metric_id, roles, terms) | _slice_columns(answer, slice_) | about
                records += _comparisons(metric, names, described, terms)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        what = f"results of experiment {bundle.experiment['native_id']}, phase {phase}"
        raise ContractBroken("experiments", what, f"the answer has not the documented shape at {error!r}") from error
    return records


def _comparisons(metric: Json, names: dict[str, str], described: Record, terms: Terms) -> Iterator[Record]:
    """Each variation of one metric against the first, which GrowthBook compares with."""
    arms = metric["variations"]
    if not arms:
        return
    baseline, kind = arms[0], described["metric_kind"]
    for variation in arms[1:]:
        analysis = variation["analyses"][0] if variation["analyses"] else {}
        yield (
            described
            | {"variant_key": _named(names, variation["variationId"]), "baseline_key": _named(names, baseline["variationId"])}
            | _arm(variation, kind, "variant")
            | _arm(baseline, kind, "baseline")
            | _vendor(analysis, terms)
            | {"_raw": {"metric": metric["metricId"], "variation": variation, "baseline": baseline}}
        )


def _arm(variation: Json, kind: str | None, role: str) -> Record:
    """Counts of one arm; what was not computed yet comes as zeros in all fields and is null."""
    analysis: Json = variation["analyses"][0] if variation["analyses"] else {}
    is_computed = any(analysis.get(name) for name in ("numerator", "denominator", "mean", "stddev"))
    units = variation.get("users")
    if units is None and kind in {"proportion", "mean"}:
        # Before `users` was there, the denominator fell back to it; for a ratio it is something else.
        units = analysis.get("denominator")
    return {
        f"n_{role}": units,
        f"numerator_{role}": analysis.get("numerator") if is_computed else None,
        f"mean_{role}": analysis.get("mean") if is_computed else None,
        f"sd_{role}": analysis.get("stddev") if is_computed else None,
    }


def _vendor(analysis: Json, terms: Terms) -> Record:
    """The store's own numbers, as they are, without those that only stand for nothing."""
    engine = analysis.get("engine")
    effect, low, high = (analysis.get(name) for name in ("percentChange", "ciLow", "ciHigh"))
    has_effect = any((effect, low, high))
    is_bayesian = engine == "bayesian"
    p = analysis.get("pValue")
    # A p-value of 0 beside an interval that contains 0 was never computed; beside one that does not, it is only very small.
    has_p = has_effect and not is_bayesian and p is not None and (p > 0 or not (low or 0) <= 0 <= (high or 0))
    level = BAYESIAN_LEVEL if is_bayesian else 1 - terms.alpha
    return {
        "vendor_effect_relative": effect if has_effect else None,
        "vendor_ci_low": low if has_effect else None,
        "vendor_ci_high": high if has_effect else None,
        "vendor_ci_level": level if has_effect else None,
        "vendor_p": p if has_p else None,
        "vendor_engine": engine,
        "vendor_probability_better": analysis.get("chanceToBeatControl") if has_effect and is_bayesian else None,
    }


def _metric_columns(metric_id: str, roles: dict[str, str], terms: Terms) -> Record:
    metric = terms.metrics.get(metric_id, Metric())
    return {
        "metric_key": metric_id,
        "metric_name": metric.name,
        "metric_role": roles.get(metric_id, "monitoring"),
        "direction": metric.direction,
        "metric_kind": metric.kind,
        "quantile": None,
        "non_inferiority_margin": None,
        "units_note": "effect and interval are fractions of the baseline's mean",
    }


def _slice_columns(answer: Json, slice_: Json) -> Record:
    dimension: Json = answer.get("dimension") or {}
    is_sliced = dimension.get("type") not in {None, "none"}
    return {
        "dimension": str(dimension.get("id") or dimension["type"]) if is_sliced else "",
        "dimension_value": str(slice_.get("dimension") or "") if is_sliced else "",
        "vendor_srm_p": (slice_.get("checks") or {}).get("srm"),
    }


def _roles(settings: Json) -> dict[str, str]:
    return {str(metric.get("metricId")): role for name, role in ROLES.items() for metric in objects(settings.get(name))}


def _variation_keys(experiment: Json) -> dict[str, str]:
    """Variation id to what rows call it: its key, or its id where keys are missing or double."""
    variations = objects(experiment.get("variations"))
    keys = [str(variation.get("key") or "") for variation in variations]
    is_telling = all(keys) and len(set(keys)) == len(keys)
    return {
        str(variation.get("variationId")): key if is_telling else str(variation.get("variationId"))
        for variation, key in zip(variations, keys, strict=True)
    }


def _named(names: dict[str, str], variation_id: Any) -> str:
    return names.get(str(variation_id), str(variation_id))


def _without_signatures(experiment: Json) -> Json:
    """The answer without the signatures of screenshot links, which are new in every answer."""
    variations = [
        variation | {"screenshots": [str(link).partition("?")[0] for link in variation.get("screenshots") or ()]}
        for variation in objects(experiment.get("variations"))
    ]
    return experiment | {"variations": variations}
