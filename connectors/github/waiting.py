"""What listings met and is to be asked for later, many at a time; it travels in checkpoints, so that a reading cut short loses none."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

DRAIN_AT = 2_000
"""So many waiting things are asked for at once: enough to fill the shared threads, few enough for a checkpoint."""


@dataclass
class Waiting:
    """Things to be asked for.

    Attributes:
        heads: commits whose check suites are to be listed.
        suites: check suites whose check runs are to be read: node id, and the workflow run whose jobs they are, if it has one attempt.
        reruns: workflow runs of several attempts: only REST says to which attempt a job belongs.
        status_heads: commits that have statuses, the older kind of check.
        met: every head that this reading met.
    """

    heads: dict[str, None] = field(default_factory=dict[str, None])
    suites: dict[str, int | None] = field(default_factory=dict[str, int | None])
    reruns: dict[int, None] = field(default_factory=dict[int, None])
    status_heads: dict[str, None] = field(default_factory=dict[str, None])
    met: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, saved: dict[str, Any]) -> "Waiting":
        """What a checkpoint holds."""
        heads = dict.fromkeys(saved.get("heads", ()))
        reruns, statuses = dict.fromkeys(saved.get("reruns", ())), dict.fromkeys(saved.get("status_heads", ()))
        return cls(heads, dict(saved.get("suites", {})), reruns, statuses, set(heads))

    def saved(self) -> dict[str, Any]:
        """For a checkpoint; empty where nothing waits."""
        held = {"heads": [*self.heads], "suites": {**self.suites}, "reruns": [*self.reruns], "status_heads": [*self.status_heads]}
        return {name: value for name, value in held.items() if value}

    @property
    def size(self) -> int:
        """How many things wait for their check runs."""
        return len(self.heads) + len(self.suites) + len(self.reruns)

    def need_heads(self, shas: Iterable[Any]) -> None:
        """Have the check runs of these commits read, once in a reading."""
        for sha in shas:
            if isinstance(sha, str) and sha not in self.met:
                self.heads[sha] = None
                self.met.add(sha)

    def need_jobs(self, run: dict[str, Any]) -> None:
        """Have the jobs of a run read, as REST lists it."""
        run_id, suite = run.get("id"), run.get("check_suite_node_id")
        self.need_heads([run.get("head_sha")])
        if not isinstance(run_id, int):
            return
        if run.get("run_attempt", 1) == 1 and isinstance(suite, str):
            self.suites[suite] = run_id
        else:
            self.reruns[run_id] = None

    def list_suites(self, heads: Iterable[str], suites: Iterable[str]) -> None:
        """These heads have these suites, which wait in their place."""
        for sha in heads:
            self.heads.pop(sha, None)
        for suite in suites:
            self.suites.setdefault(suite, None)
