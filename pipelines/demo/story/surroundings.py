"""What stands around the gated repositories: a rule that was dropped on a known day, merges past the gate, what may not be read.

Told when everything else has been played: it names merges that other stories made.
"""

from pipelines.demo.story.checks import ACTIONS_APP, GATE_CONTEXT
from pipelines.demo.story.clock import berlin
from pipelines.demo.story.facts import gate_outcomes, note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import PullRequest, Repository
from pipelines.demo.world_surroundings import (
    RequiredCheck,
    RuleEvaluation,
    Ruleset,
    RulesetVersion,
    RuleSuite,
    Surroundings,
)

RULESET = "Default branch"
RULES_CHANGED, DROPPED_ON, DROPPED = "safety-classifier", berlin(2026, 2, 10, 11), "lint"
UNADMINISTERED = "recsys-lab"
"""The demo's credential may not administer it."""


def surroundings(stage: Stage) -> None:
    """Plant all of it."""
    world = stage.world
    for repository in world.repositories.values():
        if repository.required_checks:
            around = Surroundings(rulesets=[_ruleset(stage, repository)])
            world.surroundings[repository.full_name] = around
            _bypasses(stage, repository, around)
    full_name = f"{world.owner.login}/{UNADMINISTERED}"
    world.refused[full_name] = frozenset({"administration"})
    note(world, "access_gaps", {"repository": full_name, "subject": "classic branch protection", "right": "Administration: read"})


def _merged(stage: Stage, repository: Repository) -> list[PullRequest]:
    return [pull for pull in stage.world.pull_requests if pull.repository == repository.full_name and pull.merge_commit]


def _ruleset(stage: Stage, repository: Repository) -> Ruleset:
    """The ruleset of the gate; in one repository it asked for one check more until somebody dropped it."""
    number, owner = repository.required_checks[0].ruleset_id, stage.world.owner
    today = repository.required_checks
    versions = (RulesetVersion(stage.new_id("ruleset_version"), owner, repository.created_at, today),)
    if repository.name == RULES_CHANGED:
        lint = RequiredCheck(DROPPED, ACTIONS_APP, "ruleset", number)
        first = RulesetVersion(versions[0].version_id, owner, repository.created_at, (*today, lint))
        versions = (first, RulesetVersion(stage.new_id("ruleset_version"), owner, DROPPED_ON, today))
        note(stage.world, "ruleset_changes", {"repository": repository.full_name, "at": DROPPED_ON, "dropped": DROPPED})
    return Ruleset(number, RULESET, versions)


def _bypasses(stage: Stage, repository: Repository, around: Surroundings) -> None:
    """Who merged on red went past the rule, and GitHub wrote it down."""
    world = stage.world
    red = {row.pull_request for row in gate_outcomes(world) if row.repository == repository.full_name and row.outcome == "merged_on_red"}
    for pull in _merged(stage, repository):
        if pull.number not in red or pull.merged_at is None or pull.merged_by is None:
            continue
        before = world.commits[pull.merge_commit].parents[0]
        details = f'Required status check "{GATE_CONTEXT}" is failing.'
        failed = RuleEvaluation(RULESET, around.rulesets[0].ruleset_id, "required_status_checks", "fail", details)
        identity = (stage.new_id("rule_suite"), pull.merged_by, before, pull.merge_commit)
        around.suites.append(RuleSuite(*identity, pull.merged_at, "bypass", (failed,)))
        shas = {"before_sha": f"{{sha:{before}}}", "after_sha": f"{{sha:{pull.merge_commit}}}"}
        told = {"repository": repository.full_name, "actor": pull.merged_by.login, "at": pull.merged_at}
        note(world, "rule_bypasses", {**told, **shas})
