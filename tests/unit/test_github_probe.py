"""What `fulcrum doctor` says about GitHub, and the smoke run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Finding, Meter
from connectors.errors import AuthFailed
from connectors.github import __main__ as smoke
from connectors.github import fake_objects as make
from connectors.github import resources
from connectors.github.fake import FakeGithub
from connectors.github.options import GithubOptions
from connectors.github.protocol import CredentialState
from connectors.github.resources import CONNECTOR, GithubReader


def findings(github: FakeGithub, include: str = "acme/*") -> dict[str, Finding]:
    options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": [include]}})
    return {finding.name: finding for finding in GithubReader(options, github.connect).probe()}


@pytest.fixture
def github() -> FakeGithub:
    return FakeGithub([make.repository(1, "acme/search")])


def state(**changes: Any) -> CredentialState:
    good = {"scopes": ("repo", "read:org"), "remaining": {"core": 4000}, "limit": {"core": 5000}, "server_time": datetime.now(UTC)}
    return CredentialState("the token", **{**good, **changes})


def test_all_well(github: FakeGithub):
    github.states = [state()]
    found = findings(github)
    assert {finding.state for finding in found.values()} == {"ok"}
    assert found["github the token: budget core"].detail == "4000 of 5000 requests left this hour"
    assert github.is_closed


@pytest.mark.parametrize(
    ("changes", "name", "level", "fix"),
    [
        ({"error": "the token was refused (401 Bad credentials)"}, "github the token", "fail", "replace the token"),
        ({"scopes": ("read:org",)}, "github the token: rights", "warn", "public repositories"),
        ({"scopes": None}, "github the token: rights", "ok", ""),
        ({"remaining": {"core": 20}}, "github the token: budget core", "warn", "add a token"),
        ({"server_time": datetime.now(UTC) - timedelta(minutes=10)}, "github the token: clock", "warn", "NTP"),
    ],
)
def test_what_is_wrong_comes_with_its_fix(github: FakeGithub, changes: dict[str, Any], name: str, level: str, fix: str):
    github.states = [state(**changes)]
    found = findings(github)[name]
    assert found.state == level
    assert fix in found.fix


@pytest.mark.parametrize(
    ("include", "level"), [("acme/*", "ok"), ("acme/search", "ok"), ("acme/serach", "fail"), ("nobody/*", "warn"), ("solo/*", "ok")]
)
def test_one_repository_is_tried(github: FakeGithub, include: str, level: str):
    github.users.add("solo")
    github.repositories.append(make.repository(2, "solo/notes"))
    assert findings(github, include)[f"github {include}"].state == level


def test_a_credential_that_cannot_even_be_made_is_one_finding():
    def connect(options: Any, meter: Meter) -> FakeGithub:
        raise AuthFailed("github", "App 12", "its private_key is no RSA key in PEM form", "give the whole .pem text")

    options = GithubOptions.model_validate({"tokens": ["t"], "repositories": {"include": ["acme/*"]}})
    (finding,) = GithubReader(options, connect).probe()
    assert (finding.state, finding.fix) == ("fail", "give the whole .pem text")


def test_the_smoke_run_prints_what_each_table_got(github: FakeGithub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    monkeypatch.setattr(resources, "_connect", github.connect)
    assert smoke.main(["acme/*", "--since", "2026-01-01"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["repositories", "1"]
    github.repositories[0].is_gone = True
    assert smoke.main(["acme/*"]) == 1
    assert "acme/search" in capsys.readouterr().err
    assert smoke.main(["acme/*", "--probe"]) == 0


def test_the_smoke_run_needs_a_token(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(SystemExit) as caught:
        smoke.main(["acme/*"])
    assert caught.value.code == 2
    assert "GITHUB_TOKEN" in capsys.readouterr().err


def test_the_connector_is_opened_without_asking_anything():
    options = {"api_url": "http://localhost:1", "tokens": ["t"], "repositories": {"include": ["acme/*"]}}
    assert isinstance(CONNECTOR.open(options), GithubReader)
