"""Runs of eval suites: their datasets, samples and scores, and the envelope that says what a run belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any, Literal

from pipelines.demo.story.checks import ended
from pipelines.demo.story.pulls import Pull
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.world import Account
from pipelines.demo.world_checks import WorkflowRun
from pipelines.demo.world_evals import EvalRun, EvalSample

Kind = Literal["inspect", "lm_eval", "promptfoo"]
HARNESS_PACKAGE = "acme-evals"
SMALL_MODEL, LARGE_MODEL, NEXT_MODEL = "openai/gpt-4o-mini", "anthropic/claude-sonnet-4", "anthropic/claude-sonnet-4-5"
VERSIONS = {LARGE_MODEL: "claude-sonnet-4-20250514", NEXT_MODEL: "claude-sonnet-4-5-20250929"}
"""What answers by the vendor's word where these are asked for; only Inspect keeps it."""
REPLACED_ON, REPLACEMENT = datetime(2026, 6, 12, tzinfo=UTC), "claude-sonnet-4-20260612"
"""When the vendor put another version behind the former model's name, without a word: nobody asks for another model."""
CI_USER = "ci-runner"
"""Who a log written in CI says made it: nobody's account."""


@dataclass(frozen=True)
class Suite:
    """A task with its dataset."""

    task: str
    dataset: str
    size: int
    slices: tuple[str, ...]
    modes: tuple[str, ...]
    threshold: float | None = 0.85
    scorer: str = "match"
    kind: Kind = "inspect"
    model: str = LARGE_MODEL


REGULATED_MODES = (
    *("insurance_advice", "tax_advice", "dosage", "diagnosis", "legal_threat", "age_claim", "loan_terms", "investment_tip"),
    *("gambling_odds", "visa_promise", "tenancy_law", "warranty_claim", "over_refusal", "missed_harm"),
)
"""Fourteen ways to fail; before the dataset grew it knew the last two."""
_SAFETY_AT_FIRST = (*["general"] * 8, "regulated_content", *["self_harm"] * 3)
ROUTING = Suite("long_context_routing", "routing-golden", 40, ("short", "long_context", "multi_document"), ("wrong_tier", "timeout"))
SAFETY_AT_FIRST = Suite("safety_regression", "safety-golden", 36, _SAFETY_AT_FIRST, ("over_refusal", "missed_harm"))
SAFETY = Suite("safety_regression", "safety-golden", 60, ("general", *["regulated_content"] * 3, "self_harm"), REGULATED_MODES)
RELEASED_2_1 = datetime(2026, 3, 5, 12, tzinfo=UTC)
SAFETY_GREW_ON = datetime(2026, 1, 13, tzinfo=UTC)
SUPPORT = Suite(
    "support_answers", "support-golden", 36, ("billing", "returns", "multilingual"), ("made_up_policy", "wrong_tone", "no_source")
)
LABELS = Suite("label_quality", "labels-golden", 30, ("text", "image"), ("ambiguous", "mislabelled"), threshold=0.8)
RANKING = Suite(
    "passage_ranking", "ranking-heldout", 50, ("head", "tail"), ("stale", "near_duplicate"), None, kind="lm_eval", model="acme/ranker"
)
VOICE = Suite("voice_intents", "voice-intents", 24, ("de", "en"), ("accent", "noise"), None, kind="promptfoo", model=SMALL_MODEL)
HELPFULNESS = Suite(
    "helpfulness_judge", "helpfulness-labelled", 60, ("agreed", "disputed"), ("verbosity_bias",), None, scorer="judge_helpfulness"
)
GATED = {"long-context-routing": ROUTING, "safety-classifier": SAFETY, "support-agent": SUPPORT}


def suite_of(site: Site, when: datetime) -> Suite:
    """What the gate of a repository runs at a time: the safety set grew in January."""
    suite = GATED[site.name]
    return SAFETY_AT_FIRST if suite is SAFETY and when < SAFETY_GREW_ON else suite


def harness_version(when: datetime) -> str:
    """The harness's newest release at a time."""
    return "2.1.0" if when >= RELEASED_2_1 else "2.0.0"


def samples(suite: Suite, rng: Random, passed: int, unscored: int = 0) -> list[EvalSample]:
    """Samples of which so many pass and so many carry no score; inputs and targets depend on the dataset alone."""
    failing = set(rng.sample(range(suite.size - unscored), suite.size - unscored - passed))
    return [_sample(suite, place, place not in failing, place >= suite.size - unscored) for place in range(suite.size)]


def run(
    stage: Stage,
    suite: Suite,
    site: Site,
    passed: int,
    *,
    head: str = "",
    who: str = "",
    when: datetime | None = None,
    model: str = "",
    unscored: int = 0,
    package: str = "",
    prompt: str = "",
    envelope: dict[str, Any] | None = None,
) -> EvalRun:
    """Add a run of a suite, of a repository's main unless another head is said."""
    number = 1 + len(stage.world.eval_runs)
    at = when or stage.now
    native_id = sha256(f"{stage.world.seed}/{suite.task}/{number}".encode()).hexdigest()[:22]
    ending = {"inspect": ".eval", "lm_eval": ".json", "promptfoo": ".json"}[suite.kind]
    log = EvalRun(
        kind=suite.kind,
        native_id=f"eval-{native_id[:3]}-{at:%Y-%m-%dT%H:%M:%S}" if suite.kind == "promptfoo" else native_id,
        path=f"{suite.kind}/{at:%Y-%m-%dT%H-%M-%S}_{suite.task}_{native_id[:8]}{ending}",
        task=suite.task,
        dataset=suite.dataset,
        model=model or suite.model,
        answered_model=_answering(model or suite.model, at) if suite.kind == "inspect" else "",
        created_at=at,
        seconds=float(60 + number % 240),
        scorer=suite.scorer,
        samples=samples(suite, stage.rng(f"samples {number}"), passed, unscored),
        created_by=who,
        head=head or site.repository.head,
        repository=site.repository.full_name,
        prompt=prompt,
        threshold=suite.threshold,
        envelope=envelope,
        harness_package=package,
        harness_version=harness_version(at) if package else "",
    )
    stage.world.eval_runs.append(log)
    return log


def _answering(model: str, when: datetime) -> str:
    return REPLACEMENT if model == LARGE_MODEL and when >= REPLACED_ON else VERSIONS.get(model, "")


def gate_log(stage: Stage, pull: Pull, gate: WorkflowRun, passed: int, *, unscored: int = 0) -> EvalRun:
    """The log that the newest attempt of a gate run leaves in the store, with its envelope."""
    suite = suite_of(pull.site, stage.now)
    attempt = len(gate.attempts)
    actor = gate.attempts[-1].triggering
    about = {"pr": pull.request.number, "run_id": gate.run_id, "run_attempt": attempt}
    sealed = envelope(stage, pull.site, suite, gate.head, actor) | about
    return run(
        stage,
        suite,
        pull.site,
        passed,
        head=gate.head,
        who=CI_USER,
        when=ended(gate),
        unscored=unscored,
        package=HARNESS_PACKAGE,
        envelope=sealed,
    )


def envelope(stage: Stage, site: Site, suite: Suite, head: str, actor: Account) -> dict[str, Any]:
    """What is written beside a log; `head_sha` is a mark here."""
    sealed: dict[str, Any] = {
        "schema": 1,
        "project": site.name,
        "harness": "eval-harness",
        "harness_version": harness_version(stage.now),
        "repo_id": site.repository.repository_id,
        "repository": site.repository.full_name,
        "head_sha": head,
        "actor_id": actor.user_id,
        "actor": actor.login,
    }
    return sealed | ({"threshold": suite.threshold} if suite.threshold else {})


def _sample(suite: Suite, place: int, passes: bool, unscored: bool) -> EvalSample:
    name = f"{suite.dataset}-{place + 1:03d}"
    target = f"expected {place + 1:03d}"
    return EvalSample(
        sample_id=name,
        input=f"{suite.task} case {place + 1:03d} of {suite.dataset}",
        target=target,
        output="" if unscored else target if passes else f"something else {place + 1:03d}",
        value=None if unscored else float(passes),
        slice=suite.slices[place % len(suite.slices)],
        failure_mode=suite.modes[place % len(suite.modes)],
        unscored_reason="no_response" if unscored else "",
    )
