"""Projects that declare projects which run the harness: one step away, two steps away, and by two ways at once."""

from pipelines.demo.story.adoption import Adoption, declared, landed
from pipelines.demo.story.clock import Script, berlin
from pipelines.demo.story.facts import Foundation, foundations
from pipelines.demo.story.stage import Stage

FOUNDATIONS = (
    (Adoption("feature-store", (2025, 11, 18), "jonas", "emil", "Know which passages are safe"), "safety-classifier"),
    (Adoption("data-platform", (2025, 12, 2), "hugo", "emil", "Read features from their store"), "feature-store"),
    (Adoption("data-platform", (2026, 5, 19), "emil", "hugo", "Route long documents"), "long-context-routing"),
)
"""The last way is the shorter one, and was there for so little of the half-year that the longer one is worth more until it has ended."""


def built_on(stage: Stage) -> None:
    """Schedule them."""
    for plan, used in FOUNDATIONS:
        stage.tell(_founded(stage, plan, used), berlin(*plan.day, 10, 50))


def _founded(stage: Stage, plan: Adoption, used: str) -> Script:
    yield from landed(stage, plan, [declared(plan.path, f"{used}>=0.1")])
    project, other = (stage.sites[name].repository.full_name for name in (plan.project, used))
    foundations(stage.world).append(Foundation(project, other, stage.now, stage.account(plan.merged_by).login))
