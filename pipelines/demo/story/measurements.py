"""Eval runs outside any gate: rankings once a month, spoken intents now and then, and logs that are not whole."""

from datetime import date

from pipelines.demo.story.clock import WINDOW_END, WINDOW_START, Script, berlin, hours, moment_on, workdays
from pipelines.demo.story.evals import RANKING, SAFETY, SAFETY_AT_FIRST, SAFETY_GREW_ON, SUPPORT, VOICE, Suite
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage

SLICE = "regulated_content"


def measurements(stage: Stage) -> None:
    """Schedule them."""
    rng = stage.rng("measurements")
    firsts = {(day.year, day.month): day for day in reversed(workdays(WINDOW_START, WINDOW_END)) if day.day > 4}
    for day in sorted(firsts.values()):
        stage.tell(_ranked(stage, day), moment_on(day, rng))
    for day in (date(2025, 10, 9), date(2025, 12, 11), date(2026, 4, 9), date(2026, 6, 11)):
        stage.tell(_heard(stage), moment_on(day, rng))
    stage.tell(_not_whole(stage), berlin(2026, 3, 20, 15))
    _note_growth(stage)


def _ranked(stage: Stage, day: date) -> Script:
    """A new ranker does a little better than the last, from February on much better."""
    months = (day.year - 2025) * 12 + day.month - 7
    eval_run(stage, RANKING, stage.sites["search-ranker"], 29 + months // 3 + (4 if months >= 8 else 0), who="jonas")
    yield hours(1)


def _heard(stage: Stage) -> Script:
    eval_run(stage, VOICE, stage.sites["voice-router"], 19, who="gita@acme.example")
    yield hours(1)


def _not_whole(stage: Stage) -> Script:
    """An upload that was killed, a run that failed, one that was called off, and one from a checkout with uncommitted changes."""
    site = stage.sites["support-agent"]
    eval_run(stage, SUPPORT, site, 30, who="farah").is_truncated = True
    yield hours(1)
    eval_run(stage, SUPPORT, site, 4, who="farah", unscored=30).status = "error"
    yield hours(1)
    eval_run(stage, SUPPORT, site, 9, who="farah", unscored=24).status = "cancelled"
    yield hours(1)
    eval_run(stage, SUPPORT, site, 33, who="farah").is_dirty = True


def _note_growth(stage: Stage) -> None:
    for suite, since in ((SAFETY_AT_FIRST, None), (SAFETY, SAFETY_GREW_ON)):
        row = {"dataset": suite.dataset, "since": since, "n_items": suite.size, "slice": SLICE, "n_slice": _in_slice(suite)}
        note(stage.world, "dataset_growth", row | {"n_failure_modes": len(suite.modes)})


def _in_slice(suite: Suite) -> int:
    return sum(suite.slices[place % len(suite.slices)] == SLICE for place in range(suite.size))
