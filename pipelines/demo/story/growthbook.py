"""GrowthBook's answers in its API's own shape: experiments, phases, metrics, and results computed from counts."""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any

from pipelines.demo.world import World

Payload = dict[str, Any]
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Arm:
    """What one metric shows in one variation: units, sum, and the standard deviation of one unit."""

    users: int
    total: float
    sd: float

    @property
    def mean(self) -> float:
        """Per unit."""
        return self.total / self.users


def rate(users: int, share: float) -> Arm:
    """A proportion: the nearest whole number of successes."""
    hits = round(users * share)
    return Arm(users, hits, sqrt(hits / users * (1 - hits / users)))


def average(users: int, mean: float, sd: float) -> Arm:
    """A mean."""
    return Arm(users, users * mean, sd)


def metric(metric_id: str, name: str, kind: str, goal: str) -> Payload:
    """One metric of `GET /metrics`."""
    return {
        "id": metric_id,
        "name": name,
        "type": kind,
        "description": "",
        "owner": "",
        "tags": [],
        "projects": [],
        "archived": False,
        "datasourceId": "ds_warehouse",
        "dateCreated": "2025-06-02T08:00:00.000Z",
        "dateUpdated": "2025-06-02T08:00:00.000Z",
        "behavior": {
            "goal": goal,
            "cappingSettings": {"type": "none", "value": 0},
            "windowSettings": {"type": "conversion", "delayValue": 0, "delayUnit": "hours", "windowValue": 72, "windowUnit": "hours"},
            "cap": 0,
            "conversionWindowStart": 0,
            "conversionWindowEnd": 72,
            "riskThresholdSuccess": 0.0025,
            "riskThresholdDanger": 0.0125,
            "minPercentChange": 0.005,
            "maxPercentChange": 0.5,
            "minSampleSize": 150,
        },
    }


def experiment(key: str, name: str, owner: str, hypothesis: str, pulls: list[int], repository: str, **more: Any) -> Payload:
    """One experiment with a control and a treatment; `more` holds what differs: status, phases, settings, summary."""
    links = " ".join(f"https://github.com/{repository}/pull/{number}" for number in pulls)
    variations = [
        {"variationId": f"var_{key}_{n}", "key": str(n), "name": label, "description": "", "screenshots": []}
        for n, label in enumerate(("Control", "Treatment"))
    ]
    return {
        "id": f"exp_{key.replace('-', '')}",
        "trackingKey": key,
        "name": name,
        "type": "standard",
        "project": repository.split("/")[1],
        "hypothesis": hypothesis,
        "description": f"Pull requests: {links}",
        "tags": [f"repository:{repository}", *(f"pull:{number}" for number in pulls)],
        "owner": owner,
        "archived": False,
        "autoRefresh": True,
        "hashAttribute": "id",
        "hashVersion": 2,
        "linkedFeatures": [key],
        "variations": variations,
        **more,
    }


def phase(key: str, name: str, start: str, end: str, weights: tuple[float, float], reason: str) -> Payload:
    """One phase; weights of control and treatment."""
    split = [{"variationId": f"var_{key}_{n}", "weight": weight} for n, weight in enumerate(weights)]
    return {
        "name": name,
        "dateStarted": f"{start}T09:00:00.000Z",
        "dateEnded": f"{end}T09:00:00.000Z",
        "reasonForStopping": reason,
        "seed": f"{key}-{name}",
        "coverage": 1,
        "trafficSplit": split,
        "targetingCondition": "",
    }


def settings(engine: str, goals: list[str], secondary: list[str], guardrails: list[str]) -> Payload:
    """An experiment's settings; sequential testing and CUPED are off."""

    def named(ids: list[str]) -> list[Payload]:
        return [{"metricId": metric_id, "overrides": {}} for metric_id in ids]

    return {
        "datasourceId": "ds_warehouse",
        "assignmentQueryId": "queries",
        "experimentId": "",
        "segmentId": "",
        "queryFilter": "",
        "inProgressConversions": "include",
        "attributionModel": "firstExposure",
        "statsEngine": engine,
        "regressionAdjustmentEnabled": False,
        "sequentialTestingEnabled": False,
        "sequentialTestingTuningParameter": 5000,
        "goals": named(goals),
        "secondaryMetrics": named(secondary),
        "guardrails": named(guardrails),
    }


def results(world: World, experiment: Payload, phase: int, engine: str, metrics: dict[str, tuple[Arm, Arm]]) -> None:
    """The answer of the results endpoint for one phase."""
    first = next(iter(metrics.values()))
    info = experiment["phases"][phase]
    weights = [split["weight"] for split in info["trafficSplit"]]
    keys = [variation["variationId"] for variation in experiment["variations"]]
    world.growthbook_results[f"{experiment['id']}/{phase}"] = {
        "id": f"snp_{experiment['id']}_{phase}",
        "dateUpdated": info["dateEnded"],
        "experimentId": experiment["id"],
        "phase": str(phase),
        "dateStart": info["dateStarted"],
        "dateEnd": info["dateEnded"],
        "dimension": {"type": "none"},
        "settings": experiment["settings"],
        "queryIds": [],
        "results": [
            {
                "dimension": "",
                "totalUsers": first[0].users + first[1].users,
                "checks": {"srm": _srm(first, weights)},
                "metrics": [
                    {
                        "metricId": metric_id,
                        "variations": [_variation(keys[0], arms[0], None, engine), _variation(keys[1], arms[1], arms[0], engine)],
                    }
                    for metric_id, arms in metrics.items()
                ],
            }
        ],
    }


def _srm(arms: tuple[Arm, Arm], weights: list[float]) -> float:
    """Chance of a split at least so uneven, were the weights kept (two arms: a normal's two tails)."""
    total = arms[0].users + arms[1].users
    expected = total * weights[0]
    return erfc(abs(arms[0].users - expected) / sqrt(total * weights[0] * weights[1]) / sqrt(2))


def _variation(key: str, arm: Arm, control: Arm | None, engine: str) -> Payload:
    """One variation's analysis; like the real API, what is unknown is 0: the control's effects, a Bayesian's p-value."""
    relative, half = _lift(arm, control) if control else (0.0, 0.0)
    z = abs(relative) / (half / Z_95) if half else 0.0
    bayesian = engine == "bayesian"
    analysis = {
        "engine": engine,
        "numerator": arm.total,
        "denominator": arm.users,
        "mean": arm.mean,
        "stddev": arm.sd,
        "percentChange": relative,
        "ciLow": relative - half,
        "ciHigh": relative + half,
        "pValue": erfc(z / sqrt(2)) if control and not bayesian else 0,
        "risk": 0,
        "chanceToBeatControl": 1 - erfc(relative / half * Z_95 / sqrt(2)) / 2 if control and bayesian else 0,
    }
    return {"variationId": key, "users": arm.users, "analyses": [analysis]}


def _lift(arm: Arm, control: Arm) -> tuple[float, float]:
    """Relative difference and half of its 95 % interval, by the delta method."""
    a, b = arm.sd**2 / arm.users, control.sd**2 / control.users
    variance = a / control.mean**2 + arm.mean**2 * b / control.mean**4
    return arm.mean / control.mean - 1, Z_95 * sqrt(variance)
