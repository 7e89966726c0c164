"""What the exports of labelling tools hold, as answers of raters: pure functions.

Comments, spans and regions are not labels and are passed over; an item's own data is only looked at for its id.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO

import orjson

from connectors.json_stream import BadJson, begins_with, entries

Json = dict[str, Any]


class BadExport(Exception):
    """A file that is no export of its tool; says what came and what was expected."""


@dataclass(frozen=True)
class Answer:
    """One answer as the tool has it; `value` is null for a skipped item."""

    item: str
    question: str
    native_id: str
    rater: str | None
    value: str | float | None
    is_skipped: bool = False
    is_gold: bool = False
    labelled_at: str | None = None
    lead_seconds: float | None = None


@dataclass(frozen=True)
class Item:
    """One item with its answers, or why it cannot be read."""

    name: str
    answers: tuple[Answer, ...] = ()
    problem: str = ""


def label_studio(body: BinaryIO, item: str) -> Iterator[Item]:
    """Items of Label Studio's JSON export: a list of tasks, each with its annotations."""
    return _items(body, "tasks of Label Studio's JSON export", partial(_of_task, item))


def _of_task(item: str, task: Json) -> Item:
    key = _key(task.get("data"), item, task.get("id"))
    if key is None:
        return _without_key("task", task.get("id"), item)
    given = [one for one in task.get("annotations") or () if isinstance(one, dict)]
    return Item(key, tuple(answer for annotation in given for answer in _of_annotation(annotation, key)))


SHAPES: dict[str, Callable[[Json], Any]] = {
    "choices": lambda value: value.get("choices"),
    "taxonomy": lambda value: [" / ".join(map(str, path)) for path in value.get("taxonomy") or () if isinstance(path, list)],
    "rating": lambda value: value.get("rating"),
    "number": lambda value: value.get("number"),
    "pairwise": lambda value: value.get("selected"),
}
"""Where Label Studio keeps the answer to each kind of question."""


def _of_annotation(annotation: Json, item: str) -> Iterator[Answer]:
    lead = annotation.get("lead_time")
    skipped = Answer(
        item=item,
        question="",
        native_id=str(annotation.get("id")),
        rater=_rater(annotation.get("completed_by")),
        value=None,
        is_skipped=True,
        is_gold=annotation.get("ground_truth") is True,
        labelled_at=annotation.get("updated_at") or annotation.get("created_at"),
        lead_seconds=float(lead) if isinstance(lead, Decimal) else lead,
    )
    if annotation.get("was_cancelled") is True:
        yield skipped
        return
    for result in annotation.get("result") or ():
        shape = SHAPES.get(str(result.get("type"))) if isinstance(result, dict) else None
        value = _value(shape(result.get("value") or {})) if shape else None
        if value is not None:
            yield replace(skipped, question=str(result.get("from_name")), value=value, is_skipped=False)


def _rater(told: Any) -> str | None:
    """An account's number, or what a fuller export tells of it."""
    if isinstance(told, dict):
        return str(told.get("email") or told.get("username") or told.get("id"))
    return None if told is None else str(told)


def argilla(body: BinaryIO, item: str) -> Iterator[Item]:
    """Items of Argilla's JSON export of records (`dataset.records.to_json`)."""
    return _items(body, "records of Argilla's JSON export", partial(_of_record, item))


def _of_record(item: str, record: Json) -> Item:
    key = _key(record.get("metadata"), item, record.get("id") or record.get("_server_id"))
    if key is None:
        return _without_key("record", record.get("id"), item)
    responses = record.get("responses")
    questions = responses.items() if isinstance(responses, dict) else ()
    return Item(key, tuple(answer for name, given in questions for answer in _of_responses(str(name), given, key)))


def _of_responses(question: str, given: Any, item: str) -> Iterator[Answer]:
    for response in given if isinstance(given, list) else ():
        told = response.get("value") if isinstance(response, dict) else None
        # A span or a ranking is no label of the item.
        value = None if isinstance(told, list) and any(isinstance(part, dict) for part in told) else _value(told)
        if value is not None:
            rater = _rater(response.get("user_id"))
            yield Answer(item=item, question=question, native_id=str(rater), rater=rater, value=value)


COLUMNS = ("item", "rater", "value", "question", "labelled_at", "lead_seconds", "is_gold", "is_skipped")
"""Of the documented format; the first three are needed."""


def records(body: BinaryIO, item: str) -> Iterator[Item]:  # noqa: ARG001 - the format names its column
    """Answers of the documented format: a CSV file, or a JSON object a line."""
    for number, row in _rows(body):
        problem = row if isinstance(row, str) else _row_problem(row)
        if problem or isinstance(row, str):
            yield Item(f"line {number}", problem=f"line {number}: {problem}")
            continue
        rater, is_skipped = str(row["rater"]), _is_true(row.get("is_skipped"))
        answer = Answer(
            item=str(row["item"]),
            question=str(row.get("question") or "label"),
            native_id=rater,
            rater=rater,
            value=None if is_skipped else _value(row["value"]),
            is_skipped=is_skipped,
            is_gold=_is_true(row.get("is_gold")),
            labelled_at=row.get("labelled_at") or None,
            lead_seconds=float(row["lead_seconds"]) if row.get("lead_seconds") not in {None, ""} else None,
        )
        yield Item(answer.item, (answer,))


def _rows(body: BinaryIO) -> Iterator[tuple[int, Json | str]]:
    """Lines as they come: a file of millions is never held as a whole."""
    reader = _rows_of_json if begins_with(body, b"{") else _rows_of_csv
    with io.TextIOWrapper(body, encoding="utf-8", errors="replace", newline="") as text:
        yield from reader(text)


def _rows_of_csv(text: Iterable[str]) -> Iterator[tuple[int, Json]]:
    reader = csv.DictReader(text)
    unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
    missing = [name for name in COLUMNS[:3] if name not in (reader.fieldnames or ())]
    if unknown or missing:
        found = ", ".join(reader.fieldnames or ()) or "none"
        raise BadExport(f"its columns are {found}; expected {', '.join(COLUMNS)}, the first three at least")
    yield from ((reader.line_num, row) for row in reader)


def _rows_of_json(text: Iterable[str]) -> Iterator[tuple[int, Json | str]]:
    for number, line in enumerate(text, 1):
        if line.strip():
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                row = f"it is no JSON ({error})"
            yield number, row if isinstance(row, dict | str) else "it is no JSON object"


def _row_problem(row: Json) -> str:
    unknown = [str(name) for name in row if name not in COLUMNS]
    if unknown:
        return f"unknown columns {', '.join(unknown)}; expected {', '.join(COLUMNS)}"
    missing = [name for name in ("item", "rater") if row.get(name) in {None, ""}]
    if not _is_true(row.get("is_skipped")) and _value(row.get("value")) is None:
        missing.append("value")
    if missing:
        return f"{' and '.join(missing)} is missing; a rater who gave no answer is told by is_skipped"
    try:
        float(row.get("lead_seconds") or 0)
    except (TypeError, ValueError):
        return f"lead_seconds is {row['lead_seconds']!r}; expected a number"
    return ""


def _is_true(value: Any) -> bool:
    return value is True or str(value).strip().lower() in {"true", "yes", "1"}


READERS: dict[str, Callable[[BinaryIO, str], Iterator[Item]]] = {"label_studio": label_studio, "argilla": argilla, "records": records}
SUFFIXES = {"label_studio": (".json",), "argilla": (".json",), "records": (".csv", ".jsonl")}


def _items(body: BinaryIO, expected: str, of_entry: Callable[[Json], Item]) -> Iterator[Item]:
    """Items as they come: an export of millions is never held as a whole."""
    try:
        for number, entry in enumerate(entries(body), 1):
            where = f"entry {number}"
            yield of_entry(entry) if isinstance(entry, dict) else Item(where, problem=f"{where} is no JSON object; expected {expected}")
    except BadJson as error:
        raise BadExport(f"{error}; expected {expected}") from None


def _key(data: Any, item: str, native: Any) -> str | None:
    found = (data.get(item) if isinstance(data, dict) else None) if item else native
    return None if found is None or isinstance(found, dict | list) or not str(found).strip() else str(found).strip()


def _without_key(what: str, native: Any, item: str) -> Item:
    problem = f"{what} {native} has no id: expected one in {item!r}" if item else f"a {what} has no id"
    return Item(f"{what} {native}", problem=problem)


def _value(told: Any) -> str | float | None:
    """An answer as text or number; several choices as one text, in the order of the alphabet."""
    if isinstance(told, list):
        return ", ".join(sorted(str(part).strip() for part in told)) or None
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, int | float | Decimal):
        return float(told)
    return told.strip() or None if isinstance(told, str) else None
