"""A build of one home in a process of its own: by Fulcrum, or its SQL alone straight in DuckDB. Prints what it took as JSON."""

import argparse
import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measuring import peak
from pipelines import config, publish, sync, transform, warehouse
from pipelines.landing import Run
from pipelines.statistics import experiments, labels
from pipelines.warehouse import Home

Parts = dict[str, float]
SIZES = {
    "people": "core.dim_people",
    "projects": "core.dim_projects",
    "pull requests": "core.fct_pull_requests",
    "eval samples": "core.fct_eval_samples",
    "facts in the ledger": "intermediate.int_evidence_ledger",
    "evidence rows": "evidence.evidence_all",
}
"""Tables whose sizes tell how large the organisation is."""


@contextmanager
def _timed(parts: Parts, name: str) -> Generator[None]:
    started = time.process_time()
    yield
    parts[name] = parts.get(name, 0) + time.process_time() - started


def by_fulcrum(home: Home, configuration: Path) -> dict[str, Any]:
    """What a nightly build does after its loads: statistics, models and tests, snapshots."""
    settings = config.load(configuration)
    parts: Parts = {}
    run = Run.start(home)
    sync.prepare(settings, home)
    with _timed(parts, "statistics"), warehouse.connect(home.warehouse) as connection:
        experiments.recompute(connection)
        labels.recompute(connection)
    with _timed(parts, "parse"):
        transform.parse(home)
    with _timed(parts, "dbt"):
        nodes = sync.build_models(run, transform.Facts(settings.timezone, run.now, run.run_id))
    transform.refuse_failures(nodes)
    with _timed(parts, "publish"):
        publish.publish(home, run.run_id, run.now, {"organisation": settings.organisation, "timezone": settings.timezone})
    with warehouse.connect(home.warehouse) as connection:
        rows = {name: warehouse.row_count(connection, *table.split(".")) for name, table in SIZES.items()}
    return {"parts": parts, "rows": rows, "nodes": [(node.name, node.kind, round(node.seconds, 3)) for node in nodes]}


def by_sql(home: Home) -> dict[str, Any]:
    """The statements of a build's models and tests that lie in the home's target folder, in the order of `order.json`."""
    parts: Parts = {}
    nodes: list[tuple[str, str, float]] = []
    written = {path.stem: path for path in (home.target / "run").rglob("*.sql")}
    with warehouse.connect(home.warehouse) as connection:
        for name, kind in json.loads((home.target / "order.json").read_text()):
            if name not in written:
                continue
            started = time.perf_counter()
            with _timed(parts, kind):
                connection.execute(written[name].read_text())
                connection.fetchall()
            nodes.append((name, kind, round(time.perf_counter() - started, 3)))
    return {"parts": parts, "nodes": nodes}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--config", type=Path)
    asked = parser.parse_args()
    place = Home(asked.home)
    result = by_fulcrum(place, asked.config) if asked.config else by_sql(place)
    if asked.config:
        (place.target / "order.json").write_text(json.dumps([node[:2] for node in result["nodes"]]))
    print(json.dumps({**result, "peak": peak()}))
