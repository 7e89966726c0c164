"""Experiments: the numbers of a good packet, chances instead of p-values, and a lost one; launches without a control are told apart.

GrowthBook's answers are written in its API's own shape; the others are documents of the `files` store.
"""

from pipelines.demo.story.checks import checked
from pipelines.demo.story.clock import Script, berlin, hours
from pipelines.demo.story.code import function
from pipelines.demo.story.documents import PLAN_KEY
from pipelines.demo.story.earlier_rankers import earlier_rankers
from pipelines.demo.story.experiment_facts import ROLLBACK_PATH, noted
from pipelines.demo.story.facts import note
from pipelines.demo.story.growthbook import average, experiment, metric, phase, rate, results, settings
from pipelines.demo.story.launches import launches
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tree import Append, Edit, Write
from pipelines.demo.world import World

PULLS_OF = {
    "reranker-v2": (
        ("search-ranker", (2026, 1, 27), "jonas", "emil", "Rerank with the distilled model behind a flag"),
        ("search-ranker", (2026, 3, 11), "jonas", "emil", "Rerank for everyone"),
    ),
    "answer-length": (("support-agent", (2025, 11, 19), "farah", "ines", "Let the shop choose the length of answers"),),
    "voice-summaries": (("mobile-assistant", (2026, 1, 15), "gita", "ines", "Summaries of voice messages behind a flag"),),
    "citations-first": (("support-agent", (2026, 5, 13), "ines", "farah", "Show sources above the answer"),),
    "router-threshold": (("long-context-routing", (2025, 11, 25), "ines", "hugo", "Two thresholds to compare"),),
}
"""Pull requests that each experiment's people merged for it."""


def pulls_for_experiments(stage: Stage) -> None:
    """Schedule the pull requests that belong to experiments."""
    for key, plans in PULLS_OF.items():
        for project, day, who, merged_by, title in plans:
            stage.tell(_pull(stage, key, project, who, merged_by, title), berlin(*day, 11, 5))


def experiments(world: World) -> None:
    """Write the stores' answers, once the pull requests have their numbers."""
    world.growthbook_settings = {"statsEngine": "frequentist", "pValueThreshold": 0.05, "pValueCorrection": None, "confidenceLevel": 0.95}
    world.growthbook_metrics = [metric(*row) for row in _METRICS]
    numbers = {key: _numbers(world, key) for key in PULLS_OF}
    for number, kind in zip(numbers["reranker-v2"], ("created", "edited"), strict=True):
        where = {"repository": "acme/search-ranker", "path": world.truth["rewrite_path"], "symbol": "QUERY_SYSTEM_PROMPT"}
        note(world, "code_prompts", where | {"pull_request": number, "change_kind": kind})
    earlier_rankers(world, numbers["reranker-v2"])
    _reranker(world, numbers["reranker-v2"])
    _bayesian(world, numbers["answer-length"])
    _lost(world, numbers["voice-summaries"])
    world.experiment_files["router-threshold.yaml"] = _ROUTER.format(pulls=numbers["router-threshold"])
    launches(world, numbers["citations-first"])
    noted(world, "files", "router-threshold", "acme/long-context-routing", "ines", numbers["router-threshold"], "no_ship")


def _pull(stage: Stage, key: str, project: str, who: str, merged_by: str, title: str) -> Script:
    site = stage.sites[project]
    edits: list[Edit] = [Append(f"src/{site.package}/flags.py", function(site, stage.rng(f"flag of {key} {title}")))]
    if title in _REWRITES:
        path = f"src/{site.package}/rewrite.py"
        edits.append(Write(path, _REWRITE.format(last=_REWRITES[title])))
        stage.world.truth["rewrite_path"] = path
    if title == "Rerank for everyone":
        edits.append(Write(ROLLBACK_PATH, _ROLLBACK))
    pull = open_pull(stage, site, Work(who, title, (Change(title, tuple(edits)),), f"Flag `{key}`.{_SAID.get(title, '')}"))
    checked(stage, pull)
    yield hours(4)
    review(stage, pull, merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, merged_by)
    stage.world.truth.setdefault("experiment_pulls", []).append((key, pull.request.number))


_SAID = {"Show sources above the answer": f" What we watch stands in {PLAN_KEY}."}
"""What the text of a pull request says beside its flag."""

_REWRITES = {
    "Rerank with the distilled model behind a flag": "Never add a year that is not in the question.",
    "Rerank for everyone": "Never add a year or a place that is not in the question.",
}
"""Pull requests that bring and change a prompt in code, with its last sentence."""

_ROLLBACK = """# Roll back the reranker

1. Turn the flag off.
2. Watch the share of answered searches for an hour.
"""

_REWRITE = '''"""Questions as the index understands them."""

from textwrap import dedent

QUERY_SYSTEM_PROMPT = dedent(
    """
    You turn a customer's question into one search query.
    Keep names of products, sizes and colours as they are written.
    Leave out greetings, thanks and everything about the weather.
    Answer with the query alone, in the language of the question.
    {last}
    """
)


def rewritten(question: str) -> str:
    """What the model is sent."""
    return QUERY_SYSTEM_PROMPT + question
'''


def _numbers(world: World, key: str) -> list[int]:
    return [number for name, number in world.truth["experiment_pulls"] if name == key]


_METRICS = (
    ("met_hit1", "Hit@1", "binomial", "increase"),
    ("met_conversion", "Conversion", "binomial", "increase"),
    ("met_p95", "p95 latency (ms)", "duration", "decrease"),
    ("met_resolved", "Resolved without a person", "binomial", "increase"),
    ("met_kept", "Voice messages kept", "binomial", "increase"),
)


def _reranker(world: World, pulls: list[int]) -> None:
    """Three weeks at 50/50 on 2.3 million queries, then two weeks at 90/10 to watch the slow tail."""
    answer = experiment(
        "reranker-v2",
        "Distilled reranker against the present ranker",
        "jonas@acme.example",
        "Reranking with the distilled model raises Hit@1 without slowing the slowest queries.",
        pulls,
        "acme/search-ranker",
        hashAttribute="query_id",
        status="stopped",
        dateCreated="2026-01-28T08:00:00.000Z",
        dateUpdated="2026-03-10T08:00:00.000Z",
        phases=[
            phase("reranker-v2", "A/B", "2026-02-02", "2026-02-23", (0.5, 0.5), "planned end"),
            phase("reranker-v2", "Hold for the long tail", "2026-02-23", "2026-03-09", (0.1, 0.9), "planned end"),
        ],
        settings=settings("frequentist", ["met_hit1"], ["met_conversion"], ["met_p95"]),
        resultSummary={
            "status": "won",
            "winner": "var_reranker-v2_1",
            "conclusions": "Hit@1 up, slow tail flat.",
            "releasedVariationId": "var_reranker-v2_1",
        },
    )
    world.growthbook_experiments.append(answer)
    control, treatment = 1_149_588, 1_150_412
    first = {
        "met_hit1": (rate(control, 0.627), rate(treatment, 0.709)),
        "met_conversion": (rate(control, 0.112), rate(treatment, 0.126)),
        "met_p95": (average(control, 412.0, 96.0), average(treatment, 412.1, 96.4)),
    }
    results(world, answer, 0, "frequentist", first)
    control, treatment = 153_204, 1_379_930
    second = {
        "met_hit1": (rate(control, 0.6268), rate(treatment, 0.7091)),
        "met_p95": (average(control, 411.6, 95.5), average(treatment, 411.8, 95.9)),
    }
    results(world, answer, 1, "frequentist", second)
    noted(world, "growthbook", answer["id"], "acme/search-ranker", "jonas", pulls, "won")
    world.truth["experiment_numbers"] = {
        "experiment": answer["id"],
        "n": 2_300_000,
        "hit_at_1_control": 0.627,
        "hit_at_1_treatment": 0.709,
        "hit_at_1_effect_points": 8.2,
        "conversion_effect_points": 1.4,
        "p_below": 0.001,
        "phases": [{"days": 21, "split": [0.5, 0.5]}, {"days": 14, "split": [0.1, 0.9]}],
    }


def _bayesian(world: World, pulls: list[int]) -> None:
    """Reports a chance to win; its p-value of 0 means that there is none."""
    answer = experiment(
        "answer-length",
        "Long or short answers",
        "farah@acme.example",
        "Shops that choose the length of answers resolve more without a person.",
        pulls,
        "acme/support-agent",
        status="stopped",
        dateCreated="2025-11-20T08:00:00.000Z",
        dateUpdated="2025-12-16T08:00:00.000Z",
        phases=[phase("answer-length", "Main", "2025-11-24", "2025-12-15", (0.5, 0.5), "time is up")],
        settings=settings("bayesian", ["met_resolved"], [], []),
        resultSummary={"status": "inconclusive", "winner": "", "conclusions": "Too few shops.", "releasedVariationId": ""},
    )
    world.growthbook_experiments.append(answer)
    results(world, answer, 0, "bayesian", {"met_resolved": (rate(4_012, 0.412), rate(3_988, 0.424))})
    noted(world, "growthbook", answer["id"], "acme/support-agent", "farah", pulls, "inconclusive")


def _lost(world: World, pulls: list[int]) -> None:
    """The feature that was killed."""
    answer = experiment(
        "voice-summaries",
        "Summaries of voice messages",
        "gita@acme.example",
        "People keep more voice messages when they can read a summary.",
        pulls,
        "acme/mobile-assistant",
        status="stopped",
        dateCreated="2026-01-19T08:00:00.000Z",
        dateUpdated="2026-02-17T08:00:00.000Z",
        phases=[phase("voice-summaries", "Main", "2026-01-26", "2026-02-16", (0.5, 0.5), "lost")],
        settings=settings("frequentist", ["met_kept"], [], []),
        resultSummary={
            "status": "lost",
            "winner": "var_voice-summaries_0",
            "conclusions": "Fewer kept.",
            "releasedVariationId": "var_voice-summaries_0",
        },
    )
    world.growthbook_experiments.append(answer)
    results(world, answer, 0, "frequentist", {"met_kept": (rate(40_310, 0.318), rate(40_121, 0.305))})
    noted(world, "growthbook", answer["id"], "acme/mobile-assistant", "gita", pulls, "lost")


_ROUTER = """native_id: router-threshold
name: Two thresholds for the large model
hypothesis: A higher threshold saves money and loses no answers.
owner_raw: ines@acme.example
status: stopped
experiment_type: ab
randomization_unit: user
analysis_unit: user
started_at: 2025-12-01T09:00:00Z
ended_at: 2025-12-15T09:00:00Z
decision: no_ship
decision_reason: Answers got worse by more than we allow.
decided_at: 2025-12-16T09:00:00Z
preregistered_at: 2025-11-26T09:00:00Z
feature_flag_key: router-threshold
project_raw: long-context-routing
repository_raw: acme/long-context-routing
pull_request_numbers: {pulls}
planned_n: 9000
planned_mde_relative: 0.04
planned_days: 14
alpha: 0.05
n_looks: 1
is_cuped: false
tags: [routing]
variations:
  - {{key: control, name: present threshold, is_control: true}}
  - {{key: high, name: high threshold}}
phases:
  - phase: 0
    name: Main
    started_at: 2025-12-01T09:00:00Z
    ended_at: 2025-12-15T09:00:00Z
    coverage: 1.0
    split: {{control: 0.5, high: 0.5}}
    ended_reason: planned end
results:
  - phase: 0
    metric_key: solved
    metric_name: Solved
    metric_role: primary
    direction: increase
    metric_kind: proportion
    variant_key: high
    baseline_key: control
    as_of: 2025-12-15T09:00:00Z
    n_variant: 4480
    n_baseline: 4520
    numerator_variant: 3199
    numerator_baseline: 3345
    vendor_effect_relative: -0.0351
  - phase: 0
    metric_key: cost
    metric_name: Cost per conversation
    metric_role: secondary
    direction: decrease
    metric_kind: mean
    variant_key: high
    baseline_key: control
    as_of: 2025-12-15T09:00:00Z
    n_variant: 4480
    n_baseline: 4520
    mean_variant: 0.041
    mean_baseline: 0.052
    sd_variant: 0.03
    sd_baseline: 0.04
"""
