"""What users of the demo organisation began to meet is a launch, with when everybody had it and whose it was."""

import pytest

pytestmark = pytest.mark.xdist_group("demo")


def test_experiments_that_shipped_are_launches_and_those_that_did_not_are_none(demo):
    planted = {e["native_id"] for e in demo.truth["experiments"] if e["decision"] in ("won", "ship") or not e["has_holdout"]}
    rows = demo.query(
        """select x.native_id from core.fct_launches l join core.fct_experiments x on l.subject_kind = 'experiment' and l.subject_id = x.experiment_id"""
    )
    assert len(rows) == len(planted)
    assert {native_id for (native_id,) in rows} == planted


def test_only_what_was_deployed_to_users_is_a_launch(demo):
    rows = demo.query("select split_part(subject_id, '@', 2), started_at from core.fct_launches where subject_kind = 'deployment'")
    planted = {d["sha"]: d["at"] for d in demo.truth["deployments"] if d["environment"] == "production" and d["state"] == "success"}
    assert rows
    assert {sha: at.isoformat() for sha, at in rows}.items() <= planted.items()


def test_a_fine_tuned_model_is_a_launch_with_its_weights_and_data(demo):
    planted = {
        (row["project"], row["model"], row["checkpoint"], row["data_version"], row["base_model"], row["started_on"], tuple(row["makers"]))
        for row in demo.truth["checkpoints"]
    }
    found = demo.query(
        """select split_part(p.name, '/', 2), l.model, l.checkpoint, l.data_version, l.base_model, strftime(l.started_at, '%Y-%m-%d'),
                  list(b.person_id order by b.person_id), sum(b.share), bool_and(l.is_ai_change)
           from core.fct_launches l join core.dim_projects p using (project_id) join core.bridge_launch_people b using (launch_id)
           where l.subject_kind = 'checkpoint' group by all"""
    )
    assert {(*told, tuple(makers)) for *told, makers, _, _ in found} == planted
    assert {(share, is_ai) for *_, share, is_ai in found} == {(1.0, True)}
    lines = demo.query(
        """select distinct review_line, person_id from evidence.evidence_all
           where subject_kind = 'checkpoint' and list_contains(list_transform(sources, s -> s.kind), 'checkpoints')"""
    )
    makers = {person for row in demo.truth["checkpoints"] for person in row["makers"]}
    assert set(lines) == {(line, person) for line in ("custodianship", "system_framing") for person in makers}


def test_the_ramp_of_the_reranker_ends_with_its_hold_and_a_launch_without_a_control_has_none(demo):
    rows = demo.query(
        """select x.native_id, date_diff('day', l.started_at, l.full_at), l.full_how, l.evidence_class, l.evidence_strength
           from core.fct_launches l join core.fct_experiments x on l.subject_kind = 'experiment' and l.subject_id = x.experiment_id"""
    )
    found = {native_id: told for native_id, *told in rows}
    days = sum(phase["days"] for phase in demo.truth["experiment_numbers"]["phases"])
    assert found[demo.truth["experiment_numbers"]["experiment"]] == [days, "end_of_experiment", "experiment_won", "resolved"]
    assert found["query-hints"] == [0, "nobody_held_back", "before_and_after", "derived"]


def test_shares_of_every_launch_sum_to_one(demo):
    rows = demo.query("select launch_id, round(sum(share), 9) from core.bridge_launch_people group by 1")
    assert rows
    assert {share for _, share in rows} == {1.0}


def test_the_weeks_after_a_launch_show_the_planted_decays_and_what_cannot_be_measured(demo):
    [planted] = demo.truth["launch_decays"]
    [(rot, shift, moved, drift, judges, models, sources)] = demo.query(
        """select e.prompt_rot, e.traffic_shift, e.traffic_moved, e.eval_drift, e.judge_drift, e.n_models_changed, list_transform(e.sources, s -> s.kind)
           from evidence.evidence_custodianship e join core.fct_launches l using (launch_id) join core.fct_experiments x on l.subject_id = x.experiment_id
           where x.native_id = ? and e.period_id = '2026H1'""",
        (planted["native_id"],),
    )
    assert (rot, shift, round(moved, 6), models) == ("detected", "detected", planted["traffic_moved"], 1)
    assert (drift, judges) == ("not_detected", "not_measurable")
    assert sources[0] == "experiments"
    [(upgraded,)] = demo.query(
        "select distinct model_after from core.fct_launch_score_trends where has_fallen and decay = 'prompt_rot'",
    )
    assert planted["model_after"].endswith(upgraded)


def test_the_weeks_of_a_ramp_end_six_weeks_after_everybody_had_it_and_later_decay_is_not_its_own(demo):
    [(days, rot, shift)] = demo.query(
        """select date_diff('day', e.full_at, e.window_end), e.prompt_rot, e.traffic_shift
           from evidence.evidence_custodianship e join core.fct_launches l using (launch_id) join core.fct_experiments x on l.subject_id = x.experiment_id
           where x.native_id = ? and e.period_id = '2026H1'""",
        (demo.truth["experiment_numbers"]["experiment"],),
    )
    assert (days, rot, shift) == (42, "not_detected", "not_detected")


def test_whoever_did_nothing_after_a_launch_has_an_observed_zero_and_whoever_launched_nothing_a_gap(demo):
    rows = dict(demo.query("select state, any_value(headline) from evidence.evidence_custodianship group by 1"))
    assert set(rows) == {"value", "observed_zero", "not_observed"}
    assert "did nothing in its project that is on record" in rows["observed_zero"]
    assert "no launch that this engineer has a share in is on record" in rows["not_observed"]


def test_the_system_around_a_launch_is_linked_part_by_part_and_what_is_missing_says_how_to_supply_it(demo):
    [planted] = [row for row in demo.truth["launches"] if row["native_id"] == demo.truth["experiment_numbers"]["experiment"]]
    [(low, high, headline, playbook)] = demo.query(
        """select e.value_low, e.value_high, e.headline, list_filter(e.sources, s -> s.kind = 'documents')[1].id
           from evidence.evidence_system_framing e join core.fct_experiments x on e.subject_id = x.experiment_id
           where x.native_id = ? and e.period_id = '2026H1'""",
        (planted["native_id"],),
    )
    assert planted["rollback_playbook"] in playbook
    assert (low, high) == (3.0, 4.0)
    assert all(f"{part.replace('_', ' ')} (to supply it: " in headline for part in planted["missing"])
    assert headline.count("(to supply it: ") == len(planted["missing"])


def test_a_launch_whose_metric_is_told_by_day_is_monitored(demo):
    [(monitoring, found_by)] = demo.query(
        """select e.monitoring, e.monitoring_found_by from evidence.evidence_system_framing e join core.fct_experiments x on e.subject_id = x.experiment_id
           where x.native_id = 'query-hints' and e.period_id = '2026H1'"""
    )
    assert (monitoring, found_by) == ("resolved", "daily values of its metric after the launch")


def test_a_dashboard_that_is_planned_outside_of_every_repository_monitors_the_launch_whose_change_names_it(demo):
    [plan] = [one for one in demo.truth["documents"] if one["key"]]
    [(monitoring, found_by, urls)] = demo.query(
        """select distinct e.monitoring, e.monitoring_found_by, list_transform(list_filter(e.sources, s -> s.system = 'documents'), s -> s.url)
           from evidence.evidence_system_framing e join core.fct_experiments x on e.subject_id = x.experiment_id
           where x.native_id = 'citations-first'"""
    )
    assert (monitoring, found_by) == ("resolved", "a document that a change of the launch names")
    assert urls == [plan["url"]]


def test_what_shipped_beside_a_launch_is_named_with_its_distance_and_whoever_was_alone_has_no_neighbour(demo):
    rows = demo.query(
        """select e.native_id, coalesce(o.native_id, b.neighbour_id), b.days_after, b.kind, b.is_dismissed, b.source_url <> ''
           from core.bridge_launch_neighbours b join core.fct_experiments e using (experiment_id)
           left join core.fct_experiments o on b.neighbour_id = o.experiment_id"""
    )
    planted = {(one["native_id"], one["neighbour"], one["days_after"], one["kind"], False, True) for one in demo.truth["launch_neighbours"]}
    assert {kind for *_, kind, _, _ in planted} == {"launch", "vendor_drift"}
    assert set(rows) == planted
    assert demo.query("select count(*) from core.bridge_launch_neighbours") == [(len(planted),)]


def test_the_claim_of_a_launch_says_that_it_was_not_alone_and_what_part_is_credited(demo):
    told = dict(
        demo.query(
            """select subject_name, any_value(split_part(headline, ': of the', 1)) from evidence.evidence_experiment_impact
               where basis = 'no_holdout' group by 1 having count(distinct headline) = 1"""
        )
    )
    assert told == {
        "query-hints": "query-hints shipped without a holdout, alone in its weeks",
        "result-previews": "result-previews shipped without a holdout, with 1 other change in its weeks",
    }
    [(n_concurrent, low, mid, high)] = demo.query(
        """select distinct n_concurrent_launches, value_low, value_mid, value_high from evidence.evidence_experiment_impact
           where subject_name = 'keyboard-shortcuts'"""
    )
    assert (n_concurrent, low, mid, high) == (1, None, None, None), "nobody measured it, and no part of the other's effect is given to it"
