"""Routes of GitHub's REST API for what must be met before a merge: rules, rulesets with their history, evaluations, classic protection."""

from itertools import groupby
from typing import Any

from pipelines.demo.servers.github_access import DOCS, Refusal, not_found
from pipelines.demo.servers.github_http import Answer, Call, Handler, listing
from pipelines.demo.servers.github_index import stable_id
from pipelines.demo.servers.github_site import Payload, iso
from pipelines.demo.world import Repository, World
from pipelines.demo.world_surroundings import RequiredCheck, RuleEvaluation, Ruleset, RulesetVersion, RuleSuite


def rulesets_of(world: World, repository: Repository) -> list[Ruleset]:
    """Rulesets that cover a repository, its own and the organisation's.

    One of which only the required checks are told has been as it is from the beginning.
    """
    told = [*world.around(repository.full_name).rulesets, *(one for one in world.rulesets if repository.full_name in one.covers)]
    checks = sorted((check for check in repository.required_checks if check.how == "ruleset"), key=lambda check: check.ruleset_id)
    silent = {number: tuple(found) for number, found in groupby(checks, lambda check: check.ruleset_id)}
    for ruleset in told:
        silent.pop(ruleset.ruleset_id, None)
    made = [
        Ruleset(number, f"ruleset {number}", (RulesetVersion(stable_id("version", number), world.owner, repository.created_at, found),))
        for number, found in silent.items()
    ]
    return sorted([*told, *made], key=lambda ruleset: ruleset.ruleset_id)


def need(call: Call, right: str, level: str = "read") -> None:
    """Turn away a credential that lacks a right in the repository, as GitHub does: as if there were nothing.

    Raises:
        Refusal: 404 with the header that names the right.
    """
    if call.site.index.world.lacks(right, call.repository.full_name):
        raise _without(right, level)


def _without(right: str, level: str) -> Refusal:
    return Refusal(404, "Not Found", headers={"x-accepted-github-permissions": f"{right}={level}"})


def branch_rules(call: Call) -> Answer:
    """Active rules of a branch: the required checks and required workflows of each ruleset."""
    repository = call.repository
    rulesets = rulesets_of(call.site.index.world, repository) if call.path["branch"] == repository.default_branch else []
    active = [ruleset for ruleset in rulesets if ruleset.versions[-1].enforcement == "active"]
    owner, every = call.site.index.world.owner.login, call.site.index.world.repositories
    rules = [
        {**rule, **_of(owner, repository, ruleset)}
        for ruleset in active
        for rule in _rules(every[ruleset.covers[0]] if ruleset.covers else repository, ruleset.versions[-1])
    ]
    return listing(call, rules, lambda rule: rule)


def _of(owner: str, repository: Repository, ruleset: Ruleset) -> Payload:
    kind, source = ("Organization", owner) if ruleset.covers else ("Repository", repository.full_name)
    return {"ruleset_source_type": kind, "ruleset_source": source, "ruleset_id": ruleset.ruleset_id}


def _rules(repository: Repository, version: RulesetVersion) -> list[Payload]:
    """The rules of a version; required workflows lie in the given repository."""
    rules: list[Payload] = []
    if version.checks:
        required = [{"context": check.context, "integration_id": check.app_id} for check in version.checks]
        strictness = {"strict_required_status_checks_policy": False, "do_not_enforce_on_create": False}
        rules.append({"type": "required_status_checks", "parameters": {"required_status_checks": required, **strictness}})
    if version.workflows:
        ref = f"refs/heads/{repository.default_branch}"
        files = [{"path": path, "repository_id": repository.repository_id, "ref": ref} for path in version.workflows]
        rules.append({"type": "workflows", "parameters": {"workflows": files, "do_not_enforce_on_create": False}})
    return rules


def _ruleset(call: Call) -> tuple[Repository, Ruleset]:
    repository = call.repository
    need(call, "administration", "write")
    rulesets = rulesets_of(call.site.index.world, repository)
    return repository, _found(call, [ruleset for ruleset in rulesets if not ruleset.covers])


def _found(call: Call, rulesets: list[Ruleset]) -> Ruleset:
    found = next((ruleset for ruleset in rulesets if ruleset.ruleset_id == call.path["ruleset_id"]), None)
    if found is None:
        raise not_found()
    return found


def _organisation_ruleset(call: Call) -> Ruleset:
    world, right = call.site.index.world, "organization_administration"
    if call.path["org"].lower() != world.owner.login.lower():
        raise not_found()
    if world.lacks(right, world.owner.login):
        raise _without(right, "write")
    return _found(call, world.rulesets)


def ruleset_history(call: Call) -> Answer:
    """Versions of a ruleset, newest first."""
    _, found = _ruleset(call)
    return listing(call, found.versions[::-1], _version)


def organisation_ruleset_history(call: Call) -> Answer:
    """Versions of a ruleset of the organisation, newest first."""
    return listing(call, _organisation_ruleset(call).versions[::-1], _version)


def _version(version: RulesetVersion) -> Payload:
    actor = {"id": version.account.user_id, "type": "User"}
    return {"version_id": version.version_id, "actor": actor, "updated_at": iso(version.updated_at)}


def ruleset_version(call: Call) -> Answer:
    """One version of a ruleset with the whole ruleset as it was."""
    repository, found = _ruleset(call)
    return _one_version(call, repository, found, "Repository", repository.full_name, {})


def organisation_ruleset_version(call: Call) -> Answer:
    """The same of the organisation's, which also says in which repositories it holds."""
    found, world = _organisation_ruleset(call), call.site.index.world
    names = [name.partition("/")[2] for name in found.covers]
    condition = {"repository_name": {"include": names, "exclude": [], "protected": False}}
    return _one_version(call, world.repositories[found.covers[0]], found, "Organization", world.owner.login, condition)


def _one_version(call: Call, repository: Repository, found: Ruleset, kind: str, source: str, condition: Payload) -> Answer:
    version = next((one for one in found.versions if one.version_id == call.path["version_id"]), None)
    if version is None:
        raise Refusal(404, "Ruleset version not found")
    state = {
        "id": found.ruleset_id,
        "name": found.name,
        "target": "branch",
        "source_type": kind,
        "source": source,
        "enforcement": version.enforcement,
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}, **condition},
        "rules": _rules(repository, version),
    }
    return Answer({**_version(version), "state": state})


def rule_suites(call: Call) -> Answer:
    """Evaluations of all rules, newest first, without the single rules; filtered by result where asked."""
    repository, world = call.repository, call.site.index.world
    need(call, "administration")
    result = call.query.get("rule_suite_result", "all")
    found = [suite for suite in world.around(repository.full_name).suites if result in ("all", suite.result)]
    found.sort(key=lambda suite: (suite.pushed_at, suite.suite_id), reverse=True)
    return listing(call, found, lambda suite: _suite(world, repository, suite))


def rule_suite(call: Call) -> Answer:
    """One evaluation with what came of every rule."""
    repository, world = call.repository, call.site.index.world
    need(call, "administration")
    suites = world.around(repository.full_name).suites
    found = next((suite for suite in suites if suite.suite_id == call.path["rule_suite_id"]), None)
    if found is None:
        raise not_found()
    return Answer({**_suite(world, repository, found), "rule_evaluations": [_evaluation(one) for one in found.evaluations]})


def _suite(world: World, repository: Repository, suite: RuleSuite) -> Payload:
    return {
        "id": suite.suite_id,
        "actor_id": suite.account.user_id,
        "actor_name": suite.account.login,
        "before_sha": world.sha(suite.before),
        "after_sha": world.sha(suite.after),
        "ref": f"refs/heads/{repository.default_branch}",
        "repository_id": repository.repository_id,
        "repository_name": repository.name,
        "pushed_at": iso(suite.pushed_at),
        "result": suite.result,
    }


def _evaluation(one: RuleEvaluation) -> Payload:
    source = {"type": "ruleset", "id": one.ruleset_id, "name": one.ruleset}
    return {
        "rule_source": source,
        "enforcement": "active",
        "result": one.result,
        "rule_type": one.rule_type,
        "details": one.details or None,
    }


def _classic(call: Call) -> tuple[str, list[RequiredCheck]]:
    repository, branch = call.repository, call.path["branch"]
    need(call, "administration")
    checks = [check for check in repository.required_checks if check.how == "classic"]
    if not checks or branch != repository.default_branch:
        raise Refusal(404, "Branch not protected", f"{DOCS}/branches/branch-protection#get-status-checks-protection")
    return f"{call.site.repo_api(repository)}/branches/{branch}/protection", checks


def protection_checks(call: Call) -> Answer:
    """Required checks of classic branch protection."""
    url, checks = _classic(call)
    return Answer(_checks(url, checks))


def protection(call: Call) -> Answer:
    """Classic branch protection as a whole."""
    url, checks = _classic(call)
    off: dict[str, Any] = {
        name: {"enabled": False}
        for name in ("required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations", "lock_branch")
    }
    admins = {"url": f"{url}/enforce_admins", "enabled": False}
    return Answer({"url": url, "required_status_checks": _checks(url, checks), "enforce_admins": admins, **off})


def _checks(url: str, checks: list[RequiredCheck]) -> Payload:
    url = f"{url}/required_status_checks"
    contexts = [check.context for check in checks]
    apps = [{"context": check.context, "app_id": check.app_id} for check in checks]
    return {"url": url, "strict": False, "contexts": contexts, "contexts_url": f"{url}/contexts", "checks": apps}


RULES_ROUTES: dict[str, Handler] = {
    "/rules/branches/{branch:path}": branch_rules,
    "/branches/{branch:path}/protection/required_status_checks": protection_checks,
    "/branches/{branch:path}/protection": protection,
    "/rulesets/rule-suites": rule_suites,
    "/rulesets/rule-suites/{rule_suite_id:int}": rule_suite,
    "/rulesets/{ruleset_id:int}/history": ruleset_history,
    "/rulesets/{ruleset_id:int}/history/{version_id:int}": ruleset_version,
}
ORGANISATION_RULES_ROUTES: dict[str, Handler] = {
    "/orgs/{org}/rulesets/{ruleset_id:int}/history": organisation_ruleset_history,
    "/orgs/{org}/rulesets/{ruleset_id:int}/history/{version_id:int}": organisation_ruleset_version,
}
