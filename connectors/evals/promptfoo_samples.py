"""Rows of promptfoo's output as samples: a test that ran into an error is no failed test, and one without assertions none at all."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from connectors.evals.digest import kept, sha_of_content, sha_of_prompt
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, Sample, Score
from connectors.evals.shape import Json, at, boolean, integer, listing, mapping, number, objects, text

OVERALL = "assertions"
"""Scorer of a whole test: every assertion together."""
FAILED_BY_ERROR = 2
"""`failureReason`: 0 none, 1 an assertion, 2 an error. `error` itself is filled for plain failures too."""
JUDGED_BY_MODEL = frozenset(
    {
        *("llm-rubric", "model-graded-closedqa", "factuality", "model-graded-factuality", "g-eval", "answer-relevance", "context-recall"),
        *("context-relevance", "context-faithfulness", "conversation-relevance", "select-best", "agent-rubric", "search-rubric", "pi"),
        *("trajectory:goal-success", "max-score", "classifier", "moderation"),
    }
)
"""Assertion types whose verdict a model gives."""
JUDGED_BY_PERSON = "human"
KEPT_KEYS = ("id", "promptIdx", "testIdx", "promptId", "success", "score", "failureReason", "latencyMs", "cost")


def judge_of(row: Json, config: Json) -> dict[str, Judge]:
    """By scorer, who judged a row: the whole under `assertions`, and every assertion that has a metric of its own."""
    judges: dict[str, Judge] = {}
    for component in objects(row, "gradingResult", "componentResults"):
        assertion = mapping(component, "assertion")
        judge = _judge(assertion, row, config)
        for scorer in (OVERALL, text(assertion, "metric")):
            # A person's word stands over a model's, a model's over code's: the row is only as mechanical as its least.
            if scorer and _weight(judge) >= _weight(judges.get(scorer)):
                judges[scorer] = judge
    return judges or {OVERALL: Judge()}


def sample_of(row: Json, judges: dict[str, Judge], seen: Counter[str]) -> Sample:
    """A row as a sample; `seen` counts how often each test has come, for its epoch."""
    test = mapping(row, "testCase")
    variables = row.get("vars") if isinstance(row.get("vars"), dict) else test.get("vars")
    labels = mapping(test, "metadata") | mapping(row, "metadata")
    key = text(labels, "id") or text(labels, "sample_id") or sha_of_content(variables) or ""
    seen[key] += 1
    usage = mapping(row, "tokenUsage")
    return Sample(
        key=key,
        epoch=seen[key],
        scores=tuple(_scores(row, judges)),
        input_sha=sha_of_content(variables),
        target_sha=sha_of_content(listing(test, "assert") or None),
        output_sha=sha_of_content(at(row, "response", "output")),
        slice=slice_of(labels),
        failure_mode=failure_mode_of(labels),
        error_kind="error" if _is_error(row) else None,
        cost_usd=number(row, "cost"),
        latency_ms=number(row, "latencyMs"),
        tokens_in=integer(usage, "prompt"),
        tokens_out=integer(usage, "completion"),
        answered_models=_answered_models(row),
        raw=_raw(row),
    )


def _answered_models(row: Json) -> tuple[str, ...]:
    """The model by the vendor's own answer, which only some providers pass on."""
    name = text(row, "response", "raw", "model")
    return (name,) if name else ()


def _scores(row: Json, judges: dict[str, Judge]) -> Iterator[Score]:
    rationale = sha_of_content(at(row, "gradingResult", "reason"))
    edited = any(
        text(component, "assertion", "type") == JUDGED_BY_PERSON for component in objects(row, "gradingResult", "componentResults")
    )
    judge = judges.get(OVERALL, Judge())
    success, reason = boolean(row, "success"), _reason_for_none(row)
    if reason is not None or success is None:
        yield Score(OVERALL, None, unscored_reason=reason or "no_value", judge=judge)
        return
    raw = text(row, "score")
    yield Score(OVERALL, float(success), raw, success, judge=judge, rationale_sha=rationale, is_edited=edited)
    for name in mapping(row, "namedScores"):
        value = number(row, "namedScores", name)
        yield Score(
            name,
            value,
            raw=None if value is None else str(value),
            passed=_component_passed(row, name),
            unscored_reason=None if value is not None else "nan",
            judge=judges.get(name, Judge()),
            rationale_sha=rationale,
            is_edited=edited,
        )


def _reason_for_none(row: Json) -> str | None:
    """Why a row has no verdict: it ran into an error, or nothing was asserted, in which case promptfoo calls it passed."""
    if _is_error(row):
        return "sample_error"
    return None if listing(row, "gradingResult", "componentResults") else "no_assertions"


def _is_error(row: Json) -> bool:
    return integer(row, "failureReason") == FAILED_BY_ERROR


def _component_passed(row: Json, name: str) -> bool | None:
    """Whether every assertion behind a named score passed."""
    verdicts = [
        boolean(component, "pass")
        for component in objects(row, "gradingResult", "componentResults")
        if text(component, "assertion", "metric") == name
    ]
    known = [verdict for verdict in verdicts if verdict is not None]
    return all(known) if known else None


def _judge(assertion: Json, row: Json, config: Json) -> Judge:
    kind = (text(assertion, "type") or "").removeprefix("not-")
    if kind == JUDGED_BY_PERSON:
        return Judge("human")
    if kind not in JUDGED_BY_MODEL:
        return Judge()
    rubric = text(assertion, "rubricPrompt") or text(assertion, "value")
    options = (at(mapping(row, "testCase"), "options", "provider"), at(mapping(config, "defaultTest"), "options", "provider"))
    names = (_provider_name(provider) for provider in (assertion.get("provider"), *options))
    return Judge("llm", next((name for name in names if name), None), None if rubric is None else sha_of_prompt(rubric))


def _provider_name(provider: Any) -> str | None:
    """A provider's id: plain, in an object, or by use (`{text: ..., embedding: ...}`)."""
    if isinstance(provider, dict):
        return text(provider, "id") or _provider_name(provider.get("text"))
    return text(provider)


def _weight(judge: Judge | None) -> int:
    return -1 if judge is None else {"code": 0, "llm": 1, "human": 2}[judge.kind or "code"]


def _raw(row: Json) -> Json:
    """Identities and numbers; never variables, prompts, outputs or reasons."""
    types = [text(component, "assertion", "type") for component in objects(row, "gradingResult", "componentResults")]
    return kept({key: row[key] for key in KEPT_KEYS if key in row} | {"assertions": types, "provider": text(row, "provider", "id")})
