"""The demo organisation's move to the next model: every switch, who led it, what was compared, and what is known of incidents."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_the_planted_switches_are_found_and_nothing_else_is(demo):
    found = demo.query(
        """select p.name, r.number, s.from_model, s.to_model, r.merged_at = s.switched_at, s.is_taken_back
           from core.fct_model_switches s join core.fct_pull_requests r using (pull_request_id)
           join core.dim_projects p on p.project_id = r.project_id"""
    )
    planted = [(m["repository"], m["pull_request"], m["from_model"], m["to_model"], True, False) for m in demo.truth["model_migrations"]]
    assert sorted(found) == sorted(planted), "precision and recall of switches are 1"
    assert demo.query("select count(*) from core.fct_model_switches") == [(len(planted),)]


def test_switches_within_sixty_days_are_one_migration_with_its_comparisons(demo):
    [(started, ended, switches, repositories, comparison, suites, compared, regressed, still_down)] = demo.query(
        """select cast(started_at as varchar), cast(ended_at as varchar), n_switches, n_repositories, comparison, n_suites_compared,
           n_switches_compared, n_slices_regressed, n_slices_open from core.fct_model_migrations"""
    )
    planted = demo.truth["model_migrations"]
    merged = sorted(m["merged_at"][:10] for m in planted)
    assert (started[:10], ended[:10]) == (merged[0], merged[-1])
    assert switches == repositories == len(planted)
    assert comparison == "compared"
    assert suites == compared == sum(bool(m["eval_runs"]) for m in planted), "one app had no suite that covers it"
    assert (regressed, still_down) == (0, 0)


def test_the_leader_has_the_row_and_whoever_only_ran_a_comparison_a_small_share(demo):
    rows = demo.query(
        """select person_id, leader_basis, round(share_low, 3), round(share_mid, 3), round(share_high, 3), value_mid
           from evidence.evidence_model_migration where state = 'value' and period_id = '2026H1' order by share_mid desc"""
    )
    assert {m["led_by"] for m in demo.truth["model_migrations"]} == {"dora"}
    assert rows == [("dora", "switched_and_compared", 0.8, 0.9, 1.0, 3.0), ("emil", "compared", 0.0, 0.1, 0.2, 3.0)]


def test_the_row_leads_to_every_switch_and_every_run_of_the_comparison(demo):
    [(sources,)] = demo.query(
        "select sources from evidence.evidence_model_migration where person_id = 'dora' and state = 'value' and period_id = '2026H1'"
    )
    kinds = [source["kind"] for source in sources]
    planted = demo.truth["model_migrations"]
    assert kinds.count("model_settings") == kinds.count("pull_requests") == len(planted)
    runs = demo.query(
        "select native_run_id from core.fct_eval_runs where eval_run_id in (select unnest(?))",
        ([source["id"] for source in sources if source["kind"] == "runs"],),
    )
    assert {run for (run,) in runs} == {run for m in planted for run in m["eval_runs"]}


def test_incidents_without_a_recorded_repository_keep_the_row_from_saying_none(demo):
    [(low, high, visible, gap, watched, read)] = demo.query(
        """select n_incidents_low, n_incidents_high, n_visible_incidents_high, incident_gap, m.watched_until,
           (select max(last_done_at) from ops.freshness where source = 'jira') from core.fct_model_migrations m"""
    )
    if read < watched:
        assert (gap, high) == ("not_read_until_the_end", None), "the time is not over yet, so nothing is said"
    else:
        # One of the two has no recorded impact on customers either.
        assert (gap, low, high, visible) == (None, 0, 2, 1)


def test_examples_added_since_the_first_switch_are_told_and_what_was_not_run_again_is_not(demo):
    [planted] = demo.truth["migration_examples"]
    [(sets, seen, before, since, added)] = demo.query(
        "select n_golden_sets, n_golden_sets_seen, n_examples_before, n_examples_since, n_examples_added from core.fct_model_migrations"
    )
    grown = planted["examples_since"] - planted["examples_before"]
    assert (added, since - before) == (grown, grown)
    assert sets - seen == 1, "the app's intents were not run again with the next model"
    [(headline, sources)] = demo.query(
        """select headline, sources from evidence.evidence_model_migration
           where person_id = 'dora' and state = 'value' and period_id = '2026H1'"""
    )
    assert (
        f"{grown} examples were added to {seen} golden sets of these repositories, which held {before} before and {since} since" in headline
    )
    versions = [source["id"] for source in sources if source["kind"] == "dataset_versions"]
    sizes = demo.query(
        "select n_items from core.fct_eval_dataset_versions where dataset_name = ? and dataset_version_id in (select unnest(?))",
        (planted["dataset"], versions),
    )
    assert sorted(sizes) == [(planted["examples_before"],), (planted["examples_since"],)]
