"""Events of OpenAI's evals, put together by sample: they come in the order in which threads finished, several for each sample."""

import math
import re
import statistics
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from connectors.evals.digest import kept, sha_of_content
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, Sample, Score
from connectors.evals.shape import Json, at, integer, mapping, number, text

MATCH = "match"
"""Scorer of `match` events; a number of a `metrics` event scores under its own name."""
_CLASS = re.compile(r"[\w.:-]{1,80}")
"""Name of an exception's class; anything else may be a sentence."""
NOT_A_NUMBER = ("NaN", "Infinity", "-Infinity")


@dataclass(slots=True)
class SampleEvents:
    """What the events of one sample say, without their texts.

    Attributes:
        values: by scorer, what was recorded; None for what is no number.
        labels: keys of metrics whose values are words.
    """

    key: str
    values: dict[str, list[float | None]] = field(default_factory=dict[str, list[float | None]])
    labels: set[str] = field(default_factory=set[str])
    error_kind: str | None = None
    input_sha: str | None = None
    target_sha: str | None = None
    output_sha: str | None = None
    slice: str | None = None
    failure_mode: str | None = None
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    n_events: int = 0

    def add(self, kind: str | None, data: Json) -> None:
        """Take in one event; kinds that say nothing of a result are only counted."""
        self.n_events += 1
        match kind:
            case "match":
                self._match(data)
            case "metrics":
                for name, value in data.items():
                    self._metric(name, value)
            case "sampling":
                self._sampling(data)
            case "raw_sample":
                self.input_sha = sha_of_content(data.get("input")) or self.input_sha
                self.target_sha = sha_of_content(data.get("ideal")) or self.target_sha
                labels = data | mapping(data, "metadata")
                self.slice, self.failure_mode = slice_of(labels), failure_mode_of(labels)
            case "error":
                kind = text(data, "type") or ""
                self.error_kind = kind if _CLASS.fullmatch(kind) else "error"
            case _:
                pass

    def sample(self, metrics: Set[str], judge: Judge) -> Sample:
        """The sample; what broke without any score is an error.

        Args:
            metrics: names under which numbers were recorded anywhere in the run.
            judge: who scored.
        """
        scores = tuple(self._scores(metrics, judge))
        return Sample(
            key=self.key,
            epoch=1,
            scores=scores,
            input_sha=self.input_sha,
            target_sha=self.target_sha,
            output_sha=self.output_sha,
            slice=self.slice,
            failure_mode=self.failure_mode,
            error_kind=None if self.values else self.error_kind,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            # Where a judge answers too, its answers cannot be told from those under test.
            answered_models=(self.model,) if self.model and judge.kind != "llm" else (),
            raw=kept({"sample_id": self.key, "events": self.n_events, "error": self.error_kind}),
        )

    def _match(self, data: Json) -> None:
        correct = at(data, "correct")
        self.values.setdefault(MATCH, []).append(float(correct) if isinstance(correct, bool) else number(correct))
        self.target_sha = sha_of_content(data.get("expected")) or self.target_sha
        self.input_sha = self.input_sha or sha_of_content(data.get("prompt"))
        self.output_sha = self.output_sha or sha_of_content(data.get("sampled") if "sampled" in data else data.get("picked"))

    def _metric(self, name: str, value: Any) -> None:
        if isinstance(value, bool):
            self.values.setdefault(name, []).append(float(value))
        elif isinstance(value, int | float) or value in NOT_A_NUMBER or number(value) is not None:
            self.values.setdefault(name, []).append(number(value))
        else:
            self.labels.add(name)

    def _sampling(self, data: Json) -> None:
        """The first prompt is the sample's input, the last answer its output; all of them are paid for."""
        self.input_sha = self.input_sha or sha_of_content(data.get("prompt"))
        self.output_sha = sha_of_content(_single(data.get("sampled"))) or self.output_sha
        self.model = text(data, "model") or self.model
        self.tokens_in = _sum(self.tokens_in, integer(data, "usage", "prompt_tokens"))
        self.tokens_out = _sum(self.tokens_out, integer(data, "usage", "completion_tokens"))

    def _scores(self, metrics: Set[str], judge: Judge) -> Iterator[Score]:
        if self.error_kind and not self.values:
            yield from (Score(name, None, unscored_reason="sample_error", judge=judge) for name in metrics)
            return
        for name, values in self.values.items():
            known = [value for value in values if value is not None]
            mean = statistics.fmean(known) if known else None
            is_clear = len(known) == len(values) and mean in {0.0, 1.0}
            yield Score(
                name,
                mean,
                raw=None if mean is None else str(mean),
                passed=mean == 1.0 if is_clear else None,
                unscored_reason=None if mean is not None else "nan",
                judge=judge,
            )
        for name in sorted((self.labels & metrics) - self.values.keys()):
            # A number elsewhere in the run, a word here.
            yield Score(name, None, unscored_reason="nan", judge=judge)


def _single(completions: Any) -> Any:
    """The answer, where one was asked for."""
    return completions[0] if isinstance(completions, list) and len(completions) == 1 else completions


def _sum(so_far: int | None, more: int | None) -> int | None:
    return so_far if more is None else (so_far or 0) + more


def numbers_of(report: Json, above: str = "") -> Iterator[tuple[str, float | None]]:
    """Numbers of a final report with their names, nested ones joined by dots; one that is none of those that JSON knows is None."""
    for name, value in report.items():
        if isinstance(value, dict):
            yield from numbers_of(value, f"{above}{name}.")
        elif number(value) is not None or value in NOT_A_NUMBER or (isinstance(value, float) and math.isnan(value)):
            yield f"{above}{name}", number(value)
