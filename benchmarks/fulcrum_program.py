"""Fulcrum's side: one reading of the github source into the warehouse of a home. Run as a module."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import TOKEN, peak
from connectors import registry
from connectors.github.options import GithubOptions
from pipelines import load, memory, raw_tables, warehouse
from pipelines.landing import Run
from pipelines.warehouse import Home

FACTS = {
    "pull requests merged": "select count(*) from raw_github.pull_requests where merged_at is not null",
    "issues triaged": "select count(*) from raw_github.issues where labels like '%triaged%'",
    "attempts completed": "select count(*) from raw_github.workflow_runs where status = 'completed'",
}
CONFIGURATION = """organisation = "Scaled"
timezone = "UTC"

[sources.github]
api_url = "{api}"
tokens = ["${{BENCHMARK_TOKEN}}"]
repositories = {{ include = ["acme/*"] }}
concurrency = {width}
"""


def configure(folder: Path, api: str, width: int) -> Path:
    """A configuration for the whole command; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "fulcrum.toml"
    path.write_text(CONFIGURATION.format(api=api, width=width), encoding="utf-8")
    (folder / ".env").write_text(f"BENCHMARK_TOKEN={TOKEN}\n", encoding="utf-8")
    return path


def held(home: Path) -> dict[str, int]:
    """Live rows by table, and what they show."""
    connector = registry.get("github")
    with warehouse.connect(Home(home).warehouse, read_only=True) as connection:
        counts = {
            table.name: f"select count(*) from {connector.dataset}.{table.name} where _deleted_at is null" for table in connector.tables
        }
        return {name: warehouse.one(connection, query) for name, query in (counts | FACTS).items()}


def bytes_per_row(home: Path) -> dict[str, tuple[int, float]]:
    """Rows of each raw table, and the bytes that one takes in the file."""
    found: dict[str, tuple[int, float]] = {}
    with warehouse.connect(Home(home).warehouse) as connection:
        connection.execute("checkpoint")
        for table in registry.get("github").tables:
            rows = warehouse.row_count(connection, "raw_github", table.name)
            blocks = warehouse.one(
                connection,
                f"""select count(distinct block) from (select block_id as block from pragma_storage_info('raw_github.{table.name}')
                    union select unnest(additional_block_ids) from pragma_storage_info('raw_github.{table.name}'))""",
            )
            found[table.name] = (rows, blocks * 262_144 / max(1, rows))
    return found


def bytes_of_files(home: Path) -> dict[str, int]:
    """Size of the warehouse and of the published snapshots, where there are some."""
    paths = {"warehouse": Home(home).warehouse} | {name: Home(home).published / f"{name}.duckdb" for name in ("analyst", "restricted")}
    return {name: path.stat().st_size for name, path in paths.items() if path.exists()}


def main() -> None:
    """`python -m benchmarks.fulcrum_program API WIDTH HOME`; prints what it did as JSON."""
    api, width, home = sys.argv[1], int(sys.argv[2]), Home(Path(sys.argv[3]))
    options: dict[str, Any] = {"api_url": api, "tokens": [TOKEN], "repositories": {"include": ["acme/*"]}, "concurrency": width}
    memory.collect_rarely()
    home.root.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [registry.get(name) for name in registry.MODULES])
    started = time.perf_counter()
    result = load.sync_source(registry.get("github"), GithubOptions.model_validate(options), Run.start(home))
    seen = next(outcome for outcome in result.outcomes if outcome.step == "extract")
    print(
        json.dumps(
            {
                "rows": seen.rows_seen,
                "changed": result.rows_changed,
                "requests": result.meter.made,
                "saved": result.meter.saved,
                "seconds": time.perf_counter() - started,
                "failures": [str(failure) for failure in result.failures],
                "held_back": [str(item) for item in result.held_back],
                "peak": peak(),
            }
        )
    )


if __name__ == "__main__":
    main()
