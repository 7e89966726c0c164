"""Reading stores: what is read again and what is not, what is set aside, and that one bad thing does not keep the others."""

import json
import math
from datetime import datetime, timedelta

import pytest

from connectors.contract import ReadContext
from connectors.errors import AuthFailed, NotFound, Unavailable
from connectors.evals.fake import MemoryStore
from connectors.evals.options import EvalsOptions, EvalStore
from connectors.evals.resources import EvalsReader
from connectors.evals.spill import SortedTexts
from connectors.evals.tally import ExactSum
from tests.unit.evals_reading import DAY, NOW, Reading, again, loaded_after, read, recorded, with_header

ENVELOPE = {
    "schema": 1,
    "project": "support",
    "harness": "eval-harness",
    "harness_version": "2.1.0",
    "repo_id": 4711,
    "repository": "acme/support",
    "head_sha": "f" * 40,
    "pr": 12,
    "run_id": 990011,
    "run_attempt": 2,
    "actor_id": 55,
    "actor": "ana-acme",
    "threshold": 0.5,
}


def sealed(**changes) -> bytes:
    return json.dumps(ENVELOPE | changes).encode()


# What is read again


def test_a_second_reading_of_an_unchanged_store_opens_nothing_and_keeps_every_row_and_the_cursor():
    store = recorded("inspect")
    first = read("inspect", store)
    store.fetched.clear()
    second = read("inspect", store, again(first))
    assert store.fetched == []
    assert second.rows("files") == first.rows("files")
    assert second.cursors == first.cursors
    assert set(second.tables) == {"files"} or not any(rows for table, rows in second.tables.items() if table != "files")


def test_only_a_changed_log_is_read_again():
    store = recorded("inspect", "safety.eval", "styled.json")
    first = read("inspect", store)
    store.files["safety.eval"] = with_header(store.files["safety.eval"], lambda header: header["eval"].update(task_version=4))
    store.fetched.clear()
    second = read("inspect", store, again(first))
    assert store.fetched == ["safety.eval"]
    assert second.run()["task_version"] == "4"
    assert len(second.rows("files")) == 2
    assert second.cursors != first.cursors


def test_a_touched_file_is_hashed_and_not_read_again():
    store = recorded("inspect", "safety.eval")
    first = read("inspect", store)
    store.modified = {"safety.eval": DAY}
    second = read("inspect", store, again(first))
    assert store.fetched == ["safety.eval", "safety.eval"]
    assert not second.rows("runs")
    (row,) = second.rows("files").values()
    assert (row["modified_at"], row["run_id"]) == (DAY, first.run()["run_id"])


def test_a_full_reading_reads_everything():
    store = recorded("inspect", "safety.eval", "styled.json")
    first = read("inspect", store)
    store.fetched.clear()
    read("inspect", store, again(first, full=True))
    assert sorted(store.fetched) == ["safety.eval", "styled.json"]


def test_rows_of_a_load_that_was_killed_are_not_relied_on():
    """The ledger's rows may have come in before the samples, and the cursor never."""
    store = recorded("inspect", "safety.eval")
    first = read("inspect", store)
    for cursors in ({}, {partition: {"read_at": (NOW - timedelta(days=1)).isoformat()} for partition in first.cursors}):
        second = read("inspect", store, again(first, cursors=cursors))
        assert second.rows("samples") == first.rows("samples")


def test_a_part_that_changes_has_its_log_read_again():
    store = recorded("lm_eval")
    first = read("lm_eval", store)
    name = next(name for name in store.files if name.startswith("text/samples_"))
    store.files[name] = store.files[name].replace(b'"exact_match": 1.0', b'"exact_match": 0.0')
    unnoticed = read("lm_eval", store, again(first))
    assert not unnoticed.rows("runs"), "same size, same time: only a full reading looks inside"
    store.modified = {name: DAY}
    second = read("lm_eval", store, again(first))
    assert {run["task_name"] for run in second.rows("runs").values()} == {"support_text"}
    assert len(second.samples(second.run())) == 8


def test_an_edited_log_updates_its_run_and_a_copy_of_the_old_one_does_not_undo_it():
    """Whichever of the copies is read first, or alone, the newest one stands."""
    triage, edited = (recorded("inspect", name).files[name] for name in ("triage.eval", "edited.eval"))
    store = MemoryStore("store", {"a/edited.eval": edited, "b/old.eval": triage}, {"a/edited.eval": DAY})
    first = read("inspect", store)
    assert first.run()["path"] == "store/a/edited.eval"
    store.files["c/older_copy.eval"] = triage
    second = read("inspect", store, again(first))
    assert not second.rows("runs")
    assert second.rows("files")[("store/c/older_copy.eval",)]["run_id"] == first.run()["run_id"]


def test_a_restored_older_version_of_the_same_file_is_believed():
    store = recorded("inspect", "triage.eval")
    store.modified = {"triage.eval": DAY}
    store.files = {"triage.eval": recorded("inspect", "edited.eval").files["edited.eval"]}
    first = read("inspect", store)
    store.files, store.modified = recorded("inspect", "triage.eval").files, {}
    second = read("inspect", store, again(first))
    assert second.run()["status"] == "failed_threshold"


def test_a_file_that_is_gone_is_no_longer_listed():
    store = recorded("inspect", "safety.eval", "styled.json")
    first = read("inspect", store)
    del store.files["styled.json"]
    second = read("inspect", store, again(first))
    assert set(second.rows("files")) == {("store/safety.eval",)}
    assert second.counted[0].count == 1


def test_a_dataset_version_keeps_the_date_of_its_first_run_whatever_comes_later():
    store = recorded("inspect", "triage.eval")
    first = read("inspect", store)
    (version,) = first.rows("dataset_versions").values()

    def earlier(header):
        header["eval"]["eval_id"] = "earlier"
        header["stats"]["started_at"] = "2026-01-02T03:04:05+00:00"

    def later(header):
        header["eval"]["eval_id"] = "later"
        header["stats"]["started_at"] = "2026-12-01T00:00:00+00:00"

    content = store.files["triage.eval"]
    store.files["later.eval"] = with_header(content, later)
    second = read("inspect", store, again(first))
    assert not second.rows("dataset_versions")
    store.files["earlier.eval"] = with_header(content, earlier)
    third = read("inspect", store, again(first))
    (dated_back,) = third.rows("dataset_versions").values()
    assert dated_back["dataset_version_id"] == version["dataset_version_id"]
    assert dated_back["version_at"] == datetime.fromisoformat("2026-01-02T03:04:05+00:00")


def test_samples_come_in_pages_of_bounded_size():
    store = recorded("lm_eval")
    name = next(name for name in store.files if name.startswith("text/samples_"))
    lines = [json.loads(line) for line in store.files[name].splitlines()]
    store.files[name] = "\n".join(json.dumps(lines[0] | {"doc_id": number}) for number in range(2500)).encode()
    reading = read("lm_eval", store)
    sizes = [len(event.records) for event in reading.events if getattr(event, "table", "") == "samples"]
    assert max(sizes) == 1000
    assert sum(sizes) >= 2500


# Envelopes


@pytest.mark.parametrize("name", ["safety.eval.evidence.json", "evidence.json"])
def test_an_envelope_beside_a_log_says_where_it_belongs(name: str):
    store = recorded("inspect", "safety.eval")
    store.files[name] = sealed()
    reading = read("inspect", store)
    run = reading.run()
    assert run["envelope"] == ENVELOPE
    assert (run["project_raw"], run["repository_raw"], run["git_sha_raw"]) == ("support", "acme/support", "f" * 40)
    assert (run["ci_repository_id"], run["ci_run_id"], run["ci_run_attempt"], run["pull_request_number"]) == (4711, 990011, 2, 12)
    assert (run["harness_name"], run["harness_version"], run["harness_package"]) == ("eval-harness", "2.1.0", "acme-evals")
    (leading,) = reading.metrics(run, is_primary=True)
    assert (leading["threshold"], leading["passed"], run["status"]) == (0.5, False, "failed_threshold")


def test_an_envelope_names_the_version_of_a_dataset_whose_run_does_not():
    store = recorded("inspect", "safety.eval")
    store.files["evidence.json"] = sealed(dataset_version="2026-02")
    (version,) = read("inspect", store).rows("dataset_versions").values()
    assert version["version_label"] == "2026-02"


def test_what_the_tool_saw_stands_beside_what_the_envelope_says():
    store = recorded("inspect", "triage.eval")
    store.files["evidence.json"] = sealed()
    run = read("inspect", store).run()
    assert (run["git_sha_raw"], run["repository_raw"]) == ("249dc0f", "https://github.com/acme/support.git")
    assert run["envelope"]["head_sha"] == "f" * 40


def test_a_logs_own_envelope_goes_before_its_folders():
    store = recorded("inspect", "safety.eval")
    store.files |= {"evidence.json": sealed(project="folder"), "safety.eval.evidence.json": sealed(project="file")}
    assert read("inspect", store).run()["project_raw"] == "file"


def test_a_new_changed_or_removed_envelope_has_its_log_read_again():
    store = recorded("inspect", "safety.eval", "styled.json")
    first = read("inspect", store)
    store.files["safety.eval.evidence.json"] = sealed()
    second = read("inspect", store, again(first))
    assert second.run()["project_raw"] == "support"
    both = Reading([*first.events, *second.events])
    store.files["safety.eval.evidence.json"] = sealed(project="search")
    third = read("inspect", store, again(both))
    assert third.run()["project_raw"] == "search"
    del store.files["safety.eval.evidence.json"]
    fourth = read("inspect", store, again(both))
    assert fourth.run()["project_raw"] is None


def test_an_envelope_is_read_once_for_all_its_logs():
    store = recorded("inspect")
    store.files["evidence.json"] = sealed()
    read("inspect", store)
    assert store.fetched.count("evidence.json") == 1


@pytest.mark.parametrize(
    ("body", "why"), [(b"{", "no whole JSON"), (b"[]", "is a JSON object"), (b'{"schema": 2}', "says 2"), (b"{}", "says None")]
)
def test_a_bad_envelope_is_set_aside_and_its_log_is_read_without_it(body: bytes, why: str):
    store = recorded("inspect", "safety.eval")
    store.files["evidence.json"] = body
    reading = read("inspect", store)
    assert why in reading.rejected[0].reason
    assert reading.rejected[0].identity == "store/evidence.json"
    assert reading.run()["envelope"] is None


# Thresholds


@pytest.mark.parametrize(("threshold", "status"), [(None, "success"), (0.3, "success"), (0.34, "failed_threshold")])
def test_a_store_holds_its_runs_to_its_threshold(threshold: float | None, status: str):
    reading = read("inspect", recorded("inspect", "safety.eval"), threshold=threshold)
    assert reading.run()["status"] == status


# Files that hold no run


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("cut.eval", None, "cut short while being written"),
        ("empty.eval", b"", "it is empty"),
        ("notes.json", b'{"notes": "nothing"}', "its keys are notes"),
        ("broken.json", b'{"version": 2, "eval": {"ta', "no whole JSON document"),
        ("list.json", b"[1, 2]", "the document is list"),
        ("text.eval", b"PK\x03\x04 but no zip", "a zip that cannot be opened"),
    ],
)
def test_a_file_that_is_no_log_is_set_aside_with_its_size_and_what_was_expected(name: str, body: bytes | None, why: str):
    store = recorded("inspect", "safety.eval")
    store.files[name] = store.files["safety.eval"][:5000] if body is None else body
    reading = read("inspect", store)
    (fault,) = reading.rejected
    assert fault.identity == f"store/{name}"
    assert f"{name} ({len(store.files[name])} bytes)" in fault.reason
    assert why in fault.reason
    assert "expected an Inspect log" in fault.reason
    assert fault.raw["size"] == len(store.files[name])
    assert len(reading.rows("runs")) == 1
    assert set(reading.rows("files")) == {("store/safety.eval",)}
    assert reading.counted[0].count == 2


@pytest.mark.parametrize("kind", ["lm_eval", "promptfoo"])
def test_json_of_something_else_is_set_aside_by_every_tool(kind: str):
    store = recorded(kind)
    store.files["package.json"] = b'{"name": "x"}'
    reading = read(kind, store)
    assert [fault.identity for fault in reading.rejected] == ["store/package.json"]
    assert "it has name" in reading.rejected[0].reason
    assert reading.rows("runs")


def test_a_bad_file_is_looked_at_again_and_listed_once_it_is_whole():
    store = recorded("inspect", "safety.eval")
    whole = store.files["safety.eval"]
    store.files["safety.eval"] = whole[:3000]
    first = read("inspect", store)
    assert first.rejected
    second = read("inspect", store, again(first))
    assert [fault.reason for fault in second.rejected] == [fault.reason for fault in first.rejected]
    store.files["safety.eval"] = whole
    third = read("inspect", store, again(second))
    assert not third.rejected
    assert set(third.rows("files")) == {("store/safety.eval",)}


def test_a_damaged_sample_sets_its_file_aside_and_keeps_the_other_samples():
    store = recorded("inspect", "safety.eval")
    content = bytearray(store.files["safety.eval"])
    place = content.find(b"samples/b_epoch_1.json") + 60
    content[place : place + 20] = b"\xff" * 20
    store.files["safety.eval"] = bytes(content)
    reading = read("inspect", store)
    assert "samples/b_epoch_1.json: damaged in the zip" in reading.rejected[0].reason
    assert {row["sample_key"] for row in reading.samples(reading.run())} == {"a", "c"}


def test_other_files_of_a_store_are_none_of_its_business():
    store = recorded("inspect", "safety.eval")
    store.files |= {"README.md": b"# Logs", "logs.json": b"{}", "eval-set.json": b"{}", "plot.png": b"\x89PNG"}
    reading = read("inspect", store)
    assert (len(reading.rows("files")), reading.rejected, reading.counted[0].count) == (1, [], 1)


# Stores that fail


def reader(*stores: MemoryStore) -> EvalsReader:
    by_path = {store.path: store for store in stores}
    return EvalsReader(tuple(EvalStore(kind="inspect", path=store.path) for store in stores), by_path.__getitem__)


def test_a_store_that_cannot_be_listed_does_not_keep_the_others():
    gone = MemoryStore("gone", failures={"": NotFound("evals", "gone", "it does not exist", "check `path`")})
    good = recorded("inspect", "safety.eval")
    reading = Reading(list(reader(gone, good).read(ReadContext(now=NOW))))
    assert [(event.partition, type(event.error)) for event in reading.failed] == [("evals:inspect:gone", NotFound)]
    assert list(reading.cursors) == ["evals:inspect:store"]
    assert reading.run()


def test_a_store_that_stops_answering_fails_and_keeps_its_cursor():
    store = recorded("inspect", "safety.eval", "styled.json", "triage.eval")
    store.failures["triage.eval"] = Unavailable("evals", "triage.eval", "connection reset")
    reading = read("inspect", store)
    assert isinstance(reading.failed[0].error, Unavailable)
    assert reading.cursors == {}
    assert not reading.rows("files")


def test_a_file_that_may_not_be_read_is_set_aside_and_one_that_vanished_is_not_counted():
    store = recorded("inspect", "safety.eval", "styled.json", "triage.eval")
    store.failures["triage.eval"] = AuthFailed("evals", "triage.eval", "access denied")
    store.failures["styled.json"] = NotFound("evals", "styled.json", "it does not exist")
    reading = read("inspect", store)
    assert [fault.identity for fault in reading.rejected] == ["store/triage.eval"]
    assert "access denied" in reading.rejected[0].reason
    assert reading.counted[0].count == 2
    assert reading.run()["task_name"] == "acme_evals/safety"


def test_a_reading_that_is_given_up_closes_what_it_opened():
    store = recorded("inspect")
    events = reader(store).read(ReadContext(now=NOW))
    next(events)
    events.close()
    assert len(store.fetched) <= 4


def test_probing_counts_logs_and_says_what_is_wrong():
    good, empty = recorded("lm_eval"), MemoryStore("empty", {"README.md": b""})
    gone = MemoryStore("gone", failures={"": NotFound("evals", "gone", "it does not exist", "check `path`")})
    stores = {store.path: store for store in (good, empty, gone)}
    probed = EvalsReader(tuple(EvalStore(kind="lm_eval", path=path) for path in stores), stores.__getitem__).probe()
    findings = {finding.state: finding for finding in probed}
    assert "3 logs in 8 files" in findings["ok"].detail
    assert "`results` and `configs`" in findings["warn"].fix
    assert "check `path`" in findings["fail"].fix
    assert good.fetched == []


def test_requests_are_counted_and_those_spared_too():
    store = recorded("inspect", "safety.eval", "styled.json")
    first = read("inspect", store)
    context = again(first)
    read("inspect", store, context)
    assert (context.meter.made, context.meter.saved) == (1, 2)


# Options


@pytest.mark.parametrize(("one", "other"), [("evals", "evals/"), ("evals", "evals/inspect"), ("s3://b/e/inspect", "s3://b/e")])
def test_stores_inside_one_another_are_refused(one: str, other: str):
    with pytest.raises(ValueError, match="overlap: give every tool a folder of its own"):
        EvalsOptions(stores=(EvalStore(kind="inspect", path=one), EvalStore(kind="lm_eval", path=other)))


def test_neighbouring_stores_are_fine():
    options = EvalsOptions(stores=(EvalStore(kind="inspect", path="evals/a"), EvalStore(kind="inspect", path="evals/ab")))
    assert [store.path for store in options.stores] == ["evals/a", "evals/ab"]


def test_runs_of_the_ledger_that_no_file_stands_for_are_no_obstacle():
    store = recorded("inspect", "safety.eval")
    first = read("inspect", store)
    context = ReadContext(now=NOW, loaded=loaded_after(first, runs=False))
    assert read("inspect", store, context).run()


# What samples add up to


def test_texts_that_do_not_fit_into_memory_come_back_once_each_and_in_order():
    texts = SortedTexts(held=10)
    for number in [*range(95), *range(50, 120), *range(3)]:
        texts.add(f"{number:04}")
    assert list(texts) == [f"{number:04}" for number in range(120)]
    assert list(texts) == [f"{number:04}" for number in range(120)], "as often as it is asked for"


def test_a_mean_is_the_same_in_any_order():
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 where doubles are added one by one."""
    values = [0.1, 0.2, 0.3, 1e16, -1e16, 7.0, 5e-324]
    sums = [ExactSum(), ExactSum()]
    for value in values:
        sums[0].add(value)
    for value in reversed(values):
        sums[1].add(value)
    assert sums[0].total == sums[1].total == math.fsum(values)
    assert sums[0].mean == sums[1].mean == math.fsum(values) / 7
