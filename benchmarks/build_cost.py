"""What a build costs in a large organisation: the demo's, many times over, from its raw tables to its snapshots.

Four builds, each in a process of its own: all of it, the same SQL straight in DuckDB, one after a night in which the organisation
grew by a hundredth, and one in which it did not change.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Measured, measured
from benchmarks.planted_truth import SEEDS, SIZES, made_demo
from benchmarks.scaled_warehouse import configure, multiply
from pipelines.warehouse import Home

SLOWEST = 12
"""Steps that the report names."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the organisation, build it in each way, and print what each took."""
    asked = _asked(arguments)
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        demo = asked.demo or made_demo(Path(folder) / "demo", SEEDS[0], SIZES[0]).root
        figures = _measured(demo, Path(folder) / "scaled", asked.times)
    report(figures, Console(width=120))
    if asked.out:
        asked.out.write_text(json.dumps({name: _as_json(one) for name, one in figures.items()}, indent=1), encoding="utf-8")
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run buildcost", description="A build of a large organisation, beside its SQL alone.")
    parser.add_argument("--times", type=int, default=100, help="demo organisations in it (100: 4,000 engineers, 2,500 repositories)")
    parser.add_argument("--demo", type=Path, help="a home that `fulcrum demo` has made; else one is made")
    parser.add_argument("--folder", type=Path, help="where the homes are put, of 3 GB at 100 times; else the machine's temporary folder")
    parser.add_argument("--out", type=Path, help="also write all figures there, as JSON")
    return parser.parse_args(arguments)


def _measured(demo: Path, scaled: Path, times: int) -> dict[str, Measured]:
    shutil.copytree(demo, scaled, ignore=shutil.ignore_patterns("landing", "published", "git", "mirrors"))
    home, configuration = Home(scaled), scaled / "organisation" / "fulcrum.toml"
    night = max(1, times // 100)
    original = Home(demo).warehouse
    configure(configuration, range(1, times))
    figures: dict[str, Measured] = {}
    multiply(original, home.warehouse, range(1, times - night))
    figures["all of it"] = _built(scaled, "--config", configuration)
    figures["its SQL alone"] = _built(scaled)
    multiply(original, home.warehouse, range(times - night, times))
    figures["one hundredth is new"] = _built(scaled, "--config", configuration)
    figures["nothing is new"] = _built(scaled, "--config", configuration)
    return figures


def _built(home: Path, *arguments: object) -> Measured:
    return measured("benchmarks.build_program", home, *arguments)


def report(figures: dict[str, Measured], console: Console) -> None:
    """The parts of each build, and the steps of the first that took longest."""
    whole, alone = figures["all of it"], figures["its SQL alone"]
    table = Table("build", "CPU s", "of it dbt", "publication", "statistics", "peak MiB", "to the first", "to its SQL")
    for name, one in figures.items():
        parts = one.said["parts"]
        table.add_row(
            name,
            f"{one.cpu:,.1f}",
            *(f"{parts[part]:,.1f}" if part in parts else "" for part in ("dbt", "publish", "statistics")),
            f"{one.peak:,.0f}",
            f"{one.cpu / whole.cpu:.2f}",
            f"{one.cpu / alone.cpu:.2f}",
        )
    console.print(table)
    console.print(", ".join(f"{n:,} {what}" for what, n in whole.said["rows"].items()))
    steps = Table("slowest steps of all of it", "kind", "s", "s, its SQL alone")
    seconds = {name: took for name, _, took in alone.said["nodes"]}
    for name, kind, took in sorted(whole.said["nodes"], key=lambda node: -node[2])[:SLOWEST]:
        steps.add_row(name, kind, f"{took:.1f}", f"{seconds[name]:.1f}" if name in seconds else "")
    console.print(steps)


def _as_json(one: Measured) -> dict[str, Any]:
    return {"cpu": one.cpu, "wall": one.wall, "peak": one.peak, **one.said}


if __name__ == "__main__":
    sys.exit(main())
