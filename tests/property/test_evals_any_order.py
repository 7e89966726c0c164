"""Whatever the order, the number of readings, or the damage: the same files give the same rows, and nothing breaks the reading."""

import copy
import json
import random
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import ReadContext
from connectors.evals.fake import LONG_AGO, MemoryStore
from connectors.evals.resources import CONNECTOR, FORMATS
from pipelines.gates import check_records
from tests.unit.evals_reading import NOW, Reading, loaded_after, members, read, recorded, zipped

TABLES = ("runs", "metrics", "samples", "dataset_versions", "files")
KINDS = st.sampled_from(["inspect", "lm_eval", "promptfoo", "deepeval", "openai_evals", "ragas", "jsonl"])
ODD = st.sampled_from([None, True, 0, -1, 2**70, 1.5, float("nan"), "", "x", "2026-13-45", "\ud800", [], [None], {}, {"x": []}])


def comparable(reading: Reading) -> dict[str, Any]:
    return {table: reading.rows(table) for table in TABLES}


@given(kind=KINDS, seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_files_that_arrive_one_after_the_other_give_the_rows_of_one_reading(kind: str, seed: int):
    """Each sync sees some files more, in any order, and reads some of them twice."""
    shuffle = random.Random(seed)
    whole = recorded(kind)
    ages = dict(zip(whole.files, (LONG_AGO + timedelta(hours=hour) for hour in range(len(whole.files))), strict=True))
    store = MemoryStore("store", {}, ages)
    names = list(whole.files)
    shuffle.shuffle(names)
    so_far, now = Reading([]), NOW
    for name in names:
        store.files[name] = whole.files[name]
        if shuffle.random() < 0.5 and name != names[-1]:
            continue
        now += timedelta(days=1)
        context = ReadContext(now=now, cursors=so_far.cursors, loaded=loaded_by_day(so_far), full=shuffle.random() < 0.2)
        so_far = Reading([*so_far.events, *read(kind, store, context).events])
    once = read(kind, MemoryStore("store", dict(whole.files), ages))
    arrived = comparable(so_far)
    assert arrived == comparable(once)


def loaded_by_day(reading: Reading):
    """Everything was loaded before this reading's cursor."""
    latest = max((datetime.fromisoformat(cursor["read_at"]) for cursor in reading.cursors.values()), default=NOW)
    return loaded_after(reading, read_at=latest)


@given(kind=KINDS)
@settings(max_examples=3, deadline=None)
def test_reading_twice_gives_the_same_records_byte_for_byte(kind: str):
    first, second = (json.dumps(read(kind, recorded(kind)).tables, default=str) for _ in range(2))
    assert first == second


@given(kind=KINDS, data=st.data())
@settings(max_examples=60, deadline=None)
def test_an_odd_document_is_read_or_set_aside_and_never_breaks_the_reading(kind: str, data: st.DataObject):
    """Any value of a log may be missing or of another type; what cannot be a row is caught by the contract, one by one."""
    store = recorded(kind)
    name = data.draw(st.sampled_from([name for name in mains(kind, store) if not name.endswith((".db", ".csv"))]))
    parts = members(store.files[name]) if name.endswith(".eval") else {"": store.files[name]}
    member = data.draw(st.sampled_from([part for part in parts if part.endswith(".json") or not part]))
    document = documents(parts[member])
    for _ in range(data.draw(st.integers(1, 4))):
        damage(document, data)
    parts[member] = b"\n".join(json.dumps(line).encode() for line in document)
    store.files = {name: zipped(parts) if name.endswith(".eval") else parts[""]}
    reading = read(kind, store)
    assert not reading.failed
    assert reading.cursors
    for table in TABLES:
        check_records(list(reading.rows(table).values()), CONNECTOR.table(table))
    assert len(reading.rows("files")) + len([fault for fault in reading.rejected if "#" not in fault.identity]) == 1


def mains(kind: str, store: MemoryStore) -> list[str]:
    """Names of the files that a log begins with."""
    places = {name: FORMATS[kind].place(name) for name in store.files}
    return [name for name, place in places.items() if place is not None and place.is_main]


def documents(body: bytes) -> list[Any]:
    """The JSON documents of a file: one, or one on each line."""
    try:
        return [json.loads(body)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in body.splitlines()]


def damage(document: Any, data: st.DataObject) -> None:
    """Replace or remove one value somewhere in a document."""
    place = document
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 5)) == 0:
            if data.draw(st.booleans()) and isinstance(place, dict):
                del place[key]
            else:
                place[key] = copy.deepcopy(data.draw(ODD))
            return
        place = inner


@given(kind=KINDS, share=st.floats(0, 0.999), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_file_cut_anywhere_is_set_aside_and_the_others_go_on(kind: str, share: float, data: st.DataObject):
    store = recorded(kind)
    name = data.draw(st.sampled_from(mains(kind, store)))
    body = store.files[name].rstrip()
    store.files[name] = body[: int(len(body) * share)].rstrip(b"\n")
    reading = read(kind, store)
    assert len(reading.rows("runs")) >= 1
    if [run["status"] for run in reading.rows("runs").values() if run["path"] == f"store/{name}"] == ["partial"] and not reading.rejected:
        assert store.files[name].count(b"\n") >= 1, (
            "only a file of lines that breaks off between two of them may pass for a run that goes on"
        )
        return
    assert [fault.identity for fault in reading.rejected if fault.identity == f"store/{name}"]
    assert (f"store/{name}",) not in reading.rows("files")


@given(seed=st.integers(0, 10_000), n_parts=st.integers(0, 4), keeps_some=st.booleans())
@settings(max_examples=30, deadline=None)
def test_samples_divided_among_files_in_any_order_give_the_same_tables(seed: int, n_parts: int, keeps_some: bool):
    """Whole, split, or shuffled: only where a row was read from differs."""
    shuffle = random.Random(seed)
    head, *samples, end = (
        line for name, body in recorded("jsonl", "queues.jsonl").files.items() for line in body.splitlines() if name == "queues.jsonl"
    )
    whole = read("jsonl", MemoryStore("store", {"queues.jsonl": b"\n".join([head, *samples, end])}))
    shuffle.shuffle(samples)
    kept = samples if not n_parts else samples[: shuffle.randrange(len(samples) + 1)] if keeps_some else []
    files = {"queues.jsonl": b"\n".join([head, *kept, end])}
    for part in range(n_parts):
        files[f"queues.part-{part}.jsonl"] = b"\n".join(samples[len(kept) :][part::n_parts])
    divided = read("jsonl", MemoryStore("store", files))
    assert not divided.rejected
    for table in ("runs", "metrics", "samples", "dataset_versions"):
        assert contents(divided, table) == contents(whole, table)


def contents(reading: Reading, table: str) -> dict[Any, Any]:
    """Rows without where they were read."""
    beside = {"content_sha", "_raw"} if table != "dataset_versions" else {"_raw"}
    return {key: {name: value for name, value in row.items() if name not in beside} for key, row in reading.rows(table).items()}
