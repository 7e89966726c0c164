"""A sync killed at any moment and run again ends with the same tables; a sync of nothing new changes none and asks little; one that
misses rows by a source's own total holds back their part alone.
"""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors import registry
from pipelines import config, status, sync, warehouse
from pipelines.demo import organisation as demo_organisation
from pipelines.demo.organisation import Organisation
from pipelines.demo.servers.faults import Fault
from pipelines.demo.servers.jira import JiraSite
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import Control, Settings
from pipelines.warehouse import Home
from tests.faults import dumping, killing

# dbt and its dependencies warn about one another while they are imported.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill"), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Organisation, Control]]:
    """A small demo organisation whose servers run for the module."""
    root = tmp_path_factory.mktemp("served")
    organisation = demo_organisation.found(root / "organisation", seed=11, engineers=12)
    settings = Settings(jira=JiraSite(email=demo_organisation.JIRA_EMAIL))
    with serve_apart(organisation.world, organisation.git, token=demo_organisation.TOKEN, settings=settings) as endpoints:
        demo_organisation.configure(organisation, endpoints.github_api_url, endpoints.jira_url, endpoints.growthbook_url)
        yield organisation, endpoints.control


@pytest.fixture(scope="module")
def served(serving: tuple[Organisation, Control]) -> Organisation:
    """The organisation that is served."""
    return serving[0]


@pytest.fixture
def control(serving: tuple[Organisation, Control]) -> Iterator[Control]:
    """The hold on its servers, for a test that changes what they show or spoils answers."""
    organisation, control = serving
    yield control
    control.clear_faults()
    control.show(organisation.world)


@pytest.fixture(scope="module")
def undisturbed(served: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home after one sync that nothing disturbed."""
    home = Home(tmp_path_factory.mktemp("undisturbed") / "home")
    sync.sync(config.load(served.config), home)
    return home


@pytest.fixture
def copied(undisturbed: Home, tmp_path: Path) -> Home:
    """A home that holds the same."""
    home = Home(tmp_path / "home")
    shutil.copytree(undisturbed.root, home.root, symlinks=True)
    return home


def snapshot_seen(home: Home) -> str:
    """The snapshot that a reader who comes now is given."""
    with dumping.snapshot.reading(home) as connection:
        found = connection.execute("select value from meta.snapshot where key = 'snapshot_id'").fetchone()
    assert found is not None
    return found[0]


def leftovers(home: Home) -> list[Path]:
    """Files that only a sync in progress should have, beside the snapshots that the links do not name."""
    half = {".parquet", ".part", ".wal", ".next"}
    found = [path for path in home.root.rglob("*") if path.suffix in half or ".leaving-" in path.name or path.name.endswith(".kept")]
    return found + [path for path in home.published.glob("*-*.duckdb") if path.stat().st_mode & 0o222]


def test_syncing_again_changes_no_row_asks_little_and_builds_nothing(served: Organisation, undisturbed: Home):
    before, first = dumping.canonical_dump(undisturbed), snapshot_seen(undisturbed)
    report = sync.sync(config.load(served.config), undisturbed)
    assert report.rows_changed == 0
    assert report.build == "unchanged"
    assert snapshot_seen(undisturbed) == first
    assert dumping.canonical_dump(undisturbed) == before
    github = report.sources["github"].meter
    assert github.made - github.saved <= 2 * len(served.world.repositories), (
        "more than two counted requests a repository where nothing changed"
    )


def test_a_reading_of_all_sources_killed_and_run_again_ends_with_the_same_rows(served: Organisation, undisturbed: Home, tmp_path: Path):
    home = Home(tmp_path / "home")
    # A source reports each partition that it ends: the kill is in the middle of whichever comes then.
    assert killing.run(killing.read, served.config, home.root, die_at=random.Random("read").randrange(10, 40), of=killing.PROGRESS)[0] == -9
    assert killing.run(killing.read, served.config, home.root)[0] == 0
    connectors = [registry.get(name) for name in registry.MODULES]
    assert dumping.raw_contents(home, connectors) == dumping.raw_contents(undisturbed, connectors)
    assert leftovers(home) == []


def test_a_build_killed_and_run_again_ends_with_the_same_tables_and_refuses_no_reader(
    served: Organisation, undisturbed: Home, copied: Home
):
    first, seen, opened = snapshot_seen(copied), set[str](), 0
    moment = random.Random("build").randrange(40, 120)
    assert killing.run(killing.build, served.config, copied.root, die_at=moment, of=killing.PROGRESS)[0] == -9
    assert snapshot_seen(copied) == first, "a build that was killed has published nothing"
    process = killing.start(killing.build, served.config, copied.root)
    while process.is_alive():
        seen.add(snapshot_seen(copied))
        opened += 1
        process.join(0.05)  # leaves the processor to the build
    assert process.exitcode == 0
    assert opened > 10
    assert seen | {snapshot_seen(copied)} == {first, snapshot_seen(copied)}, "readers saw the old snapshot, then the new one"
    assert snapshot_seen(copied) != first
    assert dumping.canonical_dump(copied) == dumping.canonical_dump(undisturbed)
    assert leftovers(copied) == []


MOMENTS = {
    "while the snapshots are copied": ("os.remove", 1, 0.1),
    "when the snapshots are whole but not yet read-only": ("os.chmod", 1, 0.0),
    "when one of them is read-only": ("os.chmod", 2, 0.0),
    "between the first snapshot and its link": ("os.symlink", 1, 0.0),
    "between the new link and its place": ("os.rename", 1, 0.0),
    "between the audiences": ("os.symlink", 2, 0.0),
    "before the last link takes its place": ("os.rename", 2, 0.0),
}
"""What publication is about to do, the how-manieth time, and seconds after that."""


def test_a_publication_killed_at_any_moment_leaves_whole_snapshots_and_the_next_one_sweeps(undisturbed: Home, copied: Home):
    expected, first = dumping.canonical_dump(undisturbed), snapshot_seen(copied)
    halves = 0
    for number, (event, count, delay) in enumerate(MOMENTS.values()):
        killed = killing.run(
            killing.publish, copied.root, f"20990101T00000{number}Z-killed", die_at=count, delay=delay, of=frozenset({event})
        )
        assert killed[0] == -9
        assert snapshot_seen(copied) == first
        assert dumping.canonical_dump(copied) == expected
        halves += bool(leftovers(copied))
    assert halves >= 4, "the kills came in the middle"
    assert killing.run(killing.publish, copied.root, "20990101T000009Z-whole")[0] == 0
    assert snapshot_seen(copied) == "20990101T000009Z-whole"
    assert dumping.canonical_dump(copied) == expected
    assert leftovers(copied) == []


def by_command(organisation: Organisation, home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of `fulcrum`."""
    called = [
        sys.executable,
        "-c",
        "from pipelines.cli import main; main()",
        "--home",
        str(home.root),
        "--config",
        str(organisation.config),
    ]
    return subprocess.run([*called, *arguments], capture_output=True, text=True)


def published(home: Home, query: str) -> list[tuple]:
    with dumping.snapshot.reading(home) as connection:
        return connection.execute(query).fetchall()


def loaded(home: Home, project: str) -> list[tuple]:
    """Summaries of a project's issues in the warehouse."""
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(
            "select issue_key, summary from raw_jira.issues where issue_key like ? and _deleted_at is null order by 1", [f"{project}-%"]
        ).fetchall()


def test_a_total_that_is_not_met_holds_back_its_project_and_nothing_else(served: Organisation, control: Control, copied: Home):
    before, decisions = loaded(copied, "ML"), published(copied, "select * from core.fct_kill_decisions order by 1")
    attributable = "select count(*) from core.fct_incidents where eval_attributable = 'yes'"
    [(said_before,)] = published(copied, attributable)

    later = deepcopy(served.world)
    now = max(issue.updated_at for issue in later.jira_issues) + timedelta(hours=1)
    later.jira_issues = [
        # Only a label that a person put on counts.
        replace(
            issue,
            summary=f"{issue.summary} (edited)",
            labels=(*issue.labels, "eval-gap"),
            reporter=issue.assignee or issue.reporter,
            updated_at=now,
        )
        for issue in later.jira_issues
    ]
    control.show(later)
    number, _ = later.jira_projects["ML"]
    total = sum(issue.key.startswith("ML-") for issue in later.jira_issues)
    control.add_faults(Fault(path=rf"approximate-count.*{number}", status=200, body={"count": total + 2}, times=None))
    done = by_command(served, copied, "sync", "--only", "jira")

    assert done.returncode == 3, done.stderr
    said = f"held back: jira.issues in jira:{number}: 2 of {total + 2} rows are missing"
    assert said in done.stdout
    assert "published for analyst" in done.stdout
    assert loaded(copied, "ML") == before
    assert published(copied, "select * from core.fct_kill_decisions order by 1") == decisions
    assert all(summary.endswith("(edited)") for _, summary in loaded(copied, "INC"))
    [(said_after,)] = published(copied, attributable)
    assert said_after > said_before, "the project whose total is met is published as it is now"
    told = "select source, table_name, partition, n_missing, shown_as_of is not null from ops.held_back"
    assert published(copied, told) == [("jira", "issues", f"jira:{number}", 2, True)]
    states = f"select distinct state from ops.reconciliations where partition = 'jira:{number}' order by 1"
    assert published(copied, states) == [("differs",), ("matched",)]
    assert said in by_command(served, copied, "status").stdout

    control.clear_faults()
    assert not sync.sync(config.load(served.config), copied, only=["jira"], build=False).is_partial
    assert all(summary.endswith("(edited)") for _, summary in loaded(copied, "ML"))
    assert [line["held_back"] for line in status.read(copied) if line["held_back"]] == []
