"""What a manager reads before the conversation, on the synced demo organisation."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines.brief import page, recency, render
from pipelines.evidence import periods, rows, snapshot

pytestmark = pytest.mark.xdist_group("demo")
ROOT = Path(__file__).resolve().parents[2]


def fulcrum(demo, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "--home", str(demo.home.root), "--config", str(demo.config)]
    return subprocess.run([*command, *args], capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "160"})


def read(demo, person: str, period: str = "2026H1") -> page.Brief:
    with snapshot.reading(demo.home) as connection:
        return page.read(connection, person, period)


def test_the_page_holds_one_delivery_one_impact_and_one_uncertainty_that_the_tables_hold_too(demo):
    done = fulcrum(demo, "--json", "brief", "ana", "--period", "2026H1")
    assert done.returncode == 0, done.stderr
    brief = json.loads(done.stdout)
    assert brief["rating"] is None
    ids = [brief["choice"][part]["evidence_id"] for part in ("delivery", "impact", "uncertainty")]
    assert len(set(ids)) == 3
    held = demo.query("select count(*) from evidence.evidence_all where person_id = 'ana' and list_contains(?, evidence_id)", (ids,))
    assert held == [(3,)]


def test_the_page_is_written_for_every_engineer_and_says_what_is_missing_where_nothing_is(demo):
    with snapshot.reading(demo.home) as connection:
        people = [row[0] for row in connection.execute("select person_id from core.dim_people where kind = 'human'").fetchall()]
        pages = [render.markdown(page.read(connection, person, "2026H1")) for person in people]
    assert len(pages) > 30
    for text in pages:
        assert text.count("\n## ") == 9
        assert "Rating: ______" in text
    assert any("not observed in this period, which does not mean that nothing was done" in text for text in pages)


def test_peers_are_at_most_five_from_outside_team_and_reporting_line_and_their_reasons_can_be_counted(demo):
    team = {person for (person,) in demo.query("select person_id from core.dim_people_history where team = 'platform-evals'")}
    peers = read(demo, "ana").peers
    assert 1 <= len(peers) <= 5
    assert not {peer.person_id for peer in peers} & (team | {"ana", "hugo"})
    assert [peer.name for peer in peers] == sorted(peer.name for peer in peers)
    [(reviews,)] = demo.query(
        """select count(distinct r.pull_request_id) from core.fct_reviews r
           join core.bridge_pull_request_authors a using (pull_request_id) join core.fct_pull_requests p using (pull_request_id)
           where a.person_id = 'ana' and r.reviewer_person_id = ? and coalesce(p.merged_at, p.created_at) between '2026-01-01' and '2026-06-30'
             and r.submitted_at between '2026-01-01' and '2026-07-01'""",
        (peers[0].person_id,),
    )
    assert f"{reviews} of the engineer's pull requests reviewed" in peers[0].reasons


def test_the_level_stands_with_its_expectations_and_the_next_ones_beside_rows_and_gaps(demo):
    brief = read(demo, "ana")
    assert brief.level == "L6"
    assert [(one.level, one.is_own_level) for one in brief.expectations] == [("L6", True), ("L7", False)]
    text = render.markdown(brief)
    assert "**L6** (the engineer's level): Builds what other teams rely on, and keeps it honest" in text
    assert "- Gap: Kill decisions, 2026 H1: not observed" in text


def test_a_period_whose_records_are_mostly_of_its_last_quarter_is_warned_of(demo):
    with snapshot.reading(demo.home) as connection:
        found = rows.evidence(connection, "ana", periods.parse("2026H1"))
        whole = recency.of_rows(connection, found, periods.parse("2026H1"))
        ending = recency.of_rows(connection, found, periods.Period("until the middle of the spring", date(2025, 1, 1), date(2026, 4, 1)))
    assert (whole.since, whole.is_lopsided) == (date(2026, 5, 17), False)
    assert 0 < whole.n_late < whole.n_dated
    assert ending.is_lopsided
    assert 2 * ending.n_late > ending.n_dated


def test_what_the_projects_changed_stands_before_and_after_and_what_shipped_without_is_counted(demo):
    changes = read(demo, "ines").changes
    told = " ".join(fulcrum(demo, "brief", "ines", "--period", "2026H1").stdout.split())
    assert changes.pairs
    for pair in changes.pairs:
        assert " ".join(pair["sentence"].split()) in told
        assert demo.query("select state from core.fct_metric_pairs where sentence = ? and source_url = ?", tuple(pair.values())) == [
            ("value",)
        ]
    [without] = [n for name, n in changes.without if name == "acme/support-agent"]
    held = demo.query(
        """select count(*) from core.fct_metric_pairs m join core.dim_projects p using (project_id)
           where p.name = 'acme/support-agent' and state = 'not_observed' and window_from < '2026-07-01' and window_to >= '2026-01-01'"""
    )
    assert held == [(without,)]
    assert f"acme/support-agent: {without} change(s) without a before/after pair; to have shipped is no impact" in told


def test_html_stands_alone_and_markup_in_names_stays_text(demo, tmp_path):
    out = tmp_path / "brief.html"
    assert fulcrum(demo, "brief", "ana", "--period", "2026H1", "--format", "html", "--out", str(out)).returncode == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "<h2>Uncertainty</h2>" in text
    assert "<script" not in text
    assert "<code>" in text


def test_the_page_in_a_terminal_or_pipe_is_whole_with_its_addresses(demo):
    chosen = read(demo, "gita").choice
    told = " ".join(fulcrum(demo, "brief", "gita", "--period", "2026H1").stdout.split())
    for row in (chosen.delivery, chosen.impact, chosen.uncertainty):
        assert row
        for text in (row["headline"], row["method"], row["limits"], row["sources"][0]["url"]):
            assert " ".join(text.split()) in told


def test_no_link_is_left_as_markup_and_files_are_named_by_their_address(demo):
    text = render.page(read(demo, "gita"))
    assert "](" not in text
    assert "<code>file://" in text
    assert 'href="file:' not in text


def test_a_wrong_format_or_person_is_named(demo):
    assert "formats are table, md, html, json" in fulcrum(demo, "brief", "ana", "--format", "docx").stderr
    done = fulcrum(demo, "brief", "anna")
    assert (done.returncode, "nobody answers to 'anna'" in done.stderr) == (2, True)
