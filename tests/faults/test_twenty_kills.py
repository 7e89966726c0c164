"""One home whose sync is killed twenty times ends like one that nothing disturbed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.github.resources import CONNECTOR
from pipelines import warehouse
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import Endpoints
from pipelines.warehouse import Home
from tests.contract.demo_world import TOKEN, small_world
from tests.faults import dumping, killing
from tests.faults.paged_world import many_pages

# dbt and its dependencies warn about one another while they are imported.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kill"), pytest.mark.filterwarnings("ignore")]

KILLS = 20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Endpoints, Path]]:
    """The servers of a small organisation, and the configuration that reads it."""
    world = many_pages(small_world(tmp_path / "git"))
    with serve_apart(world, tmp_path / "git", token=TOKEN) as served:
        path = tmp_path / "fulcrum.toml"
        path.write_text(
            f'organisation = "Acme"\n[sources.github]\napi_url = "{served.github_api_url}"\ntokens = ["${{KILL_TOKEN}}"]\n'
            'repositories = { include = ["acme/*"] }\nretry_wait = 0\n'
        )
        (tmp_path / ".env").write_text(f"KILL_TOKEN={TOKEN}\n")
        yield served, path


def test_a_home_killed_twenty_times_ends_like_one_that_nothing_disturbed(small: tuple[Endpoints, Path], tmp_path: Path):
    _, path = small
    undisturbed, home = tmp_path / "undisturbed", tmp_path / "home"
    code, events = killing.run(killing.sync_github, path, undisturbed, False)
    assert code == 0
    chance, kills, is_whole = random.Random(20), 0, False
    for _ in range(3 * KILLS):
        if kills == KILLS:
            break
        # Once everything has been read, it is read again from its beginning: there is always something to kill.
        code, _ = killing.run(killing.sync_github, path, home, is_whole, die_at=chance.randrange(1, events), delay=chance.choice((0, 0.02)))
        assert code in (0, -9)
        kills += code == -9
        is_whole = is_whole or code == 0
    assert kills == KILLS
    assert killing.run(killing.sync_github, path, home, False)[0] == 0
    assert contents(Home(home)) == contents(Home(undisturbed))
    assert leftovers(Home(home)) == []
    assert latest_outcomes(Home(home)) == {"done"}


def contents(home: Home) -> dict[str, list[str]]:
    """Every live row of every table, without the moments at which it was seen.

    A home that read twenty times may have seen the same state more than once, in tables whose key has the moment.
    """
    repeated = {f"{CONNECTOR.dataset}.{table.name}" for table in CONNECTOR.tables if "observed_at" in table.key}
    found = {table: list(map(repr, rows.values())) for table, rows in dumping.raw_rows(home, [CONNECTOR]).items()}
    return {table: sorted(set(rows) if table in repeated else rows) for table, rows in found.items()}


def leftovers(home: Home) -> list[Path]:
    """Files that only a sync in progress should have."""
    return [path for path in home.root.rglob("*") if path.suffix in {".parquet", ".part", ".wal"} or "leaving" in path.name]


def latest_outcomes(home: Home) -> set[str]:
    """States of the newest reading of the home."""
    with warehouse.connect(home.warehouse) as connection:
        found = connection.execute(
            "select distinct state from raw_ops.outcomes where run_id = (select max(run_id) from raw_ops.outcomes)"
        ).fetchall()
    return {state for (state,) in found}
