"""Eval runs of the demo organisation, before they are written in the shapes of their harnesses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class EvalSample:
    """One scored sample; `value` None means unscored, with a reason."""

    sample_id: str
    input: str
    target: str
    output: str
    value: float | None
    slice: str = ""
    failure_mode: str = ""
    unscored_reason: str = ""
    error: str = ""
    named: dict[str, float] = field(default_factory=dict)
    """Scores beside the leading one, each from 0 to 1."""


@dataclass
class EvalRun:
    """One run of an eval harness, to be written in the shape of its tool."""

    kind: Literal["inspect", "lm_eval", "promptfoo"]
    native_id: str
    path: str
    """File name below the eval store, such as `inspect/2026-02-01T10-00-00_safety_abc.eval`."""
    task: str
    dataset: str
    model: str
    created_at: datetime
    seconds: float
    scorer: str
    samples: list[EvalSample]
    created_by: str = ""
    head: str = ""
    """Mark of the commit that was evaluated."""
    repository: str = ""
    is_dirty: bool = False
    prompt: str = ""
    threshold: float | None = None
    status: Literal["success", "error", "cancelled"] = "success"
    envelope: dict[str, Any] | None = None
    """`evidence.json` written beside the file; the value of `head_sha` is a mark and is replaced by its sha."""
    harness_package: str = ""
    """Distribution that ran it, such as `acme-evals`, with its version in `harness_version`."""
    harness_version: str = ""
    answered_model: str = ""
    """Version that the vendor kept behind the model's name then, as the answers name it; empty where the tool does not keep it."""
    is_truncated: bool = False
    """Written cut short, as a killed upload leaves it."""
    edited_at: datetime | None = None
    """When somebody wrote its file anew, long after the run."""
