"""Routes of GitHub's REST API for environments and the dependency graph."""

from datetime import UTC, datetime

from pipelines.demo.servers.github_access import not_found
from pipelines.demo.servers.github_http import Answer, Call, Handler, listing
from pipelines.demo.servers.github_index import stable_id
from pipelines.demo.servers.github_rules_rest import need
from pipelines.demo.servers.github_site import Payload, iso, node_id
from pipelines.demo.world import Repository
from pipelines.demo.world_surroundings import Environment, Package

GRAPH_READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When the document says that it was made; a constant, so that the same packages are the same answer."""
ECOSYSTEMS = {"pypi": "pip", "npm": "npm", "githubactions": "actions"}
"""How the comparison of two commits calls the type of a purl."""


def environments(call: Call) -> Answer:
    """Environments with their protection rules."""
    repository = call.repository
    need(call, "actions")
    found = call.site.index.world.around(repository.full_name).environments
    return listing(call, found, lambda one: _environment(call, repository, one), "environments")


def _environment(call: Call, repository: Repository, one: Environment) -> Payload:
    url = f"{call.site.repo_api(repository)}/environments/{one.name}"
    rules: list[Payload] = []
    if one.wait_minutes:
        number = stable_id("wait", one.environment_id)
        rules.append({"id": number, "node_id": node_id("GA", number), "type": "wait_timer", "wait_timer": one.wait_minutes})
    if one.reviewer:
        number = stable_id("reviewers", one.environment_id)
        reviewers = [{"type": "User", "reviewer": call.site.user(one.reviewer)}]
        named = {"id": number, "node_id": node_id("GA", number), "type": "required_reviewers"}
        rules.append({**named, "prevent_self_review": False, "reviewers": reviewers})
    return {
        "id": one.environment_id,
        "node_id": node_id("EN", one.environment_id),
        "name": one.name,
        "url": url,
        "html_url": f"{call.site.repo_html(repository)}/deployments/activity_log?environments_filter={one.name}",
        "created_at": iso(one.created_at),
        "updated_at": iso(one.created_at),
        "protection_rules": rules,
        "deployment_branch_policy": None,
    }


def _packages(call: Call, repository: Repository, sha: str) -> tuple[Package, ...]:
    """The packages that a repository needs at a commit.

    Raises:
        Refusal: 404 for a commit that it does not have.
    """
    index = call.site.index
    commit = index.commits.get((repository.full_name, sha))
    if commit is None:
        raise not_found()
    told = index.world.around(repository.full_name).packages
    since = [found for mark, found in told if mark in index.order and index.order[mark] <= index.order[commit.mark]]
    return since[-1] if since else ()


def sbom(call: Call) -> Answer:
    """The packages of the default branch as an SPDX document."""
    repository, world = call.repository, call.site.index.world
    need(call, "contents")
    packages = _packages(call, repository, world.sha(repository.head)) if repository.head else ()
    itself = f"SPDXRef-com.github.{repository.owner}-{repository.name}"
    name = f"com.github.{repository.full_name}"
    return Answer(
        {
            "sbom": {
                "SPDXID": "SPDXRef-DOCUMENT",
                "spdxVersion": "SPDX-2.3",
                "creationInfo": {"created": iso(GRAPH_READ_AT), "creators": ["Tool: GitHub.com-Dependency-Graph"]},
                "name": name,
                "dataLicense": "CC0-1.0",
                "documentNamespace": f"{call.site.html}/{repository.full_name}/dependency_graph/sbom-{repository.repository_id}",
                "packages": [_spdx(name, itself), *(_spdx(one.name, _spdx_id(one), one) for one in packages)],
                "relationships": [
                    _related("SPDXRef-DOCUMENT", "DESCRIBES", itself),
                    *(_related(itself, "DEPENDS_ON", _spdx_id(one)) for one in packages if one.is_direct),
                ],
            }
        }
    )


def _spdx_id(package: Package) -> str:
    return f"SPDXRef-{package.ecosystem}-{package.name}-{package.version}"


def _related(one: str, how: str, other: str) -> Payload:
    return {"relationshipType": how, "spdxElementId": one, "relatedSpdxElement": other}


def _spdx(name: str, spdx_id: str, package: Package | None = None) -> Payload:
    found = {"SPDXID": spdx_id, "name": name, "downloadLocation": "NOASSERTION", "filesAnalyzed": False}
    if package is None:
        return found
    locator = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.url}
    return {**found, "versionInfo": package.version, "externalRefs": [locator]}


def comparison(call: Call) -> Answer:
    """Packages that came and went between two commits."""
    repository = call.repository
    need(call, "contents")
    base, _, head = call.path["basehead"].partition("...")
    before, after = _packages(call, repository, base), _packages(call, repository, head)
    removed = [_change(call, repository, one, "removed") for one in before if one not in after]
    return Answer([*(_change(call, repository, one, "added") for one in after if one not in before), *removed])


def _change(call: Call, repository: Repository, one: Package, change: str) -> Payload:
    return {
        "change_type": change,
        "manifest": one.manifest,
        "ecosystem": ECOSYSTEMS.get(one.ecosystem, one.ecosystem),
        "name": one.name,
        "version": one.version,
        "package_url": one.url,
        "license": None,
        "source_repository_url": call.site.repo_html(repository),
        "vulnerabilities": [],
        "scope": "runtime",
    }


SURROUNDINGS_ROUTES: dict[str, Handler] = {
    "/environments": environments,
    "/dependency-graph/sbom": sbom,
    "/dependency-graph/compare/{basehead:path}": comparison,
}
