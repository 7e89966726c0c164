"""What packet authors, analysts and operators see on the command line, on the synced demo organisation."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.xdist_group("demo")
ROOT = Path(__file__).resolve().parents[2]
with (ROOT / "dbt_project" / "seeds" / "review_lines.csv").open(encoding="utf-8") as seed:
    LINES = [row["line_id"] for row in csv.DictReader(seed)]


def fulcrum(demo, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(demo.home.root), "--config", str(demo.config)]
    return subprocess.run([*command, *args], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "160", **environment})


@pytest.fixture(scope="module")
def sheet(demo) -> dict:
    done = fulcrum(demo, "--json", "evidence", "ana", "--period", "2026H1")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_number_carries_bounds_method_strength_limits_and_sources(sheet):
    observed = [row for row in sheet["rows"] if row["state"] != "not_observed"]
    assert observed
    for row in observed:
        assert row["value_low"] <= row["value_mid"] <= row["value_high"]
        assert row["method"]
        assert row["strength"] in {"declared", "resolved", "derived"}
        assert row["limits"]
        assert row["falsifier"]
        assert row["sources"]
        assert all(source["url"] and source["load_id"] for source in row["sources"])
        assert sheet["name"] not in row["headline"]


def test_lines_without_data_say_what_is_missing_and_how_to_supply_it(sheet):
    gaps = [row for row in sheet["rows"] if row["state"] == "not_observed"]
    assert gaps
    for row in gaps:
        assert row["value_mid"] is None
        assert "not observed" in row["headline"]
        assert "To supply it" in row["headline"]


def test_every_review_line_answers_for_every_engineer_with_a_value_a_zero_or_a_gap(demo):
    missing = demo.query(
        """select p.person_id, l.review_line
           from (select distinct person_id from core.dim_people where kind = 'human' and left_on is null) p
           cross join (select distinct review_line from evidence.evidence_all) l
           where not exists (select 1 from evidence.evidence_all e
             where e.person_id = p.person_id and e.review_line = l.review_line and e.period_id = '2026H1')"""
    )
    assert missing == []


def test_the_union_is_exactly_its_lines(demo):
    [(union,)] = demo.query("select count(*) from evidence.evidence_all")
    lines = [
        name
        for (name,) in demo.query("select table_name from duckdb_tables() where schema_name = 'evidence' and table_name <> 'evidence_all'")
    ]
    assert union == sum(demo.query(f"select count(*) from evidence.{name}")[0][0] for name in lines)
    [(distinct,)] = demo.query("select count(distinct evidence_id) from evidence.evidence_all")
    assert distinct == union


@pytest.mark.parametrize("line", LINES)
def test_explain_goes_from_a_row_of_every_line_down_to_raw_answers(demo, line):
    """What stands in the row and how it is counted; then every record that it counts, as its source answered, with its address."""
    [(evidence_id, n_sources)] = demo.query(
        """select evidence_id, len(sources) from evidence.evidence_all where review_line = ? and period_id = '2026H1' and len(sources) > 0
           order by state = 'value' desc, evidence_id limit 1""",
        (line,),
    )
    done = fulcrum(demo, "--json", "explain", evidence_id[:16], "--sources", "0")
    assert done.returncode == 0, done.stderr
    explained = json.loads(done.stdout)
    assert explained["evidence"]["headline"].endswith(".")
    assert explained["evidence"]["metric_version"]
    assert explained["definition"].startswith("One row per")
    assert f"evidence_rows('{line}'" in explained["sql"]
    assert len(explained["sources"]) == n_sources
    assert [source for source in explained["sources"] if not source["raw"] or not source["load_id"]] == []
    assert all(source["url"].startswith(("http://", "file://")) for source in explained["sources"])


def test_markdown_is_a_table_with_links_and_csv_disarms_formulas(demo):
    text = fulcrum(demo, "evidence", "ana", "--period", "2026H1", "--format", "md").stdout
    assert "| Claim | Low / mid / high | Share |" in text
    assert "](<http" in text
    rows = list(csv.DictReader(io.StringIO(fulcrum(demo, "evidence", "ana", "--period", "2026H1", "--format", "csv").stdout)))
    assert {"evidence_id", "headline", "value_low", "sources"} <= rows[0].keys()


def test_a_person_is_found_by_id_login_email_and_name_and_an_unknown_one_is_named(demo):
    [(login,)] = demo.query(
        "select account_login from core.bridge_people_accounts where person_id = 'ana' and system = 'github' order by 1 limit 1"
    )
    for text in ("ana", login, "ana@acme.example"):
        assert json.loads(fulcrum(demo, "--json", "evidence", text).stdout)["person_id"] == "ana"
    done = fulcrum(demo, "evidence", "anna")
    assert done.returncode == 2
    assert "nobody answers to 'anna'" in done.stderr
    assert "ana" in done.stderr.split("near:")[1]


def test_a_wrong_period_or_line_names_the_legal_ones(demo):
    done = fulcrum(demo, "evidence", "ana", "--period", "2026H3")
    assert (done.returncode, "write 2026H1, 2026Q3" in done.stderr) == (2, True)
    done = fulcrum(demo, "evidence", "ana", "--line", "heroism")
    assert (done.returncode, "second_order_leverage" in done.stderr) == (2, True)


def test_analysts_get_pseudonyms_and_neither_names_nor_texts(demo):
    named = [row[0] for row in demo.query("select display_name from core.dim_people where kind = 'human'")]
    columns = {column for (column,) in demo.query("select column_name from meta.dictionary", audience="analyst")}
    assert not columns & {"display_name", "title", "hypothesis", "account", "account_login", "email"}
    [(people, pseudonymous)] = demo.query(
        """select count(distinct person_id), count(distinct person_id) filter (where starts_with(person_id, 'p_'))
           from evidence.evidence_all""",
        audience="analyst",
    )
    assert people == pseudonymous > 30
    text = " ".join(row[0] for row in demo.query("select headline from evidence.evidence_all", audience="analyst"))
    assert [name for name in named if name and name in text] == []


def test_the_snapshot_opens_in_old_storage_with_comments_and_cannot_be_changed(demo):
    path = (demo.home.published / "analyst.duckdb").resolve()
    assert oct(path.stat().st_mode)[-3:] == "444"
    with duckdb.connect(str(path), read_only=True) as connection:
        [(comment,)] = connection.execute(
            "select comment from duckdb_tables() where schema_name = 'evidence' and table_name = 'evidence_all'"
        ).fetchall()
        assert comment
        [(bare,)] = connection.execute(
            "select count(*) from duckdb_columns() where schema_name in ('core', 'evidence', 'kpi', 'ops') and (comment is null or comment = '')"
        ).fetchall()
        assert bare == 0
        [(version,)] = connection.execute("select tags['storage_version'] from duckdb_databases() where not internal").fetchall()
        assert version.startswith("v1.2.0")


def test_sql_reads_the_snapshot_and_nothing_else(demo):
    done = fulcrum(demo, "--json", "sql", "select count(*) as people from core.dim_people")
    assert json.loads(done.stdout)[0]["people"] > 40
    for attack in ("create table core.x (a int)", "select * from read_csv('/etc/passwd')", "attach 'x.duckdb'", "set threads = 1"):
        assert fulcrum(demo, "sql", attack).returncode == 1


def test_status_shows_rows_reconciliation_and_requests(demo):
    done = fulcrum(demo, "--json", "status")
    lines = {(line["source"], line["table"]): line for line in json.loads(done.stdout)}
    assert lines[("github", "pull_requests")]["reconciliation"] == "matched"
    assert lines[("github", "pull_requests")]["rows"] == demo.truth["counts"]["pull_requests"]
    assert lines[("jira", "issues")]["quarantined"] == 1
    assert lines[("github", "repositories")]["state"] == "partial"
    shown = fulcrum(demo, "status").stdout
    assert shown.count("\n") > len(lines)
    assert "not readable: acme/recsys-lab: classic branch protection; missing right: Administration: read." in " ".join(shown.split())


def test_people_lists_say_who_is_resolved_and_who_is_not(demo):
    people = json.loads(fulcrum(demo, "--json", "people", "list").stdout)
    ana = [row for row in people if row["person_id"] == "ana"]
    assert len(ana) > 2
    assert all(row["rule"] and 0 < row["confidence"] <= 1 for row in ana)
    unresolved = json.loads(fulcrum(demo, "--json", "people", "unresolved").stdout)
    rates = json.loads(fulcrum(demo, "--json", "evidence", "ana").stdout)["match_rates"]
    missing = sum(rate["n_unresolved"] for rate in rates)
    assert 0 < missing <= len(unresolved), "of the period: an account may have been seen in another one only"
    assert all(rate["n_accounts"] == rate["n_resolved"] + rate["n_unresolved"] for rate in rates)
    [told] = [f"git {rate['n_resolved']} of {rate['n_accounts']}" for rate in rates if rate["system"] == "git"]
    for shown in ((), ("--format", "md"), ("--format", "csv")):
        text = " ".join(fulcrum(demo, "evidence", "ana", *shown).stdout.split())
        assert told in text, shown
        assert f"the work of the other {missing} counts for nobody" in text, shown
    assert f"the work of the other {len(unresolved)} counts for nobody" in " ".join(fulcrum(demo, "status").stdout.split())
    assert [list(pair) for pair in demo.truth["identity"]["unresolved"]] == sorted([row["system"], row["account"]] for row in unresolved)


def test_the_token_is_in_no_log_table_or_file_of_the_home(demo):
    from pipelines.demo.organisation import TOKEN

    organisation = demo.config.parent
    for path in demo.home.root.rglob("*"):
        if path.is_file() and path != organisation / ".env" and TOKEN.encode() in path.read_bytes():
            pytest.fail(f"{path} holds the token")


def test_a_table_in_a_pipe_is_wide_enough_for_its_words(demo):
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(demo.home.root), "--config", str(demo.config)]
    done = subprocess.run([*command, "evidence", "ana", "--period", "2026H1"], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    table = [line for line in done.stdout.splitlines() if line.startswith("│")]
    assert {len(line) for line in table} == {118}
    assert "engineer's" in done.stdout


def test_a_pipe_that_closes_early_is_no_error(demo):
    script = f"{sys.executable} -c 'from pipelines.cli import main; main()' --home {demo.home.root} evidence ana | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert "Traceback" not in done.stderr
