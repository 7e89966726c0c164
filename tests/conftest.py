"""What many tests share: one demo organisation, synced once for the whole session."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodes import coerce_node_id

from pipelines.warehouse import Home


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let `--dist loadgroup` know the groups: xdist 3.8 writes them into `_nodeid`, which pytest 9.2 reads no more.

    Without it every process builds what one group of tests shares: the synced demo organisation, thirty nights, Dagster's location.
    """
    for item in items:
        grouped = vars(item).get("_nodeid")
        if grouped:
            item._id = coerce_node_id(grouped)


@dataclass
class Demo:
    """A synced demo organisation: its home, its configuration, what was planted in it."""

    home: Home
    config: Path
    truth: dict[str, Any]

    def query(self, sql: str, parameters: tuple[Any, ...] = (), audience: Any = "restricted") -> list[tuple[Any, ...]]:
        """Rows of a query on a published snapshot."""
        from pipelines.evidence import snapshot

        with snapshot.reading(self.home, audience) as connection:
            return connection.execute(sql, parameters).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo organisation after its first sync, by the command that users call.

    FULCRUM_TEST_DEMO names a home in which `fulcrum demo` has already run, for working on these tests.
    """
    given = os.environ.get("FULCRUM_TEST_DEMO")
    root = Path(given) if given else tmp_path_factory.mktemp("demo")
    if not given:
        import subprocess
        import sys

        command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(root), "--json", "demo"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1])
        assert done.returncode == 0, done.stderr[-4000:]
        (root / "demo.json").write_text(done.stdout)
    organisation = root / "demo" / "organisation"
    return Demo(Home(root / "demo"), organisation / "fulcrum.toml", json.loads((organisation / "truth.json").read_text()))
