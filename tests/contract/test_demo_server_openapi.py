"""Every REST answer of the demo's GitHub server is an answer that GitHub's own OpenAPI description allows.

Held strictly: a field that the description does not know is a fault too, not only a required one that is missing.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jwt
import orjson
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from pipelines.demo import story
from pipelines.demo.git_repos import materialise
from pipelines.demo.servers.github_access import GithubApp
from pipelines.demo.servers.serving import Settings, serve
from tests.contract.demo_world import TOKEN
from tests.contract.npm import npm_file

pytestmark = [pytest.mark.node, pytest.mark.slow]
HARNESS = "/repos/{owner}/{repo}"
RUN, JOB, SHA = 16_000_000_003, 45_000_000_032, "{sha}"
ANSWERS = [
    ("/rate_limit", "/rate_limit"),
    ("/meta", "/meta"),
    ("/user", "/user"),
    ("/orgs/{org}", "/orgs/acme"),
    ("/orgs/{org}/repos", "/orgs/acme/repos"),
    ("/users/{username}/repos", "/users/acme/repos"),
    (HARNESS, "/repos/acme/harness"),
    (HARNESS, "/repos/acme/harness-fork"),
    (HARNESS, "/repos/acme/from-template"),
    (HARNESS, "/repos/acme/empty"),
    (f"{HARNESS}/issues", "/repos/acme/harness/issues?state=all&per_page=100"),
    (f"{HARNESS}/issues/{{issue_number}}", "/repos/acme/harness/issues/101"),
    (f"{HARNESS}/issues/{{issue_number}}", "/repos/acme/harness/issues/1"),
    (f"{HARNESS}/pulls", "/repos/acme/harness/pulls?state=all&per_page=100"),
    (f"{HARNESS}/pulls/{{pull_number}}", "/repos/acme/harness/pulls/1"),
    (f"{HARNESS}/pulls/{{pull_number}}", "/repos/acme/harness/pulls/3"),
    (f"{HARNESS}/pulls/{{pull_number}}/commits", "/repos/acme/harness/pulls/1/commits"),
    (f"{HARNESS}/pulls/{{pull_number}}/reviews", "/repos/acme/harness/pulls/1/reviews"),
    (f"{HARNESS}/pulls/{{pull_number}}/files", "/repos/acme/harness/pulls/1/files"),
    (f"{HARNESS}/commits", "/repos/acme/harness/commits"),
    (f"{HARNESS}/commits/{{ref}}", "/repos/acme/harness/commits/{sha}"),
    (f"{HARNESS}/commits/{{ref}}/statuses", "/repos/acme/harness/commits/{sha}/statuses"),
    (f"{HARNESS}/actions/runs", "/repos/acme/harness/actions/runs?per_page=100"),
    (f"{HARNESS}/actions/runs/{{run_id}}", f"/repos/acme/harness/actions/runs/{RUN}"),
    (f"{HARNESS}/actions/runs/{{run_id}}/attempts/{{attempt_number}}", f"/repos/acme/harness/actions/runs/{RUN}/attempts/1"),
    (f"{HARNESS}/actions/runs/{{run_id}}/jobs", f"/repos/acme/harness/actions/runs/{RUN}/jobs?filter=all"),
    (f"{HARNESS}/actions/runs/{{run_id}}/attempts/{{attempt_number}}/jobs", f"/repos/acme/harness/actions/runs/{RUN}/attempts/2/jobs"),
    (f"{HARNESS}/actions/jobs/{{job_id}}", f"/repos/acme/harness/actions/jobs/{JOB}"),
    (f"{HARNESS}/commits/{{ref}}/check-runs", "/repos/acme/harness/commits/{sha}/check-runs?filter=all"),
    (f"{HARNESS}/rules/branches/{{branch}}", "/repos/acme/harness/rules/branches/main"),
    (
        f"{HARNESS}/branches/{{branch}}/protection/required_status_checks",
        "/repos/acme/harness/branches/main/protection/required_status_checks",
    ),
    (f"{HARNESS}/branches/{{branch}}/protection", "/repos/acme/harness/branches/main/protection"),
    (f"{HARNESS}/branches/{{branch}}/protection", "/repos/acme/starter/branches/main/protection"),
    (f"{HARNESS}/rulesets/{{ruleset_id}}/history", "/repos/acme/harness/rulesets/71/history"),
    (f"{HARNESS}/rulesets/{{ruleset_id}}/history/{{version_id}}", "/repos/acme/harness/rulesets/71/history/711"),
    (f"{HARNESS}/rulesets/{{ruleset_id}}/history/{{version_id}}", "/repos/acme/harness/rulesets/71/history/712"),
    (f"{HARNESS}/rules/branches/{{branch}}", "/repos/acme/starter/rules/branches/main"),
    ("/orgs/{org}/rulesets/{ruleset_id}/history", "/orgs/acme/rulesets/73/history"),
    ("/orgs/{org}/rulesets/{ruleset_id}/history/{version_id}", "/orgs/acme/rulesets/73/history/732"),
    (f"{HARNESS}/rulesets/rule-suites", "/repos/acme/harness/rulesets/rule-suites?rule_suite_result=bypass&time_period=month"),
    (f"{HARNESS}/rulesets/rule-suites/{{rule_suite_id}}", "/repos/acme/harness/rulesets/rule-suites/7501"),
    (f"{HARNESS}/environments", "/repos/acme/harness/environments"),
    (f"{HARNESS}/dependency-graph/sbom", "/repos/acme/harness/dependency-graph/sbom"),
    (f"{HARNESS}/dependency-graph/compare/{{basehead}}", "/repos/acme/harness/dependency-graph/compare/{base}...{head}"),
    (HARNESS, "/repos/acme/vanished"),
    (f"{HARNESS}/commits", "/repos/acme/empty/commits"),
    (
        f"{HARNESS}/branches/{{branch}}/protection/required_status_checks",
        "/repos/acme/empty/branches/main/protection/required_status_checks",
    ),
    (f"{HARNESS}/issues", "/repos/acme/harness/issues?since=yesterday"),
]


def plain(schema: Any, is_open: bool = False) -> Any:
    """An OpenAPI 3.0 schema as JSON schema: `nullable` said in JSON schema's way, and objects closed unless joined by allOf."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept = {key: plain(value, is_open=False) for key, value in schema.items() if key not in {"nullable", "example", "examples"}}
    if "allOf" in schema:
        kept["allOf"] = [plain(part, is_open=True) for part in schema["allOf"]]
    elif "properties" in schema and not is_open:
        kept.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, kept]} if schema.get("nullable") else kept


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(text: object) -> bool:
    return not isinstance(text, str) or (datetime.fromisoformat(text).tzinfo is not None and text.endswith("Z"))


@FORMATS.checks("uri")
def is_uri(text: object) -> bool:
    return not isinstance(text, str) or (bool(urlsplit(text).netloc) and not set(text) & set("{} <>"))


@cache
def description() -> dict[str, Any]:
    return orjson.loads(npm_file("@octokit/openapi", "23.0.2", "generated/api.github.com.json").read_bytes())


@cache
def registry() -> Registry[Any]:
    schemas = {name: plain(schema, is_open=name.endswith("-error")) for name, schema in description()["components"]["schemas"].items()}
    # A rule of a ruleset, and a version with its state, are one object out of two joined by allOf: both halves have to stay open.
    for name in ("repository-rule-required-status-checks", "repository-rule-workflows", "repository-rule-ruleset-info", "ruleset-version"):
        schemas[name].pop("additionalProperties", None)
    resource = Resource.from_contents({"components": {"schemas": schemas}}, default_specification=DRAFT4)
    return Registry().with_resource("urn:github", resource)


def rooted(schema: Any) -> Any:
    """A schema outside the components, pointing into them."""
    if isinstance(schema, list):
        return [rooted(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: f"urn:github{value}" if key == "$ref" and isinstance(value, str) else rooted(value) for key, value in schema.items()}


# Joins an account's two alternatives by allOf, which no account can meet; the single installation's schema is right.
CORRECTED = {"/app/installations": {"type": "array", "items": {"$ref": "#/components/schemas/installation"}}}


def schema_of(path: str, method: str, status: int) -> Any:
    if path in CORRECTED:
        return CORRECTED[path]
    responses = description()["paths"][path][method]["responses"]
    assert str(status) in responses, f"GitHub does not answer {status} to {method} {path}"
    answer = responses[str(status)]
    if "$ref" in answer:
        answer = description()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return answer["content"]["application/json"]["schema"]


def faults_of(path: str, method: str, response: requests.Response) -> list[str]:
    # Error bodies are described by a few of their fields only.
    schema = plain(schema_of(path, method, response.status_code), is_open=not response.ok)
    validator = Draft4Validator(rooted(schema), registry=registry(), format_checker=FORMATS)
    return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message[:300]}" for fault in validator.iter_errors(response.json())]


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(scope="module")
def served(world, root):
    with serve(world, root, token=TOKEN, settings=Settings(app=GithubApp(77, PUBLIC_KEY))) as endpoints:
        yield endpoints, world


@pytest.mark.parametrize(("template", "path"), ANSWERS, ids=[path for _, path in ANSWERS])
def test_answers_are_as_github_describes_them(served, template, path):
    endpoints, world = served
    marks = {"{sha}": "harness:p1", "{base}": "harness:1", "{head}": "harness:2"}
    for name, mark in marks.items():
        path = path.replace(name, world.sha(mark))
    url = endpoints.github_api_url + path
    response = requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    assert faults_of(template, "get", response) == []


def paths_of_the_demo(world):
    """Something of everything that the demo organisation holds, from every repository."""
    for name, repository in world.repositories.items():
        yield HARNESS, f"/repos/{name}"
        if repository.is_gone:
            continue
        for listing in ("issues", "pulls", "actions/runs", "commits"):
            yield f"{HARNESS}/{listing}", f"/repos/{name}/{listing}?state=all&per_page=2"
        yield f"{HARNESS}/rules/branches/{{branch}}", f"/repos/{name}/rules/branches/{repository.default_branch}"
    for pull in world.pull_requests[::60]:
        path = f"/repos/{pull.repository}/pulls/{pull.number}"
        yield f"{HARNESS}/pulls/{{pull_number}}", path
        for part in ("commits", "reviews", "files"):
            yield f"{HARNESS}/pulls/{{pull_number}}/{part}", f"{path}/{part}"
    for run in world.runs[::60]:
        yield f"{HARNESS}/actions/runs/{{run_id}}/jobs", f"/repos/{run.repository}/actions/runs/{run.run_id}/jobs?filter=all"
        yield f"{HARNESS}/commits/{{ref}}/check-runs", f"/repos/{run.repository}/commits/{world.sha(run.head)}/check-runs?filter=all"


def test_the_demo_organisation_is_served_as_github_describes(tmp_path):
    world = story.build()
    materialise(world, tmp_path)
    with serve(world, tmp_path, token=TOKEN) as endpoints, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        for template, path in paths_of_the_demo(world):
            assert faults_of(template, "get", session.get(endpoints.github_api_url + path, timeout=30)) == [], path


def test_app_answers_are_as_github_describes_them(served):
    endpoints, _ = served
    now = int(datetime.now(UTC).timestamp())
    token = jwt.encode({"iat": now - 60, "exp": now + 300, "iss": "77"}, KEY, algorithm="RS256")
    headers = {"Authorization": f"Bearer {token}"}
    listed = requests.get(f"{endpoints.github_api_url}/app/installations", headers=headers, timeout=30)
    assert faults_of("/app/installations", "get", listed) == []
    one = requests.get(f"{endpoints.github_api_url}/orgs/acme/installation", headers=headers, timeout=30)
    assert faults_of("/orgs/{org}/installation", "get", one) == []
    issued = requests.post(one.json()["access_tokens_url"], headers=headers, timeout=30)
    assert faults_of("/app/installations/{installation_id}/access_tokens", "post", issued) == []
    headers = {"Authorization": f"token {issued.json()['token']}"}
    readable = requests.get(f"{endpoints.github_api_url}/installation/repositories", headers=headers, timeout=30)
    assert faults_of("/installation/repositories", "get", readable) == []


def test_a_refused_credential_is_as_github_describes_it(served):
    endpoints, _ = served
    response = requests.get(f"{endpoints.github_api_url}/user", headers={"Authorization": "Bearer wrong"}, timeout=30)
    assert response.status_code == 401
    assert faults_of("/user", "get", response) == []


def test_the_check_finds_missing_wrong_and_invented_fields(served):
    endpoints, _ = served
    response = requests.get(
        f"{endpoints.github_api_url}/repos/acme/harness/pulls/1", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    )
    pull = response.json()
    del pull["merged_by"]
    pull["created_at"], pull["number"], pull["invented"] = "yesterday", "one", 1
    response._content = orjson.dumps(pull)
    faults = "\n".join(faults_of("/repos/{owner}/{repo}/pulls/{pull_number}", "get", response))
    for part in ("'merged_by' is a required property", "'yesterday' is not a 'date-time'", "'one' is not of type 'integer'", "'invented'"):
        assert part in faults
