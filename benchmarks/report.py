"""The figures as tables on standard output."""

from typing import Any

from rich.console import Console
from rich.table import Table

Document = dict[str, Any]


def show(document: Document) -> None:
    """Print everything."""
    console = Console(width=150)
    machine, world = document["machine"], document["world"]
    console.print(
        f"{document['date']}, {machine['cores']} cores, load {machine['load']:.1f}; scale {document['scale']:g}: "
        f"{world['repositories']:,} repositories, {world['workflow_runs']:,} attempts with {world['workflow_jobs']:,} jobs, "
        f"{world['pull_requests']:,} pull requests; {document['latency_ms']:g} ms a request, {document['concurrency']} at once"
    )
    console.print(_programs(document))
    console.print(_requests(document))
    for line in _ratios(document):
        console.print(line)
    for result in document["results"]:
        if result["note"]:
            console.print(f"{result['program']}: {result['note']}")


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place < 2 else "right")
    return table


def _programs(document: Document) -> Table:
    names = ("case", "program", "requests", "304", "counted", "points", "rows", "rows/s", "CPU s", "server CPU s", "peak MiB")
    table = _table(*names, "wall s", "wall / bound", "complete?")
    for result in document["results"]:
        missing = result["missing"]
        told = "" if missing is None else "yes" if not missing else f"no: {', '.join(f'{n:,} {name}' for name, n in missing.items())}"
        table.add_row(
            result["case"],
            result["program"],
            *(f"{result[name]:,}" for name in ("made", "saved", "counted", "points", "rows")),
            f"{result['rows'] / result['wall']:,.0f}",
            *(f"{result[name]:,.1f}" for name in ("cpu", "server_cpu")),
            f"{result['peak']:,.0f}",
            f"{result['wall']:,.1f}",
            f"{result['wall'] / result['bound']:.2f}" if result["bound"] else "",
            told,
        )
    return table


def _requests(document: Document) -> Table:
    """Fulcrum's requests by kind, against the fewest."""
    table = _table("case", "kind", "made", "floor", "ratio")
    for result in document["results"]:
        for line in result["lines"]:
            ratio = f"{line['made'] / line['floor']:.2f}" if line["floor"] else ""
            table.add_row(result["case"], line["kind"], f"{line['made']:,}", f"{line['floor']:,}", ratio)
        if result["lines"]:
            made, fewest = (sum(line[name] for line in result["lines"]) for name in ("made", "floor"))
            table.add_row(result["case"], "all", f"{made:,}", f"{fewest:,}", f"{made / fewest:.2f}", style="bold")
        if result["lines"] and result["case"] == "first":
            floor = document["points_floor"]
            table.add_row("first", "GraphQL points", f"{result['points']:,}", f"{floor:,}", f"{result['points'] / floor:.2f}")
    return table


def _ratios(document: Document) -> list[str]:
    """Fulcrum against the two others, in one line each."""
    found = {(result["case"], result["program"]): result for result in document["results"]}
    lines = []
    for case, other in (("first", "floor program"), ("first", "plain loop"), ("1 %", "floor program")):
        ours, theirs = found[case, "fulcrum"], found.get((case, other))
        if theirs:
            ratios = (f"{name} {ours[key] / theirs[key]:.3g}" for name, key in (("requests", "made"), ("CPU", "cpu"), ("wall", "wall")))
            lines.append(f"{case}: fulcrum / {other}: {', '.join(ratios)}")
    return lines
