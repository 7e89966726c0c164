"""Test runs of DeepEval: one JSON document each, in a file of its own or in a row of `deepeval.db`.

A run is told by the hash of its document, since a file has no id and every database counts from 1: the rolling snapshot, the
export and the row of one evaluation are one run. Test cases are read in `deepeval_cases.py`.
"""

import re
import statistics
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath
from typing import Any

from connectors.evals import sqlite
from connectors.evals.deepeval_cases import OVERALL, cases_of, judge_of, named_metrics, overall_judge, samples_of, verdict_of
from connectors.evals.digest import canonical, kept, sha_of_prompt, sha_of_text
from connectors.evals.envelope import declared
from connectors.evals.model import Metric, OpenLog, Place, Planned, Run, Scorer
from connectors.evals.shape import Json, UnreadableLog, at, integer, later, listing, mapping, moment, number, objects, parse, text

TOOL = "deepeval"
LEADING = "pass_rate"
MEAN = "mean"
SNAPSHOT = ".latest_run_full.json"
DATABASE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
KEPT_KEYS = ("identifier", "testFile", "testPassed", "testFailed", "runDuration", "evaluationCost", "datasetAlias", "datasetId")
KEPT_ROW_KEYS = ("id", "created_at", "confident_test_run_id")
_EXPORT = re.compile(r"^test_run_(?P<time>\d{8}_\d{6})(?:_\d+)?\.json$")


class DeepEvalRuns:
    """Reads the local stores of DeepEval 4.

    Args:
        zone: the clock by which exports were named; None where it is not known, which leaves their runs without a time.
    """

    kind = TOOL
    expected = "a test run of DeepEval: JSON with `testCases` and `metricsScores`, or a SQLite database with such in `test_runs`"

    def __init__(self, zone: tzinfo | None = None) -> None:
        self.zone = zone

    def place(self, name: str) -> Place | None:
        """`test_run_<time>.json`, the rolling snapshot, or a database with its journal."""
        path = PurePosixPath(name)
        database = name.removesuffix(sqlite.JOURNAL_SUFFIX)
        if path.suffix.removesuffix(sqlite.JOURNAL_SUFFIX) in DATABASE_SUFFIXES:
            return Place(name == database, database)
        return Place(True, name) if path.name == SNAPSHOT or (path.name.startswith("test_run_") and path.suffix == ".json") else None

    def read(self, log: OpenLog) -> Iterator[Run]:
        """The run of a document, or those of a database in the order in which they were written.

        Raises:
            UnreadableLog: for broken JSON or a broken database, or one of something else.
        """
        stem = PurePosixPath(log.main.name).stem
        if PurePosixPath(log.main.name).suffix in DATABASE_SUFFIXES:
            yield from _stored_runs(log, stem)
        else:
            yield _TestRun(_document(log.main.body.read()), stem, self._ended_at(log.main.name), {}).run()

    def _ended_at(self, name: str) -> str | None:
        """DeepEval names an export when it writes it, at the end, by the clock on the wall."""
        match = _EXPORT.match(PurePosixPath(name).name)
        if match is None or self.zone is None:
            return None
        with suppress(ValueError):
            local = datetime.strptime(match["time"], "%Y%m%d_%H%M%S").replace(tzinfo=self.zone)
            return local.astimezone(UTC).isoformat()
        return None


def _stored_runs(log: OpenLog, stem: str) -> Iterator[Run]:
    with sqlite.opened(log) as database:
        tables = {row["name"] for row in database.execute("select name from sqlite_master where type = 'table'")}
        if "test_runs" not in tables:
            raise UnreadableLog(f"a SQLite database without the table `test_runs`: it has {', '.join(sorted(tables)[:6]) or 'none'}")
        faults: list[str] = []
        for row in database.execute("select * from test_runs order by id"):
            stored: Json = dict(row)
            try:
                document = _document(_bytes(stored.get("payload_json")))
            except UnreadableLog as error:
                faults.append(f"row {stored.get('id')} of `test_runs`: {error.reason}")
                continue
            yield _TestRun(document, stem, moment(stored, "created_at"), {key: stored.get(key) for key in KEPT_ROW_KEYS}).run()
        if faults:
            raise UnreadableLog("; ".join(faults[:3]) + (f"; and {len(faults) - 3} more" if len(faults) > 3 else ""))


def _bytes(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else str(payload or "").encode("utf-8", "surrogatepass")


def _document(body: bytes) -> Json:
    document = parse(body)
    if not isinstance(document, dict) or not {"testCases", "metricsScores"} <= document.keys():
        keys = ", ".join(sorted(document)[:6]) if isinstance(document, dict) else type(document).__name__
        raise UnreadableLog(f"JSON without `testCases` and `metricsScores`: it has {keys or 'nothing'}")
    return document


class _TestRun:
    """One test run.

    Args:
        stem: name of its file, for what has no other.
        ended_at: when it was written, in UTC.
        stored: its row in a database, without the document.
    """

    def __init__(self, document: Json, stem: str, ended_at: str | None, stored: Json) -> None:
        self.document, self.stem, self.ended_at, self.stored = document, stem, ended_at, stored
        self.cases = cases_of(document)
        self.hyperparameters = mapping(document, "hyperparameters")
        self.by_name: dict[str, Json] = {name: metric for case in reversed(self.cases) for name, metric in named_metrics(case)}
        self.native_id = sha_of_text(canonical(document))

    def run(self) -> Run:
        """The run, with its samples."""
        said = declared(self.hyperparameters)
        samples = samples_of(self.cases)
        is_judged = any(verdict_of(case)[0] is not None for case in self.cases)
        names = [name for name in self.by_name if name != OVERALL]
        return Run(
            native_id=self.native_id,
            status="success" if is_judged else "error",
            columns=self._columns(),
            metrics=list(self._metrics()),
            samples=samples,
            planned=Planned(epochs=max((sample.epoch for sample in samples), default=1)),
            dataset_name=text(self.document, "datasetAlias") or text(said, "dataset") or self._task_name(),
            primary=(OVERALL, LEADING, ""),
            slice_metrics={OVERALL: LEADING} | dict.fromkeys(names, MEAN),
            is_whole=bool(samples),
            declared=said,
            raw=self._raw(),
            version_label=text(self.document, "datasetVersion") or text(said, "dataset_version"),
            adds_up=True,
            scorers={OVERALL: Scorer(overall_judge(list(self.by_name.values())), True)}
            | {name: Scorer(judge_of(self.by_name[name]), True) for name in names},
            content_sha=self.native_id if self.stored else None,
        )

    def _task_name(self) -> str:
        return text(self.document, "identifier") or text(self.document, "testFile") or self.stem

    def _columns(self) -> Json:
        seconds = number(self.document, "runDuration")
        model = text(self.hyperparameters, "model")
        provider, slash, name = (model or "").partition("/")
        return {
            "task_name": self._task_name(),
            "harness_name": TOOL,
            "started_at": None if seconds is None else later(self.ended_at, -seconds),
            "ended_at": self.ended_at,
            "wall_seconds": seconds,
            "model_raw": model,
            "model_provider": provider if slash else None,
            "model_name": name if slash else model,
            "prompt_sha": self._prompt_sha(),
            "cost_usd": number(self.document, "evaluationCost"),
            "tags": [],
            "metadata": kept(self.hyperparameters),
        }

    def _prompt_sha(self) -> str | None:
        """The one prompt's text; several, and prompts of messages, are no file."""
        prompts = [text(prompt, "text_template") for prompt in objects(self.document, "prompts")]
        return sha_of_prompt(prompts[0]) if len(prompts) == 1 and prompts[0] else None

    def _metrics(self) -> Iterator[Metric]:
        """Mean and share of passes of each metric over the scores that DeepEval counts; of spans by their type and name."""
        for found in objects(self.document, "metricsScores"):
            yield from self._scored(found, "")
        spans = mapping(self.document, "traceMetricsScores")
        for kind, name, found in _by_span(spans):
            yield from self._scored(found, f"{kind} {name}")

    def _scored(self, found: Json, variant: str) -> Iterator[Metric]:
        name, scores = text(found, "metric"), [number(score) for score in listing(found, "scores")]
        known = [score for score in scores if score is not None]
        passes = integer(found, "passes")
        if name is None or not known or name == OVERALL:
            return
        judge = judge_of(self.by_name.get(name, {}))
        yield Metric(name, MEAN, statistics.fmean(known), variant=variant, n=len(known), higher_is_better=True, judge=judge)
        if passes is not None and 0 <= passes <= len(known):
            yield Metric(name, LEADING, passes / len(known), variant=variant, n=len(known), higher_is_better=True, judge=judge)

    def _raw(self) -> Json:
        """Counts and identities, without cases and prompts."""
        prompts = [{key: at(prompt, key) for key in ("alias", "hash", "version")} for prompt in objects(self.document, "prompts")]
        scores = [
            {key: at(found, key) for key in ("metric", "passes", "fails", "errors")} for found in objects(self.document, "metricsScores")
        ]
        header = {key: self.document[key] for key in KEPT_KEYS if key in self.document}
        return kept(header | {"prompts": prompts, "metricsScores": scores, "stored": self.stored or None})


def _by_span(spans: Json) -> Iterator[tuple[str, str, Json]]:
    for kind in spans:
        for name in mapping(spans, kind):
            for metric in mapping(spans, kind, name):
                yield kind, name, mapping(spans, kind, name, metric)
