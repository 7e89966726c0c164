"""Runs of home-made harnesses: one file a run, with its samples in the file, in parts beside it, or both.

`docs/how-to/eval-records.md` is the format's description; `jsonl_records.py` holds each line to it.
"""

import hashlib
import math
import re
from collections.abc import Iterator

from connectors.evals.digest import kept, sha_of_content, sha_of_prompt
from connectors.evals.envelope import declared
from connectors.evals.jsonl_records import EndRecord, JudgeRecord, MetricRecord, RunRecord, SampleRecord, ScoreRecord, record_of
from connectors.evals.lines import bad_line, last_line, lines
from connectors.evals.model import BadSample, Judge, Metric, OpenLog, OpenPart, Place, Planned, Run, Sample, Score, Scorer
from connectors.evals.shape import Json, UnreadableLog
from connectors.evals.spill import SortedTexts

MEAN = "mean"
_PART = re.compile(r"^(?P<stem>.+)\.part-[^/]+\.jsonl$")


class JsonlRuns:
    """Reads eval records, format 1."""

    kind = "jsonl"
    expected = "eval records: JSON lines that begin with a `run` record (docs/how-to/eval-records.md)"

    def place(self, name: str) -> Place | None:
        """`<name>.part-<any>.jsonl` belongs to `<name>.jsonl`."""
        if part := _PART.match(name):
            return Place(False, f"{part['stem']}.jsonl")
        return Place(True, name) if name.endswith(".jsonl") else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of a log.

        Raises:
            UnreadableLog: when the first line is no `run` record.
        """
        number, first = next(lines(log.main), (1, b""))
        if isinstance(first, BadSample):
            raise UnreadableLog(f"line {number}: {first.reason}")
        try:
            header = record_of(first)
        except UnreadableLog as error:
            raise UnreadableLog(f"line {number}: {error.reason}") from None
        if not isinstance(header, RunRecord):
            raise UnreadableLog(f"line {number} is a `{header.record}` record; expected the `run` record first")
        yield _JsonlRun(log, header, number, _end_of(log.main)).run()


def _end_of(main: OpenPart) -> EndRecord | None:
    """The last line, if it is the run's end: a run without one is still going on, or was killed, or its file was cut short."""
    try:
        record = record_of(last_line(main))
    except UnreadableLog:
        return None
    return record if isinstance(record, EndRecord) else None


class _JsonlRun:
    """One run: its header and end are known, its samples are still to be read."""

    def __init__(self, log: OpenLog, header: RunRecord, header_line: int, end: EndRecord | None) -> None:
        self.log, self.header, self.header_line, self.end = log, header, header_line, end
        self.scorers = {
            scorer.name: Scorer(_judge(scorer.judge, scorer.name) or Judge(), scorer.higher_is_better) for scorer in header.scorers
        }
        self.has_ended = False
        self.keys = SortedTexts()
        self.n_samples = 0

    def run(self) -> Run:
        header, end = self.header, self.end
        said = declared(header.model_dump(exclude_none=True, include=_BELONGING), header.metadata or {})
        headline = header.headline
        return Run(
            native_id=header.id,
            status="partial" if end is None else end.status,
            columns=self._columns(),
            metrics=[self._metric(metric) for metric in (end and end.metrics) or ()],
            samples=self._samples(),
            planned=Planned(epochs=header.epochs),
            dataset_name=header.dataset or header.task,
            primary=(headline.scorer, headline.metric, "") if headline else (header.scorers[0].name, MEAN, ""),
            slice_metrics=dict.fromkeys(self.scorers, MEAN),
            is_whole=end is not None and end.status == "success" and header.whole and header.limit is None,
            declared=said,
            raw=kept(header.model_dump(mode="json", exclude_none=True, exclude={"prompt", "scorers"})),
            version_label=header.dataset_version,
            adds_up=True,
            scorers=self.scorers,
        )

    def _columns(self) -> Json:
        header, end = self.header, self.end
        provider, slash, name = (header.model or "").partition("/")
        return {
            "task_name": header.task,
            "task_version": header.task_version,
            "harness_name": header.harness or "jsonl",
            "harness_version": header.harness_version,
            "git_is_dirty": header.dirty,
            "started_at": header.started_at,
            "ended_at": end and end.ended_at,
            "wall_seconds": end and max(0.0, (end.ended_at - header.started_at).total_seconds()),
            "model_raw": header.model,
            "model_provider": provider if slash else None,
            "model_name": name if slash else header.model,
            "prompt_sha": _prompt_sha(header.prompt, header.prompt_sha, "prompt"),
            "limit_applied": header.limit,
            "cost_usd": end and end.cost_usd,
            "tokens_in": end and end.tokens_in,
            "tokens_out": end and end.tokens_out,
            "tokens_cached": end and end.tokens_cached,
            "tags": header.tags or [],
            "metadata": kept(header.metadata or {}),
        }

    def _metric(self, metric: MetricRecord) -> Metric:
        known = self.scorers.get(metric.scorer, Scorer())
        return Metric(
            metric.scorer,
            metric.metric,
            metric.value if metric.value is not None and math.isfinite(metric.value) else None,
            metric.slice or "",
            stderr=metric.stderr,
            n=metric.n,
            higher_is_better=known.higher_is_better if metric.higher_is_better is None else metric.higher_is_better,
            judge=known.judge,
        )

    def _samples(self) -> Iterator[Sample | BadSample]:
        """Samples of the file and of its parts, then what is wrong with them as a whole."""
        for part in (self.log.main, *self.log.parts):
            for number, line in lines(part, self.header_line + 1 if part is self.log.main else 1):
                if isinstance(line, BadSample):
                    yield line
                    continue
                try:
                    sample = self._sample(line)
                except UnreadableLog as error:
                    yield bad_line(part, number, line, error.reason)
                    continue
                if sample is not None:
                    yield sample
            self.has_ended = False
        yield from self._faults_of_the_whole()

    def _sample(self, line: bytes) -> Sample | None:
        """A line's sample; None for the end."""
        record = record_of(line)
        if self.has_ended:
            raise UnreadableLog("a record after the `end` record")
        if isinstance(record, EndRecord):
            self.has_ended = True
            return None
        if isinstance(record, RunRecord):
            raise UnreadableLog("a second `run` record; expected one run in each file")
        sample = self._made(record)
        self.n_samples += 1
        self.keys.add(hashlib.sha256(f"{record.epoch}|{record.id}".encode()).hexdigest())
        return sample

    def _made(self, record: SampleRecord) -> Sample:
        scores = record.scores or {}
        unknown = [name for name in scores if name not in self.scorers]
        if unknown:
            raise UnreadableLog(f"scores: {', '.join(unknown[:3])}: no scorer of the `run` record, which has {', '.join(self.scorers)}")
        if record.error and any(score.value is not None for score in scores.values()):
            raise UnreadableLog("scores: a sample with an `error` has no scores; leave them out or null")
        if record.epoch > self.header.epochs:
            raise UnreadableLog(f"epoch: {record.epoch}; the `run` record says {self.header.epochs} epochs")
        return Sample(
            key=record.id,
            epoch=record.epoch,
            scores=[self._score(name, scorer, scores.get(name), record.error) for name, scorer in self.scorers.items()],
            input_sha=_sha(record.input, record.input_sha, "input"),
            target_sha=_sha(record.target, record.target_sha, "target"),
            output_sha=_sha(record.output, record.output_sha, "output"),
            slice=record.slice,
            failure_mode=record.failure_mode,
            error_kind=record.error,
            cost_usd=record.cost_usd,
            latency_ms=record.latency_ms,
            tokens_in=record.tokens_in,
            tokens_out=record.tokens_out,
            answered_models=(record.answered_model,) if record.answered_model else (),
            raw={"id": record.id, "epoch": record.epoch} | ({"metadata": kept(record.metadata)} if record.metadata else {}),
        )

    def _score(self, name: str, scorer: Scorer, score: ScoreRecord | None, error: str | None) -> Score:
        if score is None or error:
            return Score(name, None, unscored_reason="sample_error" if error else "not_scored", judge=scorer.judge)
        value = None if score.value is None else float(score.value)
        is_number = value is not None and math.isfinite(value)
        return Score(
            name,
            value if is_number else None,
            raw=score.label or (None if score.value is None else str(score.value)),
            passed=_passed(score, value, scorer.higher_is_better is not False) if is_number else None,
            unscored_reason=None if is_number else score.unscored or _reason(value),
            judge=_judge(score.judge, name) or scorer.judge,
            rationale_sha=_sha(score.rationale, score.rationale_sha, f"scores.{name}.rationale"),
            is_edited=score.edited,
        )

    def _faults_of_the_whole(self) -> Iterator[BadSample]:
        twice = self.n_samples - sum(1 for _ in self.keys)
        name = self.log.main.name
        if twice:
            yield BadSample(name, f"{twice} samples repeat the `id` and `epoch` of others; expected each once")
        if self.end is not None and self.n_samples != self.end.n_samples:
            yield BadSample(name, f"the `end` record counts {self.end.n_samples} samples, {self.n_samples} could be read")


_BELONGING = {"project", "repository", "head_sha", "repo_id", "ci_run_id", "ci_run_attempt", "pr", "created_by", "dataset"} | {
    *("harness", "harness_version", "dataset_version", "threshold"),
}
"""Fields of a header that go by the names of the envelope's."""


def _passed(score: ScoreRecord, value: float | None, is_higher_better: bool) -> bool | None:
    """The harness's word, else a clear yes or no."""
    if score.passed is not None or value not in {0.0, 1.0}:
        return score.passed
    return (value == 1.0) is is_higher_better


def _reason(value: float | None) -> str:
    return "no_value" if value is None else "nan" if math.isnan(value) else "infinite"


def _judge(judge: JudgeRecord | None, scorer: str) -> Judge | None:
    return judge and Judge(judge.kind, judge.name, _prompt_sha(judge.prompt, judge.prompt_sha, f"{scorer}.judge.prompt"))


def _prompt_sha(text: str | None, sha: str | None, name: str) -> str | None:
    _refuse_both(text, sha, name)
    return sha if text is None else sha_of_prompt(text)


def _sha(content: object, sha: str | None, name: str) -> str | None:
    _refuse_both(content, sha, name)
    return sha or sha_of_content(content)


def _refuse_both(content: object, sha: str | None, name: str) -> None:
    if content is not None and sha is not None:
        raise UnreadableLog(f"{name}: given with its `_sha`; expected one of them")
