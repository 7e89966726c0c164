"""A sync killed at any moment and run again ends with the same tables; a sync of nothing new changes none and asks little."""

import os
import random
import shutil
import signal
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from pipelines import config, sync
from pipelines.demo import organisation as demo_organisation
from pipelines.demo.servers.jira import JiraSite
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import Settings
from pipelines.warehouse import Home

_SPEC = util.spec_from_file_location("dumping", Path(__file__).with_name("dumping.py"))
dumping = util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(dumping)

# dbt and its dependencies warn about one another while they are imported.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill"), pytest.mark.filterwarnings("ignore")]

SOURCES = ("people", "github", "git", "jira", "evals", "experiments")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A small demo organisation whose servers run for the module."""
    root = tmp_path_factory.mktemp("served")
    organisation = demo_organisation.found(root / "organisation", seed=11, engineers=12)
    settings = Settings(jira=JiraSite(email=demo_organisation.JIRA_EMAIL))
    with serve_apart(organisation.world, organisation.git, token=demo_organisation.TOKEN, settings=settings) as endpoints:
        demo_organisation.configure(organisation, endpoints.github_api_url, endpoints.jira_url, endpoints.growthbook_url)
        yield organisation


@pytest.fixture(scope="module")
def undisturbed(served, tmp_path_factory) -> Home:
    """A home after one sync that nothing disturbed."""
    home = Home(tmp_path_factory.mktemp("undisturbed") / "home")
    sync.sync(config.load(served.config), home)
    return home


def start(served, home: Home, tmp_path: Path) -> tuple[subprocess.Popen, Path]:
    """`fulcrum sync` as a process of its own, with its talk in a file."""
    log = tmp_path / "sync.log"
    command = [
        sys.executable,
        "-u",
        "-c",
        "from pipelines.cli import main; main()",
        "--home",
        str(home.root),
        "--config",
        str(served.config),
        "sync",
    ]
    with log.open("w") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True), log


def test_syncing_again_changes_no_row_asks_little_and_builds_nothing(served, undisturbed):
    before = dumping.canonical_dump(undisturbed)
    first_snapshot = (undisturbed.published / "restricted.duckdb").resolve()
    report = sync.sync(config.load(served.config), undisturbed)
    assert report.rows_changed == 0
    assert report.build == "unchanged"
    assert (undisturbed.published / "restricted.duckdb").resolve() == first_snapshot
    assert dumping.canonical_dump(undisturbed) == before
    github = report.sources["github"].meter
    assert github.made - github.saved <= 2 * len(served.world.repositories), (
        "more than two counted requests a repository where nothing changed"
    )


@pytest.mark.parametrize("stage", ["github ...", "build ..."])
def test_a_sync_killed_in_a_stage_and_run_again_ends_with_the_same_tables(served, undisturbed, tmp_path, stage):
    home = Home(tmp_path / "home")
    home.root.mkdir()
    shutil.copy(undisturbed.root / "pseudonym.key", home.root)  # each home's pseudonyms are its own; these two are one organisation
    process, log = start(served, home, tmp_path)
    delay = random.Random(stage).random()
    while process.poll() is None and stage not in log.read_text():
        os.sched_yield()
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    report = sync.sync(config.load(served.config), home)
    assert report.published or report.build == "unchanged"
    assert dumping.canonical_dump(home) == dumping.canonical_dump(undisturbed)
    assert not list(home.landing.rglob("*.parquet"))


def test_readers_are_never_refused_while_a_sync_builds_and_publishes(served, undisturbed, tmp_path):
    home = Home(tmp_path / "home")
    shutil.copytree(undisturbed.root, home.root, symlinks=True)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from pipelines.cli import main; main()",
            "--home",
            str(home.root),
            "--config",
            str(served.config),
            "--quiet",
            "build",
        ],
        stderr=subprocess.PIPE,
    )
    opened, seen = 0, set()
    while process.poll() is None:
        with dumping.snapshot.reading(home) as connection:
            seen.add(connection.execute("select value from meta.snapshot where key = 'snapshot_id'").fetchone()[0])
            opened += 1
    assert process.returncode == 0, process.stderr.read().decode()
    with dumping.snapshot.reading(home) as connection:
        seen.add(connection.execute("select value from meta.snapshot where key = 'snapshot_id'").fetchone()[0])
    assert opened > 20
    assert len(seen) == 2, "readers saw the old snapshot, then the new one"
