"""Eval logs in the warehouse: what a sync leaves there, what the next one changes, and what a killed one costs."""

import os
import shutil
from pathlib import Path

import pytest

from connectors.evals.options import EvalsOptions, EvalStore
from connectors.evals.resources import CONNECTOR
from pipelines import load, raw_tables, warehouse
from pipelines.landing import Run
from pipelines.warehouse import Home
from tests.unit.evals_reading import DATA

KINDS = ("inspect", "lm_eval", "promptfoo", "deepeval", "openai_evals", "ragas", "jsonl")


@pytest.fixture
def stores(tmp_path: Path) -> Path:
    root = tmp_path / "evals"
    for kind in KINDS:
        shutil.copytree(DATA / kind, root / kind, ignore=shutil.ignore_patterns("source", "README.md"))
    for path in sorted(root.rglob("*.*")):
        os.utime(path, (1_790_000_000, 1_790_000_000))
    os.utime(root / "inspect" / "edited.eval", (1_790_000_100, 1_790_000_100))
    (root / "inspect" / "cut.eval").write_bytes((root / "inspect" / "triage.eval").read_bytes()[:20_000])
    return root


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [CONNECTOR])
    return home


def sync(home: Home, root: Path, *kinds: str) -> load.SourceResult:
    stores = tuple(EvalStore(kind=kind, path=str(root / kind)) for kind in kinds or KINDS)
    return load.sync_source(CONNECTOR, EvalsOptions(stores=stores), Run.start(home))


def ask(home: Home, sql: str) -> list[tuple]:
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.slow
def test_logs_of_every_tool_arrive_a_bad_one_is_set_aside_and_a_second_sync_changes_nothing(home: Home, stores: Path):
    first = sync(home, stores)
    assert first.is_whole
    assert dict(ask(home, "select kind, count(*) from raw_evals.runs group by kind")) == {
        "inspect": 7,
        "lm_eval": 4,
        "promptfoo": 6,
        "deepeval": 3,
        "openai_evals": 4,
        "ragas": 4,
        "jsonl": 2,
    }
    assert ask(home, "select status from raw_evals.runs where task_name = 'triage'") == [("success",)], "the edited copy is the newest"
    ((table, identity, reason),) = ask(home, "select table_name, identity, reason from raw_ops.quarantine where released_at is null")
    assert (table, identity) == ("files", f"{stores}/inspect/cut.eval")
    assert "20000 bytes" in reason
    assert {state for (state,) in ask(home, "select state from raw_ops.reconciliations")} == {"matched"}

    second = sync(home, stores)
    assert second.rows_changed == 0
    assert ask(home, "select count(*) from raw_ops.quarantine") == [(1,)]

    (stores / "inspect" / "cut.eval").write_bytes((stores / "inspect" / "triage.eval").read_bytes())
    (stores / "inspect" / "styled.json").unlink()
    sync(home, stores)
    assert ask(home, "select count(*) from raw_ops.quarantine where released_at is null") == [(0,)]
    assert ask(home, "select path from raw_evals.files where _deleted_at is not null") == [(f"{stores}/inspect/styled.json",)]
    assert ask(home, "select count(*) from raw_evals.runs where task_name = 'styled' and _deleted_at is null") == [(1,)], "runs stay"


@pytest.mark.slow
def test_a_load_that_was_killed_after_the_ledger_came_in_is_made_good_by_the_next(home: Home, stores: Path):
    """The samples were lost, the cursor never committed: their files must not pass for read."""
    sync(home, stores)
    whole = ask(home, "select count(*) from raw_evals.samples")
    with warehouse.connect(home.warehouse) as connection:
        connection.execute("delete from raw_evals.samples")
        connection.execute("delete from raw_evals._dlt_pipeline_state")
    sync(home, stores)
    assert ask(home, "select count(*) from raw_evals.samples") == whole


@pytest.mark.slow
def test_a_bad_line_stays_in_quarantine_until_its_file_is_mended(home: Home, stores: Path):
    path = stores / "jsonl" / "queues.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"epoch": 1', b'"epoch": "one"', 1))
    for _ in range(2):
        sync(home, stores, "jsonl")
        open_ones = ask(home, "select identity from raw_ops.quarantine where released_at is null order by 1")
        assert open_ones == [(f"{path}",), (f"{path}#2",)]
        assert {state for (state,) in ask(home, "select state from raw_ops.reconciliations")} == {"matched"}
        assert ask(home, "select status, n_samples from raw_evals.runs where task_name = 'queues'") == [("partial", 3)]
    path.write_bytes(whole)
    sync(home, stores, "jsonl")
    assert ask(home, "select count(*) from raw_ops.quarantine where released_at is null") == [(0,)]
    assert ask(home, "select status, n_samples from raw_evals.runs where task_name = 'queues'") == [("success", 4)]
