"""Agreement among raters, and of automatic judges with them, as tables that dbt reads."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import median
from typing import Any

import duckdb

from pipelines.statistics import tables
from pipelines.statistics.agreement import Agreement, alpha, kappa

Row = dict[str, Any]
TABLES = ("label_agreements", "judge_agreements")
PASS, FAIL = "pass", "fail"


def recompute(connection: duckdb.DuckDBPyConnection) -> int:
    """Fill `TABLES` of `raw_statistics` from the labels and the verdicts on the same items; rows written."""
    questions = list(read(connection))
    humans = [question.key | _told(question.agreement()) for question in questions]
    judges = [row for question in questions for row in _judged(connection, question)]
    return tables.replace(connection, dict(zip(TABLES, (humans, judges), strict=True)))


@dataclass(frozen=True)
class Question:
    """One question of a label set with its answers by item, of each rater the last one."""

    label_set: str
    name: str
    scale: str
    passing: tuple[str, ...]
    judge: tuple[str, str] | None
    answers: dict[str, list[Any]]

    @property
    def key(self) -> Row:
        """What rows about it are keyed by."""
        return {"label_set": self.label_set, "question": self.name}

    def agreement(self) -> Agreement:
        """Agreement among the raters."""
        return alpha(self.answers, self.scale)

    def consensus(self) -> dict[str, Any]:
        """What the raters say of each item: the median on an interval scale, else whether most say that it passes; ties say nothing."""
        if self.scale == "interval":
            return {item: median(given) for item, given in self.answers.items()}
        told = {item: Counter(PASS if str(value) in self.passing else FAIL for value in given) for item, given in self.answers.items()}
        return {item: max(votes, key=lambda vote: votes[vote]) for item, votes in told.items() if votes[PASS] != votes[FAIL]}


def read(connection: duckdb.DuckDBPyConnection) -> Iterator[Question]:
    """Every question of every label set. On an interval scale answers that are no numbers are left out."""
    query = """
        with answered as (
            select label_set, question, item_key, coalesce(rater_raw, native_id) as rater, value, value_number, labelled_at, label_id
            from raw_labels.labels
            where _deleted_at is null and not is_skipped
            qualify row_number() over (
                partition by label_set, question, item_key, rater order by labelled_at desc nulls last, label_id
            ) = 1
        )
        select sets.label_set, question, scale, passing, judge_task, judge_scorer, item_key,
            case when scale = 'nominal' then value else coalesce(cast(value_number as varchar), value) end, value_number
        from answered inner join raw_labels.label_sets as sets on answered.label_set = sets.label_set
        where sets._deleted_at is null and (scale <> 'interval' or value_number is not null)
        order by all"""
    for (label_set, name, scale, passing, task, scorer), group in groupby(connection.execute(query).fetchall(), key=lambda row: row[:6]):
        answers: dict[str, list[Any]] = {}
        for *_, item, value, number in group:
            answers.setdefault(item, []).append(number if scale != "nominal" and number is not None else value)
        legal = _json_list(passing)
        yield Question(label_set, name, scale, legal, (task, scorer) if task and scorer else None, _comparable(answers))


def _json_list(told: str | None) -> tuple[str, ...]:
    import orjson

    return tuple(orjson.loads(told)) if told else ()


def _comparable(answers: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Answers that can be put in order: all as texts where some are no numbers."""
    is_numeric = all(isinstance(value, int | float) for given in answers.values() for value in given)
    return answers if is_numeric else {item: [str(value) for value in given] for item, given in answers.items()}


def _judged(connection: duckdb.DuckDBPyConnection, question: Question) -> Iterator[Row]:
    """Agreement of each version of the judge with the raters: the last verdict on each item in each version."""
    if question.judge is None:
        return
    query = """
        select coalesce(judge_id, ''), coalesce(judge_prompt_sha, ''), sample_key, samples.score_num, samples.passed, runs.started_at
        from raw_evals.samples as samples inner join raw_evals.runs as runs on samples.run_id = runs.run_id
        where runs.task_name = ? and scorer = ? and judge_kind = 'llm' and samples._deleted_at is null and runs._deleted_at is null
        qualify row_number() over (
            partition by judge_id, judge_prompt_sha, sample_key order by runs.started_at desc, samples.run_id, epoch
        ) = 1
        order by all"""
    told = question.consensus()
    for (judge, prompt), group in groupby(connection.execute(query, list(question.judge)).fetchall(), key=lambda row: row[:2]):
        verdicts = [(item, score if question.scale == "interval" else _verdict(passed), at) for _, _, item, score, passed, at in group]
        seen = [at for *_, at in verdicts if at is not None]
        pairs = [(told[item], verdict) for item, verdict, _ in verdicts if item in told and verdict is not None]
        yield question.key | {
            "task_name": question.judge[0],
            "scorer": question.judge[1],
            "judge_id": judge,
            "judge_prompt_sha": prompt,
            "first_run_at": min(seen, default=None),
            "last_run_at": max(seen, default=None),
            "n_judged": len(verdicts),
            "n_unlabelled": sum(item not in question.answers for item, *_ in verdicts),
            "n_tied": sum(item in question.answers and item not in told for item, *_ in verdicts),
            **_told(_against(pairs, question.scale)),
        }


def _against(pairs: Sequence[tuple[Any, Any]], scale: str) -> Agreement:
    if scale == "interval":
        return alpha({str(position): pair for position, pair in enumerate(pairs)}, scale)
    return kappa(pairs)


def _verdict(passed: bool | None) -> str | None:
    return None if passed is None else PASS if passed else FAIL


def _told(found: Agreement) -> Row:
    renamed = {"low": "agreement_low", "mid": "agreement_mid", "high": "agreement_high"}
    return {renamed.get(name, name): value for name, value in asdict(found).items()}
