"""What all shapes need: stable ids, JSON as the tools write it, and the words that tools have for a sample's fate."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun, EvalSample

Json = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A run as files: names below its place in the store, and what stands beside them."""

    files: dict[str, bytes]
    envelope_name: str


def stable_id(*parts: object, length: int = 22) -> str:
    """An id that looks generated and is the same every time."""
    return hashlib.sha256("/".join(str(part) for part in parts).encode()).hexdigest()[:length]


def sha256(text: str) -> str:
    """SHA-256 of a text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def compact(value: Any) -> bytes:
    """JSON without blanks; NaN is written as such, as the tools do."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def indented(value: Any) -> bytes:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode()


def scored(run: EvalRun) -> list[float]:
    """Scores of the samples that have one."""
    return [sample.value for sample in run.samples if sample.value is not None and not sample.error]


def mean_and_stderr(values: list[float]) -> tuple[float, float]:
    """Mean, and the standard error that the harnesses report; NaN and 0 of nothing."""
    if not values:
        return float("nan"), 0.0
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0.0
    return mean, (spread / len(values)) ** 0.5


def labels(sample: EvalSample) -> Json:
    """A sample's metadata, as far as it has any."""
    named = {"slice": sample.slice, "failure_mode": sample.failure_mode}
    return {key: value for key, value in named.items() if value}


def words(text: str) -> int:
    """Roughly how many tokens a text has."""
    return 3 + len(text.split())


def short_sha(world: World, run: EvalRun) -> str:
    """The evaluated commit as git abbreviates it; empty where the run names none."""
    return world.sha(run.head)[:7] if run.head else ""
