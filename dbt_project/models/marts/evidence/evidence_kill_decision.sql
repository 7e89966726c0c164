{% set own = {
    'kill_decision_id': 'varchar', 'project_id': 'varchar', 'decided_at': 'timestamp with time zone', 'decider_basis': 'varchar',
    'evidence_class': 'varchar', 'stated_reason': 'varchar', 'evidence_strength': 'varchar', 'has_written_decision': 'boolean', 'has_failed_eval': 'boolean',
    'has_lost_experiment': 'boolean', 'is_reconsidered': 'boolean', 'record_path': 'varchar', 'source_url': 'varchar',
} %}
with decisions as (
    select
        *,
        coalesce(decided_by_person_id, assignee_person_id, removed_by_person_id) as person_id,
        case
            when subject_kind = 'flag' then 'flag_remover'
            when decided_by_person_id is null then 'epic_assignee'
            when subject_kind = 'experiment' then 'experiment_owner'
            else 'record_author'
        end as decider_basis,
        coalesce(recorded_at <= decided_at, false) as has_written_decision,
        coalesce(not eval_is_passed, false) as has_failed_eval,
        experiment_id is not null as has_lost_experiment
    from {{ ref('fct_kill_decisions') }}
),

counted as (
    select
        d.*,
        d.decider_basis in ('epic_assignee', 'flag_remover') as is_decider_unknown,
        t.period_id,
        t.period_start,
        t.period_end,
        case when d.has_written_decision then 1 else 0 end + case when d.subject_kind = 'experiment' then 1 else 0 end as n_linked,
        case when d.has_written_decision then 1 else 0 end + case when d.has_failed_eval then 1 else 0 end
        + case when d.has_lost_experiment then 1 else 0 end as n_kinds,
        -- The comma before the first is cut off again.
        substr(
            case when d.has_lost_experiment then ', a lost experiment' else '' end
            || case when d.has_failed_eval then ', an eval run that did not pass' else '' end
            || case when d.has_written_decision then ', a written decision' else '' end, 3
        ) as told
    from decisions as d
    inner join {{ ref('int_periods') }} as t on {{ utc_date('d.decided_at') }} >= t.period_start and {{ utc_date('d.decided_at') }} < t.period_end
    inner join {{ ref('dim_people') }} as h on d.person_id = h.person_id and h.kind = 'human'
),

facts as (
    select
        person_id, period_id, period_start, period_end, subject_kind, subject_id, subject_name,
        kill_decision_id as natural_key,
        case when n_kinds = 0 then 'observed_zero' else 'value' end as state,
        'On ' || cast({{ utc_date('decided_at') }} as varchar)
        || case
            when decider_basis = 'epic_assignee' then ' the epic ' || subject_name || ', assigned to the engineer, was stopped; who decided it is not on record'
            when decider_basis = 'flag_remover' then ' the feature flag ' || subject_name || ', removed by the engineer, went while it was off in production; who decided it is not on record'
            when decider_basis = 'experiment_owner' then ' the engineer''s experiment ' || subject_name || ' ended with the decision not to ship'
            when has_written_decision then ' the epic ' || subject_name || ' was stopped, as the engineer had written down in ' || record_path
            else ' the epic ' || subject_name || ' was stopped; the engineer wrote it down afterwards in ' || record_path
        end
        || case when n_kinds = 0 then '; unsupported: no evidence lies before the decision' else '; evidence before it: ' || told end
        || case stated_reason
            when 'task_shape_did_not_fit' then '; stated reason: the shape of the task did not fit'
            when 'unrecoverable_with_available_models' then '; stated reason: unrecoverable with the models available'
            else ''
        end
        || case when is_reconsidered then '; it was taken up again within 90 days' else '' end
        || '.' as headline,
        'kinds of evidence before the decision' as measure,
        'kinds of evidence' as unit,
        n_linked as value_low,
        (n_linked + n_kinds) / 2.0 as value_mid,
        n_kinds as value_high,
        n_kinds as n,
        'of lost experiment, eval run that did not pass and written decision: low = linked to it, high = also those of the same project while the '
        || 'work went on, mid = half of those' as method,
        case when evidence_strength = 'resolved' then 'resolved' else 'derived' end as strength,
        case when is_decider_unknown then 0.0 else 1.0 end as share_low,
        case when is_decider_unknown then 0.5 else 1.0 end as share_mid,
        1.0 as share_high,
        'What would have come of it is not known. Why it was stopped is not read out of the record but out of labels of the epic alone, and others may have taken part in the decision. '
        || case decider_basis
            when 'epic_assignee' then 'An assignee need not be who decided. '
            when 'flag_remover' then 'Whoever removes a flag need not be who decided, and that the code went the same way is not observed. '
            when 'record_author' then 'The author of a record need not be who decided alone. '
            else 'An owner of an experiment need not be who decided alone. '
        end
        || case
            when n_kinds > n_linked
                then 'Experiment or eval run are tied to it by project and time alone. '
            else ''
        end
        || 'Work that ended without an epic, an experiment or a feature flag does not show.' as limits,
        'The epic or flag taken up again within 90 days, evidence dated after the decision, or a record by somebody else.' as falsifier,
        kill_decision_id, project_id, decided_at, decider_basis, evidence_class, stated_reason, evidence_strength, has_written_decision, has_failed_eval,
        has_lost_experiment, is_reconsidered, record_path, source_url, record_pull_request_id, eval_run_id, experiment_id, flag_change_id
    from counted
),

proofs as (
    select person_id, period_id, subject_id, natural_key, 1 as priority, 'jira' as source_system, 'issues' as source_kind, subject_id as source_record_id
    from facts
    where subject_kind = 'epic'
    union all
    select person_id, period_id, subject_id, natural_key, 2, 'experiments', 'experiments', experiment_id
    from facts
    union all
    select person_id, period_id, subject_id, natural_key, 1, 'experiments', 'flag_changes', flag_change_id
    from facts
    union all
    select person_id, period_id, subject_id, natural_key, 3, 'evals', 'runs', eval_run_id
    from facts
    where has_failed_eval
    union all
    select person_id, period_id, subject_id, natural_key, 4, 'github', 'pull_requests', cast(record_pull_request_id as varchar)
    from facts
),

{{ evidence_rows('kill_decision', own) }}
