"""Answers about a repository's surroundings as records: pure functions to the columns of `schema_surroundings.py`."""

from collections.abc import Iterable
from typing import Any

import orjson

from connectors.contract import Record
from connectors.github.records import dig, graph_actor, listed, lower

_ADDRESSES = ("url", "contexts_url", "protection_url", "html_url", "users_url", "teams_url", "apps_url")


def _text(value: Any) -> str | None:
    """JSON with sorted keys; None for None."""
    return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


# Rules


def plain_rules(rules: Any) -> list[Any] | None:
    """Rules in force in an order of their own: GitHub promises none, and a new order is no new rule."""
    return (
        None
        if rules is None
        else sorted(listed(rules), key=lambda rule: (str(dig(rule, "type")), str(dig(rule, "ruleset_id")), str(_text(rule))))
    )


def plain_protection(protection: Any) -> Any:
    """Classic protection without addresses, which a rename changes."""
    if isinstance(protection, dict):
        return {key: plain_protection(value) for key, value in protection.items() if key not in _ADDRESSES}
    return [plain_protection(value) for value in protection] if isinstance(protection, list) else protection


def source_of(rule: Any) -> list[str]:
    """Kind of a rule's ruleset, and the login of the organisation that it belongs to, if any."""
    kind, source = str(dig(rule, "ruleset_source_type") or "Repository"), str(dig(rule, "ruleset_source") or "")
    return [kind, source.partition("/")[0]]


def rule_snapshot(repository_id: int, branch: str, now: str, content: tuple[Any, Any], states: list[str], html_url: str) -> Record:
    """The rules of a branch as they were found; `content` and `states` are of rulesets and of classic protection."""
    rules, classic = content
    return {
        "repository_id": repository_id,
        "branch": branch,
        "observed_at": now,
        "rules": _text(rules),
        "rules_state": states[0],
        "classic": _text(classic),
        "classic_state": states[1],
        "_raw": {"rules": rules, "classic": classic},
        "_source_url": f"{html_url}/settings/branches",
    }


def ruleset_version(ruleset_id: int, kind: str, version: dict[str, Any], repository_id: int, html_url: str) -> Record:
    """One version of a ruleset, with its state where that could be read."""
    state = version.get("state")
    return {
        "ruleset_id": ruleset_id,
        "version_id": version.get("version_id"),
        "repository_id": repository_id,
        "source": kind,
        "name": dig(state, "name"),
        "enforcement": dig(state, "enforcement"),
        "actor_id": dig(version, "actor", "id"),
        "updated_at": version.get("updated_at"),
        "state": _text(state),
        "_raw": version,
        "_source_url": f"{html_url}/rules/{ruleset_id}",
    }


def rule_suite(suite: dict[str, Any], repository_id: int, html_url: str) -> Record:
    """One evaluation of all rules at one push or merge."""
    return {
        "rule_suite_id": suite.get("id"),
        "repository_id": repository_id,
        "actor_id": suite.get("actor_id"),
        "actor_login": suite.get("actor_name"),
        **{key: suite.get(key) for key in ("before_sha", "after_sha", "ref", "pushed_at", "result", "evaluation_result")},
        "rule_evaluations": _text(suite.get("rule_evaluations")),
        "_raw": suite,
        "_source_url": f"{html_url}/rules/insights",
    }


# Releases, deployments, environments, labels


def release(node: dict[str, Any], repository_id: int) -> Record:
    """One release."""
    return {
        "release_id": node.get("databaseId"),
        "repository_id": repository_id,
        "tag_name": node.get("tagName"),
        "tag_sha": dig(node, "tagCommit", "oid"),
        "name": node.get("name"),
        "is_draft": node.get("isDraft"),
        "is_prerelease": node.get("isPrerelease"),
        **graph_actor("author", node.get("author")),
        "created_at": node.get("createdAt"),
        "published_at": node.get("publishedAt"),
        "url": node.get("url"),
        "_raw": node,
        "_source_url": node.get("url"),
    }


def deployment(node: dict[str, Any], repository_id: int, html_url: str) -> Record:
    """One deployment without its statuses, which are records of their own."""
    return {
        "deployment_id": node.get("databaseId"),
        "repository_id": repository_id,
        "sha": node.get("commitOid"),
        "ref": dig(node, "ref", "name"),
        "task": node.get("task"),
        "environment": node.get("environment"),
        **graph_actor("creator", node.get("creator")),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "state": lower(node.get("state")),
        "_raw": {key: value for key, value in node.items() if key != "statuses"},
        "_source_url": f"{html_url}/deployments",
    }


def deployment_status(node: dict[str, Any], deployment: Record) -> Record:
    """One status of one deployment."""
    return {
        "deployment_status_id": node.get("id"),
        "deployment_id": deployment["deployment_id"],
        "repository_id": deployment["repository_id"],
        "state": lower(node.get("state")),
        **graph_actor("creator", node.get("creator")),
        "created_at": node.get("createdAt"),
        "environment": node.get("environment"),
        "_raw": node,
        "_source_url": deployment["_source_url"],
    }


def environment(item: dict[str, Any], repository_id: int, html_url: str) -> Record:
    """One environment; of reviewers their kind, id and name."""
    return {
        "environment_id": item.get("id"),
        "repository_id": repository_id,
        "name": item.get("name"),
        "protection_rules": _text([_protection_rule(rule) for rule in listed(item.get("protection_rules"))]),
        "_raw": item,
        "_source_url": item.get("html_url") or f"{html_url}/settings/environments",
    }


def _protection_rule(rule: Any) -> Record:
    reviewers = [
        {"type": dig(one, "type"), "id": dig(one, "reviewer", "id"), "name": dig(one, "reviewer", "login") or dig(one, "reviewer", "slug")}
        for one in listed(dig(rule, "reviewers"))
    ]
    kept = {"type": dig(rule, "type"), "timeout": dig(rule, "wait_timer"), "prevent_self_review": dig(rule, "prevent_self_review")}
    return {**kept, "reviewers": reviewers}


def label(node: dict[str, Any], repository_id: int) -> Record:
    """One label."""
    return {
        "label_id": node.get("id"),
        "repository_id": repository_id,
        "name": node.get("name"),
        "description": node.get("description"),
        "_raw": node,
        "_source_url": node.get("url"),
    }


# Teams


def team(node: dict[str, Any], organisation: str) -> Record:
    """One team."""
    return {
        "team_id": node.get("databaseId"),
        "organisation_login": organisation,
        "slug": node.get("slug"),
        "name": node.get("name"),
        "parent_team_id": dig(node, "parentTeam", "databaseId"),
        "_raw": {key: value for key, value in node.items() if key not in ("members", "repositories")},
        "_source_url": node.get("url"),
    }


def team_member(edge: Any, team: Record) -> Record:
    """One account in one team."""
    return {
        "team_id": team["team_id"],
        "user_id": dig(edge, "node", "databaseId"),
        "login": dig(edge, "node", "login"),
        "role": lower(dig(edge, "role")),
        "_raw": edge,
        "_source_url": f"{team['_source_url']}/members",
    }


def team_repository(edge: Any, team: Record) -> Record:
    """One repository of one team."""
    return {
        "team_id": team["team_id"],
        "repository_id": dig(edge, "node", "databaseId"),
        "permission": lower(dig(edge, "permission")),
        "_raw": edge,
        "_source_url": f"{team['_source_url']}/repositories",
    }


# Dependencies


def packages(sbom: Any, repository_id: int, html_url: str) -> Iterable[Record]:
    """Packages of an SPDX document; the repository itself, which the document describes, is none of them."""
    described = {
        dig(one, "relatedSpdxElement") for one in listed(dig(sbom, "relationships")) if dig(one, "relationshipType") == "DESCRIBES"
    }
    direct = {
        dig(one, "relatedSpdxElement")
        for one in listed(dig(sbom, "relationships"))
        if dig(one, "relationshipType") == "DEPENDS_ON" and dig(one, "spdxElementId") in described
    }
    for package in listed(dig(sbom, "packages")):
        if not isinstance(package, dict) or package.get("SPDXID") in described:
            continue
        url = next(
            (dig(ref, "referenceLocator") for ref in listed(package.get("externalRefs")) if dig(ref, "referenceType") == "purl"), None
        )
        name = package.get("name")
        yield {
            "repository_id": repository_id,
            "package_url": url or f"pkg:generic/{name}",
            "ecosystem": _ecosystem(url),
            "name": name,
            "version": package.get("versionInfo") or None,
            "relationship": ("direct" if package.get("SPDXID") in direct else "transitive") if direct else "unknown",
            "_raw": package,
            "_source_url": f"{html_url}/network/dependencies",
        }


def _ecosystem(url: Any) -> str | None:
    return url.removeprefix("pkg:").partition("/")[0] if isinstance(url, str) and url.startswith("pkg:") else None


def dependency_change(item: dict[str, Any], repository_id: int, heads: tuple[str, str], now: str, html_url: str) -> Record:
    """One package added to or removed from one manifest between two heads."""
    return {
        "repository_id": repository_id,
        "base_sha": heads[0],
        "head_sha": heads[1],
        "manifest": item.get("manifest"),
        "package_url": item.get("package_url") or f"pkg:generic/{item.get('name')}",
        "change_type": item.get("change_type"),
        "ecosystem": item.get("ecosystem"),
        "name": item.get("name"),
        "version": item.get("version"),
        "scope": item.get("scope"),
        "observed_at": now,
        "_raw": item,
        "_source_url": f"{html_url}/compare/{heads[0]}...{heads[1]}",
    }
