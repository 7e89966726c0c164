"""What came after a launch, whose ranker was upgraded and whose traffic moved, and after a migration, whose golden set grew.

Told when everything else has been played: it adds to what other stories made.
"""

from dataclasses import replace
from datetime import UTC, datetime

from pipelines.demo.story.evals import LABELS, NEXT_MODEL, RANKING
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import note
from pipelines.demo.story.sheets import sheet
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import World

LAUNCH, PROJECT = "query-hints", "search-ranker"
UPGRADED_AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
NEXT_RANKER = "acme/ranker-2"
CHECKPOINT = ("step-48000", "clicks-2026-04", "acme/ranker")
"""Its weights, the data and the model that it was trained from."""
MAKERS = ("jonas", "kira")
PASSED = 20
"""Of the fifty cases, of which the ranker before it solved some thirty-five."""
SHARES = {"head": (0.7, 0.5), "tail": (0.3, 0.5)}
"""Traffic of each slice before and since the day on which it moved."""
MOVED_ON = "2026-05-04"


LABELS_GROWN = replace(LABELS, size=38)
LABELS_GREW_AT = datetime(2026, 6, 10, 9, tzinfo=UTC)


def aftermath(stage: Stage) -> None:
    """Plant all three."""
    _ranker_upgraded(stage)
    _labels_grew(stage)


def _labels_grew(stage: Stage) -> None:
    """Eight cases more of what the next model answers differently, six weeks after its switch."""
    run = eval_run(stage, LABELS_GROWN, stage.sites["labeling-svc"], 35, who="emil", when=LABELS_GREW_AT, model=NEXT_MODEL)
    row = {"dataset": LABELS.dataset, "examples_before": LABELS.size, "examples_since": LABELS_GROWN.size, "eval_run": run.native_id}
    note(stage.world, "migration_examples", row)


def _ranker_upgraded(stage: Stage) -> None:
    head = _merge_for_everyone(stage.world)
    upgraded = eval_run(stage, RANKING, stage.sites[PROJECT], PASSED, who="jonas", head=head, when=UPGRADED_AT, model=NEXT_RANKER)
    stage.world.register_files["slices.csv"] = "product,slice,tasks,importance,from\n" + "".join(
        f"search,{name},{RANKING.task},high,2025-07-01\n" for name in SHARES
    )
    stage.world.register_files["traffic.csv"] = "product,slice,share,basis,from,to\n" + "".join(
        f"search,{name},{before},measured,2025-07-01,{MOVED_ON}\nsearch,{name},{since},measured,{MOVED_ON},\n"
        for name, (before, since) in SHARES.items()
    )
    stage.world.register_files["checkpoints.csv"] = sheet(
        ("model", "checkpoint", "data_version", "base_model", "project", "makers", "from"),
        [(NEXT_RANKER, *CHECKPOINT, PROJECT, ";".join(stage.person(who).emails[0] for who in MAKERS), f"{UPGRADED_AT:%Y-%m-%d}")],
    )
    launched = {"model": NEXT_RANKER, "makers": list(MAKERS), "started_on": f"{UPGRADED_AT:%Y-%m-%d}", "project": PROJECT}
    note(stage.world, "checkpoints", launched | dict(zip(("checkpoint", "data_version", "base_model"), CHECKPOINT, strict=True)))
    moved = round(sum(abs(since - before) for before, since in SHARES.values()) / 2, 6)
    row = {"native_id": LAUNCH, "model_after": NEXT_RANKER, "eval_run": upgraded.native_id, "traffic_moved": moved}
    note(stage.world, "launch_decays", row)


def _merge_for_everyone(world: World) -> str:
    """The last change that search-ranker's own experiment merged before the upgrade."""
    pull = max(number for key, number in world.truth["experiment_pulls"] if key == "reranker-v2")
    full_name = f"{world.owner.login}/{PROJECT}"
    return next(each.merge_commit for each in world.pull_requests if (each.repository, each.number) == (full_name, pull))
