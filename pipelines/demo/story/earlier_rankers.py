"""Two experiments that aimed at Hit@1 before the distilled reranker did, and were not shipped; documents of the `files` store."""

from dataclasses import dataclass

from pipelines.demo.story.experiment_facts import noted
from pipelines.demo.story.facts import note
from pipelines.demo.world import World

PROJECT, METRIC, QUERIES = "search-ranker", "Hit@1", 4500


@dataclass(frozen=True)
class Try:
    """One experiment, and how many of its queries were answered first without and with what it tried."""

    native_id: str
    name: str
    owner: str
    started_on: str
    ended_on: str
    decided_on: str
    hits_without: int
    hits_with: int


TRIES = (
    Try("title-boost", "Exact titles first", "emil", "2025-09-08", "2025-09-22", "2025-09-23", 2790, 2754),
    Try("click-weights", "Clicks of last week weigh more", "jonas", "2025-10-20", "2025-11-03", "2025-11-04", 2803, 2691),
)


def earlier_rankers(world: World, later: list[int]) -> None:
    """Write their documents, and that they lay before the pull requests that aimed at the same metric later."""
    repository = f"acme/{PROJECT}"
    for one in TRIES:
        world.experiment_files[f"{one.native_id}.yaml"] = _DOCUMENT.format(one=one, project=PROJECT, metric=METRIC, n=QUERIES)
        noted(world, "files", one.native_id, repository, one.owner, [], "no_ship")
        for number in later:
            aimed = {"target_kind": "metric", "target": METRIC, "failed": one.native_id, "ending": "lost_experiment"}
            note(world, "target_attempts", {"repository": repository, "pull_request": number} | aimed)


_DOCUMENT = """native_id: {one.native_id}
name: {one.name}
owner_raw: {one.owner}@acme.example
status: stopped
experiment_type: ab
randomization_unit: query
analysis_unit: query
started_at: {one.started_on}T09:00:00Z
ended_at: {one.ended_on}T09:00:00Z
decision: no_ship
decision_reason: Fewer queries were answered first.
decided_at: {one.decided_on}T09:00:00Z
feature_flag_key: {one.native_id}
project_raw: {project}
repository_raw: acme/{project}
tags: [search]
variations:
  - {{key: control, name: present ranker, is_control: true}}
  - {{key: tried, name: {one.name}}}
phases:
  - phase: 0
    name: Main
    started_at: {one.started_on}T09:00:00Z
    ended_at: {one.ended_on}T09:00:00Z
    coverage: 1.0
    split: {{control: 0.5, tried: 0.5}}
    ended_reason: planned end
results:
  - phase: 0
    metric_key: hit_at_1
    metric_name: "{metric}"
    metric_role: primary
    direction: increase
    metric_kind: proportion
    variant_key: tried
    baseline_key: control
    as_of: {one.ended_on}T09:00:00Z
    n_variant: {n}
    n_baseline: {n}
    numerator_variant: {one.hits_with}
    numerator_baseline: {one.hits_without}
"""
