"""Test cases of DeepEval as samples: each metric scores for itself, and `success` is the verdict over those that decide.

Metrics marked flaky never decide. A metric that broke is no failure: DeepEval calls its case failed, here it has no verdict.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from connectors.evals.answering import models_in
from connectors.evals.digest import kept, sha_of_content
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, Sample, Score
from connectors.evals.shape import Json, at, boolean, integer, listing, mapping, number, objects, text

OVERALL = "success"
"""Scorer of a whole test case: every metric that decides, together."""
NO_VERDICT = "no_verdict"
KEPT_KEYS = ("name", "order", "success", "flaky", "runDuration", "tokenCost", "tags")
KEPT_METRIC_KEYS = ("name", "score", "threshold", "success", "strictMode", "flaky", "evaluationModel", "evaluationCost")


def cases_of(document: Json) -> list[Json]:
    """Single-turn and then multi-turn cases, in DeepEval's order: it writes them as they finish."""
    found = [(kind, case) for kind in ("testCases", "conversationalTestCases") for case in objects(document, kind)]
    found.sort(key=lambda item: (item[0] != "testCases", integer(item[1], "order") or 0))
    return [case for _, case in found]


def samples_of(cases: Sequence[Json]) -> list[Sample]:
    """A sample for each case; one that comes again, by its id or input, is the same sample in another epoch."""
    seen: Counter[str] = Counter()
    return [_sample(case, seen) for case in cases]


def named_metrics(case: Json) -> Iterator[tuple[str, Json]]:
    """A case's metrics by name; of several with one name the second is `<name> (2)`, since each has a score of its own."""
    seen: Counter[str] = Counter()
    for metric in objects(case, "metricsData"):
        name = text(metric, "name")
        if name is not None:
            seen[name] += 1
            yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), metric


def judge_of(metric: Json) -> Judge:
    """The model that a metric asked, else code."""
    model = text(metric, "evaluationModel")
    return Judge() if model is None else Judge("llm", model)


def overall_judge(metrics: Sequence[Json]) -> Judge:
    """Who decides together: the models among those that do, named together."""
    models = sorted({judge.name for metric in metrics if (judge := judge_of(metric)).name and not _is_flaky(metric)})
    return Judge("llm", ", ".join(models)) if models else Judge()


def verdict_of(case: Json) -> tuple[bool | None, str | None]:
    """Whether a case passed, or why that cannot be said."""
    success = boolean(case, "success")
    deciding = [metric for _, metric in named_metrics(case) if not _is_flaky(metric)]
    if success is False and not any(boolean(metric, "success") is False and not _broke(metric) for metric in deciding):
        # Nothing but broken metrics speaks against it, or a metric of a span, which only the case's own word counts.
        return (None, "scoring_failed") if any(_broke(metric) for metric in deciding) else (False, None)
    return success, NO_VERDICT if success is None else None


def _sample(case: Json, seen: Counter[str]) -> Sample:
    labels = mapping(case, "metadata")
    given, wanted, answered = _contents(case)
    input_sha = sha_of_content(given)
    key = text(labels, "id") or text(labels, "sample_id") or input_sha or text(case, "name") or ""
    seen[key] += 1
    seconds = number(case, "completionTime")
    return Sample(
        key=key,
        epoch=seen[key],
        scores=tuple(_scores(case)),
        input_sha=input_sha,
        target_sha=sha_of_content(wanted),
        output_sha=sha_of_content(answered),
        slice=slice_of(labels),
        failure_mode=failure_mode_of(labels),
        cost_usd=number(case, "evaluationCost"),
        latency_ms=None if seconds is None else seconds * 1000,
        tokens_in=integer(case, "inputTokenCount"),
        tokens_out=integer(case, "outputTokenCount"),
        answered_models=models_in(None, labels),
        raw=_raw(case),
    )


def _contents(case: Json) -> tuple[Any, Any, Any]:
    """Input, target and output; of a conversation its scenario or what the user said, the expected outcome, and its turns."""
    turns = listing(case, "turns")
    if not turns:
        return case.get("input"), case.get("expectedOutput"), case.get("actualOutput")
    said = [at(turn, "content") for turn in turns if at(turn, "role") == "user"]
    return case.get("scenario") or said, case.get("expectedOutcome"), [[at(turn, "role"), at(turn, "content")] for turn in turns]


def _scores(case: Json) -> Iterator[Score]:
    passed, reason = verdict_of(case)
    metrics = list(named_metrics(case))
    judge = overall_judge([metric for _, metric in metrics])
    yield Score(OVERALL, None if passed is None else float(passed), None, passed, reason, judge)
    for name, metric in metrics:
        if name != OVERALL:
            yield _score(name, metric)


def _score(name: str, metric: Json) -> Score:
    value, written = number(metric, "score"), at(metric, "score")
    is_scored = value is not None and not _broke(metric)
    why_not = "scoring_failed" if _broke(metric) else "no_value" if written is None else "nan"
    return Score(
        name,
        value if is_scored else None,
        raw=text(written) if is_scored else None,
        # Without a threshold there is a score and no verdict.
        passed=boolean(metric, "success") if is_scored else None,
        unscored_reason=None if is_scored else why_not,
        judge=judge_of(metric),
        rationale_sha=sha_of_content(at(metric, "reason")),
    )


def _broke(metric: Json) -> bool:
    return at(metric, "error") is not None


def _is_flaky(metric: Json) -> bool:
    return boolean(metric, "flaky") is True


def _raw(case: Json) -> Json:
    """Names and numbers; never inputs, outputs, reasons or what a broken metric said."""
    metrics = [
        {key: metric[key] for key in KEPT_METRIC_KEYS if key in metric} | {"is_broken": _broke(metric)} for _, metric in named_metrics(case)
    ]
    return kept({key: case[key] for key in KEPT_KEYS if key in case} | {"metrics": metrics})
