"""promptfoo's JSON output: every prompt with every provider is a column, and each column becomes a run.

Two prompts or two models compared in one evaluation are two runs on one dataset, so that each has its own prompt hash and
model. Tests are told apart by their variables; the same test repeated is the same sample in another epoch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from connectors.evals.digest import kept, sha_of_prompt
from connectors.evals.envelope import declared
from connectors.evals.model import Judge, Metric, OpenLog, Place, Planned, Run
from connectors.evals.promptfoo_samples import OVERALL, judge_of, sample_of
from connectors.evals.shape import Json, UnreadableLog, at, integer, later, listing, mapping, moment, number, objects, parse, text

TOOL = "promptfoo"
LEADING = "pass_rate"
KEPT_METRICS = ("score", "testPassCount", "testFailCount", "testErrorCount", "assertPassCount", "assertFailCount", "cost", "totalLatencyMs")


class PromptfooResults:
    """Reads the output of `promptfoo eval -o output.json`, versions 0.110 to 0.123."""

    kind = "promptfoo"
    expected = "promptfoo output: JSON with `evalId` and `results.prompts`"

    def place(self, name: str) -> Place | None:
        """Every `.json`: promptfoo lets people choose the name."""
        return Place(True, name) if name.endswith(".json") else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """One run for each prompt with each provider.

        Raises:
            UnreadableLog: for broken JSON, or JSON of something else.
        """
        document = parse(log.main.body.read())
        columns = list(objects(document, "results", "prompts"))
        if not isinstance(document, dict) or not columns:
            keys = ", ".join(sorted(document)[:6]) if isinstance(document, dict) else type(document).__name__
            raise UnreadableLog(f"JSON without `results.prompts`: it has {keys or 'nothing'}")
        rows = _rows_by_column(document)
        for index, column in enumerate(columns):
            yield _Column(document, column, index, len(columns), rows.get(index, []), PurePosixPath(log.main.name).stem).run()


def _rows_by_column(document: Json) -> dict[int, list[Json]]:
    """Rows of each column in the order of the tests: promptfoo writes them as they finish."""
    rows: dict[int, list[Json]] = {}
    for row in objects(document, "results", "results"):
        rows.setdefault(integer(row, "promptIdx") or 0, []).append(row)
    for found in rows.values():
        found.sort(key=lambda row: integer(row, "testIdx") or 0)
    return rows


class _Column:
    """One prompt with one provider."""

    def __init__(self, document: Json, column: Json, index: int, columns: int, rows: Sequence[Json], stem: str) -> None:
        self.document, self.column, self.index, self.columns, self.rows, self.stem = document, column, index, columns, rows, stem
        self.config = mapping(document, "config")
        self.metrics = mapping(column, "metrics")
        self.tags = mapping(self.config, "tags")
        self.metadata = mapping(self.config, "metadata")
        self.judges = [judge_of(row, self.config) for row in rows]

    def run(self) -> Run:
        """The run, with its samples still to be made."""
        passed, failed, errors = (integer(self.metrics, key) or 0 for key in ("testPassCount", "testFailCount", "testErrorCount"))
        seen: Counter[str] = Counter()
        samples = [sample_of(row, judge, seen) for row, judge in zip(self.rows, self.judges, strict=True)]
        said = declared(self.tags, self.metadata)
        return Run(
            native_id=self._native_id(),
            status="error" if errors and not passed + failed else "success",
            columns=self._columns(),
            metrics=list(self._metrics(passed, failed)),
            samples=samples,
            planned=Planned(passed + failed + errors, passed + failed, None, max(seen.values(), default=1)),
            dataset_name=self._dataset_name(said),
            primary=(OVERALL, LEADING, ""),
            slice_metrics={OVERALL: LEADING},
            is_whole=True,
            declared=said,
            raw=self._raw(),
            version_label=text(said, "dataset_version"),
        )

    def _native_id(self) -> str:
        """The evaluation's id; with the place of the column, where there are several."""
        native = text(self.document, "evalId") or text(self.document, "results", "timestamp") or self.stem
        return native if self.columns == 1 else f"{native}/{self.index}"

    def _columns(self) -> Json:
        provider = self._provider()
        vendor, colon, name = (provider or "").partition(":")
        version = text(self.document, "metadata", "promptfooVersion")
        prompt = text(self.column, "raw")
        usage = mapping(self.metrics, "tokenUsage")
        return {
            "task_name": text(self.config, "description") or self.stem,
            "harness_name": TOOL,
            "harness_version": version,
            "packages": {TOOL: version} if version else {},
            "created_by_raw": text(self.document, "metadata", "author"),
            "model_raw": provider,
            "model_provider": vendor if colon else provider,
            "model_name": name if colon else provider,
            # `promptId` is of the label, which stays when the prompt changes: the text itself is hashed.
            "prompt_sha": None if prompt is None else sha_of_prompt(prompt),
            "cost_usd": number(self.metrics, "cost"),
            "tokens_in": integer(usage, "prompt"),
            "tokens_out": integer(usage, "completion"),
            "tokens_cached": integer(usage, "cached"),
            "tags": kept(self.tags),
            "metadata": kept(self.metadata),
        } | self._times()

    def _times(self) -> Json:
        started = moment(self.document, "metadata", "evaluationCreatedAt") or moment(self.document, "results", "timestamp")
        milliseconds = number(self.document, "results", "stats", "durationMs")
        seconds = None if milliseconds is None else milliseconds / 1000
        return {"started_at": started, "ended_at": later(started, seconds), "wall_seconds": seconds}

    def _provider(self) -> str | None:
        """The provider's id from a row; the column shows its label, where it has one."""
        ids = (text(row, "provider", "id") for row in self.rows)
        return next((found for found in ids if found), None) or text(self.column, "provider")

    def _metrics(self, passed: int, failed: int) -> Iterator[Metric]:
        """Pass rate and mean score over tests that ran, and the mean of each named score."""
        n = passed + failed
        judge = _one_judge([judge for row_judges in self.judges for judge in row_judges.values()])
        yield Metric(OVERALL, LEADING, passed / n if n else None, n=n, higher_is_better=True, judge=judge)
        score = number(self.metrics, "score")
        yield Metric(OVERALL, "score", score / n if n and score is not None else None, n=n, higher_is_better=True, judge=judge)
        for name in mapping(self.metrics, "namedScores"):
            total, count = number(self.metrics, "namedScores", name), integer(self.metrics, "namedScoresCount", name)
            value = total / count if total is not None and count else None
            judges = [row_judges[name] for row_judges in self.judges if name in row_judges]
            yield Metric(name, "mean", value, n=count, higher_is_better=True, judge=_one_judge(judges))

    def _dataset_name(self, said: Json) -> str:
        """The file of the tests, where they come from one; else what the tags or the description say."""
        tests = text(self.config, "tests") or next((item for item in listing(self.config, "tests") if isinstance(item, str)), None)
        from_file = PurePosixPath(tests.removeprefix("file://")).stem if tests else None
        return text(said, "dataset") or from_file or text(self.config, "description") or self.stem

    def _raw(self) -> Json:
        """Counts and identities; the configuration holds tests, and rows hold inputs and outputs, so neither is kept."""
        return kept(
            {
                "evalId": text(self.document, "evalId"),
                "metadata": mapping(self.document, "metadata"),
                "timestamp": text(self.document, "results", "timestamp"),
                "stats": mapping(self.document, "results", "stats"),
                "prompt": {"id": text(self.column, "id"), "label": text(self.column, "label"), "provider": text(self.column, "provider")},
                "metrics": {key: at(self.metrics, key) for key in KEPT_METRICS} | {"named": mapping(self.metrics, "namedScores")},
                "tags": self.tags,
            }
        )


def _one_judge(judges: Sequence[Judge]) -> Judge:
    """The judge, if all that are no code agree; several models are named together, without one prompt."""
    telling = {judge for judge in judges if judge.kind != "code"}
    if len(telling) <= 1:
        return next(iter(telling), Judge())
    kinds = {judge.kind for judge in telling}
    names = sorted({judge.name for judge in telling if judge.name})
    prompts = {judge.prompt_sha for judge in telling}
    return Judge("llm" if "llm" in kinds else "human", ", ".join(names) or None, prompts.pop() if len(prompts) == 1 else None)
