"""A GitHub App at the demo's server: PyGithub signs with the key, gets an installation token, and reads with it."""

import time

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from github import Auth, Github, GithubIntegration

from connectors.contract import Meter
from connectors.errors import AuthFailed
from connectors.github.client import GithubClient
from connectors.github.options import GithubOptions
from pipelines.demo.servers.github_access import GithubApp
from pipelines.demo.servers.serving import Settings, serve
from tests.contract.demo_world import TOKEN, git

APP = 4242
OTHERS = tuple(f"firm-{number}" for number in range(1, 131))
"""Further owners that installed the App before the demo organisation did: it is on the second page."""


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def served(world, root, key):
    with serve(world, root, token=TOKEN, settings=Settings(app=GithubApp(APP, public_pem(key), others=OTHERS))) as endpoints:
        yield endpoints


def test_pygithub_reads_as_an_installation(served, key, tmp_path):
    app = Auth.AppAuth(APP, private_pem(key))
    with GithubIntegration(auth=app, base_url=served.github_api_url, seconds_between_requests=0) as integration:
        installation = integration.get_org_installation("acme")
        token = integration.get_access_token(installation.id).token
    assert token.startswith("ghs_")
    with Github(base_url=served.github_api_url, auth=Auth.Token(token), seconds_between_requests=0) as client:
        assert client.get_repo("acme/harness").id == 501
    address = served.github_html_url.replace("//", f"//x-access-token:{token}@")
    assert git(None, "clone", "--quiet", f"{address}/acme/harness.git", str(tmp_path / "clone")) == ""


def ask(served, path, token, method="GET"):
    return requests.request(method, served.github_api_url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def signed(key, **claims):
    now = int(time.time())
    return jwt.encode({"iat": now - 30, "exp": now + 300, "iss": str(APP), **claims}, key, algorithm="RS256")


def test_a_key_that_is_not_the_apps_opens_nothing(served):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert ask(served, "/app/installations", signed(stranger)).status_code == 401


@pytest.mark.parametrize(
    ("claims", "part"),
    [
        ({"exp": 1}, "Expiration time"),
        ({"exp": int(time.time()) + 7200}, "too far in the future"),
        ({"iss": "1"}, "Issuer"),
    ],
)
def test_a_signed_claim_that_does_not_hold_is_refused_by_name(served, key, claims, part):
    refused = ask(served, "/app/installations", signed(key, **claims))
    assert refused.status_code == 401
    assert part in refused.json()["message"]


def test_each_kind_of_credential_reaches_only_its_own(served, key):
    installation = ask(served, "/app/installations?per_page=100&page=2", signed(key)).json()[-1]["id"]
    token = ask(served, f"/app/installations/{installation}/access_tokens", signed(key), "POST").json()["token"]
    assert ask(served, "/user", token).status_code == 403
    assert ask(served, "/installation/repositories", token).json()["total_count"] == 6
    assert ask(served, "/installation/repositories", TOKEN).status_code == 403
    assert ask(served, "/app/installations", TOKEN).status_code == 401
    assert ask(served, "/app/installations/1/access_tokens", signed(key), "POST").status_code == 404


def connected(served, key, *include):
    app = {"app_id": APP, "private_key": private_pem(key)}
    options = {"api_url": served.github_api_url, "auth": app, "repositories": {"include": include}}
    return GithubClient(GithubOptions.model_validate(options), Meter())


def test_the_connector_finds_the_installation_of_each_owner_among_many(served, key):
    client = connected(served, key, "acme/*", "firm-7/*")
    try:
        assert client.of("acme").get("/repos/acme/harness").data["id"] == 501
        assert next(state.name for state in client.credentials()) == f"App {APP}, installation 4700001"
    finally:
        client.close()


def test_an_owner_that_did_not_install_the_app_is_named(served, key):
    with pytest.raises(AuthFailed, match="not installed at umbrella"):
        connected(served, key, "acme/*", "umbrella/*")
