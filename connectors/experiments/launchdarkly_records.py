"""What LaunchDarkly's answers mean in the terms of the tables: pure functions.

An experiment's phases are its iterations. Results are not told any more: the numbers of LaunchDarkly are in its data export.
"""

from connectors.contract import Record
from connectors.experiments.answers import moment, number, objects, repository_of
from connectors.experiments.bundles import Bundle, experiment_id, kept_a_control
from connectors.experiments.options import LaunchDarklyStore
from connectors.experiments.source import Json

UNKNOWN = ("planned_n", "planned_mde_relative", "planned_days", "n_looks", "preregistered_at", "is_cuped")
PERSONAL = ("_access",)
"""What the answer says about the reading account."""


def iterations_of(experiment: Json) -> list[Json]:
    """Iterations that were started, the first one first; a draft is none."""
    told = [*objects(experiment.get("previousIterations")), *objects([experiment.get("currentIteration")])]
    started = {str(one.get("_id") or one.get("startedAt")): one for one in told if one.get("startedAt")}
    return sorted(started.values(), key=lambda one: one["startedAt"])


def to_bundle(experiment: Json, store: LaunchDarklyStore) -> Bundle:
    """An experiment and its iterations as records."""
    native_id = str(experiment["key"])
    key, url = experiment_id("launchdarkly", f"{store.project}/{store.environment}/{native_id}"), store.experiment_url(native_id)
    iterations = iterations_of(experiment)
    variations = _variations(iterations or objects([experiment.get("currentIteration")]))
    phases = [_phase(iteration, position, key, url) for position, iteration in enumerate(iterations)]
    record: Record = {"experiment_id": key, "kind": "launchdarkly", "native_id": native_id, "variations": variations, "_source_url": url}
    record |= _described(experiment, iterations, store) | repository_of(experiment)
    record["started_at"] = phases[0]["started_at"] if phases else None
    record["ended_at"] = phases[-1]["ended_at"] if phases else None
    record["has_holdout"] = True if experiment.get("holdoutId") else kept_a_control(record, phases)
    record["_raw"] = {name: value for name, value in experiment.items() if name not in PERSONAL}
    return Bundle(f"experiment {experiment.get('name') or native_id} ({native_id})", record, phases)


def _variations(iterations: list[Json]) -> list[Json]:
    """Treatments of all iterations, each once, as the last one has them."""
    found: dict[str, Json] = {}
    for iteration in iterations:
        for treatment in objects(iteration.get("treatments")):
            name = treatment_key(treatment)
            found[name] = {"key": name, "name": treatment.get("name"), "is_control": treatment.get("baseline") is True}
    return list(found.values())


def treatment_key(treatment: Json) -> str:
    """What rows call a treatment: the id of its variation, which a renaming leaves as it is."""
    return str(treatment.get("_id") or treatment.get("name") or "")


def _described(experiment: Json, iterations: list[Json], store: LaunchDarklyStore) -> Record:
    last = iterations[-1] if iterations else (experiment.get("currentIteration") or {})
    analysis: Json = experiment.get("analysisConfig") or {}
    units = {metric.get("analysisUnit") or last.get("randomizationUnit") for metric in objects(last.get("metrics"))}
    is_sequential = analysis.get("sequentialTestingEnabled") is True
    return dict.fromkeys(UNKNOWN) | {
        "name": experiment.get("name"),
        "hypothesis": last.get("hypothesis") or None,
        "owner_raw": experiment.get("_maintainerId") or None,
        "status": "archived" if experiment.get("archivedDate") else last.get("status"),
        "experiment_type": experiment.get("type"),
        "randomization_unit": last.get("randomizationUnit"),
        "analysis_unit": next(iter(units)) if len(units) == 1 else None,
        **_verdict(last),
        "feature_flag_key": ", ".join(sorted(last.get("flags") or {})) or None,
        "project_raw": store.project,
        "alpha": number(analysis, "significanceThreshold"),
        "sequential_method": "launchdarkly_sequential_testing" if is_sequential else None,
        "correction_method": analysis.get("multipleComparisonCorrectionMethod") or None,
        "tags": [str(tag) for tag in experiment.get("tags") or ()],
    }


def _verdict(last: Json) -> Record:
    """What was chosen when the last iteration was stopped; one that stopped without a winner decided nothing."""
    winner = last.get("winningTreatmentId")
    if not winner or not last.get("endedAt"):
        return dict.fromkeys(("decision", "decision_reason", "decided_at"))
    held = [treatment_key(treatment) for treatment in objects(last.get("treatments")) if treatment.get("baseline") is True]
    return {
        "decision": "no_ship" if winner in held else "ship",
        "decision_reason": last.get("winningReason") or None,
        "decided_at": moment(last["endedAt"]),
    }


def _phase(iteration: Json, position: int, key: str, url: str) -> Record:
    shares = {treatment_key(treatment): number(treatment, "allocationPercent") for treatment in objects(iteration.get("treatments"))}
    # What a layer reserved for the experiment; outside of a layer the targeting rule decides, which is no share.
    reserved = number(iteration.get("layerSnapshot") or {}, "reservationPercent")
    return {
        "experiment_id": key,
        "phase": position,
        "name": None,
        "started_at": moment(iteration.get("startedAt")),
        "ended_at": moment(iteration.get("endedAt")),
        "coverage": None if reserved is None else reserved / 100,
        "split": {name: share / 100 for name, share in shares.items() if share is not None},
        "ended_reason": iteration.get("winningReason") or None,
        "_raw": iteration,
        "_source_url": url,
    }
