"""dbt, in this process, with a kept manifest: one start instead of one per command.

The only module here that imports dbt's Python.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from connectors import registry
from pipelines import statistics, warehouse
from pipelines.raw_tables import JOURNALS
from pipelines.statistics import experiments, labels
from pipelines.warehouse import Home, quote

BAD = {"error", "fail", "runtime error"}


class TransformFailed(Exception):
    """dbt did not get through; names the models and tests that failed, with the database's words."""


@dataclass(frozen=True)
class Facts:
    """What a build is told beside the data.

    It travels in the environment, not in dbt's variables: a changed variable makes dbt parse the whole project again.
    """

    timezone: str
    built_at: datetime
    snapshot_id: str

    def environment(self) -> dict[str, str]:
        """The environment variables that the macros read."""
        return {
            "FULCRUM_BUILD_TIMEZONE": self.timezone,
            "FULCRUM_BUILD_AT": self.built_at.isoformat(),
            "FULCRUM_BUILD_SNAPSHOT": self.snapshot_id,
        }


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test."""

    unique_id: str
    name: str
    kind: str
    state: str
    message: str
    seconds: float

    @property
    def is_bad(self) -> bool:
        """It failed or could not run."""
        return self.state in BAD


def project_dir() -> Path:
    """Where the dbt project lies: beside the packages, in a checkout and in an installed wheel alike.

    Raises:
        FileNotFoundError: when it is in neither place.
    """
    spec = find_spec("pipelines")
    beside = Path(spec.origin).parent.parent / "dbt_project" if spec and spec.origin else Path("dbt_project")
    if not (beside / "dbt_project.yml").exists():
        raise FileNotFoundError(f"no dbt project at {beside}: the installation is incomplete; install it again")
    return beside


def _project_files() -> list[Path]:
    return sorted(p for p in project_dir().rglob("*") if p.suffix in {".sql", ".yml", ".csv"} and "target" not in p.parts)


def fingerprint(home: Home) -> str:
    """A hash of everything a build depends on: the project's files, every raw table's content, configuration, what is held back."""
    digest = hashlib.sha256()
    for path in (*_project_files(), *sorted(Path(statistics.__path__[0]).glob("*.py"))):
        digest.update(path.name.encode() + path.read_bytes())
    with warehouse.connect(home.warehouse) as connection:
        for name in registry.MODULES:
            connector = registry.get(name)
            for table in connector.tables:
                relation = f"{connector.dataset}.{quote(table.name)}"
                content = "count(*), count(_deleted_at), max(_load_id), bit_xor(hash(_row_hash))"
                state = connection.execute(f"select {content} from {relation}").fetchone()
                digest.update(repr((name, table.name, state)).encode())
        computed = [f"raw_statistics.{table}" for table in (*experiments.TABLES, *labels.TABLES)]
        configured = [f"raw_config.{table}" for table in JOURNALS["raw_config"] if table != "pseudonyms"]
        for name in (*configured, *computed, "raw_ops.held_back"):
            digest.update(repr(connection.execute(f"select * from {name} order by all").fetchall()).encode())
    return digest.hexdigest()


def run(
    home: Home,
    facts: Facts,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    full_refresh: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> list[NodeResult]:
    """Run `dbt build` over the project or a part of it; what became of every node, failed ones too.

    A test of several models belongs to the part in which the last of them is built.
    """
    os.environ.update(facts.environment())
    # Unit tests hold the SQL against fixtures; they belong to the test suite, not to every night.
    args = ["build", "--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]
    args += (["--select", *select] if select else []) + (["--exclude", *exclude] if exclude else [])
    return invoke(home, args + (["--full-refresh"] if full_refresh else []), progress)


def refuse_failures(results: Sequence[NodeResult]) -> None:
    """Refuse a build in which anything failed.

    Raises:
        TransformFailed: naming the models and tests with the database's words.
    """
    bad = [node for node in results if node.is_bad]
    if bad:
        shown = "\n".join(f"  {node.name}: {node.message.strip()}" for node in bad[:10])
        raise TransformFailed(f"{len(bad)} of {len(results)} dbt steps failed; nothing was published:\n{shown}")


def manifest(home: Home) -> Path:
    """Dbt's manifest of the project as it is now; parsed where it is missing or older than the project."""
    path = home.target / "manifest.json"
    newest = max(file.stat().st_mtime for file in _project_files())
    if not path.exists() or path.stat().st_mtime < newest:
        invoke(home, ["parse"])
    return path


def invoke(home: Home, args: Sequence[str], progress: Callable[[str], None] = lambda _: None) -> list[NodeResult]:
    """Call dbt with the project's and the home's directories, and let go of the warehouse file afterwards.

    Raises:
        TransformFailed: when dbt cannot even start (a broken project file).
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["FULCRUM_WAREHOUSE"] = str(home.warehouse)
    os.environ.setdefault("DO_NOT_TRACK", "1")
    places = [
        "--project-dir",
        project_dir(),
        "--profiles-dir",
        project_dir(),
        "--target-path",
        home.target,
        "--log-path",
        home.root / "logs",
    ]
    quiet = ["--log-level", "none", "--log-level-file", "info", "--no-use-colors"]
    try:
        outcome = dbtRunner(callbacks=[_reporter(progress)]).invoke([*args[:1], *quiet, *map(str, places), *args[1:]])
    finally:
        # dbt-duckdb keeps its connection for the process's life, and with it the write lock and its configuration.
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception is not None:
        raise TransformFailed(f"dbt could not run: {outcome.exception}")
    return [_node_result(result) for result in getattr(outcome.result, "results", [])]


def _reporter(progress: Callable[[str], None]) -> Callable[[Any], None]:
    def report(event: Any) -> None:
        if event.info.name == "LogModelResult":
            progress(f"build: {event.data.description}")

    return report


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(node.unique_id, node.name, str(node.resource_type), str(result.status), result.message or "", result.execution_time)
