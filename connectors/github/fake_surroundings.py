"""What the GitHub in memory answers about a repository's surroundings: rules, environments, dependencies, the survey, teams."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.github.protocol import Absent, Graph, GraphError

Json = dict[str, Any]
Connection = Callable[[list[Any], int, str | None], Json]


@dataclass
class FakeSurroundings:
    """Surroundings of one repository: nodes in GraphQL's shape for the survey, the rest in REST's."""

    head: str | None = None
    """Sha of the default branch's head; None for an empty repository."""
    releases: list[Json] = field(default_factory=list)
    deployments: list[Json] = field(default_factory=list)
    """With `statuses` as a plain list."""
    labels: list[Json] = field(default_factory=list)
    environments: list[Json] = field(default_factory=list)
    rulesets: dict[int, list[Json]] = field(default_factory=dict)
    """Versions with their `state`, newest first, by ruleset."""
    suites: list[Json] = field(default_factory=list)
    """Rule suites with their `rule_evaluations`."""
    packages: list[Json] = field(default_factory=list)
    changes: list[Json] = field(default_factory=list)
    """What the comparison of any two heads answers."""

    def survey(self, repository_id: int, branch: str, connection: Connection) -> Json:
        """The answer of the survey."""
        deployments = connection(self.deployments, 10, None)
        deployments["nodes"] = [{**node, "statuses": connection(node["statuses"], 10, None)} for node in deployments["nodes"]]
        versions = {number: found[0] for number, found in self.rulesets.items()}
        rulesets = [{"databaseId": key, "updatedAt": found["updated_at"], "enforcement": "ACTIVE"} for key, found in versions.items()]
        return {
            "databaseId": repository_id,
            "defaultBranchRef": {"name": branch, "target": {"oid": self.head}} if self.head else None,
            "releases": connection(self.releases, 10, None),
            "deployments": deployments,
            "labels": connection(self.labels, 100, None),
            "environments": {"totalCount": len(self.environments)},
            "rulesets": {"totalCount": len(rulesets), "nodes": rulesets},
        }

    def rest(self, rest: str, query: Mapping[str, str]) -> Any:
        """What an address below the repository answers; None where it is none of these."""
        history = re.fullmatch(r"/rulesets/(\d+)/history(?:/(\d+))?", rest)
        suite = re.fullmatch(r"/rulesets/rule-suites/(\d+)", rest)
        if history:
            return _history(self.rulesets.get(int(history[1]), []), history[2])
        if suite:
            return next(one for one in self.suites if str(one["id"]) == suite[1])
        if rest == "/rulesets/rule-suites":
            wanted = [one for one in self.suites if one["result"] == query.get("rule_suite_result", one["result"])]
            return [{key: value for key, value in one.items() if key != "rule_evaluations"} for one in wanted]
        if rest == "/environments":
            return {"total_count": len(self.environments), "environments": self.environments}
        if rest == "/dependency-graph/sbom":
            return {"sbom": {"packages": self.packages, "relationships": []}}
        return self.changes if rest.startswith("/dependency-graph/compare/") else None


def _history(versions: list[Json], version: str | None) -> Any:
    if version:
        return next(one for one in versions if str(one["version_id"]) == version)
    return [{key: value for key, value in one.items() if key != "state"} for one in versions]


def teams(found: list[Json | None], connection: Connection) -> Graph:
    """An organisation's teams; `members` and `repositories` of each are plain lists of edges. None is one that may not be read."""
    lists = ("members", "repositories")
    nodes = [one and {**one, **{name: {"edges": one.get(name, []), "pageInfo": {}} for name in lists}} for one in found]
    hidden = [place for place, one in enumerate(found) if one is None]
    errors = [GraphError("FORBIDDEN", "Resource not accessible", ("organization", "teams", "nodes", place)) for place in hidden]
    return Graph({"organization": {"databaseId": 1, "teams": connection(nodes, 50, None)}}, tuple(errors))


def unprotected(path: str) -> Absent:
    """GitHub's answer where there is no classic protection, which is not the one for a missing right."""
    return Absent(path, "404 Branch not protected", message="Branch not protected")


def rule(*contexts: str, ruleset_id: int = 5) -> Json:
    """A rule in force that requires checks."""
    required = [{"context": context, "integration_id": 15368} for context in contexts]
    named = {
        "type": "required_status_checks",
        "ruleset_id": ruleset_id,
        "ruleset_source_type": "Repository",
        "ruleset_source": "acme/search",
    }
    return {**named, "parameters": {"required_status_checks": required}}


def version(version_id: int, updated_at: str, *contexts: str) -> Json:
    """A version of a ruleset with its state."""
    rules = [{"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": one} for one in contexts]}}]
    state = {"id": 5, "name": "Main", "enforcement": "active", "rules": rules}
    return {"version_id": version_id, "actor": {"id": 9, "type": "User"}, "updated_at": updated_at, "state": state}


def suite(suite_id: int, pushed_at: str, result: str = "bypass") -> Json:
    """All rules evaluated at one push."""
    shas = {"before_sha": "a" * 40, "after_sha": "b" * 40, "ref": "refs/heads/main"}
    evaluation = {"rule_source": {"type": "ruleset", "id": 5, "name": "Main"}, "enforcement": "active", "result": "fail"}
    evaluations = [{**evaluation, "rule_type": "required_status_checks", "details": None}]
    actor = {"actor_id": 9, "actor_name": "ana"}
    return {"id": suite_id, **actor, **shas, "pushed_at": pushed_at, "result": result, "rule_evaluations": evaluations}


def release(release_id: int, created_at: str, **changes: Any) -> Json:
    """A published release."""
    when = dict.fromkeys(("createdAt", "updatedAt", "publishedAt"), created_at)
    named = {"databaseId": release_id, "tagName": f"v{release_id}", "tagCommit": {"oid": "a" * 40}, "name": f"Release {release_id}"}
    where = {"author": None, "url": f"https://github.com/acme/search/releases/tag/v{release_id}"}
    return {**named, "isDraft": False, "isPrerelease": False, **when, **where, **changes}


def deployment(deployment_id: int, created_at: str, *states: str) -> Json:
    """A deployment with a status for each state, newest first."""
    when = {"createdAt": created_at, "updatedAt": created_at}
    common = {"environment": "production", "creator": None, **when}
    statuses = [{"id": f"DES_{deployment_id}_{place}", "state": state, **common} for place, state in enumerate(states)]
    named = {"id": f"DE_{deployment_id}", "databaseId": deployment_id, "commitOid": "a" * 40, "ref": {"name": "main"}, "task": "deploy"}
    return {**named, **common, "state": states[0] if states else "PENDING", "statuses": statuses}


def package(name: str, version: str) -> Json:
    """A package of an SBOM."""
    locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": f"pkg:pypi/{name}@{version}"}
    return {"SPDXID": f"SPDXRef-{name}", "name": name, "versionInfo": version, "externalRefs": [locator]}


def package_change(name: str, change: str) -> Json:
    """A package that came or went."""
    url = f"pkg:pypi/{name}@1.0"
    return {"change_type": change, "manifest": "pyproject.toml", "ecosystem": "pip", "name": name, "version": "1.0", "package_url": url}


def team() -> Json:
    """A team with a member and a repository."""
    node = {"databaseId": 7, "slug": "search", "name": "Search", "url": "https://github.com/orgs/acme/teams/search", "parentTeam": None}
    members = [{"role": "MAINTAINER", "node": {"databaseId": 9, "login": "ana"}}]
    return {**node, "members": members, "repositories": [{"permission": "WRITE", "node": {"databaseId": 1}}]}


def everything(head: str) -> FakeSurroundings:
    """One of everything."""
    return FakeSurroundings(
        head=head,
        releases=[release(3, "2026-06-01T00:00:00Z")],
        deployments=[deployment(4, "2026-06-01T00:00:00Z", "SUCCESS", "IN_PROGRESS")],
        labels=[{"id": "LA_1", "name": "eval", "description": None, "url": "https://github.com/acme/search/labels/eval"}],
        environments=[{"id": 11, "name": "production", "protection_rules": []}],
        rulesets={5: [version(51, "2026-05-01T00:00:00Z", "evals")]},
        suites=[suite(61, "2026-06-01T00:00:00Z")],
        packages=[package("acme-evals", "1.4.0")],
    )
