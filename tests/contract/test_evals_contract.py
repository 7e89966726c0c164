"""Every record of the evals connector keeps the contract of its table, on what the real tools wrote."""

import pytest

from connectors.evals.resources import CONNECTOR
from pipelines.gates import check_records
from tests.unit.evals_reading import read, recorded

KINDS = ["inspect", "lm_eval", "promptfoo", "deepeval", "openai_evals", "ragas", "jsonl"]
OF_FILES = [table for table in CONNECTOR.tables if table.name not in {"prompt_versions", "model_versions", "model_aliases"}]
"""Only a server has a registry of prompts and models."""


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_keeps_the_contract(kind: str):
    store = recorded(kind)
    store.files["evidence.json"] = b'{"schema": 1, "project": "support", "run_id": 99, "pr": 3}'
    reading = read(kind, store)
    for table in OF_FILES:
        records = list(reading.rows(table.name).values())
        checked = check_records(records, table)
        assert [fault.reason for fault in checked.quarantined] == []
        assert checked.frame.height == len(records) > 0
        assert checked.frame.select(*table.key).is_duplicated().any() is False
        assert all(record["_source_url"] and record["_raw"] for record in records)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_carry_no_column_that_their_contract_does_not_know(kind: str):
    reading = read(kind, recorded(kind))
    for table in CONNECTOR.tables:
        known = {*table.columns, "_raw", "_source_url"}
        assert {name for record in reading.tables.get(table.name, []) for name in record} <= known


def test_what_a_run_is_must_be_among_the_known_words():
    run = read("inspect", recorded("inspect", "safety.eval")).run()
    for name, value in (("status", "started"), ("kind", "nobody"), ("run_id", "abc"), ("n_samples", -1), ("epochs", 0)):
        (fault,) = check_records([run | {name: value}], CONNECTOR.table("runs")).quarantined
        assert fault.reason.startswith(name)


def test_a_score_must_be_a_finite_number():
    reading = read("inspect", recorded("inspect", "safety.eval"))
    sample = next(iter(reading.rows("samples").values()))
    for name, value in (("score_num", float("nan")), ("score_num", "C"), ("judge_kind", "nobody"), ("epoch", 0)):
        assert check_records([sample | {name: value}], CONNECTOR.table("samples")).quarantined


def test_every_column_is_described():
    assert [(table.name, name) for table in CONNECTOR.tables for name, column in table.columns.items() if not column.description] == []


def test_the_ledger_is_the_last_table():
    """Whoever loads table by table must not have written it when a load is cut short."""
    assert CONNECTOR.tables[-1].name == "files"
    assert [table.name for table in CONNECTOR.tables if table.census] == ["prompt_versions", "files"]
