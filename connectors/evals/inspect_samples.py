"""One sample of an Inspect log as a `Sample`: every text becomes a hash, every score value a number or a reason for none."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.evals.digest import LONGEST_TEXT, canonical, kept, sha_of_content, sha_of_text
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, Sample, Score
from connectors.evals.shape import Json, at, integer, listing, mapping, number, objects, text

ATTACHMENT = "attachment://"
WITH_ATTACHMENTS = ("input", "target", "choices", "output", "scores")
LONGEST_RAW_SCORE = 40
"""Grades are shorter; a longer score value is a text that a scorer passed through."""
GRADES = {"c": 1.0, "i": 0.0, "p": 0.5, "n": 0.0, "yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""What Inspect's own metrics make of grades and of words for yes and no."""
_ERROR_CLASS = re.compile(r"^([A-Za-z_][\w.]*)\(")


class SampleReader:
    """Reads the samples of one log.

    Args:
        judges: judge of each scorer that the header names.
        result_names: names under which the header reports results; a scorer that gives a dictionary appears under its keys.
    """

    def __init__(self, judges: Mapping[str, Judge], result_names: frozenset[str]) -> None:
        self.judges, self.result_names = judges, result_names

    def read(self, sample: Json) -> Sample:
        """A sample; missing and odd fields become None."""
        whole = _with_attachments(sample)
        error = error_kind(sample.get("error"))
        labels = mapping(sample, "metadata")
        usage = [entry for entry in mapping(sample, "model_usage").values() if isinstance(entry, dict)]
        seconds = number(sample, "total_time")
        return Sample(
            key=_key(whole),
            epoch=integer(sample, "epoch") or 1,
            scores=tuple(self._scores(whole, error)),
            input_sha=_input_sha(whole),
            target_sha=sha_of_content(whole.get("target")),
            output_sha=_output_sha(whole),
            slice=slice_of(labels),
            failure_mode=failure_mode_of(labels),
            error_kind=error,
            cost_usd=_total(usage, "total_cost"),
            latency_ms=None if seconds is None else round(seconds * 1000, 3),
            tokens_in=_whole(_total(usage, "input_tokens")),
            tokens_out=_whole(_total(usage, "output_tokens")),
            answered_models=_answered_models(sample),
            raw=_raw(sample),
        )

    def _scores(self, sample: Json, error: str | None) -> Iterator[Score]:
        found = mapping(sample, "scores")
        for scorer, score in found.items():
            if isinstance(score, dict):
                yield from self._values(scorer, score, bool(mapping(sample, "invalidation")))
        if not found:
            reason = "sample_error" if error else "not_scored"
            for scorer in self.judges or {"": Judge()}:
                yield Score(scorer, None, unscored_reason=reason, judge=self.judges.get(scorer, Judge()))

    def _values(self, scorer: str, score: Json, is_invalidated: bool) -> Iterator[Score]:
        """One score, or one for each key of a dictionary."""
        value = score.get("value")
        common = Score(
            scorer,
            None,
            judge=_judge_of(score, self.judges.get(scorer, Judge())),
            rationale_sha=sha_of_content(score.get("explanation")),
            is_edited=is_invalidated or len(listing(score, "history")) > 0,
        )
        reason = text(score, "reason") or text(score, "metadata", "unscored_reason")
        if not isinstance(value, dict):
            yield _scored(common, value, reason)
            return
        for key, item in value.items():
            name = key if key in self.result_names else f"{scorer}/{key}"
            yield _scored(replace(common, scorer=name), item, reason)


def number_of(value: Any) -> float | None:
    """What Inspect's metrics make of a score value; None for NaN, which means unscored, and for texts and lists."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        return GRADES.get(value.strip().lower(), number(value))
    return number(value)


def error_kind(error: Any) -> str | None:
    """The class of an error; its message and traceback hold inputs, paths and addresses, and stay where they are."""
    message = error if isinstance(error, str) else text(error, "message")
    if not error or message is None:
        return "error" if error else None
    named = _ERROR_CLASS.match(message)
    return named.group(1) if named else "error"


def _scored(common: Score, value: Any, reason: str | None) -> Score:
    """A score with its value; whether it passed is only known of a clear yes or no."""
    found = number_of(value)
    passed = {1.0: True, 0.0: False}.get(found) if found is not None else None
    if found is None:
        reason = _short(reason) or ("nan" if isinstance(value, float) and math.isnan(value) else "no_number")
        return replace(common, raw=_raw_value(value), unscored_reason=reason)
    return replace(common, number=found, raw=_raw_value(value), passed=passed)


def _judge_of(score: Json, judge: Judge) -> Judge:
    """Who gave this score: the last person who edited it, else the model whose grading is attached, else the scorer's judge."""
    editors = [text(edit, "provenance", "author") for edit in objects(score, "history")]
    if editor := next((editor for editor in reversed(editors) if editor), None):
        return Judge("human", editor)
    if judge.kind == "code" and listing(score, "metadata", "grading"):
        return Judge("llm")
    return judge


def _raw_value(value: Any) -> str | None:
    if value is None:
        return None
    written = value if isinstance(value, str) else canonical(value)
    return _short(written)


def _short(written: str | None) -> str | None:
    """A value as written, if it is short enough to be a grade or a reason, else its hash."""
    return written if written is None or len(written) <= LONGEST_RAW_SCORE else f"sha256:{sha_of_text(written)}"


def _key(sample: Json) -> str:
    """The native id, unless somebody used the question itself for it."""
    native = text(sample, "id")
    is_text = native is not None and (len(native) > LONGEST_TEXT or native == sample.get("input"))
    return sha_of_text(str(native)) if is_text else native or _input_sha(sample) or ""


def _input_sha(sample: Json) -> str | None:
    """Choices belong to the question: the same question with other choices is another item."""
    choices = listing(sample, "choices")
    return sha_of_content([sample.get("input"), choices]) if choices else sha_of_content(sample.get("input"))


def _output_sha(sample: Json) -> str | None:
    completion = at(sample, "output", "completion")
    if isinstance(completion, str):
        return sha_of_text(completion) if completion or listing(sample, "output", "choices") else None
    return sha_of_content([at(choice, "message") for choice in objects(sample, "output", "choices")] or None)


def _answered_models(sample: Json) -> tuple[str, ...]:
    """The model as its answer names it; without an answer Inspect writes the model that was to be asked."""
    name = text(sample, "output", "model") if listing(sample, "output", "choices") else None
    return (name,) if name else ()


def _with_attachments(sample: Json) -> Json:
    """The sample with references to its attachments replaced: long texts are stored apart, and their hash must not depend on that."""
    attachments = mapping(sample, "attachments")
    if not attachments:
        return sample
    return sample | {
        key: _resolved(sample.get(key), attachments) for key in ("input", "target", "choices", "output", "scores") if key in sample
    }


def _resolved(value: Any, attachments: Json) -> Any:
    if isinstance(value, str) and value.startswith(ATTACHMENT):
        return attachments.get(value.removeprefix(ATTACHMENT), value)
    if isinstance(value, list):
        return [_resolved(item, attachments) for item in value]
    if isinstance(value, dict):
        return {key: _resolved(item, attachments) for key, item in value.items()}
    return value


def _total(usage: Sequence[Json], key: str) -> float | None:
    values = [value for entry in usage if (value := number(entry, key)) is not None]
    return sum(values) if values else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _raw(sample: Json) -> Json:
    """What is kept of a sample besides its row: times, usage, limits and the shape of its scores; no text of any kind."""
    names = ("uuid", "epoch", "started_at", "completed_at", "total_time", "working_time", "model_usage", "role_usage")
    extra = {
        "limit": text(sample, "limit", "type"),
        "retries": len(listing(sample, "error_retries")),
        "turns": integer(sample, "turn_count"),
        "messages": len(listing(sample, "messages")),
        "scores": {
            scorer: {"edits": len(listing(score, "history")), "has_explanation": bool(at(score, "explanation"))}
            for scorer, score in mapping(sample, "scores").items()
        },
    }
    return kept({name: sample[name] for name in names if name in sample} | extra)
