"""Logs of OpenAI's evals (the open-source framework, not the API): a line that says what is run, events, and a final report.

The report may stand before the events: a run writes it at once, and its last hundred events when the process ends. A log without
one is of a run that goes on, or was killed. Events are put together by sample in `openai_evals_events.py`.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from connectors.evals.digest import kept
from connectors.evals.lines import bad_line, ends_its_line, lines
from connectors.evals.model import BadSample, Judge, Metric, OpenLog, OpenPart, Place, Planned, Run, Sample, Scorer, Status
from connectors.evals.openai_evals_events import MATCH, SampleEvents, numbers_of
from connectors.evals.shape import Json, UnreadableLog, at, integer, listing, mapping, moment, parse, text

TOOL = "openai_evals"
ACCURACY = "accuracy"
MEAN = "mean"
REPORT = "report"
"""Scorer of what only the final report names."""
STDERRS = ("bootstrap_std", "boostrap_std")
"""Standard deviation of the accuracy; the framework's own evals misspell it."""
USAGE = "usage_"
KEPT_KEYS = ("completion_fns", "eval_name", "base_eval", "split", "run_id", "created_at")
JUDGED = "modelgraded"
"""In the class of an eval whose last completion function judges."""


class OpenAIEvalsLogs:
    """Reads the logs of `oaieval`, evals 3.0."""

    kind = TOOL
    expected = "a log of OpenAI's evals: JSON lines that begin with a `spec`"

    def place(self, name: str) -> Place | None:
        """Every `.jsonl`: people choose the name."""
        return Place(True, name) if name.endswith(".jsonl") else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The one run of a log.

        Raises:
            UnreadableLog: when the first line is no specification.
        """
        number, first = next(lines(log.main), (1, b""))
        if isinstance(first, BadSample):
            raise UnreadableLog(f"line {number}: {first.reason}")
        spec = mapping(parse(first), "spec")
        if text(spec, "run_id") is None:
            raise UnreadableLog(f"line {number}: no `spec` with a `run_id`")
        yield _EvalRun(spec, _Events(log.main, number + 1, text(spec, "run_id"))).run()


class _Events:
    """The events of a log by sample, its report, and the lines that are neither."""

    def __init__(self, part: OpenPart, begin: int, run_id: str | None) -> None:
        self.samples: dict[str, SampleEvents] = {}
        self.report: Json | None = None
        self.faults: list[BadSample] = []
        self.last_at: str | None = None
        self.run_id = run_id
        self._ids: set[int] = set()
        for number, line in lines(part, begin):
            if isinstance(line, BadSample):
                self.faults.append(line)
                continue
            try:
                self._add(parse(line))
            except UnreadableLog as error:
                self.faults.append(bad_line(part, number, line, error.reason))
        if not ends_its_line(part):
            self.faults.append(BadSample(part.name, "its last line has no end: the file was cut there"))
        missing = max(self._ids, default=-1) + 1 - len(self._ids)
        if missing:
            self.faults.append(BadSample(part.name, f"{missing} events are missing: those there are count up to {max(self._ids)}"))

    def _add(self, event: Any) -> None:
        if not isinstance(event, dict):
            raise UnreadableLog(f"an event is a JSON object, this is {type(event).__name__}")
        if text(event, "run_id") not in {self.run_id, None}:
            raise UnreadableLog("an event of another run; expected one run in each file")
        # Where a server did not take the report, it comes as an event.
        report = (
            event.get("final_report") if "final_report" in event else at(event, "data") if at(event, "type") == "final_report" else None
        )
        if isinstance(report, dict):
            self.report = report
            return
        key, event_id = text(event, "sample_id"), integer(event, "event_id")
        if key is None:
            raise UnreadableLog("neither an event with a `sample_id` nor a `final_report`")
        if event_id is not None and event_id >= 0:
            if event_id in self._ids:
                raise UnreadableLog("an event whose `event_id` came before; expected each once")
            self._ids.add(event_id)
        self.last_at = max(filter(None, (self.last_at, moment(event, "created_at"))), default=None)
        found = self.samples.get(key) or self.samples.setdefault(key, SampleEvents(key))
        found.add(text(event, "type"), mapping(event, "data"))


class _EvalRun:
    """One run: its specification and what came of it."""

    def __init__(self, spec: Json, events: _Events) -> None:
        self.spec, self.events = spec, events
        self.config = mapping(spec, "run_config")
        self.eval_spec = mapping(self.config, "eval_spec")
        self.models = [name for item in listing(spec, "completion_fns") if (name := text(item))]
        self.scorers = dict.fromkeys(name for sample in events.samples.values() for name in sample.values)
        self.report = dict(numbers_of(events.report or {}))
        self.judge = Judge("llm", self.models[-1]) if self.models and JUDGED in (text(self.eval_spec, "cls") or "") else Judge()

    def run(self) -> Run:
        """The run, with its samples."""
        metrics = list(self._metrics())
        limit = integer(self.config, "max_samples")
        status = self._status()
        return Run(
            native_id=text(self.spec, "run_id") or "",
            status=status,
            columns=self._columns(limit),
            metrics=metrics,
            samples=self._samples(),
            planned=Planned(),
            dataset_name=self._dataset_name(),
            primary=(metrics[0].scorer, metrics[0].metric, "") if metrics else self._first_mean(),
            slice_metrics={name: ACCURACY if name == MATCH else MEAN for name in self.scorers},
            is_whole=status == "success" and limit is None,
            declared={},
            raw=kept(
                {key: self.spec[key] for key in KEPT_KEYS if key in self.spec}
                | {"seed": integer(self.config, "seed"), "class": text(self.eval_spec, "cls"), "report": self.report}
            ),
            adds_up=True,
            scorers={name: Scorer(self.judge, True if name == MATCH else None) for name in self.scorers},
        )

    def _status(self) -> Status:
        """A report without a single event is of a process that was killed before it wrote them down."""
        if self.events.report is None or not self.events.samples:
            return "partial"
        return "success" if self.scorers else "error"

    def _columns(self, limit: int | None) -> Json:
        started = moment(self.spec, "created_at")
        name, version = self._names()
        is_judged = self.judge.kind == "llm" and len(self.models) > 1
        answering = self.models[:-1] if is_judged else self.models
        return {
            "task_name": name,
            "task_version": version,
            "harness_name": TOOL,
            "created_by_raw": text(self.spec, "created_by"),
            "started_at": started,
            "ended_at": self.events.last_at if self.events.report is not None else None,
            "model_raw": ", ".join(answering) or None,
            "model_name": answering[0] if len(answering) == 1 else None,
            "limit_applied": limit,
            "tokens_in": integer(self.report.get(f"{USAGE}prompt_tokens")),
            "tokens_out": integer(self.report.get(f"{USAGE}completion_tokens")),
            "tags": [],
            "metadata": {},
        }

    def _names(self) -> tuple[str | None, str | None]:
        """`base.split.version`, where the version may be missing."""
        whole = text(self.spec, "eval_name")
        if whole is None:
            return None, None
        *names, version = whole.split(".", 2) if whole.count(".") > 1 else (whole, "")
        return ".".join(names), version or None

    def _metrics(self) -> Iterator[Metric]:
        """The report's numbers; the leading one comes first."""
        stderr = next((self.report[name] for name in STDERRS if self.report.get(name) is not None), None)
        for name, value in self.report.items():
            if name == ACCURACY and MATCH in self.scorers:
                yield Metric(MATCH, ACCURACY, value, stderr=stderr, higher_is_better=True, judge=self.judge)
            elif name not in STDERRS and not name.startswith(USAGE):
                yield Metric(name if name in self.scorers else REPORT, name, value, judge=self.judge)

    def _first_mean(self) -> tuple[str, str, str] | None:
        scorer = MATCH if MATCH in self.scorers else next(iter(sorted(self.scorers)), None)
        return None if scorer is None else (scorer, ACCURACY if scorer == MATCH else MEAN, "")

    def _samples(self) -> Iterator[Sample | BadSample]:
        for events in self.events.samples.values():
            yield events.sample(self.scorers.keys(), self.judge)
        yield from self.events.faults

    def _dataset_name(self) -> str:
        """The file of the samples below the registry's data, else the eval."""
        path = text(self.eval_spec, "args", "samples_jsonl")
        if path is None:
            return self._names()[0] or TOOL
        # A path of one machine says less than the file's name.
        return PurePosixPath(path).stem or path if path.startswith("/") else path.removesuffix(".jsonl")
