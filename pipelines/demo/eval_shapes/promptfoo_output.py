"""A run as promptfoo's JSON output: one prompt, one provider, one test with one assertion for each sample."""

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from pipelines.demo.eval_shapes.shared import Json, Rendered, indented, labels, sha256, stable_id, words
from pipelines.demo.world import World
from pipelines.demo.world_evals import EvalRun, EvalSample

VERSION = "0.123.1"
DEFAULT_PROMPT = "{{request}}"
PASSED, FAILED_ASSERTION, FAILED_BY_ERROR = 0, 1, 2


def rendered(world: World, run: EvalRun) -> Rendered:
    """The output in a folder of the run's own."""
    folder = PurePosixPath(run.path).with_suffix("")
    return Rendered({f"{folder}/output.json": indented(_output(world, run))}, f"{folder}/evidence.json")


def _output(world: World, run: EvalRun) -> Json:
    rows = [_row(place, sample, run) for place, sample in enumerate(run.samples)]
    named = {"project": run.repository.partition("/")[2], "repository": run.repository, "dataset": run.dataset}
    tags = {key: value for key, value in named.items() if value} | ({"git_sha": world.sha(run.head)} if run.head else {})
    if run.threshold is not None:
        tags["threshold"] = str(run.threshold)
    metrics = _metrics(rows)
    return {
        "evalId": run.native_id,
        "results": {
            "version": 3,
            "timestamp": _iso(run.created_at),
            "prompts": [
                {"raw": _prompt(run), "label": run.task, "id": sha256(run.task), "provider": _provider(run), "metrics": metrics},
            ],
            "results": rows,
            "stats": {
                "successes": metrics["testPassCount"],
                "failures": metrics["testFailCount"],
                "errors": metrics["testErrorCount"],
                "tokenUsage": metrics["tokenUsage"],
                "durationMs": int(run.seconds * 1000),
                "evaluationDurationMs": int(run.seconds * 1000),
            },
        },
        "config": {
            "tags": tags,
            "description": run.task,
            "prompts": [{"id": run.task, "label": run.task, "raw": _prompt(run)}],
            "providers": [_provider(run)],
            "tests": [row["testCase"] for row in rows],
            "env": {},
            "outputPath": ["output.json"],
            "extensions": [],
            "metadata": {},
            "evaluateOptions": {},
        },
        "shareableUrl": None,
        "metadata": {
            "promptfooVersion": VERSION,
            "nodeVersion": "v22.22.0",
            "platform": "linux",
            "arch": "x64",
            "exportedAt": _iso(run.created_at + timedelta(seconds=run.seconds)),
            "evaluationCreatedAt": _iso(run.created_at),
        }
        | ({"author": run.created_by} if run.created_by else {}),
    }


def _metrics(rows: list[Json]) -> Json:
    ran = [row for row in rows if row["failureReason"] != FAILED_BY_ERROR]
    passed = sum(row["success"] for row in ran)
    asserted = [component["pass"] for row in ran for component in (row["gradingResult"] or {}).get("componentResults", [])]
    named = {name: [row["namedScores"][name] for row in ran] for name in (ran[0]["namedScores"] if ran else {})}
    return {
        "score": sum(row["score"] for row in ran),
        "testPassCount": passed,
        "testFailCount": len(ran) - passed,
        "testErrorCount": len(rows) - len(ran),
        "assertPassCount": sum(asserted),
        "assertFailCount": len(asserted) - sum(asserted),
        "totalLatencyMs": sum(row["latencyMs"] for row in rows),
        "tokenUsage": {key: sum(row["tokenUsage"][key] for row in rows) for key in _usage("", "")},
        "namedScores": {name: sum(values) for name, values in named.items()},
        "namedScoresCount": {name: len(values) for name, values in named.items()},
        "namedScoreWeights": {name: len(values) for name, values in named.items()},
        "cost": 0,
    }


def _row(place: int, sample: EvalSample, run: EvalRun) -> Json:
    """One test: passed, failed by its assertion, broken by an error, or with nothing asserted (promptfoo calls that passed)."""
    asked = _prompt(run).replace(DEFAULT_PROMPT, sample.input)
    usage = _usage(asked, "" if sample.error else sample.output)
    success = not sample.error and (sample.value is None or sample.value >= 1)
    assertions = [] if sample.value is None and not sample.error else _assertions(sample)
    test: Json = {"vars": {"request": sample.input}, "metadata": {"id": sample.sample_id} | labels(sample), "assert": assertions}
    reason = FAILED_BY_ERROR if sample.error else PASSED if success else FAILED_ASSERTION
    row: Json = {
        "cost": 0,
        "gradingResult": None if sample.error else _grading(sample, success, assertions),
        "id": _uuid(run.native_id, sample.sample_id),
        "latencyMs": 200 + 7 * (place % 30),
        "namedScores": sample.named,
        "prompt": {"raw": asked, "label": run.task, "config": {}},
        "promptId": sha256(run.task),
        "promptIdx": 0,
        "provider": {"id": _provider(run), "label": ""},
        "response": {"error": sample.error} if sample.error else {"output": sample.output, "cached": False, "tokenUsage": usage},
        "score": 0 if sample.error else 1 if sample.value is None else sample.value,
        "success": success,
        "testCase": test,
        "testIdx": place,
        "tokenUsage": usage,
        "vars": test["vars"],
        "metadata": test["metadata"] | {"_promptfooFileMetadata": {}},
        "failureReason": reason,
    }
    if reason != PASSED:
        row["error"] = sample.error or _verdict(sample, success)
    return row


def _assertions(sample: EvalSample) -> list[Json]:
    """What a test asserts: that the answer is the target, or a verdict of a model for every named score."""
    named: list[Json] = [{"type": "llm-rubric", "value": f"The answer has {name}.", "metric": name} for name in sample.named]
    return named or [{"type": "equals", "value": sample.target}]


def _grading(sample: EvalSample, success: bool, assertions: list[Json]) -> Json:
    grading: Json = {"pass": success, "score": 1 if sample.value is None else sample.value, "reason": _verdict(sample, success)}
    grading |= {"namedScores": sample.named, "tokensUsed": _usage("", "")}
    if not assertions:
        return grading | {"reason": "No assertions"}
    return grading | {"componentResults": [_component(sample, assertion) for assertion in assertions]}


def _component(sample: EvalSample, assertion: Json) -> Json:
    """One assertion's verdict, which is that of the named score where it has one."""
    score = sample.named[assertion["metric"]] if "metric" in assertion else sample.value
    success = score is not None and score >= 1
    return {"pass": success, "score": score, "reason": _verdict(sample, success, "Assertion passed"), "assertion": assertion}


def _verdict(sample: EvalSample, success: bool, praise: str = "All assertions passed") -> str:
    return praise if success else f'Expected output "{sample.output}" to equal "{sample.target}"'


def _usage(read: str, written: str) -> Json:
    counts = (words(read), words(written)) if read else (0, 0)
    return {"prompt": counts[0], "completion": counts[1], "cached": 0, "total": sum(counts), "numRequests": 1 if read else 0}


def _prompt(run: EvalRun) -> str:
    """The prompt without blank ends: promptfoo trims what it reads from a file."""
    return run.prompt.strip() or DEFAULT_PROMPT


def _provider(run: EvalRun) -> str:
    """The model with a colon after its vendor, as promptfoo spells it."""
    return run.model.replace("/", ":", 1)


def _uuid(*parts: str) -> str:
    digits = stable_id(*parts, length=32)
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]))


def _iso(moment: datetime) -> str:
    """JavaScript's spelling: UTC, milliseconds, `Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
