"""A home whose sync is killed twenty times, or ended by a budget again and again, ends like one that nothing disturbed."""

import random
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
AT_ONCE = 8
"""Requests that the reader has under way: a kill loses their answers."""


@dataclass(frozen=True)
class Small:
    """A small organisation that is served, and what one sync of it comes to."""

    config: Path
    served: Endpoints
    undisturbed: Home
    events: int
    requests: int

    def requests_of(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[int, int]:
        """Exit code of some work in a process of its own, and how many requests were answered with content: the rest is free."""
        self.served.control.clear_logs()
        code, _ = killing.run(work, self.config, *arguments, **options)
        return code, self.served.request_log["github"].total("answered")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """An organisation whose sync is short."""
    with served_with(tmp_path / "small", 230) as small:
        yield small


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """The same with one long listing: what each of several syncs asks for once more does not count beside it."""
    with served_with(tmp_path_factory.mktemp("long"), 18_000) as long:
        yield long


@contextmanager
def served_with(root: Path, issues: int) -> Generator[Small]:
    """The servers of a small organisation, the configuration that reads it, and a home that nothing disturbed."""
    world = many_pages(small_world(root / "git"), issues)
    with serve_apart(world, root / "git", token=TOKEN) as served:
        path = root / "fulcrum.toml"
        path.write_text(
            f'organisation = "Acme"\n[sources.github]\napi_url = "{served.github_api_url}"\ntokens = ["${{KILL_TOKEN}}"]\n'
            'repositories = { include = ["acme/*"] }\nretry_wait = 0\n'
        )
        (root / ".env").write_text(f"KILL_TOKEN={TOKEN}\n")
        code, events = killing.run(killing.sync_github, path, root / "undisturbed")
        assert code == 0
        yield Small(path, served, Home(root / "undisturbed"), events, served.request_log["github"].total("answered"))


def test_a_home_killed_twenty_times_ends_like_one_that_nothing_disturbed(small: Small, tmp_path: Path):
    home = tmp_path / "home"
    chance, kills, is_whole, landed = random.Random(20), 0, False, 0
    for _ in range(3 * KILLS):
        if kills == KILLS:
            break
        # Once everything has been read, it is read again from its beginning: there is always something to kill.
        moment, delay = chance.randrange(1, small.events), chance.choice((0, 0.02))
        code, _ = killing.run(killing.sync_github, small.config, home, is_whole, die_at=moment, delay=delay)
        assert code in (0, -9)
        kills += code == -9
        is_whole = is_whole or code == 0
        landed += any((home / "landing").rglob("manifest.json"))
    assert kills == KILLS
    assert landed > KILLS // 4, "what a killed reading brought is kept for the next one"
    assert killing.run(killing.sync_github, small.config, home)[0] == 0
    assert dumping.raw_contents(Home(home), [CONNECTOR]) == dumping.raw_contents(small.undisturbed, [CONNECTOR])
    assert leftovers(Home(home)) == []
    assert latest_outcomes(Home(home)) == {"done"}


def test_a_sync_that_was_killed_half_way_leaves_the_other_half_to_ask_for(long: Small, tmp_path: Path):
    home = tmp_path / "home"
    code, before = long.requests_of(killing.sync_github, home, die_at=long.requests // 2, of=killing.SENT)
    assert code == -9
    assert before > long.requests // 3, "the kill came in the middle of the reading"
    code, after = long.requests_of(killing.sync_github, home)
    assert code == 0
    assert before + after <= long.requests * 1.1 + AT_ONCE
    assert dumping.raw_contents(Home(home), [CONNECTOR]) == dumping.raw_contents(long.undisturbed, [CONNECTOR])


def test_syncs_that_each_end_by_their_budget_end_like_one_and_ask_for_no_more(long: Small, tmp_path: Path):
    home, asked = tmp_path / "home", list[int]()
    while not asked or latest_outcomes(Home(home)) != {"done"}:
        assert len(asked) < 5
        code, requests = long.requests_of(killing.sync_github, home, False, long.requests * 2 // 5)
        assert code == 0
        asked.append(requests)
    assert len(asked) > 2
    assert sum(asked) <= long.requests * 1.1
    assert dumping.raw_contents(Home(home), [CONNECTOR]) == dumping.raw_contents(long.undisturbed, [CONNECTOR])


def leftovers(home: Home) -> list[Path]:
    """Files that only a sync in progress should have."""
    return [path for path in home.root.rglob("*") if path.suffix in {".parquet", ".part", ".wal"} or ".leaving-" in path.name]


def latest_outcomes(home: Home) -> set[str]:
    """States of the newest reading of the home."""
    with warehouse.connect(home.warehouse) as connection:
        found = connection.execute(
            "select distinct state from raw_ops.outcomes where run_id = (select max(run_id) from raw_ops.outcomes)"
        ).fetchall()
    return {state for (state,) in found}
