"""Git over HTTP at the demo's GitHub server: real git clones and fetches with the API's credentials, and cannot push."""

import base64
import subprocess

import pytest

from tests.contract.demo_world import TOKEN, git


def run(*arguments, token=TOKEN):
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    command = ["git", "-c", f"http.extraHeader=Authorization: Basic {basic}", "-c", "credential.helper=", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env={"GIT_TERMINAL_PROMPT": "0", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    )


def test_a_mirror_clone_holds_every_commit(served, world, tmp_path):
    done = run("clone", "--mirror", f"{served.github_html_url}/acme/harness.git", tmp_path / "mirror")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "mirror", "rev-parse", "main").strip() == world.sha("harness:2")
    assert len(git(tmp_path / "mirror", "rev-list", "--all").splitlines()) == len(
        [commit for commit in world.commits.values() if commit.repository == "acme/harness"]
    )


def test_a_fetch_brings_what_is_new(served, root, tmp_path):
    address = f"{served.github_html_url}/acme/starter.git"
    assert run("clone", "--mirror", address, tmp_path / "mirror").returncode == 0
    tree = git(root / "acme/starter.git", "write-tree").strip()
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@acme.example")
    added = git(root / "acme/starter.git", *identity, "commit-tree", tree, "-p", "main", "-m", "More").strip()
    git(root / "acme/starter.git", "update-ref", "refs/heads/main", added)
    done = run("-C", tmp_path / "mirror", "fetch", "--prune")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "mirror", "rev-parse", "main").strip() == added


def test_an_empty_repository_clones_to_an_empty_one(served, tmp_path):
    done = run("clone", "--mirror", f"{served.github_html_url}/acme/empty.git", tmp_path / "mirror")
    assert done.returncode == 0, done.stderr
    assert git(tmp_path / "mirror", "rev-list", "--all") == ""


@pytest.mark.parametrize("name", ["vanished", "unknown"])
def test_what_is_gone_cannot_be_cloned(served, tmp_path, name):
    done = run("clone", f"{served.github_html_url}/acme/{name}.git", tmp_path / "clone")
    assert done.returncode != 0
    assert "not found" in done.stderr


def test_the_wrong_token_clones_nothing(served, tmp_path):
    done = run("clone", f"{served.github_html_url}/acme/harness.git", tmp_path / "clone", token="wrong")
    assert done.returncode != 0
    assert not (tmp_path / "clone" / ".git").exists()


def test_pushing_is_refused(served, world, root, tmp_path):
    address = f"{served.github_html_url}/acme/harness.git"
    assert run("clone", address, tmp_path / "clone").returncode == 0
    done = run("-C", tmp_path / "clone", "push", "origin", "HEAD:refs/heads/intruder")
    assert done.returncode != 0
    assert "intruder" not in git(root / "acme/harness.git", "for-each-ref")
