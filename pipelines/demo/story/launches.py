"""Launches that kept no control: one alone in its weeks, one that nobody measured, and some with company.

Two are of one project within a week, and one came while the vendor kept another model behind the name.
They are documents of the `files` store.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipelines.demo.story.evals import LARGE_MODEL, VERSIONS
from pipelines.demo.story.experiment_facts import PREVIEWS_STEP, STEP, noted
from pipelines.demo.story.facts import note
from pipelines.demo.story.scheduled_suites import WITHDRAWN
from pipelines.demo.world import World

DAYS_BEFORE, DAYS_AFTER = 84, 28
ASKED_FOR = LARGE_MODEL.partition("/")[2]


@dataclass(frozen=True)
class Daily:
    """A metric by day around a launch: its level, days of the week, a slow rise, noise that lingers, and the step."""

    key: str
    name: str
    step: float
    level: float
    noise: float


@dataclass(frozen=True)
class Launch:
    """One launch without a control; neighbours (kind, which, days later) shipped in the same project within a week."""

    native_id: str
    name: str
    owner: str
    project: str
    tag: str
    started_at: str
    ended_at: str
    decided_at: str
    hypothesis: str = ""
    reason: str = ""
    daily: Daily | None = None
    neighbours: tuple[tuple[str, str, int], ...] = ()

    def document(self, pulls: list[int]) -> str:
        """As the store's file tells it."""
        told = {
            "native_id": self.native_id,
            "name": self.name,
            "hypothesis": self.hypothesis,
            "owner_raw": f"{self.owner}@acme.example",
            "status": "stopped",
            "experiment_type": "launch",
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "decision": "ship",
            "decision_reason": self.reason,
            "decided_at": self.decided_at,
            "feature_flag_key": self.native_id,
            "project_raw": self.project,
            "repository_raw": f"acme/{self.project}",
            "pull_request_numbers": str(pulls),
            "has_holdout": "false",
            "tags": f"[{self.tag}]",
        }
        return "".join(f"{name}: {value}\n" for name, value in told.items() if value)


LAUNCHES = (
    Launch(
        *("query-hints", "Hints below the search box", "jonas", "search-ranker", "search"),
        *("2026-04-15T07:00:00Z", "2026-05-13T07:00:00Z", "2026-05-14T09:00:00Z"),
        "People who see how others asked get an answer more often.",
        "Shipped to everybody; a holdout was not possible in that release.",
        Daily("answered", "Searches answered", STEP, level=0.612, noise=0.0011),
    ),
    Launch(
        *("citations-first", "Sources above the answer", "ines", "support-agent", "support"),
        *("2026-05-18T09:00:00Z", "2026-06-15T09:00:00Z", "2026-06-15T09:00:00Z"),
        "Customers trust an answer more when its sources stand above it.",
        "Shipped to everybody at once; nobody was held back.",
    ),
    Launch(
        *("result-previews", "Previews beside the results", "dora", "search-ui", "search"),
        *("2026-03-04T08:00:00Z", "2026-04-01T08:00:00Z", "2026-04-02T09:00:00Z"),
        "People open more results when they see what is in them.",
        daily=Daily("opened", "Results opened", PREVIEWS_STEP, level=0.341, noise=0.0009),
        neighbours=(("launch", "keyboard-shortcuts", 5),),
    ),
    Launch(
        *("keyboard-shortcuts", "Results by keyboard", "jonas", "search-ui", "search"),
        *("2026-03-09T08:00:00Z", "2026-03-23T08:00:00Z", "2026-03-24T09:00:00Z"),
        neighbours=(("launch", "result-previews", -5),),
    ),
    Launch(
        *("partner-summaries", "Summaries for partners", "jonas", "partner-connector", "partners"),
        *("2026-05-13T08:00:00Z", "2026-05-27T08:00:00Z", "2026-05-28T09:00:00Z"),
        neighbours=(("vendor_drift", f"{ASKED_FOR}@{WITHDRAWN}", -2), ("vendor_drift", f"{ASKED_FOR}@{VERSIONS[LARGE_MODEL]}", 0)),
    ),
)


def launches(world: World, pulls_of_citations: list[int]) -> None:
    """Write their documents, and what is true of them."""
    for launch in LAUNCHES:
        pulls = pulls_of_citations if launch.native_id == "citations-first" else []
        days = _days(world, launch, launch.daily) if launch.daily else ""
        world.experiment_files[f"{launch.native_id}.yaml"] = launch.document(pulls) + days
        noted(world, "files", launch.native_id, f"acme/{launch.project}", launch.owner, pulls, "ship", has_holdout=False)
        for kind, neighbour, days_after in launch.neighbours:
            beside = {"kind": kind, "neighbour": neighbour, "days_after": days_after}
            note(world, "launch_neighbours", {"native_id": launch.native_id} | beside)
        if launch.daily:
            row = {"native_id": launch.native_id, "metric_key": launch.daily.key, "step": launch.daily.step}
            note(world, "launch_steps", row | {"n_neighbours": len(launch.neighbours)})


def _days(world: World, launch: Launch, daily: Daily) -> str:
    rng, lingering = Random(f"{world.seed}/{launch.native_id.replace('-', ' ')}"), 0.0  # noqa: S311 - a story, not a secret
    launched = date.fromisoformat(launch.started_at[:10])
    lines = ["metric_days:", f"  - metric_key: {daily.key}", f"    metric_name: {daily.name}", "    direction: increase"]
    lines += ["    metric_kind: proportion", "    series: exposed", "    values:"]
    for place in range(-DAYS_BEFORE, DAYS_AFTER + 1):
        day = launched + timedelta(days=place)
        lingering = 0.4 * lingering + rng.gauss(0, daily.noise)
        value = daily.level + 0.00002 * place - 0.006 * (day.weekday() >= 5) + lingering + daily.step * (place >= 0)
        lines.append(f"      {day}: {value:.5f}")
    return "\n".join(lines) + "\n"
