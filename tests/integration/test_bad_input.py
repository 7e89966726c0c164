"""Bad configuration and failing sources: a plain message, the right exit code, and everything else goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("bad_input")
ROOT = Path(__file__).resolve().parents[2]


def fulcrum(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "from pipelines.cli import main; main()",
        "--home",
        str(folder / "home"),
        "--config",
        str(folder / "fulcrum.toml"),
    ]
    return subprocess.run([*command, *args], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment})


def test_init_writes_a_configuration_that_doctor_understands_and_overwrites_nothing(tmp_path):
    done = fulcrum(tmp_path, "init", str(tmp_path))
    assert done.returncode == 0
    assert (tmp_path / "people.csv").read_text().startswith("person,name,emails,logins,team,manager,level,from,to")
    assert "fulcrum doctor" in done.stdout
    checked = fulcrum(tmp_path, "doctor")
    assert checked.returncode == 0, checked.stdout
    assert "not configured" in checked.stdout
    (tmp_path / "fulcrum.toml").write_text("# mine")
    again = fulcrum(tmp_path, "init", str(tmp_path))
    assert again.returncode == 2
    assert "already holds" in again.stderr
    assert (tmp_path / "fulcrum.toml").read_text() == "# mine"


def test_an_unknown_key_ends_with_2_and_is_named(tmp_path):
    (tmp_path / "fulcrum.toml").write_text('organisation = "A"\ntimezonee = "UTC"\n')
    done = fulcrum(tmp_path, "sync")
    assert done.returncode == 2
    assert "fulcrum.toml:2: timezonee: unknown key" in done.stderr
    assert "did you mean 'timezone'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_source_is_named_with_the_nearest(tmp_path):
    (tmp_path / "fulcrum.toml").write_text('organisation = "A"\n')
    done = fulcrum(tmp_path, "sync", "--only", "gitub")
    assert (done.returncode, "'github'" in done.stderr) == (2, True)


def test_asking_before_anything_was_published_says_what_to_do(tmp_path):
    (tmp_path / "fulcrum.toml").write_text('organisation = "A"\n')
    for command in (["evidence", "ana"], ["status"], ["sql", "select 1"], ["people", "list"]):
        done = fulcrum(tmp_path, *command)
        assert (done.returncode, "run `fulcrum sync`" in done.stderr) == (1, True), command


@pytest.mark.slow
def test_a_wrong_token_is_told_plainly_the_others_go_on_and_the_token_is_nowhere(tmp_path):
    from pipelines.demo import organisation as demo_organisation
    from pipelines.demo.servers.jira import JiraSite
    from pipelines.demo.servers.process import serve_apart
    from pipelines.demo.servers.serving import Settings

    organisation = demo_organisation.found(tmp_path, seed=5, engineers=12)
    settings = Settings(jira=JiraSite(email=demo_organisation.JIRA_EMAIL))
    with serve_apart(organisation.world, organisation.git, token="another-token", settings=settings) as endpoints:
        demo_organisation.configure(organisation, endpoints.github_api_url, endpoints.jira_url, endpoints.growthbook_url)
        done = fulcrum(tmp_path, "sync", "--no-build")
    assert done.returncode == 3, done.stderr
    assert "github was not read" in done.stdout
    assert "jira was not read" in done.stdout
    assert "Traceback" not in done.stderr
    for line in done.stdout.splitlines():
        assert not line.startswith(("people was not read", "evals was not read"))
    assert demo_organisation.TOKEN not in done.stdout + done.stderr
    for path in (tmp_path / "home").rglob("*"):
        assert not (path.is_file() and demo_organisation.TOKEN.encode() in path.read_bytes()), path
