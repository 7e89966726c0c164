"""People, Jira, incidents and experiments into the warehouse: what a user finds there after a fault, its correction, and a deletion."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Connector
from connectors.documents.options import DocumentsOptions
from connectors.documents.resources import CONNECTOR as DOCUMENTS
from connectors.experiments.options import ExperimentsOptions
from connectors.experiments.resources import CONNECTOR as EXPERIMENTS
from connectors.incidents.options import IncidentsOptions
from connectors.incidents.resources import CONNECTOR as INCIDENTS
from connectors.jira.fake import FakeJira, make_issue, make_project
from connectors.jira.options import JiraOptions
from connectors.jira.resources import CONNECTOR as JIRA
from connectors.jira.resources import JiraReader
from connectors.people.options import PeopleOptions
from connectors.people.resources import CONNECTOR as PEOPLE
from connectors.registers.options import RegistersOptions
from connectors.registers.resources import CONNECTOR as REGISTERS
from pipelines import load, raw_tables, warehouse
from pipelines.landing import Run
from pipelines.warehouse import Home

pytestmark = pytest.mark.slow

HEADER = "person,name,emails,logins,team,manager,level,from,to\n"
BEN = "ben,Ben Roe,ben@acme.example,benroe,search,,L7,2023-01-01,\n"
EXPERIMENT = (
    "native_id: {name}\nvariations: [{{key: a, is_control: true}}, {{key: b}}]\nphases: [{{phase: 0, split: {{a: {share}, b: 0.5}}}}]\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    return home


def sync(home: Home, connector: Connector, options: Any, **how: Any) -> load.SourceResult:
    with warehouse.connect(home.warehouse) as connection:
        raw_tables.ensure_tables(connection, [connector])
    return load.sync_source(connector, options, Run.start(home, **how))


def ask(home: Home, query: str) -> list[tuple[Any, ...]]:
    with warehouse.connect(home.warehouse) as connection:
        return connection.execute(query).fetchall()


def set_aside(home: Home) -> list[str]:
    return [reason for (reason,) in ask(home, "select reason from raw_ops.quarantine where released_at is null order by reason")]


def test_a_corrected_people_file_leaves_nothing_set_aside_and_its_last_good_rows_stay_meanwhile(home: Home, tmp_path: Path):
    path = tmp_path / "people.csv"
    options = PeopleOptions(directory=path)
    path.write_text(HEADER + BEN + "ana,Ana,,ana,search,bem,L5,2024-01-01,\nana,Ana,,,ranking,ben,L5,2025-07-01,\n", encoding="utf-8")
    sync(home, PEOPLE, options)
    assert ask(home, "select person_id, team, manager_id from raw_people.spells order by all") == [
        ("ana", "search", "bem"),
        ("ben", "search", None),
    ]
    assert [("two" if "one team at a time" in reason else "manager") for reason in set_aside(home)] == ["manager", "two"]
    assert sync(home, PEOPLE, options).rows_changed == 0

    path.write_text(
        HEADER + BEN + "ana,Ana,,ana,search,ben,L5,01/01/2024,2025-07-01\nana,Ana,,,ranking,ben,L5,2025-07-01,\n", encoding="utf-8"
    )
    sync(home, PEOPLE, options)
    alive = "select person_id, team from raw_people.spells where _deleted_at is null order by all"
    assert ask(home, alive) == [("ana", "ranking"), ("ana", "search"), ("ben", "search")], "a slip in a date takes no history away"
    assert any("from is '01/01/2024'" in reason for reason in set_aside(home))

    path.write_text(
        HEADER + BEN + "ana,Ana,,ana,search,ben,L5,2024-01-01,2025-07-01\nana,Ana,,,growth,ben,L5,2025-07-01,\n", encoding="utf-8"
    )
    sync(home, PEOPLE, options)
    assert ask(home, alive) == [("ana", "growth"), ("ana", "search"), ("ben", "search")]
    assert set_aside(home) == []

    path.write_text(HEADER + BEN, encoding="utf-8")
    sync(home, PEOPLE, options)
    assert ask(home, "select person_id from raw_people.people where _deleted_at is null") == [("ben",)]
    assert ask(home, "select count(*) from raw_people.accounts where person_id = 'ana' and _deleted_at is null") == [(0,)]


def test_a_deleted_jira_issue_is_tombstoned_in_the_next_sync_and_counts_agree(home: Home):
    project = make_project("ML")
    issues: list[Any] = [make_issue(number, f"ML-{number}") for number in (1, 2)] + [{"id": "3", "key": "ML-3"}]
    issues[0]["changelog"] = {
        "histories": [{"id": "9", "created": "2026-03-02T10:00:00.000+0000", "items": [{"field": "status"}]}],
        "total": 1,
    }
    site = FakeJira([project], issues)
    connector = replace(JIRA, open=lambda options: JiraReader(options, lambda _: site))
    options = JiraOptions(url="https://acme.atlassian.net", token=SecretStr("x"), projects=("ML",))
    sync(home, connector, options)
    assert set_aside(home)[0].startswith("issue ML-3 (id 3)")
    assert sync(home, connector, options).rows_changed == 0

    site.stored.pop(0)
    site.stored[-1] = make_issue(3, "ML-3", "2026-03-02T11:00:00.000+0000")
    sync(home, connector, options)
    states = ask(home, "select issue_key, _deleted_at is null from raw_jira.issues order by 1")
    assert states == [("ML-1", False), ("ML-2", True), ("ML-3", True)]
    assert ask(home, "select _deleted_reason from raw_jira.issue_changes") == [("no longer listed",)]
    assert set_aside(home) == []
    assert {state for (state,) in ask(home, "select distinct state from raw_ops.reconciliations where source = 'jira'")} == {"matched"}


def moved(issue: dict[str, Any], key: str, updated: str) -> dict[str, Any]:
    """A Jira issue after a move, which its history tells."""
    project = make_project(key.partition("-")[0])
    item = {"field": "Key", "fieldtype": "jira", "fromString": issue["key"], "toString": key}
    told = [*issue["changelog"]["histories"], {"id": updated, "created": updated, "items": [item]}]
    fields = issue["fields"] | {"project": project, "updated": updated}
    return issue | {"key": key, "fields": fields, "changelog": {"histories": told, "total": len(told)}}


def test_a_moved_jira_issue_keeps_its_history_and_one_that_moved_out_of_sight_says_so(home: Home):
    """What was read of an issue goes over to its new project: a later listing of the old one must not take it for gone."""
    first, others = make_issue(7, "ML-7"), [make_issue(8, "ML-8"), make_issue(9, "ML-9")]
    item = {"field": "status", "fieldtype": "jira", "from": "1", "to": "3"}
    first["changelog"] = {"histories": [{"id": "1", "created": "2026-03-01T10:00:00.000+0000", "items": [item]}], "total": 1}
    site = FakeJira([make_project("ML"), make_project("OPS")], [first, *others, make_issue(1, "OPS-1")])
    connector = replace(JIRA, open=lambda options: JiraReader(options, lambda _: site))
    options = JiraOptions(url="https://acme.atlassian.net", token=SecretStr("x"), projects=("ML", "OPS"))
    changes = "select history_id, _deleted_at is null, project_id from raw_jira.issue_changes where issue_id = '7' order by history_id"
    issue = "select issue_key, _deleted_at is null, _deleted_reason from raw_jira.issues where issue_id = '7'"
    sync(home, connector, options)

    site.stored = [moved(first, "OPS-2", "2026-03-03T10:00:00.000+0000"), *others, make_issue(1, "OPS-1")]
    sync(home, connector, options)
    assert ask(home, issue) == [("OPS-2", True, None)]
    ops = make_project("OPS")["id"]
    kept = [("1", True, ops), ("2026-03-03T10:00:00.000+0000", True, ops)]
    assert ask(home, changes) == kept
    site.stored.remove(others[1])
    sync(home, connector, options)
    assert ask(home, "select issue_key from raw_jira.issues where _deleted_at is not null") == [("ML-9",)]
    assert ask(home, changes) == kept, "ML was listed whole, without what had moved out of it before"

    back = site.stored[0]
    site.stored[0] = moved(back, "SEC-1", "2026-03-04T10:00:00.000+0000")
    sync(home, connector, options)
    assert ask(home, issue) == [("OPS-2", False, "moved to project SEC, which is not read, as SEC-1")]
    site.stored[0] = moved(back, "ML-7", "2026-03-05T10:00:00.000+0000")
    sync(home, connector, options)
    assert ask(home, issue) == [("ML-7", True, None)]
    assert {is_live for _, is_live, _ in ask(home, changes)} == {True}
    assert sync(home, connector, options).rows_changed == 0


def test_an_unreadable_experiment_file_takes_nothing_away_and_a_corrected_one_is_released(home: Home, tmp_path: Path):
    store = tmp_path / "experiments"
    store.mkdir()
    options = ExperimentsOptions.model_validate({"stores": [{"kind": "files", "path": str(store)}]})
    (store / "a.yaml").write_text(EXPERIMENT.format(name="one", share=0.5), encoding="utf-8")
    (store / "b.yaml").write_text(EXPERIMENT.format(name="two", share=0.1), encoding="utf-8")
    sync(home, EXPERIMENTS, options)
    alive = """select native_id, count(phase) from raw_experiments.experiments as e
        left join raw_experiments.phases as p on p.experiment_id = e.experiment_id and p._deleted_at is null
        where e._deleted_at is null group by native_id order by native_id"""
    assert ask(home, alive) == [("one", 1), ("two", 0)]
    assert "sums to 0.6" in set_aside(home)[0]

    (store / "a.yaml").write_text("native_id: [", encoding="utf-8")
    sync(home, EXPERIMENTS, options)
    assert ask(home, alive) == [("one", 1), ("two", 0)]
    assert len(set_aside(home)) == 2

    (store / "a.yaml").unlink()
    (store / "b.yaml").write_text(EXPERIMENT.format(name="two", share=0.5), encoding="utf-8")
    sync(home, EXPERIMENTS, options)
    assert ask(home, alive) == [("two", 1)]
    assert set_aside(home) == []
    assert {state for (state,) in ask(home, "select distinct state from raw_ops.reconciliations where source = 'experiments'")} == {
        "matched"
    }


def test_incidents_of_files_come_go_and_are_put_right(home: Home, tmp_path: Path):
    store = tmp_path / "incidents"
    store.mkdir()
    options = IncidentsOptions.model_validate({"stores": [{"kind": "files", "path": str(store)}]})
    header = "native_id,status,created_at,resolved_at,responders\n"
    one = "1,resolved,2026-02-02T09:00:00Z,2026-02-02T10:00:00Z,ana@acme.example;ben@acme.example\n"
    (store / "a.csv").write_text(f"{header}{one}2,resolved,2026-02-02T09:00:00Z,2026-02-01T09:00:00Z,\n", encoding="utf-8")
    sync(home, INCIDENTS, options)
    alive = """select native_id, count(account) from raw_incidents.incidents as i
        left join raw_incidents.incident_responders as r on r.incident_id = i.incident_id and r._deleted_at is null
        where i._deleted_at is null group by native_id order by native_id"""
    assert ask(home, alive) == [("1", 2)]
    assert "resolved_at is not before created_at" in set_aside(home)[0]
    assert sync(home, INCIDENTS, options).rows_changed == 0

    (store / "a.csv").write_text(f"{header}2,resolved,2026-02-02T09:00:00Z,2026-02-02T11:00:00Z,ana@acme.example\n", encoding="utf-8")
    sync(home, INCIDENTS, options)
    assert ask(home, alive) == [("2", 1)]
    assert set_aside(home) == []
    assert {state for (state,) in ask(home, "select distinct state from raw_ops.reconciliations where source = 'incidents'")} == {"matched"}


def test_a_price_that_a_register_no_longer_lists_is_gone_and_a_broken_file_takes_nothing_away(home: Home, tmp_path: Path):
    options = RegistersOptions.model_validate({"registers": [{"name": "p", "kind": "prices", "path": str(tmp_path / "prices.csv")}]})
    header = "provider,model,token_kind,per_million,currency,basis,from\n"
    both = "acme,big,input,3,USD,published,2026-01-01\nacme,big,output,12,USD,published,2026-01-01\n"
    (tmp_path / "prices.csv").write_text(header + both, encoding="utf-8")
    sync(home, REGISTERS, options)
    assert sync(home, REGISTERS, options).rows_changed == 0
    alive = "select token_kind, per_million from raw_registers.model_prices where _deleted_at is null order by all"
    (tmp_path / "prices.csv").write_text(header + "acme,big,input,dear,USD,published,2026-01-01\n", encoding="utf-8")
    sync(home, REGISTERS, options)
    assert ask(home, alive) == [("input", 3.0), ("output", 12.0)]
    assert ["per_million is 'dear'" in reason for reason in set_aside(home)] == [True]
    (tmp_path / "prices.csv").write_text(header + "acme,big,input,2.5,USD,published,2026-01-01\n", encoding="utf-8")
    sync(home, REGISTERS, options)
    assert ask(home, alive) == [("input", 2.5)]
    assert set_aside(home) == []
    assert {state for (state,) in ask(home, "select state from raw_ops.reconciliations")} == {"matched"}


def test_a_document_that_left_its_folder_is_gone_with_what_it_named_and_a_broken_one_takes_nothing_away(home: Home, tmp_path: Path):
    folder = tmp_path / "post-mortems"
    folder.mkdir()
    for name, key in (("search", "INC-7"), ("ads", "INC-8")):
        (folder / f"{name}.md").write_text(f"# Why {name} was down\n\nAfter {key}.\n", encoding="utf-8")
    options = DocumentsOptions.model_validate({"folders": [{"name": "post-mortems", "path": str(folder)}]})
    named = "select path, target from raw_documents.document_links where _deleted_at is null order by all"
    sync(home, DOCUMENTS, options)
    assert ask(home, named) == [("ads.md", "INC-8"), ("search.md", "INC-7")]
    (folder / "ads.md").write_bytes(b"\xff\xfe\x00")
    sync(home, DOCUMENTS, options)
    assert ask(home, named) == [("ads.md", "INC-8"), ("search.md", "INC-7")]
    assert any("ads.md: it cannot be read" in reason for reason in set_aside(home))
    (folder / "ads.md").unlink()
    sync(home, DOCUMENTS, options)
    assert ask(home, named) == [("search.md", "INC-7")]
    assert ask(home, "select path from raw_documents.documents where _deleted_at is null") == [("search.md",)]
