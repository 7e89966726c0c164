"""What the tables hold after GitHub, the network or a proxy has misbehaved: the same as if nothing had happened.

Each test syncs a home of its own from servers in another process. A fault that passes leaves no trace; one that stays makes the
sync partial, and the next sync completes it. The token is in no file of any home and in nothing that was said.
"""

import copy
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.github.options import GithubOptions
from connectors.github.resources import CONNECTOR
from pipelines import load, raw_tables, warehouse
from pipelines.demo.servers.faults import Fault, burst, limited
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import Endpoints
from pipelines.demo.world import World
from pipelines.landing import Run
from pipelines.load import SourceResult
from pipelines.warehouse import Home
from tests.contract.demo_world import TOKEN, at, small_world
from tests.faults import dumping
from tests.faults.paged_world import many_pages

# dlt and its dependencies warn about one another while they are imported.
pytestmark = [pytest.mark.xdist_group("github_faults"), pytest.mark.filterwarnings("ignore")]

ROOT = Path(__file__).resolve().parents[2]
HARNESS = "github:501"
ISSUES, RUNS, GRAPH = r"/repos/acme/harness/issues\?|/repositories/501/issues\?", r"/501/actions/runs\?|/harness/actions/runs\?", "/graphql"


@dataclass
class Scene:
    """The servers, and the homes that are synced from them."""

    served: Endpoints
    world: World
    folder: Path
    said: list[str] = field(default_factory=list)

    def home(self, name: str = "home") -> Home:
        home = Home(self.folder / name)
        home.root.mkdir(parents=True, exist_ok=True)
        with warehouse.connect(home.warehouse) as connection:
            raw_tables.ensure_tables(connection, [CONNECTOR])
        return home

    def sync(self, home: Home, **chosen: Any) -> SourceResult:
        """One reading into the home; waits are short, and only those that the servers ask for."""
        options = {
            "api_url": self.served.github_api_url,
            "tokens": [TOKEN],
            "repositories": {"include": ["acme/*"]},
            "retry_wait": 0,
            "retries": 3,
            **chosen,
        }
        run = Run.start(home, progress=self.said.append)
        try:
            result = load.sync_source(CONNECTOR, GithubOptions.model_validate(options), run)
        except SourceError as error:
            self.said.append(str(error))
            raise
        self.said += map(str, result.failures)
        return result

    def undisturbed(self, world: World | None = None) -> dict[str, list[str]]:
        """What a home of its own holds after one sync without faults."""
        self.served.control.clear_faults()
        self.served.control.show(world or self.world)
        home = self.home("undisturbed")
        assert self.sync(home).is_whole
        return tables(home)


def tables(home: Home) -> dict[str, list[str]]:
    """Every live row of every table, as text, in order."""
    return {name.partition(".")[2]: sorted(map(repr, rows.values())) for name, rows in dumping.raw_rows(home, [CONNECTOR]).items()}


def states(home: Home) -> set[tuple[str, str]]:
    """Tables with the newest outcome of their reconciliation, where it is not a match."""
    with warehouse.connect(home.warehouse) as connection:
        return set(
            connection.execute(
                """select table_name, state from raw_ops.reconciliations
                   qualify row_number() over (partition by table_name, partition order by checked_at desc) = 1 and state <> 'matched'"""
            ).fetchall()
        )


def assert_same(home: Home, expected: dict[str, list[str]]) -> None:
    """Fail with the tables that differ and by how many rows, not with megabytes of them."""
    found = tables(home)
    different = {
        name: (f"{len(set(found[name]) - set(rows))} more", f"{len(set(rows) - set(found[name]))} missing")
        for name, rows in expected.items()
        if found[name] != rows
    }
    assert not different


@pytest.fixture(scope="module")
def git_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("git")


@pytest.fixture(scope="module")
def world(git_root: Path) -> World:
    return many_pages(small_world(git_root))


@pytest.fixture(scope="module")
def served(world: World, git_root: Path) -> Iterator[Endpoints]:
    with serve_apart(world, git_root, token=TOKEN) as endpoints:
        yield endpoints


@pytest.fixture(scope="module")
def expected(served: Endpoints, world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The tables after a sync that nothing disturbed."""
    rows = Scene(served, world, tmp_path_factory.mktemp("undisturbed")).undisturbed()
    assert len(rows["issues"]) == 235
    assert len(rows["workflow_jobs"]) > 120
    return rows


@pytest.fixture
def scene(served: Endpoints, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Scene]:
    """Servers without faults; afterwards, no trace of the token anywhere."""
    caplog.set_level("DEBUG")
    served.control.clear_faults()
    served.control.show(world)
    scene = Scene(served, world, tmp_path)
    yield scene
    assert {record.args[1] for record in caplog.records if record.msg.startswith("Starting new HTTP")} <= {"localhost"}
    assert TOKEN not in "\n".join([*scene.said, caplog.text])
    for path in tmp_path.rglob("*"):
        assert not (path.is_file() and TOKEN.encode() in path.read_bytes()), path


def in_a_second() -> str:
    """A date for Retry-After; dates are whole seconds."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


def used_up(path: str, after: int, times: int | None, seconds: int) -> Fault:
    """The hourly limit, reached: 403 with the moment at which it starts again."""
    reset = int(datetime.now(UTC).timestamp()) + seconds
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset), "x-ratelimit-resource": "core"}
    return Fault(path, status=403, times=times, after=after, headers=headers, body={"message": "API rate limit exceeded for user ID 1."})


def timeout(path: str, times: int = 1) -> Fault:
    """GraphQL's answer to what took it longer than ten seconds."""
    return Fault(path, status=200, times=times, body={"data": None, "errors": [{"message": WENT_WRONG}]})


# A fault that passes

WENT_WRONG = "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
PULLS, SUITES = (rf'/graphql .*query {name}\(.*"name": ?"harness"' for name in ("PullRequests", "CheckSuites"))
CHECKS = r"/graphql .*query CheckRuns\("
PULL_3 = ("repository", "pullRequests", "nodes", 3)
PASSING: dict[str, Callable[[], list[Fault]]] = {
    "502 and 503 in bursts, GraphQL timeouts": lambda: [
        *(burst(r"GET /api/v3/", 502, times=3), Fault(GRAPH, status=503, times=3), Fault(ISSUES, after=1, times=3)),
        *(Fault(PULLS, status=502, times=9), timeout(PULLS), timeout(SUITES, times=2), timeout(CHECKS, times=2)),
    ],
    "429 with Retry-After, 403 of both limits": lambda: [
        *(limited(RUNS, 429, retry_after=1), limited(ISSUES, 429, retry_after=in_a_second())),
        *(limited(r"/runs/\d+/jobs", 403, times=2), used_up(ISSUES, after=2, times=1, seconds=1)),
    ],
    "connections dropped, bodies cut short, HTML with 200": lambda: [
        *(Fault(ISSUES, "drop", after=1), Fault(GRAPH, "drop", after=2), Fault(CHECKS, "drop", times=2)),
        *(Fault(RUNS, "cut", after=1), Fault(GRAPH, "cut", after=1), Fault(ISSUES, "cut", times=2)),
        *(Fault(RUNS, "html", status=200), Fault(GRAPH, "html", status=200)),
    ],
    "pages served twice, a clock months behind": lambda: [
        *(Fault(ISSUES, "repeat", after=1), Fault(RUNS, "repeat", after=1)),
        Fault(r".", "headers", times=30, headers={"date": "Mon, 05 Jan 2026 04:00:00 GMT"}),
    ],
    "GraphQL errors beside data": lambda: [
        Fault(PULLS, "holes", holes=(PULL_3,), error={"message": WENT_WRONG}),
        Fault(PULLS, "holes", holes=(PULL_3,), error={"type": "FORBIDDEN", "message": "Resource protected by organization SAML"}),
        Fault(SUITES, "holes", holes=(("repository", "c0"),), error={"type": "INTERNAL", "message": "Timeout"}),
        Fault(CHECKS, "holes", holes=(("nodes", 2),), error={"type": "INTERNAL", "message": "Timeout"}),
    ],
}


@pytest.mark.parametrize("faults", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_passes_leaves_the_tables_as_if_nothing_had_happened(
    scene: Scene, expected: dict[str, list[str]], faults: Callable[[], list[Fault]]
):
    home, planned = scene.home(), faults()
    scene.served.control.add_faults(*planned)
    result = scene.sync(home)
    assert scene.served.control.struck() == sum(fault.times or 0 for fault in planned)
    assert result.is_whole, result.failures
    assert_same(home, expected)
    assert states(home) == set()


# A fault that stays

FORBIDDEN = {"type": "FORBIDDEN", "message": "Resource not accessible by personal access token"}
STAYING: dict[str, Callable[[], Fault]] = {
    "the secondary limit, no end told": lambda: limited(RUNS, 403, retry_after=None, times=None),
    "check suites withheld beside data": lambda: Fault(SUITES, "holes", times=None, holes=(("repository", "c0"),), error=FORBIDDEN),
    "check runs withheld beside data": lambda: Fault(CHECKS, "holes", times=None, holes=(("nodes", 0),), error=FORBIDDEN),
    "502 without end, amid pages": lambda: Fault(ISSUES, status=502, times=None, after=1),
    "the hourly limit, amid pages": lambda: used_up(ISSUES, after=2, times=None, seconds=1800),
}
"""Each lies later in the reading of a repository than the one before it."""


def test_faults_that_stay_make_each_sync_partial_and_the_first_without_one_completes_them(scene: Scene, expected: dict[str, list[str]]):
    home = scene.home()
    for name, fault in STAYING.items():
        scene.served.control.clear_faults()
        scene.served.control.add_faults(fault())
        result = scene.sync(home, max_wait=2, retries=1)
        assert scene.served.control.struck() > 0, name
        assert HARNESS in {event.partition for event in result.outcomes if event.state == "failed"}, name
        assert not result.is_whole
    scene.served.control.clear_faults()
    assert scene.sync(home).is_whole
    assert_same(home, expected)
    assert states(home) == set()


def test_a_pull_request_withheld_is_set_aside_and_read_once_it_is_shown(scene: Scene, expected: dict[str, list[str]]):
    home = scene.home()
    scene.served.control.add_faults(Fault(PULLS, "holes", times=2, holes=(PULL_3,), error=FORBIDDEN))
    assert scene.sync(home).rows_quarantined == 1
    assert len(tables(home)["pull_requests"]) == len(expected["pull_requests"]) - 1
    assert scene.sync(home).is_whole
    assert_same(home, expected)


# A source that goes on working while it is read


def issue_updated(world: World) -> None:
    """The issue at the end of the listing moves to its front."""
    oldest = min((issue for issue in world.issues if issue.number >= 1000), key=lambda issue: issue.updated_at)
    world.issues[world.issues.index(oldest)] = replace(oldest, title="Edited", updated_at=at(2000))


def issue_deleted(world: World) -> None:
    """An issue of the first page is deleted, so that every later one moves up by one."""
    world.issues.remove(max(world.issues, key=lambda issue: issue.updated_at))


def run_deleted(world: World) -> None:
    """A run of the first page is deleted."""
    world.runs.remove(max(world.runs, key=lambda run: run.created_at))


def changed(world: World, *changes: Callable[[World], None]) -> World:
    """A copy of the world after some changes."""
    later = copy.copy(world)
    later.issues, later.runs = list(later.issues), list(later.runs)
    for change in changes:
        change(later)
    return later


def test_listings_that_change_while_they_are_paged_lose_nothing(scene: Scene):
    between = changed(scene.world, issue_deleted)
    last = changed(between, run_deleted)
    scene.served.control.add_faults(Fault(ISSUES, "turn", after=1, world=between), Fault(RUNS, "turn", after=1, world=last))
    home = scene.home()
    assert scene.sync(home).is_whole
    assert scene.served.control.struck() == 2
    wanted, kept = scene.undisturbed(last), tables(home)
    assert states(home) <= {("workflow_runs", "ahead")}
    wanted.pop("repositories")  # read first: its count of open issues is of before
    assert {name for name, rows in wanted.items() if not set(rows) <= set(kept[name])} == set(), "nothing is missing"
    more = {name for name, rows in wanted.items() if not set(kept[name]) <= set(rows)}
    assert more == {"workflow_runs"}, "what retention or a person deletes stays as evidence"


def test_an_issue_that_is_updated_while_issues_are_paged_is_read_as_it_became(scene: Scene):
    later = changed(scene.world, issue_updated)
    home = scene.home()
    scene.served.control.add_faults(Fault(ISSUES, "turn", after=1, world=later))
    assert not scene.sync(home).failures, "an issue that slipped over the border of a page holds its repository back for a night"
    assert scene.sync(home).is_whole
    assert any("'Edited'" in row for row in tables(home)["issues"])
    assert_same(home, scene.undisturbed(later))


# The command as people run it


def fulcrum(scene: Scene, home: Home) -> subprocess.CompletedProcess[str]:
    """`fulcrum sync` of GitHub alone, without a build."""
    config = scene.folder / "fulcrum.toml"
    config.write_text(
        f"""organisation = "Acme"
[sources.github]
api_url = "{scene.served.github_api_url}"
tokens = ["${{FAULTS_TOKEN}}"]
repositories = {{ include = ["acme/*"] }}
retry_wait = 0
max_wait = 2
retries = 2
"""
    )
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(home.root), "--config", str(config)]
    environment = {**os.environ, "FAULTS_TOKEN": TOKEN}
    done = subprocess.run([*command, "sync", "--no-build"], capture_output=True, text=True, cwd=ROOT, env=environment)
    scene.said += [done.stdout, done.stderr]
    return done


def test_the_command_ends_with_3_while_a_fault_stays_and_with_0_once_it_has_passed(scene: Scene, expected: dict[str, list[str]]):
    home = Home(scene.folder / "home")
    control = scene.served.control
    control.add_faults(used_up(ISSUES, after=1, times=None, seconds=1800))
    limited_by = fulcrum(scene, home)
    assert limited_by.returncode == 3, limited_by.stderr
    assert "rate limit" in limited_by.stdout
    control.clear_faults()
    control.add_faults(Fault(ISSUES, status=401, times=None, body={"message": "Bad credentials"}))
    refused = fulcrum(scene, home)
    assert refused.returncode == 1, "its only source could not be read at all"
    assert "the token was refused" in refused.stdout
    control.clear_faults()
    control.add_faults(burst(r"/api/v3/", 502, times=2), Fault(GRAPH, "cut"))
    whole = fulcrum(scene, home)
    assert whole.returncode == 0, whole.stderr + whole.stdout
    assert_same(home, expected)
