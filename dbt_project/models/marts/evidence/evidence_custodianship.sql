{% set decays = ['eval_drift', 'judge_drift', 'prompt_rot', 'traffic_shift'] %}
{% set own = {
    'launch_id': 'varchar', 'project_id': 'varchar', 'started_at': 'timestamp with time zone', 'full_at': 'timestamp with time zone',
    'window_end': 'timestamp with time zone', 'is_window_over': 'boolean', 'evidence_class': 'varchar',
    'n_eval_runs': 'bigint', 'n_prompt_changes': 'bigint', 'n_other_changes': 'bigint', 'n_incident_responses': 'bigint', 'n_gate_overrides': 'bigint',
    'n_changes_without_ticket': 'bigint', 'n_incidents': 'bigint', 'n_models_changed': 'bigint', 'n_judges_changed': 'bigint', 'traffic_moved': 'double',
    'eval_drift': 'varchar', 'eval_drift_reason': 'varchar', 'judge_drift': 'varchar', 'judge_drift_reason': 'varchar',
    'prompt_rot': 'varchar', 'prompt_rot_reason': 'varchar', 'traffic_shift': 'varchar', 'traffic_shift_reason': 'varchar',
    'score_fall_needed': 'double', 'traffic_shift_needed': 'double',
} %}
with people as (
    select launch_id, person_id, sum(share) as share
    from {{ ref('bridge_launch_people') }}
    where person_id is not null
    group by launch_id, person_id
),

actions as (
    select
        launch_id,
        person_id,
        count(*) filter (where action = 'eval_run') as n_eval_runs,
        count(*) filter (where action = 'prompt_change') as n_prompt_changes,
        count(*) filter (where action = 'change') as n_other_changes,
        count(*) filter (where action = 'incident_response') as n_incident_responses,
        count(*) filter (where action = 'gate_override') as n_gate_overrides,
        count(*) filter (where is_without_ticket) as n_changes_without_ticket
    from {{ ref('int_launch_actions') }}
    group by launch_id, person_id
),

incidents as (
    select windows.launch_id, count(*) as n_incidents
    from {{ ref('int_launch_windows') }} as windows
    inner join {{ ref('fct_incidents') }} as happened
        on
            windows.project_id = happened.project_id
            and happened.detected_at >= windows.started_at
            and happened.detected_at < windows.window_end
    group by windows.launch_id
),

kept as (
    select
        launches.launch_id,
        launches.project_id,
        launches.subject_kind,
        launches.subject_id,
        launches.subject_name,
        launches.started_at,
        launches.started_after,
        launches.full_at,
        launches.evidence_class,
        windows.window_end,
        windows.is_window_over,
        people.person_id,
        people.share,
        periods.period_id,
        periods.period_start,
        periods.period_end,
        {% for kind in ['eval_runs', 'prompt_changes', 'other_changes', 'incident_responses', 'gate_overrides', 'changes_without_ticket'] %}
        coalesce(actions.n_{{ kind }}, 0) as n_{{ kind }},
        {% endfor %}
        coalesce(incidents.n_incidents, 0) as n_incidents,
        decays.n_models_changed,
        decays.n_judges_changed,
        decays.traffic_moved,
        {% for decay in decays %}
        decays.{{ decay }},
        decays.{{ decay }}_reason,
        {% endfor %}
        {{ policy_threshold('decay_score_fall') }} as score_fall_needed,
        {{ policy_threshold('decay_traffic_shift') }} as traffic_shift_needed
    from {{ ref('fct_launches') }} as launches
    inner join {{ ref('int_launch_windows') }} as windows on launches.launch_id = windows.launch_id
    inner join {{ ref('int_launch_decays') }} as decays on launches.launch_id = decays.launch_id
    inner join people on launches.launch_id = people.launch_id
    inner join {{ ref('dim_people') }} as humans on people.person_id = humans.person_id and humans.kind = 'human'
    inner join {{ ref('int_periods') }} as periods
        on {{ utc_date('launches.started_at') }} >= periods.period_start and {{ utc_date('launches.started_at') }} < periods.period_end
    left join actions on launches.launch_id = actions.launch_id and people.person_id = actions.person_id
    left join incidents on launches.launch_id = incidents.launch_id
),

counted as (
    select
        *,
        n_eval_runs + n_prompt_changes + n_incident_responses + n_gate_overrides as n_direct,
        n_eval_runs + n_prompt_changes + n_incident_responses + n_gate_overrides + n_other_changes as n_actions,
        {% for decay in decays %}case when {{ decay }} = 'not_measurable' then 1 else 0 end{% if not loop.last %} + {% endif %}{% endfor %} as n_unmeasured
    from kept
),

facts as (
    select
        person_id, period_id, period_start, period_end, subject_kind, subject_id, subject_name, launch_id as natural_key,
        case when n_actions = 0 then 'observed_zero' else 'value' end as state,
        'From the launch of ' || subject_name || {{ launch_day_words() }}
        || case when is_window_over then ' until ' else ' (the weeks end on ' end || cast({{ utc_date('window_end') }} as varchar)
        || case when is_window_over then '' else ' and are not over)' end
        || ' the engineer '
        || case
            when n_actions = 0 then 'did nothing in its project that is on record'
            else 'did ' || {{ counted_noun('n_actions', 'thing', 'things') }} || ' in its project (' || {{ counted_noun('n_eval_runs', 'eval run', 'eval runs') }}
                || ', ' || {{ counted_noun('n_prompt_changes', 'prompt change', 'prompt changes') }}
                || ', ' || {{ counted_noun('n_other_changes', 'other change', 'other changes') }}
                || ', ' || {{ counted_noun('n_incident_responses', 'incident response', 'incident responses') }}
                || ', ' || {{ counted_noun('n_gate_overrides', 'gate override', 'gate overrides') }} || ')'
        end
        {% for decay in decays %}
        || '; {{ decay | replace("_", " ") }} ' || replace({{ decay }}, '_', ' ') || ' (' || {{ decay }}_reason || ')'
        {% endfor %}
        || '; ' || {{ counted_noun('n_incidents', 'incident', 'incidents') }} || ' of the project.' as headline,
        'actions' as measure,
        'actions' as unit,
        n_direct as value_low,
        (n_direct + n_actions) / 2.0 as value_mid,
        n_actions as value_high,
        n_actions as n,
        'from first exposure until 42 days after everybody had it: low = eval runs, prompt changes, incident responses and gate overrides in the project; '
        || 'high = also its other merged changes; mid = half of those' as method,
        'derived' as strength,
        share as share_low,
        share as share_mid,
        share as share_high,
        'What was done is tied to the launch by project and time alone. Decays are read from eval runs of main with equal judge, rubric, dataset and scorer, '
        || {{ counted_noun('n_unmeasured', 'of the four', 'of the four') }} || ' cannot be measured here; incidents without a project do not show. '
        || 'Watching that left no record does not show.' as limits,
        'A run, change or response by this engineer in these weeks that is not counted, or a comparable run that shows the decay.' as falsifier,
        {{ own.keys() | reject('equalto', 'launch_id') | join(', ') }},
        launch_id
    from counted
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 1 as priority, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_launch_proofs') }} as p on f.launch_id = p.launch_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, a.source_system, a.source_kind, a.source_record_id
    from facts as f
    inner join {{ ref('int_launch_actions') }} as a on f.launch_id = a.launch_id and f.person_id = a.person_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, 'evals', 'runs', r.eval_run_id
    from facts as f
    inner join {{ ref('int_launch_runs') }} as r on f.launch_id = r.launch_id
),

{{ evidence_rows('custodianship', own) }}
