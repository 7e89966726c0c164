"""Label exports: a real one of Label Studio 1.23.2, Argilla's shape, and the documented format; what is kept, and what is set aside.

`tests/data/labels/label_studio.json` is a JSON export of Label Studio 1.23.2: six tasks, labelled by three accounts through its web
interface's own calls, with one skipped task, one marked as the truth, and comments.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.fake_folder import FakeFolder
from connectors.labels.options import LabelSet, LabelsOptions
from connectors.labels.resources import CONNECTOR, LabelsReader
from pipelines.gates import check_records

EXPORT = (Path(__file__).resolve().parents[1] / "data" / "labels" / "label_studio.json").read_text()
CSV = "item,rater,value,question,lead_seconds,is_skipped\ns1,ana,good,verdict,3.5,\ns1,ben,bad,verdict,,\ns2,ana,,verdict,,true\n"


def read(files: Mapping[str, str | None], kind: str = "records", **options: Any) -> list[Event]:
    labels = LabelSet.model_validate({"name": "qa", "kind": kind, "path": "labels/"} | options)
    reader = LabelsReader(LabelsOptions(sets=(labels,)), lambda _: FakeFolder(dict(files)))
    return list(reader.read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))


def labels_of(events: list[Event]) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == "labels" for record in event.records]


def reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Rejected)]


def complete(events: list[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def test_a_real_export_of_label_studio_is_every_answer_of_every_rater():
    events = read({"export.json": EXPORT}, "label_studio", item="sample_id")
    found = labels_of(events)
    answers = {(one["item_key"], one["question"], one["rater_raw"]): one["value"] for one in found}
    assert answers[("s1", "verdict", "1")] == "good"
    assert answers[("s2", "faults", "1")] == "source, tone"
    assert (answers[("s4", "quality", "2")], answers[("s4", "quality", "3")]) == ("3", "1")
    assert {one["question"] for one in found} == {"verdict", "quality", "faults", ""}, "comments are no labels"
    assert [(one["item_key"], one["value"], one["question"]) for one in found if one["is_skipped"]] == [("s5", None, "")]
    assert {one["item_key"] for one in found if one["is_gold"]} == {"s3"}
    assert {one["lead_seconds"] for one in found} == {12.5, 8.0}
    assert "nobody should keep" not in repr(events)
    assert "scolds" not in repr(events)
    [of_set] = [record for event in events if isinstance(event, Page) and event.table == "label_sets" for record in event.records]
    assert (of_set["n_items"], of_set["scale"]) == (6, "nominal")
    assert [event.count for event in events if isinstance(event, Counted)] == [len(found)]
    assert complete(events) == ("label_sets", "labels")
    assert reasons(events) == []
    for table, rows in (("labels", found), ("label_sets", [of_set])):
        assert check_records(rows, CONNECTOR.table(table)).quarantined == [], table


def test_items_are_named_by_the_tool_where_no_field_is_told():
    assert {one["item_key"] for one in labels_of(read({"export.json": EXPORT}, "label_studio"))} == {"1", "2", "3", "4", "5", "6"}


def test_a_set_split_into_files_is_the_same_set():
    tasks = json.loads(EXPORT)
    parts = {f"{number}.json": json.dumps([task]) for number, task in enumerate(tasks)}
    whole, split = (labels_of(read(files, "label_studio", item="sample_id")) for files in ({"export.json": EXPORT}, parts))
    ids = [sorted(one["label_id"] for one in found) for found in (whole, split)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])


def test_argillas_responses_are_answers_and_its_spans_are_not():
    record = {
        "id": "r1",
        "fields": {"text": "words that nobody should keep"},
        "metadata": {"sample": "s1"},
        "suggestions": {"verdict": {"value": "good", "score": None, "agent": "model"}},
        "responses": {
            "verdict": [{"value": "good", "user_id": "u1"}, {"value": "bad", "user_id": "u2"}],
            "faults": [{"value": ["tone", "source"], "user_id": "u1"}],
            "quality": [{"value": 4, "user_id": "u1"}],
            "where": [{"value": [{"start": 0, "end": 5, "label": "x"}], "user_id": "u1"}],
        },
        "vectors": {},
        "status": "completed",
        "_server_id": "w",
    }
    events = read({"records.json": json.dumps([record])}, "argilla", item="sample")
    assert [(one["item_key"], one["question"], one["rater_raw"], one["value"], one["value_number"]) for one in labels_of(events)] == [
        ("s1", "verdict", "u1", "good", None),
        ("s1", "verdict", "u2", "bad", None),
        ("s1", "faults", "u1", "source, tone", None),
        ("s1", "quality", "u1", "4", 4.0),
    ]
    assert "nobody should keep" not in repr(events)


def test_the_documented_format_as_csv_and_as_lines_is_the_same():
    lines = [{"item": "s1", "rater": "ana", "value": "good", "question": "verdict", "lead_seconds": 3.5}]
    lines += [
        {"item": "s1", "rater": "ben", "value": "bad", "question": "verdict"},
        {"item": "s2", "rater": "ana", "question": "verdict", "is_skipped": True},
    ]
    as_lines = read({"labels.jsonl": "\n".join(map(json.dumps, lines))})
    as_csv = read({"labels.csv": CSV})
    kept = ("label_id", "item_key", "rater_raw", "value", "lead_seconds", "is_skipped")
    assert [{name: one[name] for name in kept} for one in labels_of(as_csv)] == [
        {name: one[name] for name in kept} for one in labels_of(as_lines)
    ]
    assert [one["value"] for one in labels_of(as_csv)] == ["good", "bad", None]


@pytest.mark.parametrize(
    ("kind", "name", "content", "why"),
    [
        ("label_studio", "a.json", EXPORT[:400], "no whole JSON document"),
        ("label_studio", "a.json", '{"tasks": []}', "it is no JSON list; expected tasks of Label Studio's JSON export"),
        ("label_studio", "a.json", "[7]", "entry 1 is no JSON object; expected tasks of Label Studio's JSON export"),
        ("label_studio", "a.json", '[{"id": 1, "data": {}, "annotations": []}]', "task 1 has no id: expected one in 'sample_id'"),
        ("argilla", "a.json", '[{"id": "r", "metadata": {}, "responses": {}}]', "record r has no id: expected one in 'sample_id'"),
        ("records", "a.csv", "item,who,value\n", "its columns are item, who, value; expected item, rater"),
        ("records", "a.csv", "item,rater,value\ns1,ana,\n", "line 2: value is missing"),
        ("records", "a.csv", "item,rater,value,lead_seconds\ns1,ana,good,long\n", "lead_seconds is 'long'; expected a number"),
        ("records", "a.jsonl", '{"item": "s1"', "line 1: it is no JSON"),
        ("records", "a.jsonl", '{"item": "s1", "rater": "ana", "value": "good", "mood": 1}', "line 1: unknown columns mood"),
        (
            "records",
            "a.csv",
            f"item,rater,value\ns1,ana,{'a rant ' * 30}\n",
            "is a text of 209 characters; a label is one line of at most 120",
        ),
        ("records", "a.csv", None, "it cannot be read (PermissionError)"),
        ("records", "a.csv", CSV + "s1,ana,bad,verdict,,\n", "given twice; the first counts"),
    ],
)
def test_bad_input_is_set_aside_by_name_and_the_rest_goes_on(kind: str, name: str, content: str | None, why: str):
    good = {"label_studio": ("z.json", EXPORT), "argilla": ("z.json", "[]"), "records": ("z.csv", "item,rater,value\ns9,ana,good\n")}[kind]
    events = read({name: content, good[0]: good[1]}, kind, item="sample_id")
    assert [why in reason for reason in reasons(events)] == [True], reasons(events)
    assert complete(events) == ("label_sets",), "what could not be read may hold labels that were there before"
    assert kind == "argilla" or labels_of(events)


def test_answers_before_the_place_where_an_export_was_cut_short_are_kept():
    whole = labels_of(read({"export.json": EXPORT}, "label_studio"))
    events = read({"export.json": EXPORT[: EXPORT.rindex('"annotations"')]}, "label_studio")
    found = labels_of(events)
    assert found == whole[: len(found)]
    assert {one["item_key"] for one in found} == {"1", "2", "3", "4", "5"}
    assert complete(events) == ("label_sets",)


def test_a_set_without_a_file_fails_alone():
    [failed] = read({"notes.txt": "x"})
    assert isinstance(failed, Failed)
    assert "no .csv or .jsonl file" in str(failed.error)


def test_a_judge_needs_to_know_which_labels_pass():
    told = {"name": "qa", "kind": "records", "path": "x", "judge": {"task": "t", "scorer": "s"}}
    with pytest.raises(ValidationError, match="`passing` has to say"):
        LabelSet.model_validate(told)
    assert LabelSet.model_validate(told | {"scale": "interval"}).judge
    with pytest.raises(ValidationError, match="several label sets are called qa"):
        LabelsOptions.model_validate({"sets": [{"name": "qa", "kind": "records", "path": "x"}] * 2})
