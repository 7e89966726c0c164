"""What a store of files brings, in every format, and what is said of files and rows that cannot be taken."""

import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.experiments.__main__ import main
from connectors.experiments.documents import Phase
from connectors.experiments.files import FilesReading
from connectors.experiments.formats import PHASE_COLUMNS
from connectors.experiments.options import ExperimentsOptions, FilesStore
from connectors.experiments.resources import CONNECTOR
from connectors.experiments.taking import Taking
from connectors.fake_folder import FakeFolder

NOW = datetime(2026, 11, 21, tzinfo=UTC)

SEED = """native_id: ranker-v2
name: Ranker v2 against v1
hypothesis: Reranking raises Hit@1.
owner_raw: ana@acme.example
status: stopped
experiment_type: ab
randomization_unit: user
started_at: 2026-02-02T00:00:00+01:00
ended_at: 2026-03-09
decision: ship
repository_raw: acme/search
pull_request_numbers: [118, 131]
tags: [search]
url: https://wiki.acme.example/ranker-v2
variations:
  - {key: control, name: v1, is_control: true}
  - {key: treatment, name: v2}
phases:
  - {phase: 0, name: A/B, started_at: 2026-02-02, ended_at: 2026-02-23, coverage: 1.0, split: {control: 0.5, treatment: 0.5}}
  - {phase: 1, name: Hold, started_at: 2026-02-23, ended_at: 2026-03-09, split: {control: 0.1, treatment: 0.9}}
results:
  - {phase: 0, metric_key: hit_at_1, metric_role: primary, metric_kind: proportion, variant_key: treatment, baseline_key: control,
     n_variant: 1150000, n_baseline: 1150000, numerator_variant: 815350, numerator_baseline: 721050}
  - {phase: 1, metric_key: hit_at_1, metric_kind: proportion, variant_key: treatment, baseline_key: control,
     n_variant: 1380000, n_baseline: 153000, numerator_variant: 978420, numerator_baseline: 95931}
"""

HEADER = "native_id,name,phase,metric_key,variant_key,baseline_key,n_variant,n_baseline,numerator_variant,numerator_baseline"


def read(files: dict[str, bytes | str | None], taken: dict[str, str] | None = None) -> list[Event]:
    known = {} if taken is None else taken
    return list(FilesReading(FakeFolder(files), "files:experiments", Taking(known)).events(ReadContext(now=NOW)))


def rows(events: Iterable[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def rejected(events: Iterable[Event]) -> list[Rejected]:
    return [event for event in events if isinstance(event, Rejected)]


def complete(events: Iterable[Event]) -> tuple[str, ...]:
    return next(event.tables for event in events if isinstance(event, Finished))


def counted(events: Iterable[Event]) -> list[int]:
    return [event.count for event in events if isinstance(event, Counted)]


def test_a_document_becomes_an_experiment_its_phases_and_results():
    events = read({"ranker.yaml": SEED})
    assert not rejected(events)
    (experiment,) = rows(events, "experiments")
    assert (experiment["native_id"], experiment["kind"], experiment["decision"]) == ("ranker-v2", "files", "ship")
    assert experiment["started_at"] == datetime(2026, 2, 1, 23, tzinfo=UTC)
    assert experiment["ended_at"] == datetime(2026, 3, 9, tzinfo=UTC)
    assert experiment["variations"] == [
        {"key": "control", "name": "v1", "is_control": True},
        {"key": "treatment", "name": "v2", "is_control": False},
    ]
    assert (experiment["pull_request_numbers"], experiment["has_holdout"]) == ([118, 131], True)
    assert experiment["_source_url"] == "https://wiki.acme.example/ranker-v2"
    assert [(phase["phase"], phase["split"]) for phase in rows(events, "phases")] == [
        (0, {"control": 0.5, "treatment": 0.5}),
        (1, {"control": 0.1, "treatment": 0.9}),
    ]
    first, second = rows(events, "results")
    assert first["numerator_variant"] / first["n_variant"] == pytest.approx(0.709)
    assert first["numerator_baseline"] / first["n_baseline"] == pytest.approx(0.627)
    assert first["n_variant"] + first["n_baseline"] == 2_300_000
    assert {row["experiment_id"] for row in (first, second)} == {experiment["experiment_id"]}
    assert counted(events) == [1]
    assert complete(events) == ("experiments", "phases", "results", "metric_days")


def flat_rows() -> list[dict[str, Any]]:
    shared = {
        "native_id": "ranker-v2",
        "metric_key": "hit_at_1",
        "metric_kind": "proportion",
        "variant_key": "treatment",
        "baseline_key": "control",
    }
    first = {
        "name": "Ranker",
        "phase": 0,
        "phase_name": "A/B",
        "phase_started_at": "2026-02-02",
        "split": '{"control": 0.5, "treatment": 0.5}',
    }
    return [
        shared | first | {"n_variant": 1150000, "n_baseline": 1150000, "numerator_variant": 815350.0, "numerator_baseline": 721050.0},
        shared | {"phase": 1, "n_variant": 1380000, "n_baseline": 153000, "numerator_variant": 978420.0, "numerator_baseline": 95931.0},
    ]


def as_csv(records: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(records, infer_schema_length=None).write_csv(buffer)
    return buffer.getvalue()


def as_parquet(records: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(records, infer_schema_length=None).write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content"), [("r.csv", as_csv(flat_rows())), ("deep/r.parquet", as_parquet(flat_rows()))])
def test_flat_rows_become_the_same_experiment(name: str, content: bytes):
    events = read({name: content})
    assert not rejected(events)
    (experiment,) = rows(events, "experiments")
    assert (experiment["native_id"], experiment["name"], experiment["has_holdout"]) == ("ranker-v2", "Ranker", True)
    assert [variation["key"] for variation in experiment["variations"] if variation["is_control"]] == ["control"]
    described, only_named = rows(events, "phases")
    assert (described["phase"], described["name"], described["started_at"]) == (0, "A/B", datetime(2026, 2, 2, tzinfo=UTC))
    assert (only_named["phase"], only_named["started_at"], only_named["split"]) == (1, None, None)
    assert [(row["phase"], row["n_variant"], row["numerator_variant"]) for row in rows(events, "results")] == [
        (0, 1150000, 815350.0),
        (1, 1380000, 978420.0),
    ]


def test_json_lists_and_lines_hold_documents():
    one, two = {"native_id": "one", "experiment_type": "launch"}, {"native_id": 2, "experiment_type": "launch"}
    events = read({"a.json": json.dumps([one]), "b.jsonl": f"{json.dumps(two)}\n\n", "c.json": json.dumps({"native_id": "three"})})
    assert [row["native_id"] for row in rows(events, "experiments")] == ["one", "2", "three"]


def test_several_yaml_documents_in_one_file_and_words_that_yaml_takes_for_truth_values():
    arms = "variations: [{key: off, is_control: true}, {key: on}]\nphases: [{phase: 0, split: {off: 0.5, on: 0.5}}]"
    text = f"native_id: a\n---\nnative_id: b\n{arms}\n"
    events = read({"two.yml": text})
    assert not rejected(events)
    assert [variation["key"] for variation in rows(events, "experiments")[1]["variations"]] == ["off", "on"]


def test_other_files_are_left_alone():
    assert not rejected(read({"README.md": "hello", ".hidden.yaml": ":", ".git/x.yaml": ":", "Makefile": "all:"}))


def test_a_launch_that_compared_nothing_is_an_experiment_without_control():
    events = read({"launch.yaml": "native_id: launch\nexperiment_type: launch\nhas_holdout: false\n"})
    assert not rejected(events)
    assert rows(events, "experiments")[0]["has_holdout"] is False


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.yaml", "native_id: [", "x.yaml: it is no YAML"),
        ("x.json", '{"native_id": ', "x.json: it is no JSON"),
        ("x.parquet", b"PAR1 cut", "x.parquet: it is no Parquet"),
        (
            "x.csv",
            "native_id,phaze,metric_key,variant_key,baseline_key\n",
            "column 'phase' is missing; column 'phaze' is not known (nearest: 'phase')",
        ),
        ("x.csv", b"native_id,phase\n\xff\xfe,1\n", "line 2 holds bytes that are not UTF-8"),
        ("x.yaml", None, "x.yaml: it cannot be read (PermissionError)"),
    ],
)
def test_a_file_that_cannot_be_read_is_set_aside_and_the_others_load(name: str, content: Any, said: str):
    events = read({name: content, "ranker.yaml": SEED})
    (aside,) = rejected(events)
    assert said in aside.reason
    assert (aside.table, aside.identity, aside.source_url) == ("experiments", name, f"memory://{name}")
    assert len(rows(events, "experiments")) == 1
    assert complete(events) == (), "what the file held last time must not count as gone"
    assert counted(events) == []


def change(old: str, new: str) -> str:
    assert old in SEED
    return SEED.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("name: Ranker", "nam: Ranker"), "ranker.yaml: nam is no field (nearest: name)"),
        (
            change("decision: ship", "decision: yes we ship"),
            "decision is 'yes we ship'; expected 'won', 'lost', 'inconclusive', 'dnf', 'ship' or 'no_ship'",
        ),
        (change("native_id: ranker-v2\n", ""), "native_id is missing"),
        (
            change("2026-02-02T00:00:00+01:00", "2026-02-02T00:00:00"),
            "started_at is '2026-02-02T00:00:00'; it has no zone; expected an ISO 8601 time with a zone",
        ),
        (change("2026-02-02T00:00:00+01:00", "last Monday"), "started_at is 'last Monday'; expected an ISO 8601 time with a zone"),
        (change("[118, 131]", "118"), "pull_request_numbers is 118; expected a valid tuple"),
        ("just text", "expected an experiment's fields, got 'just text'"),
        (
            change("is_control: true", "is_control: false"),
            "expected exactly one of its 2 variations to be the control, none is; its 2 phases and 2 results wait",
        ),
        (change("{key: treatment, name: v2}", "{key: treatment, is_control: true}"), "2 of them are: control, treatment"),
        (change("key: treatment, name", "key: control, name"), "two variations have the same key among control, control"),
    ],
)
def test_a_faulty_experiment_is_set_aside_whole_saying_what_was_expected(text: str, said: str):
    events = read({"ranker.yaml": text, "other.yaml": "native_id: other\n"})
    (aside,) = rejected(events)
    assert aside.table == "experiments"
    assert said in aside.reason
    assert [row["native_id"] for row in rows(events, "experiments")] == ["other"]
    assert (rows(events, "phases"), rows(events, "results")) == ([], [])
    assert counted(events) == [2]
    assert complete(events) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            change("treatment: 0.9", "treatment: 0.8"),
            'phase 1: split is {"control": 0.1, "treatment": 0.8}, which sums to 0.9; expected weights',
        ),
        (change("{control: 0.1, treatment: 0.9}", "{control: -0.1, treatment: 1.1}"), "expected weights of 0 or more"),
        (change("treatment: 0.9", "traetment: 0.9"), "split names traetment, which is no variation"),
        (change("  - {phase: 1,", "  - {phase: 0,"), "phase 0 is given twice"),
    ],
)
def test_a_phase_whose_split_cannot_be_is_set_aside_with_its_results(text: str, said: str):
    events = read({"ranker.yaml": text})
    aside = rejected(events)[0]
    assert aside.table == "phases"
    assert said in aside.reason
    assert [phase["phase"] for phase in rows(events, "phases")] == [0]
    assert [result["phase"] for result in rows(events, "results")] == [0]
    assert complete(events) == ("experiments", "metric_days")


def test_three_arms_of_a_third_each_are_fine():
    arms = "variations: [{key: a, is_control: true}, {key: b}, {key: c}]\nphases: [{phase: 0, split: {a: 0.33, b: 0.33, c: 0.33}}]\n"
    assert not rejected(read({"x.yaml": f"native_id: x\n{arms}"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (change("n_variant: 1150000", "n_variant: -5"), "ranker.yaml results[0]: n_variant is -5; expected greater than or equal to 0"),
        (change("metric_role: primary", "metric_role: main"), "metric_role is 'main'; expected 'primary'"),
        (change("n_baseline: 1150000", "n_baseline: .nan"), "n_baseline is nan"),
        (change("numerator_variant: 815350", "numerator_variant: .inf"), "numerator_variant is inf; expected a finite number"),
        (
            change(
                "variant_key: treatment, baseline_key: control,\n     n_variant: 1150000",
                "variant_key: v2, baseline_key: control,\n     n_variant: 1150000",
            ),
            "variant_key is 'v2'; expected one of control, treatment",
        ),
        (change("  - {phase: 0, metric_key", "  - {phase: 7, metric_key"), "ranker.yaml results[0]: phase is 7; expected one of 0, 1"),
        (change("  - {phase: 0, metric_key: hit_at_1,", "  - {phase: 0,"), "metric_key is missing"),
    ],
)
def test_a_faulty_result_is_set_aside_alone(text: str, said: str):
    events = read({"ranker.yaml": text})
    (aside,) = rejected(events)
    assert aside.table == "results"
    assert said in aside.reason
    assert len(rows(events, "results")) == 1
    assert len(rows(events, "phases")) == 2
    assert complete(events) == ("experiments", "phases", "metric_days")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("exp,E,zero,m,t,c,1,1,1,1", "r.csv line 3: phase is 'zero'; expected a valid integer"),
        ("exp,E,0,m,t,c,1.5,1,1,1", "r.csv line 3: n_variant is '1.5'; expected a valid integer"),
        ("exp,Other,0,m,t,c,1,1,1,1", "r.csv line 3: name is 'Other', but line 2 says 'E'; the earlier row counts"),
        ("exp,E,0,m", "r.csv line 3: it has 4 cells, the header has 10"),
        (",E,0,m,t,c,1,1,1,1", "r.csv line 3: native_id is missing"),
        ('exp,"E"x,0,m,t,c,1,1,1,1', "r.csv line 3: it is no well-formed CSV"),
        ("exp,E,0,m,t,,1,1,1,1", "r.csv line 3: baseline_key is missing"),
    ],
)
def test_a_faulty_row_of_a_flat_file_is_named_by_line_and_the_others_load(bad: str, said: str):
    events = read({"r.csv": f"{HEADER}\nexp,E,0,m,t,c,10,10,5,4\n{bad}\nexp,,0,m2,t,c,10,10,5,4\n"})
    said_all = [event.reason for event in rejected(events)]
    assert any(said in reason for reason in said_all), said_all
    assert [row["metric_key"] for row in rows(events, "results")] == ["m", "m2"]


def test_cells_that_should_hold_json_say_so():
    events = read({"r.csv": f"{HEADER},split\nexp,E,0,m,t,c,10,10,5,4,half\n"})
    assert "split is 'half'; expected JSON" in rejected(events)[0].reason


def test_results_against_two_baselines_need_variations_to_tell_the_control():
    table = f"{HEADER}\nexp,E,0,m,b,a,10,10,5,4\nexp,E,0,m,c,b,10,10,5,4\n"
    assert "to be the control, 2 of them are: a, b" in rejected(read({"r.csv": table}))[0].reason
    told = '"[{""key"":""a"",""is_control"":true},{""key"":""b""},{""key"":""c""}]"'
    table = f"{HEADER},variations\nexp,E,0,m,b,a,10,10,5,4,{told}\nexp,E,0,m,c,b,10,10,5,4,\n"
    events = read({"r.csv": table})
    assert not rejected(events)
    assert len(rows(events, "results")) == 2


def test_an_experiment_given_twice_counts_once_whatever_file_or_store_it_is_in():
    taken: dict[str, str] = {}
    first = read({"a.yaml": "native_id: x\n", "b.yaml": "native_id: x\n"}, taken)
    assert [event.reason for event in rejected(first)] == ["b.yaml: native_id 'x' is a.yaml's already; expected each experiment once"]
    assert len(rows(first, "experiments")) == 1
    assert len(rejected(read({"c.yaml": "native_id: x\n"}, taken))) == 1


def test_reading_unchanged_files_gives_equal_records_even_when_rows_move():
    row, other = "exp,E,0,m,t,c,10,10,5,4", "oth,O,0,m,t,c,10,10,5,4"
    before, after = read({"r.csv": f"{HEADER}\n{row}\n"}), read({"r.csv": f"{HEADER}\n{other}\n{row}\n"})
    for table in ("experiments", "phases", "results"):
        known = rows(before, table)
        assert known[0] in rows(after, table)


def test_every_field_of_a_phase_has_a_column_in_flat_files():
    assert set(PHASE_COLUMNS.values()) == set(Phase.model_fields) - {"phase"}


def test_a_real_folder_and_a_single_file_are_read(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    file = tmp_path / "deep" / "ranker.yaml"
    file.write_text(SEED.replace("url: https", "# url: https"), encoding="utf-8")
    for path in (str(tmp_path), str(file), f"file://{tmp_path}"):
        options = ExperimentsOptions(stores=(FilesStore(kind="files", path=path),))
        events = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
        assert [row["_source_url"] for row in rows(events, "experiments")] == [file.as_uri()], path
    assert next(iter(CONNECTOR.open(options).probe())).state == "ok"


@pytest.mark.parametrize(("path", "said"), [("missing", "no such folder"), ("nosuch://bucket/x", "cannot be opened")])
def test_a_store_that_cannot_be_opened_leaves_the_others(tmp_path: Path, path: str, said: str):
    (tmp_path / "x.yaml").write_text("native_id: x\n", encoding="utf-8")
    broken = path if "://" in path else str(tmp_path / path)
    options = ExperimentsOptions.model_validate({"stores": [{"kind": "files", "path": broken}, {"kind": "files", "path": str(tmp_path)}]})
    events = list(CONNECTOR.open(options).read(ReadContext(now=NOW)))
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert said in str(failed.error)
    assert len(rows(events, "experiments")) == 1
    assert [finding.state for finding in CONNECTOR.open(options).probe()] == ["fail", "ok"]


def test_a_password_in_an_address_is_in_no_partition_name():
    assert FilesStore(kind="files", path="sftp://user:hunter2@host/x").partition == "files:sftp://host/x"


def test_the_smoke_run_prints_counts_and_what_was_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.yaml").write_text(SEED, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("native_id: [", encoding="utf-8")
    assert main(["--files", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["experiments\t1", "phases\t2", "results\t2"]
    assert "set aside: b.yaml: it is no YAML" in captured.err
    assert main(["--files", str(tmp_path / "none")]) == 1
    with pytest.raises(SystemExit, match="2"):
        main([])


DAYS = """native_id: hints
started_at: 2026-04-15
has_holdout: false
metric_days:
  - {metric_key: answered, metric_name: Answered, direction: increase, values: {2026-04-14: 0.61, 2026-04-15: 0.62}, counts: {2026-04-14: 900}}
  - {metric_key: answered, series: control, values: {2026-04-14: 0.5}}
"""


def test_a_launch_may_bring_the_days_of_its_metrics():
    events = read({"hints.yaml": DAYS})
    days = {(row["series"], str(row["day"])): (row["value"], row["n"]) for row in rows(events, "metric_days")}
    assert days == {("exposed", "2026-04-14"): (0.61, 900), ("exposed", "2026-04-15"): (0.62, None), ("control", "2026-04-14"): (0.5, None)}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2026-04-14: 0.61", "2026-04-31: 0.61", "metric_days[0]: values.2026-04-31"),
        ("0.62", ".nan", "metric_days[0]: values.2026-04-15 is nan; expected a finite number"),
        ("series: control", "series: exposed", "metric_days[1]: the exposed series of 'answered' is given twice; the first counts"),
        ("{2026-04-14: 0.5}", "{}", "metric_days[1]: values is {}"),
    ],
)
def test_a_faulty_series_is_set_aside_alone(old, new, reason):
    events = read({"hints.yaml": DAYS.replace(old, new)})
    (rejected,) = (event for event in events if isinstance(event, Rejected))
    assert rejected.table == "metric_days"
    assert reason in rejected.reason
    assert rows(events, "experiments")
    assert rows(events, "metric_days")
    assert "metric_days" not in complete(events)
