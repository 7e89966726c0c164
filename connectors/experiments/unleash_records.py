"""What Unleash's events mean in the terms of the tables: pure functions.

A strategy may name users and the values that they are told by: of its parameters only the share that it reaches is kept.
"""

from collections.abc import Mapping
from typing import Any

from connectors.contract import Record
from connectors.experiments.answers import number
from connectors.experiments.bundles import flag_change_id
from connectors.experiments.options import UnleashStore
from connectors.experiments.source import Json

CHANGES = {
    "feature-created": "created",
    "feature-import": "created",
    "feature-archived": "archived",
    "feature-revived": "revived",
    "feature-deleted": "deleted",
    "feature-project-change": "moved",
    "feature-environment-enabled": "enabled",
    "feature-environment-disabled": "disabled",
    "feature-variants-updated": "variants",
    "feature-environment-variants-updated": "variants",
    "feature-completed": "completed",
    "feature-uncompleted": "reopened",
}
STRATEGY = "feature-strategy-"
EVERYBODY = {"default"}
"""Strategies that reach whom their constraints let through, without a share."""
KEPT = ("id", "type", "createdAt", "createdByUserId", "environment", "project", "featureName")


def flag_change(event: Json, environments: Mapping[str, str], store: UnleashStore) -> Record:
    """One event as a record; `environments` are types by name.

    Raises:
        ValueError: for an event that says neither what happened nor to which flag.
    """
    native_id, kind, flag = event.get("id"), str(event.get("type") or ""), event.get("featureName")
    if not flag:
        raise ValueError(f"it is a {kind or 'change of no type'} that names no flag")
    change = "targeting" if kind.startswith(STRATEGY) else CHANGES.get(kind)
    if change is None:
        raise ValueError(f"type is {kind!r}; expected one of those that were asked for")
    project, environment = str(event.get("project") or ""), event.get("environment")
    return {
        "flag_change_id": flag_change_id(store.partition, str(native_id)),
        "kind": "unleash",
        "native_id": str(native_id),
        "flag_key": str(flag),
        "project_raw": project or None,
        "repository_raw": store.repositories.get(project),
        "environment": environment,
        "environment_type": environments.get(str(environment)),
        "changed_at": event.get("createdAt"),
        "change": change,
        "event_type": kind,
        "reach_before": _reach(event.get("preData")),
        "reach_after": _reach(event.get("data")),
        "actor_raw": event.get("createdBy") or None,
        "_source_url": store.flag_url(project or "default", str(flag)),
        # Without data and preData (see above), label, summary and the address that the change came from.
        "_raw": {name: event.get(name) for name in KEPT},
    }


def _reach(strategy: Any) -> float | None:
    """Share of those let through whom a strategy reaches; null for what is no strategy, or one that reaches by a list."""
    if not isinstance(strategy, dict) or "parameters" not in strategy or strategy.get("disabled") is True:
        return 0.0 if isinstance(strategy, dict) and strategy.get("disabled") is True else None
    if strategy.get("name") in EVERYBODY:
        return 1.0
    parameters: Json = strategy.get("parameters") or {}
    share = number(parameters, "rollout" if "rollout" in parameters else "percentage")
    if share is not None and not 0 <= share <= 100:
        raise ValueError(f"a strategy reaches {share:g} %; expected 0 to 100")
    return None if share is None else share / 100
