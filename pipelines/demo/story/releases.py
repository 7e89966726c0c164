"""What was shipped, and what the gate had said of it: releases and deployments, one for each way in which that can end.

Told when everything else has been played: it names merges that other stories made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pipelines.demo.story.cast import ACTIONS
from pipelines.demo.story.facts import gate_outcomes, note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import PullRequest
from pipelines.demo.world_surroundings import Deployment, DeploymentStatus, Environment, Release

Outcome = Literal["success", "failure"]
PROVEN, SAID, RETRIED, UNGATED = (True, True, True), (False, True, True), (False, False, True), (False, False, False)


@dataclass(frozen=True)
class Shipment:
    """One commit that was shipped: what came of its pull request at the gate, how it was shipped, what must be found.

    Attributes:
        outcome: of the first such pull request of the repository; `first` and `second` are its first merges, long before any gate.
        tag: of the release; empty for a deployment without one.
        environments: where it was deployed to, in order, and how that ended.
        counts: gated for certain, gated, gated at most.
    """

    repository: str
    outcome: str
    gate_state: str
    counts: tuple[bool, bool, bool]
    tag: str = ""
    environments: tuple[tuple[str, Outcome], ...] = ()


SHIPMENTS = (
    Shipment("support-agent", "first", "no_run", UNGATED, "v1.0.0", (("production", "failure"),)),
    Shipment("support-agent", "second", "no_run", UNGATED, "", (("production", "success"),)),
    Shipment("long-context-routing", "flaky", "flaky_green", RETRIED, "v0.1.0"),
    Shipment("long-context-routing", "caught_probable", "green", SAID, "v0.2.0"),
    Shipment("safety-classifier", "merged_on_red", "red", UNGATED, "v1.0.0"),
    Shipment("safety-classifier", "caught_confirmed", "green", PROVEN, "v1.1.0", (("staging", "success"), ("production", "success"))),
    Shipment("safety-classifier", "merged_not_exercised", "not_exercised", UNGATED, "v1.2.0", (("production", "failure"),)),
    Shipment("safety-classifier", "scored_nothing", "not_exercised", UNGATED, "v1.3.0", (("production", "success"),)),
)


def releases(stage: Stage) -> None:
    """Plant all of it, in order of time."""
    stood: dict[tuple[str, str], datetime] = {}
    for shipment in SHIPMENTS:
        merged = _merged(stage, shipment.repository)
        pull = _shipped(stage, shipment, merged)
        if shipment.tag:
            _release(stage, shipment, pull)
            _noted(stage, shipment, pull, _brought(merged, stood.get((shipment.repository, "")), pull), {"tag": shipment.tag})
            stood[shipment.repository, ""] = _merge(pull)
        for place, (environment, ended) in enumerate(shipment.environments):
            at = _deployment(stage, pull, (environment, ended), timedelta(hours=2 + place))
            brought = _brought(merged, stood.get((shipment.repository, environment)), pull)
            _noted(stage, shipment, pull, brought, {"environment": environment, "state": ended, "at": at})
            if ended == "success":
                stood[shipment.repository, environment] = _merge(pull)


def _merged(stage: Stage, repository: str) -> list[PullRequest]:
    """Merged pull requests of a repository in order of time."""
    full_name = f"{stage.world.owner.login}/{repository}"
    return sorted((pull for pull in stage.world.pull_requests if pull.repository == full_name and pull.merge_commit), key=_merge)


def _merge(pull: PullRequest) -> datetime:
    if pull.merged_at is None:
        raise ValueError(f"{pull.repository}#{pull.number} was not merged")
    return pull.merged_at


def _shipped(stage: Stage, shipment: Shipment, merged: Sequence[PullRequest]) -> PullRequest:
    """The pull request whose merge is shipped."""
    if shipment.outcome in ("first", "second"):
        return merged[("first", "second").index(shipment.outcome)]
    outcomes = {(row.repository, row.pull_request): row.outcome for row in gate_outcomes(stage.world)}
    return next(pull for pull in merged if outcomes.get((pull.repository, pull.number)) == shipment.outcome)


def _brought(merged: Sequence[PullRequest], stood: datetime | None, pull: PullRequest) -> list[int]:
    """Numbers of the pull requests merged since what stood there before."""
    return [each.number for each in merged if (stood is None or _merge(each) > stood) and _merge(each) <= _merge(pull)]


def _release(stage: Stage, shipment: Shipment, pull: PullRequest) -> None:
    made = _merge(pull) + timedelta(hours=1)
    who = pull.merged_by or pull.account
    release = Release(stage.new_id("release"), shipment.tag, pull.merge_commit, shipment.tag, who, made, made)
    stage.world.surroundings[pull.repository].releases.append(release)


def _deployment(stage: Stage, pull: PullRequest, to: tuple[str, Outcome], after: timedelta) -> datetime:
    """Deploy a merge; when that ended."""
    around, asked = stage.world.surroundings[pull.repository], _merge(pull) + after
    ended = DeploymentStatus(stage.new_id("deployment_status"), to[1], asked + timedelta(minutes=9), ACTIONS)
    identity = (stage.new_id("deployment"), pull.merge_commit, "main", to[0], ACTIONS)
    around.deployments.append(Deployment(*identity, asked, (ended,)))
    if to[0] not in {environment.name for environment in around.environments}:
        around.environments.append(Environment(stage.new_id("environment"), to[0], pull.created_at))
    return ended.created_at


def _noted(stage: Stage, shipment: Shipment, pull: PullRequest, brought: list[int], own: dict[str, Any]) -> None:
    said = dict(zip(("counts_low", "counts_mid", "counts_high"), shipment.counts, strict=True))
    told = {"repository": pull.repository, "sha": f"{{sha:{pull.merge_commit}}}", "gate_state": shipment.gate_state, **said}
    note(stage.world, "releases" if "tag" in own else "deployments", {**told, "pull_requests": brought, **own})
