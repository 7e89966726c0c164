"""What the demo organisation delivered is held against the dates that were promised, with what was taken back afterwards."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_each_planted_delivery_has_its_days_reverts_and_shares(demo):
    rows = demo.query(
        """select issue_key, person_id, value_low, value_high, n_reopened, n_taken_back, n_hotfixed, share_low, share_mid, share_high
           from evidence.evidence_delivery where subject_kind = 'epic' and period_id = '2026H1'"""
    )
    found = {(key, person): rest for key, person, *rest in rows}
    planted = {}
    for epic in demo.truth["deliveries"]:
        days = [float(epic["days_after_last"]), float(epic["days_after_first"])]
        counts = [epic["n_reopened"], epic["n_taken_back"], epic["n_hotfixed"]]
        for person in {epic["assignee"], *epic["authors"]}:
            assigned, written = float(person == epic["assignee"]), epic["authors"].get(person, 0.0)
            shares = [min(assigned, written), (assigned + written) / 2, max(assigned, written)]
            planted[epic["epic"], person] = [min(days), max(days), *counts, *shares]
    assert found == planted


def test_the_late_epic_says_whose_hands_took_it_back_and_what_is_not_known(demo):
    [late] = [epic for epic in demo.truth["deliveries"] if epic["n_taken_back"]]
    [(headline, *others, sources)] = demo.query(
        """select headline, n_taken_back_by_others, n_hotfixed_by_others, list_sort(list_distinct(list_transform(sources, s -> s.kind))) from evidence.evidence_delivery
           where person_id = 'hugo' and issue_key = ? and period_id = '2026H1'""",
        (late["epic"],),
    )
    assert headline == (
        f"On 2026-06-01 the epic {late['epic']} was done, 3 days after its due date 2026-05-29; of 2 pull requests, 1 taken back (0 by others) and "
        "1 hotfixed (1 by others) within 30 days; it was re-opened 1 time; between 0 % and 100 % of it is the engineer's. It shipped without a before/after pair "
        "of a metric. What it changed for users is not known from this."
    )
    assert (others, sources) == ([0, 1], ["commits", "issue_changes", "issues", "pull_requests"])


def test_the_planted_runs_around_its_changes_stand_in_the_claim_and_the_change_without_any_is_counted(demo):
    switches = [row for row in demo.truth["model_migrations"] if row["epic"] in {epic["epic"] for epic in demo.truth["deliveries"]}]
    measured = [row for row in switches if row["eval_runs"]]
    [(headline, n_pairs, n_measured, runs)] = demo.query(
        """select headline, n_metric_pairs, n_pull_requests_measured, list_transform(list_filter(sources, s -> s.kind = 'runs'), s -> s.id)
           from evidence.evidence_delivery where person_id = 'dora' and period_id = '2026H1' and issue_key = ?""",
        (switches[0]["epic"],),
    )
    assert (n_pairs, n_measured) == (len(measured), len(measured))
    planted = set()
    for row in measured:
        levels = [
            demo.query("select eval_run_id, primary_value from core.fct_eval_runs where native_run_id = ?", (run,))
            for run in row["eval_runs"]
        ]
        (before, was), (after, became) = (level for [level] in levels)
        assert (
            f"{row['repository']}, {row['from_model']} to {row['to_model']}: match/accuracy {was:.4g} before and {became:.4g} after (two eval runs, "
            in headline
        )
        planted |= {before, after}
    assert set(runs) == planted
    assert (
        f"of its pull requests {len(switches) - len(measured)} shipped without a before/after pair. What it changed for users is not known"
        in headline
    )


def test_whoever_delivered_no_epic_has_a_gap_that_says_what_to_do(demo):
    rows = demo.query("select headline, value_mid from evidence.evidence_delivery where state = 'not_observed' and person_id = 'ana'")
    assert rows
    assert all("give epics a due date before work ends" in headline and value is None for headline, value in rows)
