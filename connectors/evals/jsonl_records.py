"""The records of a home-made harness, as `docs/how-to/eval-records.md` describes them: one JSON object a line, each checked by itself.

What a check says names the field and what was expected, never the value: that may be a text of a sample.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from connectors.evals.model import JudgeKind
from connectors.evals.shape import UnreadableLog

NOT_FINITE = ("NaN", "Infinity", "-Infinity")
LONGEST_SHOWN = 60
"""Keys of a record in a reason; a longer one is somebody's text in the wrong place."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\r\n]*$")]
Id = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Commit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$")]
ErrorKind = Annotated[str, StringConstraints(pattern=r"^[\w.:-]{1,80}$")]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


def _value(value: Any) -> Any:
    """A score; the names that JSON has no number for are taken as such, other texts are no score."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and value in NOT_FINITE:
        return float(value)
    raise PydanticCustomError("score", 'expected a number, true, false, null, "NaN", "Infinity" or "-Infinity"')


def _score(value: Any) -> Any:
    """A bare score is short for an object with nothing but a value."""
    return value if isinstance(value, dict) else {"value": value}


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class JudgeRecord(_Record):
    """Who judges; a prompt is hashed."""

    kind: JudgeKind
    name: Name | None = None
    prompt: str | None = None
    prompt_sha: Sha | None = None


class ScorerRecord(_Record):
    """A scorer that the samples name."""

    name: Name
    higher_is_better: bool = True
    judge: JudgeRecord | None = None


class HeadlineRecord(_Record):
    """The leading metric, where it is not the mean of the first scorer."""

    scorer: Name
    metric: Name


class RunRecord(_Record):
    """The first line: what is run, by what, on what, and where it belongs."""

    record: Literal["run"]
    format: Literal[1]
    id: Id
    task: Name
    task_version: Name | None = None
    scorers: list[ScorerRecord] = Field(min_length=1)
    headline: HeadlineRecord | None = None
    started_at: AwareDatetime
    model: Id | None = None
    prompt: str | None = None
    prompt_sha: Sha | None = None
    dataset: Name | None = None
    dataset_version: Name | None = None
    whole: bool = True
    limit: Count | None = None
    epochs: Annotated[int, Field(ge=1, lt=2**31)] = 1
    threshold: Finite | None = None
    harness: Name | None = None
    harness_version: Name | None = None
    project: Name | None = None
    repository: Id | None = None
    head_sha: Commit | None = None
    dirty: bool | None = None
    repo_id: Count | None = None
    ci_run_id: Count | None = None
    ci_run_attempt: Count | None = None
    pr: Count | None = None
    created_by: Name | None = None
    tags: list[Name] | None = None
    metadata: dict[str, Any] | None = None


class ScoreRecord(_Record):
    """What a scorer says of a sample."""

    value: Annotated[bool | float | None, BeforeValidator(_value)]
    passed: bool | None = None
    label: Name | None = None
    unscored: Name | None = None
    judge: JudgeRecord | None = None
    rationale: Any = None
    rationale_sha: Sha | None = None
    edited: bool = False


class SampleRecord(_Record):
    """One sample in one epoch."""

    record: Literal["sample"]
    id: Id
    epoch: Annotated[int, Field(ge=1, lt=2**31)] = 1
    slice: Name | None = None
    failure_mode: Name | None = None
    scores: dict[Name, Annotated[ScoreRecord, BeforeValidator(_score)]] | None = None
    error: ErrorKind | None = None
    input: Any = None
    input_sha: Sha | None = None
    target: Any = None
    target_sha: Sha | None = None
    output: Any = None
    output_sha: Sha | None = None
    answered_model: Id | None = None
    cost_usd: Amount | None = None
    latency_ms: Amount | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    metadata: dict[str, Any] | None = None


class MetricRecord(_Record):
    """A number that the harness computed itself."""

    scorer: Name
    metric: Name
    value: Annotated[float | None, BeforeValidator(_value)]
    slice: Name | None = None
    stderr: Amount | None = None
    n: Count | None = None
    higher_is_better: bool | None = None


class EndRecord(_Record):
    """The last line: how it ended, and how many samples were written."""

    record: Literal["end"]
    status: Literal["success", "error", "cancelled"]
    ended_at: AwareDatetime
    n_samples: Count
    metrics: list[MetricRecord] | None = None
    cost_usd: Amount | None = None
    tokens_in: Count | None = None
    tokens_out: Count | None = None
    tokens_cached: Count | None = None


EvalRecord = RunRecord | SampleRecord | EndRecord
_RECORDS: TypeAdapter[EvalRecord] = TypeAdapter(Annotated[EvalRecord, Field(discriminator="record")])
_KINDS = "a `record` of `run`, `sample` or `end`"
_KIND_ERRORS = {"union_tag_invalid", "union_tag_not_found", "dict_type"}


def record_of(line: bytes) -> EvalRecord:
    """The record of a line.

    Raises:
        UnreadableLog: naming every field that is not as it must be, and what was expected.
    """
    try:
        return _RECORDS.validate_json(line)
    except ValidationError as error:
        faults = [_said(fault) for fault in error.errors(include_url=False, include_context=False, include_input=False)]
        raise UnreadableLog("; ".join(dict.fromkeys(faults))) from None


def _said(fault: Any) -> str:
    if fault["type"] in _KIND_ERRORS and len(fault["loc"]) == 0:
        return f"expected {_KINDS}"
    # The first part of a place is the kind of record that was chosen; of a value that may be one of several, only the field counts.
    where = ".".join(_shown(part) for part in fault["loc"][1:] if part not in {"bool", "float", "function-before"})
    said = re.sub(r"^Input should", "should", fault["msg"])
    return f"{where}: {said}" if where else said


def _shown(part: Any) -> str:
    text = str(part)
    return text if len(text) <= LONGEST_SHOWN else "(a long key)"
