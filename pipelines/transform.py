"""dbt, in this process, with a kept manifest: one start instead of one per command.

The only module here that imports dbt's Python.
"""

import gc
import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock

from connectors import registry
from pipelines import statistics, warehouse
from pipelines.raw_tables import JOURNALS
from pipelines.statistics import experiments, labels
from pipelines.warehouse import Home, quote

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.event_manager import IEventManager

INSTALLATION = Home(Path(sys.prefix) / "share" / "fulcrum")
"""What every home of this installation shares: the parsed project, and no warehouse."""

BAD = {"error", "fail", "runtime error"}
LOG_LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
LOG_BYTES, LOGS_KEPT = 10 * 1024 * 1024, 5


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
    """Dbt's manifest of the project as it is now, in the home, where publication and Dagster read it."""
    if not _holds_manifest(home, _project_state()):
        parse(home)
    return home.manifest


def parse(home: Home) -> "Manifest":
    """The parsed project; its manifest lies in the home afterwards.

    dbt parses again where the connection differs, and a full parse is 14 s of CPU against one second. So every home of an
    installation parses in the installation's own folder, over a connection that is never opened.

    Raises:
        TransformFailed: naming what is broken in the project.
    """
    shared, state = INSTALLATION if _can_hold(INSTALLATION.target) else home, _project_state()
    parsed = _parsed(shared, state)
    if not _holds_manifest(home, state):
        _copy_manifest(shared, home, state)
    return parsed


@lru_cache(maxsize=1)
def _parsed(shared: Home, state: str) -> "Manifest":
    """The project in that state, parsed once in a process."""
    shared.target.mkdir(parents=True, exist_ok=True)
    with _parsing_alone(shared):
        # Writing the manifest is two fifths of a parse in which nothing changed.
        is_written = _holds_manifest(shared, state)
        if not is_written:
            _mark(shared).unlink(missing_ok=True)
        parsed = cast("Manifest", _call(shared, ["parse"], write=not is_written).result)
        _mark(shared).write_text(state, encoding="utf-8")
    # Some hundred thousand objects that stay: walking them in every collection took a fifth of a build.
    gc.freeze()
    return parsed


@contextmanager
def started_beside(home: Home) -> Generator[Callable[[], None]]:
    """Yield what begins dbt's start, imports and parse, beside work that mostly waits; it has ended on leaving.

    What is broken in the project is told where the build parses it.
    """
    begun: list[Future[Manifest]] = []
    with ThreadPoolExecutor(1, "dbt-start") as pool:
        yield lambda: None if begun else begun.append(pool.submit(parse, home))


def _copy_manifest(shared: Home, home: Home, state: str) -> None:
    """Put the manifest into the home, whole: another home of the installation may be parsing, and Dagster reading this one's."""
    home.target.mkdir(parents=True, exist_ok=True)
    fresh = home.manifest.with_suffix(".next")
    with _parsing_alone(shared):
        shutil.copyfile(shared.manifest, fresh)
    fresh.replace(home.manifest)
    _mark(home).write_text(state, encoding="utf-8")


def _parsing_alone(shared: Home) -> FileLock:
    return FileLock(shared.target / "parse.lock")


def _mark(home: Home) -> Path:
    """Says of which state of the project the manifest beside it is; written after it."""
    return home.manifest.with_suffix(".state")


def _holds_manifest(home: Home, state: str) -> bool:
    mark = _mark(home)
    return mark.exists() and mark.read_text(encoding="utf-8") == state and home.manifest.exists()


def _project_state() -> str:
    """Which dbt reads the project, how many files it has, and when one of them last changed, in nanoseconds."""
    changed = [file.stat().st_mtime_ns for file in _project_files()]
    return f"{version('dbt-core')} {len(changed)} {max(changed)}"


def _can_hold(folder: Path) -> bool:
    """Whether files can be written there; the folder is made if it can be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def invoke(home: Home, args: Sequence[str], progress: Callable[[str], None] = lambda _: None) -> list[NodeResult]:
    """Run a dbt command over the home's warehouse, and let go of the file afterwards.

    Raises:
        TransformFailed: when dbt cannot even start (a broken project file).
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    parsed = parse(home)
    try:
        outcome = _call(home, args, parsed, progress)
    finally:
        # dbt-duckdb keeps its connection for the process's life, and with it the write lock and its configuration.
        DuckDBConnectionManager.close_all_connections()
    return [_node_result(result) for result in getattr(outcome.result, "results", [])]


def _call(
    home: Home,
    args: Sequence[str],
    parsed: "Manifest | None" = None,
    progress: Callable[[str], None] = lambda _: None,
    write: bool = False,
) -> "dbtRunnerResult":
    """Call dbt in this process with the project's and the home's directories; `write` has it leave its own files, the manifest first.

    Raises:
        TransformFailed: when dbt itself fails, with its words.
    """
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
        home.logs,
    ]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-use-colors"] + ([] if write else ["--no-write-json"])
    _drop_debug_events()
    with _log_of_dbt(home) as log:
        runner = dbtRunner(manifest=parsed, callbacks=[_reporter(progress, log)])
        outcome = runner.invoke([*args[:1], *quiet, *map(str, places), *args[1:]])
    if outcome.exception is not None:
        raise TransformFailed(f"dbt could not run: {outcome.exception}")
    return outcome


@contextmanager
def _log_of_dbt(home: Home) -> Generator[logging.Logger]:
    """The home's `logs/dbt.log`, for what dbt says above its debug level.

    Dbt's own log file costs a sixth of a build: it words every debug line before it drops it.
    """
    home.logs.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(home.logs / "dbt.log", maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    log = logging.Logger("dbt", logging.INFO)
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()


@lru_cache(maxsize=1)
def _drop_debug_events() -> None:
    """Have dbt forget its debug events: it words each of some twenty per step, which is a twelfth of a build, and nothing reads them."""
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class Events(EventManager):
        def fire_event(self, e: BaseEvent, level: EventLevel | None = None, *args: Any, **named: Any) -> None:
            if (level or e.level_tag()) not in {EventLevel.DEBUG, EventLevel.TEST}:
                super().fire_event(e, level, *args, **named)

    ctx_set_event_manager(cast("IEventManager", Events()))


def _reporter(progress: Callable[[str], None], log: logging.Logger) -> Callable[[Any], None]:
    def report(event: Any) -> None:
        if event.info.level in LOG_LEVELS:
            log.log(LOG_LEVELS[event.info.level], "%s", event.info.msg)
        if event.info.name == "LogModelResult":
            progress(f"build: {event.data.description}")

    return report


def _node_result(result: Any) -> NodeResult:
    node = result.node
    return NodeResult(node.unique_id, node.name, str(node.resource_type), str(result.status), result.message or "", result.execution_time)


if __name__ == "__main__":
    parse(INSTALLATION)
