"""Envelopes written in CI: each system's own variables, the head of a pull request, and the same file by command, script and action."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from connectors.evals import ci
from connectors.evals.envelope import belonging, read_envelope
from pipelines.cli.app import app

ROOT = Path(__file__).parents[2]
HEAD, MERGE = "a" * 40, "b" * 40


def nobody(_: Any) -> str:
    return ""


def github(tmp_path: Path, event: dict[str, Any], **more: str) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_REPOSITORY_ID": "4711",
        "GITHUB_SHA": MERGE,
        "GITHUB_RUN_ID": "99",
        "GITHUB_RUN_ATTEMPT": "2",
        "GITHUB_ACTOR_ID": "7",
        "GITHUB_ACTOR": "ana",
        "GITHUB_EVENT_PATH": str(path),
        **more,
    }


def test_a_pull_request_is_known_by_its_head_and_not_by_the_passing_merge(tmp_path):
    told = ci.surroundings(github(tmp_path, {"pull_request": {"number": 12, "head": {"sha": HEAD}}}), nobody)
    assert told == {
        "ci": "github",
        "repository": "acme/shop",
        "repo_id": 4711,
        "head_sha": HEAD,
        "pr": 12,
        "run_id": 99,
        "run_attempt": 2,
        "actor_id": 7,
        "actor": "ana",
    }


@pytest.mark.parametrize(
    ("event", "more", "sha", "pr"),
    [
        ({}, {}, MERGE, None),
        ({"workflow_run": {"head_sha": HEAD, "pull_requests": [{"number": 5}]}}, {}, HEAD, 5),
        ({"workflow_run": {"head_sha": HEAD, "pull_requests": [{"number": 5}, {"number": 6}]}}, {}, HEAD, None),
        ({}, {"GITHUB_REF": f"refs/heads/gh-readonly-queue/main/pr-31-{HEAD}"}, MERGE, 31),
        ("no object", {}, MERGE, None),
    ],
)
def test_other_events_of_github_tell_what_they_know(tmp_path, event, more, sha, pr):
    told = ci.surroundings(github(tmp_path, event, **more), nobody)
    assert (told["head_sha"], told.get("pr")) == (sha, pr)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            {
                "GITLAB_CI": "true",
                "CI_PROJECT_PATH": "acme/ml/shop",
                "CI_PROJECT_ID": "3",
                "CI_COMMIT_SHA": MERGE,
                "CI_MERGE_REQUEST_IID": "4",
            }
            | {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD},
            {"ci": "gitlab", "repository": "acme/ml/shop", "head_sha": HEAD, "pr": 4},
        ),
        ({"GITLAB_CI": "true", "CI_COMMIT_SHA": HEAD, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": ""}, {"ci": "gitlab", "head_sha": HEAD}),
        (
            {"TF_BUILD": "True", "BUILD_SOURCEVERSION": MERGE, "SYSTEM_PULLREQUEST_SOURCECOMMITID": HEAD}
            | {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "8", "BUILD_REPOSITORY_NAME": "acme/shop"},
            {"ci": "azure", "repository": "acme/shop", "head_sha": HEAD, "pr": 8},
        ),
        (
            {"CIRCLECI": "true", "CIRCLE_SHA1": HEAD, "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/9"}
            | {"CIRCLE_PROJECT_USERNAME": "acme", "CIRCLE_PROJECT_REPONAME": "shop"},
            {"ci": "circleci", "repository": "acme/shop", "head_sha": HEAD, "pr": 9},
        ),
        (
            {
                "BUILDKITE": "true",
                "BUILDKITE_COMMIT": HEAD,
                "BUILDKITE_PULL_REQUEST": "false",
                "BUILDKITE_REPO": "git@github.com:acme/shop.git",
            },
            {"ci": "buildkite", "repository": "acme/shop", "head_sha": HEAD},
        ),
        (
            {
                "JENKINS_URL": "https://ci.acme.example/",
                "GIT_COMMIT": HEAD,
                "CHANGE_ID": "3",
                "GIT_URL": "https://git.acme.example/acme/shop",
            },
            {"ci": "jenkins", "repository": "acme/shop", "head_sha": HEAD, "pr": 3},
        ),
    ],
)
def test_each_ci_system_is_read_in_its_own_words(environment, told):
    assert ci.surroundings(environment, nobody) == told


def test_ids_of_other_systems_never_look_like_ids_of_github(tmp_path):
    made = ci.envelope({}, ci.surroundings({"GITLAB_CI": "1", "CI_PROJECT_ID": "3", "CI_PIPELINE_ID": "5", "CI_COMMIT_SHA": HEAD}, nobody))
    assert not made.keys() & {"repo_id", "run_id", "run_attempt", "actor_id"}


def test_outside_of_ci_the_checkout_tells_and_says_whether_it_was_clean(tmp_path, monkeypatch):
    for command in (["init", "-q"], ["remote", "add", "origin", "ssh://git@github.com/acme/shop.git"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "prompt.txt").write_text("Be kind.")
    who = ["-c", "user.name=a", "-c", "user.email=a@acme.example"]
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", *who, "commit", "-qm", "one"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    clean = ci.surroundings({}, ci.git)
    (tmp_path / "prompt.txt").write_text("Be brief.")
    assert clean == {"head_sha": ci.git(["rev-parse", "HEAD"]), "repository": "acme/shop"}
    assert ci.surroundings({}, ci.git) == clean | {"dirty": True}


@pytest.mark.parametrize(
    ("told", "words"), [({}, "no commit is known"), ({"head_sha": "abc123"}, "head_sha is 'abc123'; expected the whole")]
)
def test_an_envelope_without_a_whole_commit_is_refused(told, words):
    with pytest.raises(ci.NoEnvelope, match=words):
        ci.envelope({}, told)


def test_what_is_written_says_where_a_run_belongs(tmp_path):
    told = ci.surroundings(github(tmp_path, {"pull_request": {"number": 12, "head": {"sha": HEAD}}}), nobody)
    target = ci.write(tmp_path, ci.envelope({"project": "shop", "harness": "nightly", "threshold": 0.8, "pr": None}, told))
    assert target == tmp_path / "evidence.json"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [], "nothing half-written stays"
    columns = belonging(read_envelope(target.read_bytes()), {}, {})
    names = ("project_raw", "repository_raw", "git_sha_raw", "ci_repository_id", "ci_run_id", "ci_run_attempt", "pull_request_number")
    assert [columns[name] for name in names] == ["shop", "acme/shop", HEAD, 4711, 99, 2, 12]
    assert columns["harness_name"] == "nightly"


def test_command_script_and_action_write_the_same(tmp_path, monkeypatch):
    variables = github(tmp_path, {"pull_request": {"number": 12, "head": {"sha": HEAD}}})
    by_command, by_script, by_action = (tmp_path / name for name in ("command", "script", "action"))
    for folder in (by_command, by_script, by_action):
        folder.mkdir()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = ["--harness", "nightly", "--threshold", "0.8"]
    assert CliRunner().invoke(app, ["envelope", str(by_command), *told]).exit_code == 0
    # -I -S: nothing but the standard library is there.
    subprocess.run([sys.executable, "-I", "-S", ROOT / "connectors/evals/ci.py", by_script, *told], check=True)
    action = yaml.safe_load((ROOT / ".github/actions/envelope/action.yml").read_text())
    (step,) = action["runs"]["steps"]
    inputs = {name: entry["default"] for name, entry in action["inputs"].items()} | {
        "path": str(by_action),
        "harness": "nightly",
        "threshold": "0.8",
    }
    filled = {key: inputs[value.removeprefix("${{ inputs.").removesuffix(" }}")] for key, value in step["env"].items()}
    environment = {**os.environ, **filled, "GITHUB_ACTION_PATH": str(ROOT / ".github/actions/envelope")}
    subprocess.run(["bash", "-euo", "pipefail", "-c", step["run"]], env=environment, check=True)
    first, *others = (json.loads((folder / "evidence.json").read_text()) for folder in (by_command, by_script, by_action))
    assert first["head_sha"] == HEAD
    assert first["threshold"] == 0.8
    assert others == [first, first]


def test_a_command_without_any_commit_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ci.SYSTEMS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = CliRunner().invoke(app, ["envelope"])
    assert result.exit_code == 2
    assert "or give --head-sha" in result.stderr
    assert not (tmp_path / "evidence.json").exists()
