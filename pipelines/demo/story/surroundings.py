"""What stands around repositories: rules of every kind, one dropped on a known day; merges past the gate, what may not be read.

Told when everything else has been played: it names merges that other stories made.
"""

from datetime import datetime

from pipelines.demo.story.checks import ACTIONS_APP, GATE_CONTEXT, TESTS
from pipelines.demo.story.clock import berlin
from pipelines.demo.story.facts import gate_outcomes, note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import PullRequest, Repository, World
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
CLASSIC = ("voice-router", UNADMINISTERED)
"""Their tests are required by classic branch protection, of which the credential may read the first one's."""
COVERED = "data-platform"
"""Its workflow is required by a ruleset of the organisation, which was only evaluated at first."""
TRIED_ON, ENFORCED_ON = berlin(2026, 1, 12, 15), berlin(2026, 2, 2, 9)


def surroundings(stage: Stage) -> None:
    """Plant all of it."""
    world = stage.world
    for repository in world.repositories.values():
        if repository.required_checks:  # so far by rulesets only
            around = Surroundings(rulesets=[_ruleset(stage, repository)])
            world.surroundings[repository.full_name] = around
            _bypasses(stage, repository, around)
    for name in CLASSIC:
        stage.sites[name].repository.required_checks = (RequiredCheck(TESTS.job, ACTIONS_APP, "classic"),)
    _of_the_organisation(stage)
    _required(world)
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


def _of_the_organisation(stage: Stage) -> None:
    """A ruleset that requires a workflow: the covered repository's own, which runs on its pull requests anyway."""
    covered = stage.sites[COVERED].repository.full_name
    hugo, workflows = stage.account("hugo"), (TESTS.path,)
    tried = RulesetVersion(stage.new_id("ruleset_version"), hugo, TRIED_ON, (), workflows, "evaluate")
    enforced = RulesetVersion(stage.new_id("ruleset_version"), hugo, ENFORCED_ON, (), workflows)
    stage.world.rulesets.append(Ruleset(stage.new_id("ruleset"), "Continuous integration", (tried, enforced), (covered,)))


def _required(world: World) -> None:
    """Note everything that was required, from when to when; classic protection does not tell since when."""
    for name, around in world.surroundings.items():
        for ruleset in around.rulesets:
            _note_required(world, name, ruleset)
    for ruleset in world.rulesets:
        for name in ruleset.covers:
            _note_required(world, name, ruleset)
    for name in CLASSIC[:1]:
        note(world, "required", _requirement(f"{world.owner.login}/{name}", "check", TESTS.job, None, None, None))


def _note_required(world: World, name: str, ruleset: Ruleset) -> None:
    """Spans of one ruleset: no check that a version dropped comes back in a later one."""
    active = [version for version in ruleset.versions if version.enforcement == "active"]
    asked = {("check", check.context): None for version in active for check in version.checks}
    asked |= {("workflow", path): None for version in active for path in version.workflows}
    for kind, gate in asked:
        holding = [version for version in active if gate in version.workflows or gate in {check.context for check in version.checks}]
        later = [version.updated_at for version in active if version.updated_at > holding[-1].updated_at]
        note(world, "required", _requirement(name, kind, gate, ruleset.ruleset_id, holding[0].updated_at, min(later, default=None)))


def _requirement(name: str, kind: str, gate: str, ruleset: int | None, start: datetime | None, end: datetime | None) -> dict[str, object]:
    how = "classic" if ruleset is None else "ruleset"
    return {"repository": name, "kind": kind, "gate": gate, "how": how, "ruleset": ruleset, "from": start, "to": end}


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
