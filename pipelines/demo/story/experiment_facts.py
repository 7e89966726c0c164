"""What experiments and launches truly did, when users began to meet them, and what nobody built around them."""

from datetime import UTC, datetime
from typing import Any

from pipelines.demo.story.facts import note
from pipelines.demo.world import World

ROLLBACK_PATH = "docs/runbooks/roll-back-the-reranker.md"
STEP = 0.0077
"""What the launch of the hints did to the share of searches that are answered."""
PREVIEWS_STEP = 0.012
"""What the previews, and whatever else shipped in their week, did to the share of results that are opened."""
EFFECTS = {
    **{"exp_rerankerv2": 8.2, "exp_answerlength": 1.2, "exp_voicesummaries": -1.3, "router-threshold": -2.6},
    **{"query-hints": round(100 * STEP, 2), "citations-first": None},
    **{"result-previews": round(100 * PREVIEWS_STEP, 2), "keyboard-shortcuts": None, "partner-summaries": None},
    **{"title-boost": -0.8, "click-weights": -2.5},
}
"""Percentage points by which each moved its main metric; of three launches nobody measured anything."""
LAUNCHES: dict[str, dict[str, Any]] = {
    "exp_rerankerv2": {
        "launched_at": datetime(2026, 2, 2, 9, tzinfo=UTC),
        "everybody_at": datetime(2026, 3, 9, 9, tzinfo=UTC),
        "rollback_playbook": ROLLBACK_PATH,
        "missing": ["cost_analysis", "monitoring"],
    },
    "query-hints": {
        "launched_at": datetime(2026, 4, 15, 7, tzinfo=UTC),
        "everybody_at": datetime(2026, 4, 15, 7, tzinfo=UTC),
        "rollback_playbook": ROLLBACK_PATH,
        "missing": ["cost_analysis"],
    },
    "citations-first": {
        "launched_at": datetime(2026, 5, 18, 9, tzinfo=UTC),
        "everybody_at": datetime(2026, 5, 18, 9, tzinfo=UTC),
        "rollback_playbook": None,
        "missing": ["cost_analysis", "online_ab", "rollback_playbook"],
    },
    "result-previews": {
        "launched_at": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "everybody_at": datetime(2026, 3, 4, 8, tzinfo=UTC),
        "rollback_playbook": None,
        "missing": ["cost_analysis", "online_ab", "rollback_playbook"],
    },
    "keyboard-shortcuts": {
        "launched_at": datetime(2026, 3, 9, 8, tzinfo=UTC),
        "everybody_at": datetime(2026, 3, 9, 8, tzinfo=UTC),
        "rollback_playbook": None,
        "missing": ["cost_analysis", "monitoring", "online_ab", "rollback_playbook"],
    },
    "partner-summaries": {
        "launched_at": datetime(2026, 5, 13, 8, tzinfo=UTC),
        "everybody_at": datetime(2026, 5, 13, 8, tzinfo=UTC),
        "rollback_playbook": None,
        "missing": ["cost_analysis", "monitoring", "online_ab", "rollback_playbook"],
    },
}
"""When users began to meet what was tried, when all of them did, and which parts of the system around it nobody built."""


def noted(
    world: World, kind: str, native_id: str, repository: str, owner: str, pulls: list[int], decision: str, has_holdout: bool = True
) -> None:
    """Record what is true of an experiment, and of its launch if it came to one."""
    row = {
        "kind": kind,
        "native_id": native_id,
        "repository": repository,
        "owner": owner,
        "pull_requests": pulls,
        "decision": decision,
        "has_holdout": has_holdout,
        "effect_points": EFFECTS[native_id],
    }
    note(world, "experiments", row)
    if native_id in LAUNCHES:
        whose = {name: row[name] for name in ("native_id", "repository", "owner", "pull_requests")}
        note(world, "launches", whose | LAUNCHES[native_id])
