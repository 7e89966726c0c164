"""One trace of an MLflow evaluation as a sample: its assessments as scores, its inputs and outputs as hashes."""

import re

from connectors.evals.answering import models_in
from connectors.evals.digest import sha_of_content, sha_of_text
from connectors.evals.labels import failure_mode_of, slice_of
from connectors.evals.model import Judge, JudgeKind, Sample, Score
from connectors.evals.shape import Json, UnreadableLog, boolean, integer, mapping, number, objects, parse, text

JUDGES: dict[str, JudgeKind] = {"HUMAN": "human", "LLM_JUDGE": "llm", "AI_JUDGE": "llm", "CODE": "code"}
YES, NO = {"yes", "true", "pass", "correct"}, {"no", "false", "fail", "incorrect"}
CUT = "..."
"""How MLflow ends a preview that it cut."""
SOURCE_RUN = "mlflow.assessment.sourceRunId"
_SECONDS = re.compile(r"^(\d+(?:\.\d+)?)s$")


def sample_of(trace: Json, run_id: str) -> Sample | str:
    """A sample of the run, or in words why the answer is none."""
    identity = text(trace, "trace_id") or text(trace, "request_id")
    if identity is None:
        return "a trace without its trace_id"
    metadata, tags = mapping(trace, "trace_metadata") or mapping(trace, "request_metadata"), mapping(trace, "tags")
    inputs, outputs = _whole(trace, "request_preview"), _whole(trace, "response_preview")
    usage, cost = _document(metadata, "mlflow.trace.tokenUsage"), _document(metadata, "mlflow.trace.cost")
    expected = {str(one.get("assessment_name")): one["expectation"].get("value") for one in _told(trace, "expectation")}
    record = text(tags, "mlflow.dataset.record_id") or text(metadata, "mlflow.datasetRecordId")
    input_sha = _sha_of_shown(inputs)
    return Sample(
        key=record or input_sha or identity,
        epoch=1,
        scores=[_score(one) for one in _told(trace, "feedback") if _is_of(one, run_id)],
        input_sha=input_sha,
        target_sha=sha_of_content(expected) if expected else None,
        output_sha=_sha_of_shown(outputs),
        slice=slice_of(tags) or slice_of(metadata),
        failure_mode=failure_mode_of(tags) or failure_mode_of(metadata),
        error_kind="trace_error" if text(trace, "state") == "ERROR" else None,
        cost_usd=number(cost, "total_cost"),
        latency_ms=_milliseconds(trace),
        tokens_in=integer(usage, "input_tokens"),
        tokens_out=integer(usage, "output_tokens"),
        answered_models=models_in(None, tags, metadata),
        raw={"trace_id": identity, "state": text(trace, "state")},
    )


def _whole(trace: Json, key: str) -> str | None:
    """A text that a search shows; None where it shows its beginning only, which is another text's beginning too."""
    shown = text(trace, key)
    return None if shown is None or shown.endswith(CUT) else shown


def _sha_of_shown(shown: str | None) -> str | None:
    """Hash of what is shown; of an object by its content, as the record of a dataset has it, which MLflow spells with other spaces."""
    if shown is None or not shown.startswith("{"):
        return sha_of_content(shown)
    try:
        return sha_of_content(parse(shown.encode()))
    except UnreadableLog:
        return sha_of_text(shown)


def _told(trace: Json, kind: str) -> list[Json]:
    """Assessments of a kind that stand: one that was overridden is told as no longer valid."""
    return [one for one in objects(trace, "assessments") if isinstance(one.get(kind), dict) and boolean(one, "valid") is not False]


def _is_of(assessment: Json, run_id: str) -> bool:
    """Whether it speaks about this run: people, who judge traces later, name none."""
    return text(assessment, "metadata", SOURCE_RUN) in {None, run_id}


def _score(assessment: Json) -> Score:
    value, error = assessment["feedback"].get("value"), assessment["feedback"].get("error")
    found, passed = _number(value)
    kind = JUDGES.get(str(text(assessment, "source", "source_type")).upper())
    rationale = text(assessment, "rationale")
    return Score(
        scorer=text(assessment, "assessment_name") or text(assessment, "name") or "unnamed",
        number=None if error else found,
        raw=None
        if error or isinstance(value, dict | list)
        else text({"value": str(value).lower() if isinstance(value, bool) else value}, "value"),
        passed=None if error else passed,
        unscored_reason="grader_failed" if error else "no_number" if found is None else None,
        judge=Judge(kind, text(assessment, "source", "source_id")),
        rationale_sha=None if rationale is None else sha_of_text(rationale),
        is_edited=text(assessment, "overrides") is not None,
    )


def _number(value: object) -> tuple[float | None, bool | None]:
    """A feedback as number, and whether it is a clear yes or no."""
    if isinstance(value, bool):
        return float(value), value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in YES | NO:
        return float(word in YES), word in YES
    return number({"value": value}, "value"), None


def _document(metadata: Json, key: str) -> Json:
    told = metadata.get(key)
    found = parse(told.encode()) if isinstance(told, str) and told.startswith("{") else told
    return found if isinstance(found, dict) else {}


def _milliseconds(trace: Json) -> float | None:
    duration = text(trace, "execution_duration")
    seconds = _SECONDS.match(duration) if duration else None
    return float(seconds[1]) * 1000 if seconds else number(trace, "execution_time_ms")
