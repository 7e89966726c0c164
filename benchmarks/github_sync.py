"""GitHub at the size of an organisation: what a sync costs, against the floor and against what a first script does.

    python -m benchmarks.github_sync --scale 0.02            a quick look: 2 repositories, 4,000 runs, 1,000 pull requests
    python -m benchmarks.github_sync --scale 1 --json        100 repositories, 200,000 runs, 50,000 pull requests

Measures, and asserts nothing but completeness. See README.md beside this file.
"""

import argparse
import json
import os
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import floor, floor_program, fulcrum_program, report
from benchmarks.floor import Line
from benchmarks.measuring import TOKEN, Measured, measured
from benchmarks.scaled_counts import Shape
from benchmarks.scaled_server import Server, serving
from benchmarks.scaled_world import Changes

SHARE = 0.01
"""What changes in a night."""


@dataclass
class Result:
    """One program in one case.

    Attributes:
        counted: requests counted against the hourly limit.
        points: GraphQL points.
        at_once: most requests under way at one moment, by the server's count.
        bound: wall seconds that the latency alone costs at the allowed concurrency.
        missing: rows by table that the world holds and the program does not; None where it was not asked.
        lines: requests by kind, against the fewest.
        log: requests by endpoint and outcome, by the server's count.
    """

    case: str
    program: str
    made: int
    saved: int
    counted: int
    points: int
    at_once: int
    rows: int
    cpu: float
    server_cpu: float
    wall: float
    peak: float
    bound: float
    missing: dict[str, int] | None = None
    lines: list[Line] = field(default_factory=list)
    log: dict[str, dict[str, int]] = field(default_factory=dict)
    note: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    """What the program printed of itself."""


@dataclass
class Bench:
    """The server, the programs and what came of them."""

    server: Server
    folder: Path
    latency: float
    width: int
    results: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api = self.server.url()

    def run(self, case: str, program: str, held: Callable[[], dict[str, int]] | None, *command: object) -> Result:
        """Run a program, and hold what it has against what there is."""
        core, graphql, server_cpu = *self._used(), self.server.cpu()
        self.server.log()
        print(f"{datetime.now(UTC):%H:%M:%S}  {case}: {program}", file=sys.stderr, flush=True)
        done = measured(*command)
        log = self.server.log()
        result = _result(case, program, done, log, self.latency / self.width)
        result.server_cpu = self.server.cpu() - server_cpu
        result.counted, result.points = (now - before for now, before in zip(self._used(), (core, graphql), strict=True))
        if held:
            has, should = held(), self.server.held()
            result.missing = {name: count - has.get(name, 0) for name, count in should.items() if has.get(name, 0) != count}
        self.results.append(result)
        return result

    def _used(self) -> tuple[int, int]:
        """Requests and points used up; asking is free."""
        request = urllib.request.Request(f"{self.api}/rate_limit", headers={"authorization": f"Bearer {TOKEN}"})
        with urllib.request.urlopen(request) as answer:
            resources = json.load(answer)["resources"]
        return resources["core"]["used"], resources["graphql"]["used"]

    # The programs

    def fulcrum(self, case: str, fewest: dict[str, int], repositories: int) -> Result:
        """The github source: extraction, landing and load."""
        home = self.folder / "home"
        result = self.run(case, "fulcrum", lambda: fulcrum_program.held(home), "benchmarks.fulcrum_program", self.api, self.width, home)
        result.lines = floor.lines(fewest, result.log, repositories)
        return result

    def floor_program(self, case: str) -> Result:
        """The least that a complete reading costs."""
        folder = self.folder / "floor"
        return self.run(
            case,
            "floor program",
            lambda: floor_program.held(folder / "floor.duckdb"),
            "benchmarks.floor_program",
            self.api,
            TOKEN,
            self.width,
            folder,
        )

    def plain_loop(self, shapes: list[Shape], share: float) -> Result:
        """A first script, on a part of the largest repository that holds the share of all runs, and as much of the rest; multiplied."""
        largest, total = max(shapes, key=lambda shape: shape.runs), sum(shape.runs for shape in shapes)
        part = min(1.0, share * total / largest.runs)
        runs, pulls, issues = (round(part * count) for count in (largest.runs, largest.pull_requests, largest.issues))
        named = (self.api, TOKEN, self.folder / "plain", largest.name, runs, pulls, issues)
        result = self.run("first", "plain loop", None, "benchmarks.plain_loop", *named)
        by = total / runs
        for name in ("made", "counted", "rows", "cpu", "server_cpu", "wall", "bound"):
            setattr(result, name, type(getattr(result, name))(getattr(result, name) * by))
        result.cpu -= result.said["started_cpu"] * (by - 1)  # imports are paid once
        result.missing = {"workflow_runs": round(result.said["left_out"] * by)}
        result.note = f"measured on {runs:,} of {total:,} runs and as large a share of the rest, and multiplied by {by:.1f}"
        return result

    def whole_sync(self) -> None:
        """The whole command where nothing changed, after one that builds and publishes."""
        home = self.folder / "home"
        configuration = fulcrum_program.configure(self.folder / "configuration", self.api, self.width)
        command = ("fulcrum", "--home", home, "--config", configuration, "--quiet", "--json", "sync", "--only", "github")
        for case in ("build", "nothing"):
            self.run(case, "fulcrum sync", None, *command)


def _result(case: str, program: str, done: Measured, log: dict[str, dict[str, int]], each: float) -> Result:
    """What the server's log and the measurements say; `each` is the latency of a request by the concurrency."""
    made = sum(counts["made"] for name, counts in log.items() if name != "at once")
    saved = sum(counts.get("not_modified", 0) for counts in log.values())
    at_once = log.pop("at once")["made"]
    rows = int(done.said.get("rows", 0))
    return Result(
        case, program, made, saved, 0, 0, at_once, rows, done.cpu, 0.0, done.wall, done.peak, made * each, log=log, said=done.said
    )


def bench(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every program in every case; the whole document, which is also written to `arguments.out` whenever a case has ended."""
    load = os.getloadavg()[0]
    with serving(arguments.scale, arguments.latency / 1000) as server, tempfile.TemporaryDirectory(prefix="fulcrum-bench-") as folder:
        run = Bench(server, Path(folder), arguments.latency / 1000, arguments.concurrency)
        shapes: list[Shape] = server.shapes()
        document: dict[str, Any] = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": {"cores": os.cpu_count(), "load": round(load, 1)},
            "scale": arguments.scale,
            "latency_ms": arguments.latency,
            "concurrency": arguments.concurrency,
            "world": server.held(),
            "points_floor": floor.points(shapes),
            "results": run.results,
        }
        for found in _cases(run, arguments, shapes):
            document |= found
            if arguments.out:
                arguments.out.write_text(_as_json(document), encoding="utf-8")
        return json.loads(_as_json(document))


def _cases(run: Bench, arguments: argparse.Namespace, shapes: list[Shape]) -> Iterator[dict[str, Any]]:
    """Run case after case; after each, what it adds to the document beside its results."""
    count, home = len(shapes), run.folder / "home"

    def both(case: str, fewest: dict[str, int]) -> Iterator[dict[str, Any]]:
        run.fulcrum(case, fewest, count)
        yield {}
        if arguments.floor:
            run.floor_program(case)
            yield {}

    yield from both("first", floor.first(shapes))
    if arguments.plain:
        run.plain_loop(shapes, arguments.plain)
        yield {}
    if arguments.nothing:
        yield from both("nothing", floor.nothing(shapes))
    if arguments.sync:
        run.whole_sync()
        yield {}
    changes: Changes = run.server.change(SHARE)
    yield from both("1 %", floor.changed(shapes, changes))
    sizes = {name: {"rows": rows, "bytes_a_row": round(size)} for name, (rows, size) in fulcrum_program.bytes_per_row(home).items()}
    touched = {name: sum(each.values()) for name, each in asdict(changes).items()}
    yield {"changes": touched, "bytes": fulcrum_program.bytes_of_files(home), "tables": sizes}


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, default=asdict)


def options() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="github_sync", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.02, help="size of the organisation; 1 is the full one (default 0.02)")
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds before each answer (default 50)")
    parser.add_argument("--concurrency", type=int, default=8, help="requests in flight that the clients are allowed (default 8)")
    parser.add_argument(
        "--plain", type=float, default=0.005, help="share of the runs that the plain loop reads before it is scaled up; 0 leaves it out"
    )
    parser.add_argument(
        "--no-floor", dest="floor", action="store_false", help="leave the floor program out; it needs 36 GB of memory at scale 1"
    )
    parser.add_argument("--no-nothing", dest="nothing", action="store_false", help="leave out the case in which nothing has changed")
    parser.add_argument("--no-sync", dest="sync", action="store_false", help="leave the whole `fulcrum sync` out")
    parser.add_argument("--out", type=Path, help="also write the figures to this file as JSON, anew after each case")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")
    return parser


def main() -> int:
    """Measure and print; exit code 1 where Fulcrum or the floor program is incomplete."""
    arguments = options().parse_args()
    document = bench(arguments)
    if arguments.json:
        print(json.dumps(document, indent=1))
    else:
        report.show(document)
    return 1 if incomplete(document) else 0


def incomplete(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Results in which rows are missing; what the plain loop leaves out is its own affair."""
    return [result for result in document["results"] if result["missing"] and result["program"] != "plain loop"]


if __name__ == "__main__":
    sys.exit(main())
