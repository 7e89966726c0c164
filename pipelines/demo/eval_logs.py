"""The demo organisation's eval store: every run of the world as the files that its tool would have left, envelopes beside them."""

import os
from collections.abc import Callable
from pathlib import Path

from pipelines.demo.eval_shapes import inspect_log, lm_eval_results, promptfoo_output
from pipelines.demo.eval_shapes.shared import Rendered, indented
from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun

SHAPES: dict[str, Callable[[World, EvalRun], Rendered]] = {
    "inspect": inspect_log.rendered,
    "lm_eval": lm_eval_results.rendered,
    "promptfoo": promptfoo_output.rendered,
}
TRUNCATED_SHARE = 0.6
"""How much of a file a killed upload leaves."""


def write(world: World, root: Path) -> None:
    """Write every eval run below a folder; the commits must have their shas already.

    The bytes depend on the world alone. Files are dated by the end of their run, as if they had been written then, or by their edit.
    """
    for run in world.eval_runs:
        shape = SHAPES[run.kind](world, run)
        for number, (name, content) in enumerate(shape.files.items()):
            is_cut = run.is_truncated and number == 0
            _put(root / name, content[: int(len(content) * TRUNCATED_SHARE)] if is_cut else content, run)
        if run.envelope is not None:
            _put(root / shape.envelope_name, indented(_sealed(world, run)), run)


def _sealed(world: World, run: EvalRun) -> dict[str, object]:
    """The envelope with the sha in the place of the commit's mark."""
    envelope = dict(run.envelope or {})
    if envelope.get("head_sha"):
        envelope["head_sha"] = world.sha(envelope["head_sha"])
    return envelope


def _put(path: Path, content: bytes, run: EvalRun) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    written = run.edited_at.timestamp() if run.edited_at else run.created_at.timestamp() + run.seconds
    os.utime(path, (written, written))
