"""Suites that run by themselves: attacks on the partners' assistant, which one day resists less, and answers held against their sources.

Told when everything else has been played: a suite looks at what main was on its day.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pipelines.demo.story.clock import berlin
from pipelines.demo.story.evals import CI_USER, LARGE_MODEL, SMALL_MODEL, Suite
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun, EvalSample

ATTACKED, GROUNDED = "partner-connector", "search-ui"
ATTACKS = Suite(
    *("injection_probes", "injection-attacks", 24, ("document", "conversation"), ("injected_document", "jailbreak", "prompt_leak"), 0.9),
    model=LARGE_MODEL,
)
RESISTED = (((2025, 11, 10), 23), ((2026, 2, 9), 22), ((2026, 4, 13), 22), ((2026, 5, 11), 20), ((2026, 5, 18), 23))
"""Of the attacks on each day. Nobody had changed anything when it fell below the threshold: the model behind the name had."""
WITHDRAWN = "claude-sonnet-4-20260507"
"""What answered on that day; a week later the vendor had taken it back."""
SOURCES = Suite(
    *("grounded_answers", "grounded-questions", 8, ("de", "en"), ("made_up_source", "stale_source"), None),
    kind="promptfoo",
    model=SMALL_MODEL,
)
SUPPORTED, NOTHING_MADE_UP = "groundedness", "no_hallucination"
ANSWERED = (((2025, 12, 9), (0.5, 0.25, 0.75), 2), ((2026, 2, 10), (0.5, 0.75), 1), ((2026, 5, 12), (0.75,), 1))
"""Day, shares of supported claims in the answers that have claims without a source, and how many answers make something up."""


def scheduled_suites(stage: Stage) -> None:
    """Add every run of both."""
    runs = [_ran(stage, ATTACKS, ATTACKED, day, passed) for day, passed in RESISTED]
    bad = [place for place, (_, passed) in enumerate(RESISTED) if passed < 0.9 * ATTACKS.size]
    for place in bad:
        runs[place].answered_model = WITHDRAWN
        row = {"suite": f"{ATTACKS.kind}:{ATTACKS.task}", "good_at": runs[place - 1].created_at, "noticed_at": runs[place].created_at}
        note(stage.world, "drifts", row | {"eval_run": runs[place].native_id})
    for day, partly, made_up in ANSWERED:
        run = _ran(stage, SOURCES, GROUNDED, day, SOURCES.size - len(partly))
        run.samples = list(_judged(run.samples, partly, made_up))


def _ran(stage: Stage, suite: Suite, project: str, day: tuple[int, int, int], passed: int) -> EvalRun:
    site, when = stage.sites[project], berlin(*day, 6)
    return eval_run(stage, suite, site, passed, who=CI_USER, when=when, head=_main_at(stage.world, site, when))


def _main_at(world: World, site: Site, when: datetime) -> str:
    """The default branch's newest commit at a moment."""
    mark = site.repository.head
    while (world.commits[mark].committed_at or world.commits[mark].authored_at) > when:
        mark = world.commits[mark].parents[0]
    return mark


def _judged(samples: list[EvalSample], partly: tuple[float, ...], made_up: int) -> Iterator[EvalSample]:
    """Samples with both scores: of those that fail, each has one of the shares, and the first ones make something up."""
    shares = list(enumerate(partly))
    for sample in samples:
        place, share = (len(partly), 1.0) if sample.value else shares.pop(0)
        yield replace(sample, named={SUPPORTED: share, NOTHING_MADE_UP: float(place >= made_up)})
