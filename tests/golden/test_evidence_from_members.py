"""Figures of review lines, counted again from nothing but the records that each row names as its sources: the way that `fulcrum explain` goes down.

What a record says of itself is read from the raw tables, or from the core table of that grain; which records count is never looked up.
"""

import pytest

from pipelines import warehouse

pytestmark = pytest.mark.xdist_group("demo")

MEMBERS = """
    create temp view members as
    select evidence_id, source.system || '.' || source.kind as kind, source.id
    from (select evidence_id, unnest(sources) as source from evidence.evidence_all)"""

# Each answers with evidence_id and the figures named beside it, for every row of its line that has any.
RECOUNTS = {
    "gate_catches": (
        "value_low, value_mid, value_high",
        """
        select e.evidence_id, count(c.gate_catch_id) filter (c.counts_low), count(c.gate_catch_id) filter (c.counts_mid),
            count(c.gate_catch_id) filter (c.counts_high)
        from evidence.evidence_gate_catches e
        left join members m on e.evidence_id = m.evidence_id and m.kind = 'github.pull_requests'
        left join core.fct_gate_catches c on m.id = c.pull_request_id::varchar and c.artifact_id = e.subject_id
        where e.state <> 'not_observed' group by all""",
    ),
    "prompt_provenance": (
        "value_low, value_mid, value_high",
        """
        with failed as (
            select m.evidence_id, p.merged_at is not null as is_confirmed
            from members m join evidence.evidence_prompt_provenance e using (evidence_id)
            join core.fct_prompt_changes c using (prompt_change_id)
            join raw_github.pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar
            where p.pull_request_id <> c.pull_request_id
        )
        select e.evidence_id, count(f.evidence_id) filter (f.is_confirmed),
            (count(f.evidence_id) filter (f.is_confirmed) + count(f.evidence_id)) / 2, count(f.evidence_id)
        from evidence.evidence_prompt_provenance e left join failed f using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
    "kill_decision": (
        "value_low, value_mid, value_high",
        """
        with kinds as (
            select m.evidence_id, 'experiment' as kind, x.experiment_id = e.subject_id as is_linked
            from members m join evidence.evidence_kill_decision e using (evidence_id)
            join core.fct_experiments x on m.kind = 'experiments.experiments' and m.id = x.experiment_id where x.decision in ('lost', 'no_ship')
            union all
            select m.evidence_id, 'eval run', false
            from members m join core.fct_eval_runs r on m.kind = 'evals.runs' and m.id = r.eval_run_id where not r.is_passed
            union all
            select m.evidence_id, 'record', true
            from members m join evidence.evidence_kill_decision e using (evidence_id)
            join raw_github.pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar where p.merged_at <= e.decided_at
        )
        select e.evidence_id, count(k.kind) filter (k.is_linked), (count(k.kind) filter (k.is_linked) + count(k.kind)) / 2, count(k.kind)
        from evidence.evidence_kill_decision e left join kinds k using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
    "eval_ownership": (
        "value_mid, n",
        """
        with counted as (
            select e.evidence_id, e.unit, count(r.eval_run_id) as n, max_by(d.n_items, d.version_at) as n_items
            from evidence.evidence_eval_ownership e join members m using (evidence_id)
            left join core.fct_eval_runs r on m.kind = 'evals.runs' and m.id = r.eval_run_id
                and timezone('UTC', r.started_at) >= e.period_start and timezone('UTC', r.started_at) < e.period_end
            left join core.fct_eval_dataset_versions d on m.kind = 'evals.dataset_versions' and m.id = d.dataset_version_id
            where e.state <> 'not_observed' group by all
        )
        select evidence_id, case when unit = 'examples' then n_items else n end, n from counted""",
    ),
    "lead_time": (
        "n_weeks_before, n_weeks_after",
        """
        with merges as (
            select e.evidence_id, date_trunc('week', timezone('UTC', p.merged_at)) as week, date_trunc('week', e.adopted_on) as adopted
            from evidence.evidence_lead_time e join members m using (evidence_id)
            join core.fct_pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar and p.project_id = e.project_id
        )
        select evidence_id, count(distinct week) filter (week < adopted), count(distinct week) filter (week > adopted)
        from merges group by all""",
    ),
    "difficulty": (
        "value_low, value_mid, value_high",
        """
        with failed as (
            select e.evidence_id, p.pull_request_id::varchar as attempt, p.merged_at is not null as is_confirmed
            from evidence.evidence_difficulty e join members m using (evidence_id)
            join raw_github.pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar
            where p.closed_at < e.landed_at and (p.merged_at is null or exists (
                select 1 from members u join raw_git.reverts r on u.kind = 'git.commits' and u.id = r.repository_id || '|' || r.sha
                where u.evidence_id = e.evidence_id and r.repository_id = 'github:' || p.repository_id
                    and r.reverted_pull_request_number = p.number and r.landed_at <= p.merged_at + interval 30 days))
            union all
            select e.evidence_id, x.experiment_id, true
            from evidence.evidence_difficulty e join members m using (evidence_id)
            join raw_experiments.experiments x on m.kind = 'experiments.experiments' and m.id = x.experiment_id
            where x.decided_at < e.landed_at and x.decision = 'no_ship'
        )
        select e.evidence_id, count(f.attempt) filter (f.is_confirmed),
            (count(f.attempt) filter (f.is_confirmed) + count(f.attempt)) / 2, count(f.attempt)
        from evidence.evidence_difficulty e left join failed f using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
    "invisible_work": (
        "value_low, value_mid, value_high, n",
        """
        with done as (
            select m.evidence_id, m.kind, r.pull_request_id::varchar as thing, r.outcome = 'changed' as is_low, r.outcome <> 'nothing_seen' as is_high
            from members m join intermediate.int_review_outcomes r on m.kind = 'github.reviews' and m.id = r.review_id::varchar
            union all
            select m.evidence_id, m.kind, i.incident_id, i.customer_impact = 'No', i.customer_impact is null or i.customer_impact = 'No'
            from members m join core.fct_incidents i
                on m.kind = 'jira.issues' and m.id = i.incident_id or m.kind = 'github.issues' and 'github:' || m.id = i.incident_id
            union all
            select m.evidence_id, m.kind, c.citing_person_id, true, true
            from members m join core.fct_document_citations c on m.kind in ('jira.issues', 'github.pull_requests') and m.id = c.citing_id
            union all
            select m.evidence_id, m.kind, r.self_report_id, r.n_witnesses > 0, true
            from members m join core.fct_self_reports r on m.kind = 'registers.self_reports' and m.id = r.self_report_id
            union all
            select m.evidence_id, m.kind, l.label_set || '|' || l.item_key,
                coalesce(l.rubric_changed_at < l.labelled_at + interval 42 days, false), l.rubric_changed_at is not null
            from members m join evidence.evidence_invisible_work e using (evidence_id)
            join intermediate.int_labelled_traces l on m.kind = 'labels.label_sets' and m.id = l.label_set and l.person_id = e.person_id
            where l.labelled_at >= e.period_start and l.labelled_at < e.period_end
        ),
        counted as (
            select e.evidence_id, count(distinct d.thing) filter (d.is_low) as low, count(distinct d.thing) filter (d.is_high) as high,
                count(distinct d.thing) as n
            from evidence.evidence_invisible_work e left join done d
                on e.evidence_id = d.evidence_id and (e.n > 0 or e.state = 'value')
            where e.state <> 'not_observed' and e.work_kind <> 'on_call' group by all
        ),
        -- An hour on two schedules is one hour.
        on_call as (
            select e.evidence_id, count(distinct s.hour) / e.hours_here as part, count(distinct m.id) as n
            from evidence.evidence_invisible_work e
            left join members m on e.evidence_id = m.evidence_id and m.kind = 'incidents.on_call_shifts' and e.state = 'value'
            left join (
                select schedule_id || '|' || account || '|' || started_at::varchar as id,
                    unnest(generate_series(started_at, ended_at - interval 1 hour, interval 1 hour)) as hour
                from raw_incidents.on_call_shifts
            ) s on m.id = s.id and s.hour >= e.period_start and s.hour < e.period_end
            where e.state <> 'not_observed' and e.work_kind = 'on_call' group by e.evidence_id, e.hours_here
        )
        select evidence_id, low, (low + high) / 2, high, n from counted union all select evidence_id, part, part, part, n from on_call""",
    ),
    "custodianship": (
        "value_low, value_mid, value_high",
        """
        with acts as (
            select e.evidence_id, m.id, true as is_direct
            from evidence.evidence_custodianship e join members m using (evidence_id)
            join core.fct_eval_runs r on m.kind = 'evals.runs' and m.id = r.eval_run_id and r.person_id = e.person_id
            where r.pull_request_number is null and r.project_id = e.project_id and r.started_at >= e.started_at and r.started_at < e.window_end
            union all
            select e.evidence_id, m.id, p.pull_request_id in (select pull_request_id from core.fct_prompt_changes)
            from evidence.evidence_custodianship e join members m using (evidence_id)
            join core.fct_pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar
            where p.merged_at >= e.started_at and p.merged_at < e.window_end
            union all
            select e.evidence_id, m.id, true
            from evidence.evidence_custodianship e join members m using (evidence_id) where m.kind in ('jira.issues', 'github.issues', 'git.commits')
        )
        select e.evidence_id, count(a.id) filter (a.is_direct), (count(a.id) filter (a.is_direct) + count(a.id)) / 2, count(a.id)
        from evidence.evidence_custodianship e left join acts a using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
    "delivery": (
        "value_low, value_mid, value_high, n, n_reopened, n_taken_back, n_hotfixed",
        """
        with moves as (
            select m.evidence_id, c.field, c.to_text, c.changed_at, c.from_value[:10] as from_day, c.to_value[:10] as to_day
            from members m join raw_jira.issue_changes c
                on m.kind = 'jira.issue_changes' and m.id = c.issue_id || '|' || c.history_id || '|' || c.item
        ),
        done as (
            select evidence_id, min(changed_at) as done_at, timezone('Europe/Berlin', min(changed_at))::date as done_on
            from moves where field = 'resolution' and to_text = 'Done' group by all
        ),
        dates as (
            select d.evidence_id, min_by(coalesce(v.from_day, v.to_day), v.changed_at)::date as first_due, max_by(v.to_day, v.changed_at)::date as last_due
            from done d join moves v using (evidence_id) where v.field = 'duedate' and v.changed_at <= d.done_at group by all
        ),
        pulls as (
            select m.evidence_id, nullif(regexp_extract(p._raw ->> 'body', 'Mends #([0-9]+)', 1), '') as mended
            from members m join raw_github.pull_requests p on m.kind = 'github.pull_requests' and m.id = p.pull_request_id::varchar
        ),
        days as (
            select d.evidence_id, d.done_on - coalesce(t.first_due, (i._raw->'fields'->>'duedate')::date) as first,
                d.done_on - coalesce(t.last_due, (i._raw->'fields'->>'duedate')::date) as last,
                (select count(*) from pulls p where p.evidence_id = d.evidence_id and p.mended is null) as n,
                (select count(distinct p.mended) from pulls p where p.evidence_id = d.evidence_id) as n_hotfixed,
                (select count(*) from moves v where v.evidence_id = d.evidence_id and v.field = 'resolution' and v.to_text is null) as n_reopened,
                (select count(distinct r.reverted_pull_request_number) from members c join raw_git.reverts r on c.id = r.repository_id || '|' || r.sha
                    where c.evidence_id = d.evidence_id and c.kind = 'git.commits') as n_taken_back
            from done d join members m on d.evidence_id = m.evidence_id and m.kind = 'jira.issues'
            join raw_jira.issues i on m.id = i.issue_id left join dates t on t.evidence_id = d.evidence_id
        )
        select evidence_id, least(first, last), (first + last) / 2, greatest(first, last), n, n_reopened, n_taken_back, n_hotfixed from days""",
    ),
    "model_migration": (
        "value_low, value_mid, value_high",
        """
        with settings as (
            select m.evidence_id, s.repository_id || s.path || s.key as setting, s.model, s.from_at
            from members m join raw_git.model_settings s
                on m.kind = 'git.model_settings' and m.id = concat_ws('|', s.repository_id, s.path, s.key, s.model, s.from_sha)
        )
        select e.evidence_id, count(*) - count(b.model), count(*) - count(b.model) / 2, count(*)
        from evidence.evidence_model_migration e join settings s on e.evidence_id = s.evidence_id and s.model = e.to_model
        left join settings b on e.evidence_id = b.evidence_id and s.setting = b.setting and b.model = e.from_model
            and b.from_at > s.from_at and b.from_at < s.from_at + interval 42 days
        group by all""",
    ),
    "system_framing": (
        "value_low, value_mid, value_high",
        """
        with shown as (
            select evidence_id, 'offline_harness' as part, r.pull_request_number is not null as is_resolved
            from members m join core.fct_eval_runs r on m.kind = 'evals.runs' and m.id = r.eval_run_id
            union all
            select evidence_id, 'online_ab', x.experiment_id = e.subject_id
            from members m join evidence.evidence_system_framing e using (evidence_id)
            join core.fct_experiments x on m.kind = 'experiments.experiments' and m.id = x.experiment_id where x.has_holdout
            union all
            select evidence_id, 'flag', true
            from members m join evidence.evidence_system_framing e using (evidence_id)
            join core.fct_experiments x on m.kind = 'experiments.experiments' and m.id = x.experiment_id
            where x.feature_flag_key is not null and x.experiment_id = e.subject_id
            union all
            select evidence_id, 'flag', f.flag_key = coalesce(x.feature_flag_key, e.subject_name)
            from members m join evidence.evidence_system_framing e using (evidence_id)
            join core.fct_flag_changes f on m.kind = 'experiments.flag_changes' and m.id = f.flag_change_id
            left join core.fct_experiments x on x.experiment_id = e.subject_id
            union all
            select evidence_id, 'monitoring', starts_with(m.id, e.subject_id || '|')
            from members m join evidence.evidence_system_framing e using (evidence_id) where m.kind = 'experiments.metric_days'
            union all
            select evidence_id, case when regexp_matches(d.path || d.title, 'roll.?back|runbook', 'i') then 'rollback_playbook' end,
                coalesce(list_contains(x.pull_request_numbers::json::bigint[], d.from_pull_request_number), false)
            from members m join evidence.evidence_system_framing e using (evidence_id)
            join raw_git.documents d on m.kind = 'git.documents' and m.id = concat_ws('|', d.repository_id, d.path, d.from_sha)
            left join raw_experiments.experiments x on x.experiment_id = e.subject_id
            union all
            select evidence_id, case when regexp_matches(d.path || d.title, 'dashboard', 'i') then 'monitoring' end, true
            from members m join evidence.evidence_system_framing e using (evidence_id)
            join raw_documents.documents d on m.kind = 'documents.documents' and m.id = d.document_id
            join raw_experiments.experiments x on x.experiment_id = e.subject_id
            join raw_github.pull_requests p
                on list_contains(x.pull_request_numbers::json::bigint[], p.number) and contains(p._raw ->> '$.body', d.document_key)
        )
        select e.evidence_id, count(distinct s.part) filter (s.is_resolved),
            (count(distinct s.part) filter (s.is_resolved) + count(distinct s.part)) / 2, count(distinct s.part)
        from evidence.evidence_system_framing e left join shown s using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
    "project_context": (
        "value_low, value_mid, value_high",
        """
        with ties as (
            select e.evidence_id, 'declared' as tie, case when p.project_id = e.project_id then u.project_id else p.project_id end as tied_to
            from evidence.evidence_project_context e join members m using (evidence_id)
            join raw_git.workflow_uses w on m.kind = 'git.workflow_uses' and m.id = concat_ws('|', w.repository_id, w.path, w.uses, w.from_sha)
            join core.dim_projects p on p.project_id = w.repository_id
            join core.dim_projects u on u.name = regexp_extract(w.uses, '^[^/]+/[^/@]+')
            union all
            select e.evidence_id, 'declared', case when d.repository_id = e.project_id then k.repository_id else d.repository_id end
            from evidence.evidence_project_context e join members m using (evidence_id)
            join raw_git.manifest_declarations d
                on m.kind = 'git.manifest_declarations' and m.id = concat_ws('|', d.repository_id, d.path, d.ecosystem, d.package, d.from_sha)
            join raw_git.packages k on k.package = d.package
            join core.dim_projects u on u.project_id = k.repository_id and not u.is_fork
            union all
            select e.evidence_id, 'team', h.team
            from evidence.evidence_project_context e join members m using (evidence_id)
            join core.bridge_pull_request_authors a on m.kind = 'github.pull_requests' and m.id = a.pull_request_id::varchar and a.kind = 'human'
            join core.dim_people_history h on a.person_id = h.person_id
                and coalesce(h.valid_from, e.period_start) < e.period_end and coalesce(h.valid_to, e.period_end) > e.period_start
            join core.dim_projects p on p.project_id = e.project_id and h.team is distinct from p.owner_team
        )
        select e.evidence_id, count(distinct tied_to) filter (tie = 'declared'),
            (count(distinct tied_to) filter (tie = 'declared') + count(distinct tied_to)) / 2, count(distinct tied_to)
        from evidence.evidence_project_context e left join ties t using (evidence_id) where e.state <> 'not_observed' group by all""",
    ),
}


@pytest.fixture(scope="module")
def records(demo):
    """The private warehouse with the raw answers, and the members of every evidence row."""
    with warehouse.connect(demo.home.warehouse, read_only=True) as connection:
        connection.execute(MEMBERS)
        yield connection


@pytest.mark.parametrize("line", RECOUNTS)
def test_a_rows_figures_follow_from_the_records_that_it_names(records, line):
    names, query = RECOUNTS[line]
    first = names.partition(",")[0]
    told = {
        key: figures
        for key, *figures in records.execute(
            f"select evidence_id, {names} from evidence.evidence_{line} where {first} is not null"
        ).fetchall()
    }
    again = {key: figures for key, *figures in records.execute(query).fetchall()}
    assert told
    assert told.keys() == again.keys()
    # Figures of evidence rows are rounded to six decimals.
    for key, figures in told.items():
        assert again[key] == pytest.approx(figures, abs=1e-6), key
