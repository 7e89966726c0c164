"""Label sets in the warehouse, and judges held against them: versions apart, ties out, unlabelled counted, corrections seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.evals.options import EvalsOptions
from connectors.labels.options import LabelsOptions
from pipelines import load, raw_tables, warehouse
from pipelines.landing import Run
from pipelines.statistics import labels as label_statistics
from pipelines.warehouse import Home

pytestmark = pytest.mark.slow

ITEMS = [f"s{number}" for number in range(1, 9)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [registry.get(name) for name in registry.MODULES])
    return home


def sync(home: Home, name: str, options: Any) -> load.SourceResult:
    return load.sync_source(registry.get(name), options, Run.start(home))


def ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(query).fetchall()


def write_labels(folder: Path, answers: dict[str, dict[str, str]]) -> None:
    """Answers of raters by item."""
    rows = [f"{item},{rater},{value}" for rater, given in answers.items() for item, value in given.items()]
    folder.mkdir(exist_ok=True)
    (folder / "labels.csv").write_text("\n".join(["item,rater,value", *rows]) + "\n", encoding="utf-8")


def write_run(folder: Path, name: str, rubric: str, verdicts: dict[str, float], started: str) -> None:
    """A run of the judge in one version: its scores by item, at least 0.5 of which pass."""
    folder.mkdir(exist_ok=True)
    judge = {"kind": "llm", "name": "acme/judge-1", "prompt": rubric}
    lines: list[dict[str, Any]] = [
        {"record": "run", "format": 1, "id": name, "task": "qa", "started_at": started, "scorers": [{"name": "faithful", "judge": judge}]},
        *(
            {"record": "sample", "id": item, "scores": {"faithful": {"value": score, "passed": score >= 0.5}}}
            for item, score in verdicts.items()
        ),
        {"record": "end", "status": "success", "ended_at": started, "n_samples": len(verdicts)},
    ]
    (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n", encoding="utf-8")


def options(folder: Path, **changes: Any) -> LabelsOptions:
    told = {"name": "qa", "kind": "records", "path": str(folder), "passing": ["good"], "judge": {"task": "qa", "scorer": "faithful"}}
    return LabelsOptions.model_validate({"sets": [told | changes]})


def agreements(home: Home, table: str, columns: str) -> list[tuple[Any, ...]]:
    with warehouse.connect(home.warehouse) as connection:
        label_statistics.recompute(connection)
    return ask(home, f"select {columns} from raw_statistics.{table} order by all")


def test_each_version_of_a_judge_is_held_against_the_majority_of_the_raters(home: Home, tmp_path: Path):
    good = dict.fromkeys(ITEMS[:4], "good") | dict.fromkeys(ITEMS[4:7], "bad")
    write_labels(tmp_path / "labels", {"ana": good, "ben": good, "chi": good | {"s1": "bad"}, "dan": {"s8": "good"}, "eve": {"s8": "bad"}})
    truth = {item: 0.9 if good.get(item, "good") == "good" else 0.1 for item in ITEMS}
    write_run(tmp_path / "evals", "one", "Be strict.", truth | {"unknown": 0.9}, "2026-03-01T00:00:00Z")
    write_run(
        tmp_path / "evals", "two", "Be lenient.", dict.fromkeys(ITEMS[:5], 0.9) | dict.fromkeys(ITEMS[5:], 0.1), "2026-04-01T00:00:00Z"
    )
    sync(home, "labels", options(tmp_path / "labels"))
    sync(home, "evals", EvalsOptions.model_validate({"stores": [{"kind": "jsonl", "path": str(tmp_path / "evals")}]}))
    columns = "state, n_items, n_judged, n_tied, n_unlabelled, round(agreement_mid, 3), raw_agreement, strftime(first_run_at, '%m')"
    assert agreements(home, "judge_agreements", columns) == [
        ("value", 7, 8, 1, 0, 0.696, 6 / 7, "04"),
        ("value", 7, 9, 1, 1, 1.0, 1.0, "03"),
    ]
    [(state, mid, items)] = agreements(home, "label_agreements", "state, agreement_mid, n_items")
    assert (state, items) == ("value", 8)
    assert 0.6 < mid < 1


def test_the_last_answer_of_a_rater_and_the_last_verdict_on_an_item_count(home: Home, tmp_path: Path):
    tool = [
        {"id": place, "data": {"key": item}, "annotations": [
            {"id": 10 * place + turn, "completed_by": 1, "updated_at": f"2026-03-0{turn}T00:00:00Z", "result": [
                {"from_name": "q", "type": "choices", "value": {"choices": [value]}}]}
            for turn, value in ((1, "bad"), (2, "good" if place % 2 else "bad"))]}
        for place, item in enumerate(ITEMS, 1)
    ]  # fmt: skip
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "export.json").write_text(json.dumps(tool), encoding="utf-8")
    write_run(tmp_path / "evals", "old", "Judge.", dict.fromkeys(ITEMS, 0.9), "2026-03-01T00:00:00Z")
    now = {item: 0.9 if place % 2 else 0.1 for place, item in enumerate(ITEMS, 1)}
    write_run(tmp_path / "evals", "new", "Judge.", now, "2026-04-01T00:00:00Z")
    sync(home, "labels", options(tmp_path / "labels", kind="label_studio", item="key"))
    sync(home, "evals", EvalsOptions.model_validate({"stores": [{"kind": "jsonl", "path": str(tmp_path / "evals")}]}))
    assert agreements(home, "judge_agreements", "n_judged, n_items, agreement_mid") == [(8, 8, 1.0)]
    [(reason,)] = agreements(home, "label_agreements", "reason")
    assert reason == "fewer_than_two_items_with_two_answers", "one rater who changed her mind is not two raters"


def test_numbers_are_held_against_the_median_of_the_raters(home: Home, tmp_path: Path):
    rising = {item: str(place) for place, item in enumerate(ITEMS)}
    write_labels(tmp_path / "labels", {"ana": rising, "ben": rising, "chi": rising | {"s1": "no idea"}})
    write_run(tmp_path / "evals", "one", "Grade.", {item: float(place) for place, item in enumerate(ITEMS)}, "2026-03-01T00:00:00Z")
    sync(home, "labels", options(tmp_path / "labels", scale="interval", passing=[]))
    sync(home, "evals", EvalsOptions.model_validate({"stores": [{"kind": "jsonl", "path": str(tmp_path / "evals")}]}))
    assert agreements(home, "judge_agreements", "agreement_mid, n_items") == [(1.0, 8)]


def test_a_label_that_is_withdrawn_is_gone_and_a_broken_export_takes_nothing_away(home: Home, tmp_path: Path):
    write_labels(tmp_path / "labels", {"ana": {"s1": "good", "s2": "bad"}})
    sync(home, "labels", options(tmp_path / "labels"))
    alive = "select item_key from raw_labels.labels where _deleted_at is null order by all"
    (tmp_path / "labels" / "labels.csv").write_text("who,knows\n", encoding="utf-8")
    sync(home, "labels", options(tmp_path / "labels"))
    assert ask(home, alive) == [("s1",), ("s2",)]
    write_labels(tmp_path / "labels", {"ana": {"s2": "bad"}})
    sync(home, "labels", options(tmp_path / "labels"))
    assert ask(home, alive) == [("s2",)]
    assert {state for (state,) in ask(home, "select state from raw_ops.reconciliations")} == {"matched"}
