"""A home-made harness as people write them: two tasks, the second one by two workers. `python bench.py <folder>`.

The "models" are functions, so that the recorded files never change.
"""

import json
import sys
from pathlib import Path
from typing import Any

TICKETS = (
    ("t-1", "billing", "wrong_queue", "Where is the invoice of last month?", "billing"),
    ("t-2", "billing", "wrong_queue", "I was charged twice for one order.", "billing"),
    ("t-3", "access", "lockout", "I cannot log in since this morning.", "access"),
    ("t-4", "access", None, "Please reset my second factor.", "access"),
)
HEAD = {
    "record": "run",
    "format": 1,
    "task_version": "3",
    "model": "acme/large-2",
    "dataset": "tickets",
    "harness": "bench",
    "project": "support",
}


def answer(ticket: str) -> str:
    """What a careless model says."""
    if "log in" in ticket:
        raise TimeoutError(f"the model did not answer to {ticket!r}")
    return "sales" if "charged" in ticket else "access" if "reset" in ticket else "billing"


def sample(ticket: tuple[Any, ...], epoch: int) -> dict[str, Any]:
    """One record."""
    key, slice_name, failure_mode, question, queue = ticket
    record = {"record": "sample", "id": key, "epoch": epoch, "slice": slice_name, "input": question, "target": queue}
    record |= {"failure_mode": failure_mode} if failure_mode else {}
    try:
        said = answer(question)
    except TimeoutError as error:
        return record | {"error": type(error).__name__, "cost_usd": 0.001}
    tone = (
        {"value": None, "unscored": "refusal"} if said == "sales" else {"value": 0.5 + epoch / 10, "rationale": f"{said} is a polite word."}
    )
    return record | {"output": said, "scores": {"correct": said == queue, "tone": tone}, "cost_usd": 0.002, "latency_ms": 800.5 + epoch}


def write(path: Path, records: list[dict[str, Any]]) -> None:
    """A file of records."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")


def main(folder: Path) -> None:
    """One run in one file, and one run of two epochs in a file of its own and two parts."""
    judge = {"kind": "llm", "name": "acme/judge-1", "prompt": "Is the answer polite?\n"}
    scorers = [{"name": "correct"}, {"name": "tone", "judge": judge}]
    started = {"scorers": scorers, "started_at": "2026-11-20T02:00:00Z"}
    ended = {"record": "end", "status": "success", "ended_at": "2026-11-20T02:04:10+00:00"}
    once = [sample(ticket, 1) for ticket in TICKETS]
    write(folder / "queues.jsonl", [HEAD | started | {"id": "queues-1", "task": "queues"}, *once, ended | {"n_samples": 4}])
    twice = [sample(ticket, epoch) for epoch in (1, 2) for ticket in TICKETS]
    write(folder / "nightly.jsonl", [HEAD | started | {"id": "nightly-1", "task": "nightly", "epochs": 2}, ended | {"n_samples": 8}])
    for worker in (0, 1):
        write(folder / f"nightly.part-{worker}.jsonl", twice[worker::2])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
