"""What was planted in the demo organisation is what the published tables say: every citation, look-alike, number and person."""

from datetime import datetime

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_every_planted_citation_is_found_with_its_kind_and_first_date(demo):
    rows = demo.query(
        """select c.artifact_id, coalesce(p.name, c.project_id), c.channel, coalesce(c.path, ''), c.first_seen_at, c.is_counted, c.not_counted_reason
           from core.fct_citations c left join core.dim_projects p using (project_id)"""
    )
    found = {(a, project, channel, path): (seen, counted, reason) for a, project, channel, path, seen, counted, reason in rows}
    planted = {
        (c["artifact"], c["project"], c["channel"], c["path"]): (moment(c["first_seen_at"]), c["is_counted"], c["not_counted_reason"])
        for c in demo.truth["citations"]
    }
    assert found == planted


def test_look_alikes_are_listed_with_the_reason_that_keeps_them_out(demo):
    reasons = {c["not_counted_reason"] for c in demo.truth["citations"]} - {None}
    assert {"fork", "vendored_copy", "single_contributor", "bot_accepted", "similar_name", "removed_before_period", "insider_accepted"} <= (
        reasons | {r for period in demo.truth["leverage"] for r in period["not_counted"].values()}
    )


def test_use_of_each_project_is_the_planted_one_to_six_decimals(demo):
    rows = demo.query(
        """select l.period_id, l.artifact_id, p.name, l.rung, l.u_low, l.u_mid, l.u_high
           from core.fct_leverage l join core.dim_projects p using (project_id) where l.is_counted"""
    )
    found = {(period, artifact, project): (rung, *(round(u, 6) for u in bounds)) for period, artifact, project, rung, *bounds in rows}
    planted = {
        (entry["period"], entry["artifact"], use["project"]): (use["rung"], *(round(use[f"u_{x}"], 6) for x in ("low", "mid", "high")))
        for entry in demo.truth["leverage"]
        for use in entry["projects"]
    }
    assert found == planted


def test_projects_that_do_not_count_say_why(demo):
    rows = demo.query(
        """select l.period_id, l.artifact_id, coalesce(p.name, l.project_id), l.not_counted_reason
           from core.fct_leverage l left join core.dim_projects p using (project_id) where not l.is_counted"""
    )
    planted = {
        (e["period"], e["artifact"], project, reason) for e in demo.truth["leverage"] for project, reason in e["not_counted"].items()
    }
    assert set(rows) == planted


def test_leverage_of_each_person_is_the_planted_one_to_six_decimals(demo):
    rows = demo.query(
        """select period_id, person_id, subject_id, value_low, value_mid, value_high
           from evidence.evidence_second_order_leverage where state = 'value'"""
    )
    found = {(period, person, artifact): tuple(round(v, 6) for v in values) for period, person, artifact, *values in rows}
    planted = {
        (entry["period"], person["person"], entry["artifact"]): tuple(round(person[f"leverage_{x}"], 6) for x in ("low", "mid", "high"))
        for entry in demo.truth["leverage"]
        for person in entry["people"]
        if person["person"] and person["leverage_high"] > 0
    }
    assert found == planted


def test_authors_share_each_artifact_as_planted(demo):
    rows = demo.query("select period_id, artifact_id, person_id, share_low, share_mid, share_high from core.bridge_artifact_authors")
    found = {(period, artifact, person): tuple(round(s, 6) for s in shares) for period, artifact, person, *shares in rows if shares[2] > 0}
    planted = {
        (entry["period"], entry["artifact"], person["person"]): tuple(round(person[f"share_{x}"], 6) for x in ("low", "mid", "high"))
        for entry in demo.truth["leverage"]
        for person in entry["people"]
    }
    assert {key: value for key, value in found.items() if key[2]} == {key: value for key, value in planted.items() if key[2]}


def test_every_gate_outcome_is_the_planted_one(demo):
    rows = demo.query(
        """select p.name, r.number, g.gate, g.outcome, g.counts_low, g.counts_mid, g.counts_high
           from core.fct_gate_catches g join core.fct_pull_requests r using (pull_request_id)
           join core.dim_projects p on p.project_id = g.project_id"""
    )
    found = {(repository, number, gate): tuple(rest) for repository, number, gate, *rest in rows}
    planted = {
        (g["repository"], g["pull_request"], g["gate"]): (g["outcome"], g["counts_low"], g["counts_mid"], g["counts_high"])
        for g in demo.truth["gate_outcomes"]
        if g["outcome"] != "green"
    }
    assert {key: (found.get(key), value) for key, value in planted.items() if found.get(key) != value} == {}
    assert found.keys() - planted.keys() == set()


def test_the_prompt_that_took_seven_attempts_is_told_as_it_happened(demo):
    rows = demo.query(
        """select c.attempt_no, r.number, b.person_id, c.outcome from core.fct_prompt_changes c
           join core.fct_pull_requests r using (pull_request_id)
           join core.bridge_prompt_change_authors b on b.prompt_change_id = c.prompt_change_id and b.role = 'author'
           where c.change_kind <> 'reverted' and r.number in (select unnest(?)) and c.path like 'prompts/%'
           order by 1""",
        ([attempt["pull_request"] for attempt in demo.truth["prompt_attempts"]],),
    )
    repository = demo.truth["prompt_attempts"][0]["repository"]
    assert repository == "acme/support-agent"
    found = {(number, person): (attempt, outcome) for attempt, number, person, outcome in rows}
    for attempt in demo.truth["prompt_attempts"]:
        number, outcome = found[(attempt["pull_request"], attempt["author"])]
        assert (number, outcome) == (attempt["attempt_no"], attempt["outcome"])


def test_prompts_in_code_are_found_by_their_names_and_said_to_be_inferred(demo):
    planted = {(row["path"], row["symbol"], row["pull_request"], row["change_kind"]) for row in demo.truth["code_prompts"]}
    assert (
        set(demo.query("select path, symbol, pull_request_number, change_kind from core.fct_prompt_changes where symbol is not null"))
        == planted
    )
    headlines = demo.query("select distinct headline from evidence.evidence_prompt_provenance where subject_id like '%::%'")
    assert headlines
    assert all("in code (inferred from its name)" in headline for (headline,) in headlines)


def test_the_experiment_has_the_planted_numbers_to_the_digit(demo):
    planted = demo.truth["experiment_numbers"]
    [(control, treatment, n, effect, low, high, p)] = demo.query(
        """select mean_baseline, mean_variant, n_variant + n_baseline, effect_abs, ci_low_abs, ci_high_abs, p_two_sided
           from core.fct_experiment_results r join core.fct_experiments e using (experiment_id)
           where e.native_id = ? and r.phase = 0 and r.metric_role = 'primary' and r.dimension = ''""",
        (planted["experiment"],),
    )
    assert (round(control, 3), round(treatment, 3), n) == (planted["hit_at_1_control"], planted["hit_at_1_treatment"], planted["n"])
    assert round(100 * effect, 1) == planted["hit_at_1_effect_points"]
    assert low < effect < high
    assert p < planted["p_below"]


def test_each_experiment_is_believed_as_far_as_its_design_allows(demo):
    rows = demo.query(
        "select e.native_id, c.check_code, c.status from core.fct_experiment_checks c join core.fct_experiments e using (experiment_id)"
    )
    found: dict[tuple[str, str], set[str]] = {}
    for native_id, code, status in rows:
        found.setdefault((native_id, code), set()).add(status)
    reranker, router = demo.truth["experiment_numbers"]["experiment"], "router-threshold"
    told = ("SRM", "UNIT", "DURATION", "PEEKING", "GUARD", "HOLD", "PREREG")
    assert [found.get((reranker, code)) for code in told] == [{"pass"}, {"unknown"}, {"pass"}, {"warn"}, {"unknown"}, {"pass"}, {"unknown"}]
    assert [found.get((router, code)) for code in told] == [{"pass"}, {"pass"}, {"pass"}, {"pass"}, None, {"unknown"}, {"pass"}]
    assert found[router, "POWER"] == {"warn"}, "significant, and smaller than its size can reliably find"
    grades = demo.query(
        "select distinct evidence_grade, open_checks from evidence.evidence_experiment_impact where subject_name = ?", (router,)
    )
    assert grades == [("B", "POWER warn")]


def test_the_step_of_a_launch_is_found_in_the_days_of_its_metric_and_shared_with_what_shipped_beside_it(demo):
    for planted in demo.truth["launch_steps"]:
        [(state, low, high, placebo_p)] = demo.query(
            """select state, effect_low, effect_high, placebo_p
               from core.fct_launch_effects f join core.fct_experiments e using (experiment_id) where e.native_id = ?""",
            (planted["native_id"],),
        )
        assert state == "value"
        assert low <= planted["step"] <= high
        assert placebo_p < 0.1
        [(value_low, value_high, grade, n, proofs)] = demo.query(
            """select distinct value_low, value_high, evidence_grade, n, len(sources) from evidence.evidence_experiment_impact
               where subject_name = ?""",
            (planted["native_id"],),
        )
        sharing = 1 + planted["n_neighbours"]
        credited = (round(60 * low / sharing, 6), round(100 * high / sharing, 6))
        assert (round(value_low, 6), round(value_high, 6)) == credited, "60 % to 100 % of it, by how many shipped"
        assert grade == "B"
        assert proofs >= n, "every day leads back to its record"
    assert {planted["n_neighbours"] for planted in demo.truth["launch_steps"]} == {0, 1}


def test_accounts_belong_to_the_planted_people_and_strangers_to_nobody(demo):
    rows = demo.query("select system, account, person_id from core.bridge_people_accounts")
    found = {(system, account): person for system, account, person in rows}
    planted = {(a["system"], a["account"]): a["person"] for a in demo.truth["identity"]["accounts"] if a["kind"] == "human"}
    assert {key: (found.get(key), person) for key, person in planted.items() if found.get(key) != person} == {}
    strangers = {(a["system"], a["account"]) for a in demo.truth["identity"]["accounts"] if a["kind"] == "unknown"}
    assert strangers & found.keys() == set()
    listed = {(system, account) for system, account in demo.query("select system, account from ops.identity_unresolved")}
    assert strangers <= listed


def test_bots_and_ai_agents_are_kinds_of_their_own(demo):
    kinds = dict(demo.query("select kind, count(*) from core.dim_people group by 1"))
    assert kinds["human"] == demo.truth["counts"]["people"]
    assert kinds["bot"] >= 2
    assert kinds["ai_agent"] >= 1


def test_incidents_have_the_planted_times_and_links(demo):
    rows = demo.query(
        "select issue_key, severity, detected_at, resolved_at, is_reopened, eval_attributable, commander_person_id from core.fct_incidents"
    )
    found = {key: rest for key, *rest in rows if key}
    for incident in demo.truth["incidents"]:
        severity, detected, resolved, reopened, attributable, commander = found.pop(incident["issue_key"])
        assert (severity, reopened, attributable, commander) == (
            incident["severity"],
            incident["is_reopened"],
            incident["eval_attributable"],
            incident["commander"],
        )
        assert (detected, resolved) == (moment(incident["detected_at"]), moment(incident["resolved_at"]))
    assert found == {}
    said_by = "select count(*) from core.fct_incidents where eval_attributable <> 'unknown' and eval_attributable_by_person_id is null"
    assert demo.query(said_by) == [(0,)]


def test_incidents_kept_as_labelled_issues_have_the_history_of_their_timeline(demo):
    rows = demo.query(
        """select p.name || '#' || regexp_extract(i.source_url, '[0-9]+$'), i.severity, i.severity_how, i.reported_at, i.acknowledged_at,
                  i.resolved_at, i.resolved_how, i.is_reopened, i.eval_attributable, i.eval_attributable_by_person_id,
                  (select list(person_id order by person_id) from core.bridge_incident_responders b where b.incident_id = i.incident_id)
           from core.fct_incidents i join core.dim_projects p using (project_id) where i.source = 'github'"""
    )
    planted = [
        (
            *(one["issue"], one["severity"], "label", moment(one["reported_at"]), moment(one["acknowledged_at"])),
            *(moment(one["resolved_at"]), "first_closing", one["is_reopened"]),
            *("yes" if one["eval_attributable_by"] else "unknown", one["eval_attributable_by"], one["responders"]),
        )
        for one in demo.truth["issue_incidents"]
    ]
    assert sorted(rows, key=str) == sorted(planted, key=str)
    assert {one["is_reopened"] for one in demo.truth["issue_incidents"]} == {True, False}


def test_causes_of_incidents_are_the_planted_ones(demo):
    rows = demo.query("""select issue_key, number from core.fct_incidents
        join core.fct_pull_requests on causing_pull_request_id = pull_request_id where cause_link_strength <> 'possible'""")
    planted = {incident["issue_key"]: incident["causing_pull_request"] for incident in demo.truth["incidents"]}
    assert dict(rows) == {key: number for key, number in planted.items() if number}


def test_a_cause_is_told_from_where_its_incident_names_it(demo):
    """As a linked ticket, or in the field that the site keeps for it."""
    rows = demo.query("""select i.issue_key, c.method from core.bridge_incident_causes c join core.fct_incidents i using (incident_id)
        where c.strength = 'declared' and c.missing_reason is null""")
    planted = {incident["issue_key"]: incident["cause_named_in"] for incident in demo.truth["incidents"]}
    assert set(planted.values()) == {None, "issue_link", "field"}
    assert dict(rows) == {key: told for key, told in planted.items() if told}


def test_bad_input_is_in_quarantine_with_its_reason(demo):
    quarantined = demo.query("select source, table_name, reason from ops.quarantine_summary")
    reasons = " ".join(f"{source}.{table}: {reason}" for source, table, reason in quarantined)
    assert demo.truth["people_csv"]["rejected_person"] in reasons
    assert demo.truth["broken_jira_issues"][0]["issue_key"] in reasons
    assert demo.truth["truncated_eval_logs"][0].rpartition("/")[2] in reasons


def raw(demo, sql):
    """Rows of the private warehouse, for what is not published as a table of its own yet."""
    with warehouse.connect(demo.home.warehouse) as connection:
        return connection.execute(sql).fetchall()


def test_who_went_past_which_rule_is_known(demo):
    found = raw(
        demo,
        """select r.full_name, s.actor_login, s.before_sha, s.after_sha, s.pushed_at, s.result, s.rule_evaluations
           from raw_github.rule_suites as s join raw_github.repositories as r using (repository_id)""",
    )
    assert {row[:5] for row in found} == {
        (one["repository"], one["actor"], one["before_sha"], one["after_sha"], moment(one["at"])) for one in demo.truth["rule_bypasses"]
    }
    assert found
    assert all(result == "bypass" and '"required_status_checks"' in evaluations for *_, result, evaluations in found)


def test_the_day_on_which_a_ruleset_changed_its_checks_is_known(demo):
    found = raw(
        demo,
        """select r.full_name, v.updated_at, v.state from raw_github.ruleset_versions as v
           join raw_github.repositories as r using (repository_id) order by v.updated_at""",
    )
    for change in demo.truth["ruleset_changes"]:
        first, second = [(at, state) for name, at, state in found if name == change["repository"]]
        assert second[0] == moment(change["at"])
        assert (change["dropped"] in first[1], change["dropped"] in second[1]) == (True, False)


def test_releases_and_deployments_are_the_planted_ones(demo):
    releases = raw(
        demo, "select r.full_name, tag_name, tag_sha from raw_github.releases join raw_github.repositories as r using (repository_id)"
    )
    assert sorted(releases) == sorted((one["repository"], one["tag"], one["sha"]) for one in demo.truth["releases"])
    deployments = raw(
        demo,
        """select r.full_name, d.environment, d.sha, s.state, s.created_at from raw_github.deployments as d
           join raw_github.deployment_statuses as s using (deployment_id) join raw_github.repositories as r on r.repository_id = d.repository_id
           order by s.created_at""",
    )
    planted = [(one["repository"], one["environment"], one["sha"], one["state"], moment(one["at"])) for one in demo.truth["deployments"]]
    assert deployments == sorted(planted, key=lambda one: one[-1])


def test_every_release_and_deployment_says_what_the_gate_had_said_of_it_and_what_it_brought(demo):
    rows = demo.query(
        """select p.name, r.kind, coalesce(r.tag_name, r.environment), r.sha, r.gate_state, r.counts_low, r.counts_mid, r.counts_high,
                  r.shipping_state, list(q.number order by q.number)
           from core.fct_gated_releases as r join core.dim_projects as p using (project_id)
           join core.bridge_gated_release_pull_requests as b using (gated_release_id)
           join core.fct_pull_requests as q using (pull_request_id)
           group by all"""
    )
    states = {"success": "shipped", "failure": "failed"}
    planted = [
        (
            *(one["repository"], kind, one["tag"] if kind == "release" else one["environment"], one["sha"], one["gate_state"]),
            *(one["counts_low"], one["counts_mid"], one["counts_high"], states[one.get("state", "success")], sorted(one["pull_requests"])),
        )
        for kind in ("release", "deployment")
        for one in demo.truth[f"{kind}s"]
    ]
    assert sorted(rows) == sorted(planted)
    [(shipped, gated, certain)] = demo.query(
        """select count(*), count(*) filter (where counts_mid), count(*) filter (where counts_low and scored_n > 0)
           from core.fct_gated_releases where kind = 'release'"""
    )
    assert (shipped, gated, certain) == (7, 2, 1)


def test_what_may_not_be_read_and_what_vanished_is_said(demo):
    gaps = demo.query("select repository, unread, missing_permission from ops.access_gaps")
    planted = [(one["repository"], one["subject"], one["right"]) for one in demo.truth["access_gaps"]]
    assert sorted(gaps, key=str) == sorted(planted, key=str)
    states = raw(demo, "select full_name, state from raw_github.repository_lifecycle where state = 'access_lost'")
    assert states == [(name, "access_lost") for name in demo.truth["repositories"]["gone"]]
    assert raw(demo, "select full_name from raw_github.repositories where _deleted_at is not null") == [(name,) for name, _ in states]


def test_what_became_of_repositories_before_they_were_first_read_is_known(demo):
    """Under which names they were, where the configuration still has those, and whether they were archived already."""
    moved = raw(demo, "select full_name, detail, state from raw_github.repository_lifecycle where state not in ('live', 'access_lost')")
    former = demo.truth["repositories"]["former_names"]
    assert {(old, new) for old, new, _ in moved} == set(former.items())
    assert {old: state for old, _, state in moved} == {old: "renamed" if old.startswith("acme/") else "transferred" for old in former}
    assert {state for *_, state in moved} == {"renamed", "transferred"}
    seen = raw(demo, "select full_name, detail from raw_github.repository_lifecycle where state = 'live' and detail like '%archived'")
    assert seen == [(name, "first seen, archived") for name in demo.truth["repositories"]["archived"]]


def test_who_acknowledges_whom_is_told_with_leave_and_counts_only_from_outside(demo):
    found = demo.query(
        """select a.artifact_id, p.name, a.author_person_id, a.said_on::varchar, a.quote, a.consent, a.is_reciprocal, a.not_counted_reason
           from core.fct_acknowledgements a join core.dim_projects p using (project_id) where a.said_in = 'packet'"""
    )
    named = ("artifact", "project", "author", "said_on", "quote", "consent", "is_reciprocal", "not_counted_reason")
    planted = {tuple(row[name] for name in named) for row in demo.truth["acknowledgements"]}
    assert set(found) == planted
    assert len(found) == len(planted)
    assert {row["not_counted_reason"] for row in demo.truth["acknowledgements"]} == {None, "insider_accepted", "single_contributor"}
    # Whoever refused is told nowhere; their words are in no table.
    assert "farah" not in {author for _, _, author, *_ in found}
    assert demo.query("select count(*) from core.fct_citations where channel = 'ack' and accepted_by_person_id = 'farah'") == [(0,)]


def test_praise_that_is_returned_is_worth_no_more_than_a_run(demo):
    (reciprocal,) = demo.query(
        """select l.u_low from core.fct_leverage l join core.dim_projects p using (project_id)
           where p.name = 'acme/support-agent' and l.artifact_id = 'eval-harness' and l.period_id = '2026H1'"""
    )
    assert reciprocal == (0.25,)
