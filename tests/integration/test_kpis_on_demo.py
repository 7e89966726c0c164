"""What `fulcrum kpi` and `fulcrum explain` show of KPIs, on the synced demo organisation."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("demo")
ROOT = Path(__file__).resolve().parents[2]
KPIS = [f"K{number:02}" for number in range(1, 24)]


def fulcrum(demo, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(demo.home.root), "--config", str(demo.config)]
    return subprocess.run([*command, *args], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "160"})


@pytest.fixture(scope="module")
def rows(demo) -> list[dict]:
    done = fulcrum(demo, "--json", "kpi", "--period", "2026H1")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["rows"]


def test_all_kpis_answer_with_a_value_or_a_reason_and_their_definition(rows):
    assert [row["kpi_id"] for row in rows] == KPIS
    for row in rows:
        assert all(
            row[name] for name in ("sentence", "formula", "source", "dimension", "owner", "timing", "business_goal", "review_by", "limits")
        )
        assert (row["value"] is None) == (row["state"] == "not_observed") == bool(row["reason"])
        assert row["state"] == "not_observed" or (row["n"] > 0 and row["sources"])


def test_a_table_shows_value_bounds_target_and_what_cannot_be_told(demo, rows):
    shown = " ".join(fulcrum(demo, "kpi", "--period", "2026H1").stdout.split())
    [coverage] = [row for row in rows if row["kpi_id"] == "K01"]
    assert f"{100 * coverage['value']:.1f} % ({100 * coverage['value_low']:.1f} % to {100 * coverage['value_high']:.1f} %)" in shown
    assert "not observed K04 Offline to online correlation, organisation: only 1 of at least 5 records" in shown
    assert "Formula" not in shown
    named = fulcrum(demo, "kpi", "k01", "--period", "2026H1").stdout
    assert "K02" not in named
    assert coverage["formula"][:60] in " ".join(named.split())


def test_scopes_are_written_by_kind_and_name(demo):
    teams = json.loads(fulcrum(demo, "--json", "kpi", "K14", "--scope", "team", "--period", "2026H1").stdout)["rows"]
    assert len(teams) > 1
    assert {row["scope_kind"] for row in teams} == {"team"}
    one = json.loads(fulcrum(demo, "--json", "kpi", "K14", "--scope", f"team:{teams[0]['scope_id']}", "--scope", "organisation").stdout)[
        "rows"
    ]
    assert [row["scope_kind"] for row in one] == ["organisation", "team"]
    project = json.loads(fulcrum(demo, "--json", "kpi", "K14", "--scope", "project:acme/support-agent").stdout)["rows"]
    assert [row["scope_name"] for row in project] == ["acme/support-agent"]


def test_csv_has_a_line_for_each_value(demo, rows):
    found = list(csv.DictReader(io.StringIO(fulcrum(demo, "kpi", "--period", "2026H1", "--format", "csv").stdout)))
    assert [row["kpi_value_id"] for row in found] == [row["kpi_value_id"] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("K24",), "K01 to K23"),
        (("--scope", "person:ana"), "organisation, team, project, artifact"),
        (("--scope", "team:heroes"), "assistant"),
        (("--period", "2019H1"), "2026H1"),
        (("--format", "xlsx"), "table, csv, json"),
    ],
)
def test_what_is_not_there_lists_what_is(demo, arguments, named):
    done = fulcrum(demo, "kpi", *arguments)
    assert done.returncode == 2
    assert named in " ".join(done.stderr.split())


@pytest.mark.parametrize("kpi", KPIS)
def test_explain_opens_every_kpi_down_to_the_raw_answers_of_its_records_or_says_why_there_are_none(demo, rows, kpi):
    [row] = [row for row in rows if row["kpi_id"] == kpi]
    done = fulcrum(demo, "--json", "explain", row["kpi_value_id"][:16], "--sources", "0")
    assert done.returncode == 0, done.stderr
    explained = json.loads(done.stdout)
    assert explained["kpi_value"]["value"] == row["value"]
    assert explained["kpi_value"]["definition_version"]
    assert row["sentence"] in explained["definition"]
    assert row["formula"] in explained["definition"]
    assert f"kpi_members('{kpi}'" in explained["sql"]
    assert "int_kpi_grouped" in explained["sql"]
    assert len(explained["observations"]) == len(explained["sources"])
    assert bool(row["reason"]) == (row["state"] == "not_observed")
    if row["state"] != "not_observed":
        assert explained["sources"]
        assert sum(each["value_mid"] or 0 for each in explained["observations"]) == pytest.approx(row["numerator"], abs=1e-5)
    assert [source["id"] for source in explained["sources"] if not source["raw"] or not source["url"]] == []


def test_explain_shows_in_words_why_a_value_cannot_be_told(demo, rows):
    [row] = [row for row in rows if row["kpi_id"] == "K04"]
    shown = " ".join(fulcrum(demo, "explain", row["kpi_value_id"]).stdout.split())
    assert "only 1 of at least 5 records, which is too few to tell" in shown
    assert "1 source row(s)" in shown
