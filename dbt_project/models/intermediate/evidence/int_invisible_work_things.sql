-- What the counts of work that seldom shows are made of: one row per thing that somebody did, whether it led to something by the strict and
-- by the wide reading, how many people had a part in it, and the record that shows it. Of documents a thing is who cites them.
with incidents as (
    select
        responders.person_id,
        incidents.incident_id as thing_id,
        incidents.resolved_at as happened_at,
        'incidents_before_impact' as work_kind,
        case
            when lower(trim(incidents.customer_impact)) in ('no', 'none', 'false', '0', 'no impact', 'no customer impact') then 'none'
            when coalesce(lower(trim(incidents.customer_impact)), 'unknown') in ('', 'unknown', 'not known') then 'unknown'
            else 'some'
        end as impact,
        incidents.n_responders as n_people,
        {{ incident_source_record('incidents') }}
    from {{ ref('bridge_incident_responders') }} as responders
    inner join {{ ref('fct_incidents') }} as incidents on responders.incident_id = incidents.incident_id
    where incidents.resolved_at is not null
),

askers as (
    select pull_request_id, count(distinct reviewer_person_id) as n_people
    from {{ ref('int_review_outcomes') }}
    where outcome != 'nothing_seen'
    group by pull_request_id
),

things as (
    select
        person_id, work_kind, thing_id, happened_at, impact = 'none' as counts_low, impact != 'some' as counts_high, n_people,
        source_system, source_kind, source_record_id
    from incidents
    union all
    select
        outcomes.reviewer_person_id,
        case when outcomes.is_about_evals then 'eval_prompt_reviews' else 'substantive_reviews' end,
        cast(outcomes.pull_request_id as varchar),
        outcomes.submitted_at,
        outcomes.outcome = 'changed',
        outcomes.outcome != 'nothing_seen',
        askers.n_people,
        'github',
        'reviews',
        cast(outcomes.review_id as varchar)
    from {{ ref('int_review_outcomes') }} as outcomes
    left join askers on outcomes.pull_request_id = askers.pull_request_id
    where outcomes.reviewer_person_id is not null
    union all
    select
        person_id, 'documents_cited', coalesce(citing_person_id, citing_key), cited_at, citing_person_id is not null, true, n_authors,
        source_system, source_kind, source_record_id
    from {{ ref('int_documents_cited') }}
    union all
    select
        person_id, 'self_reported', self_report_id, {{ day_start('reported_for') }}, n_witnesses > 0, true, 1,
        'registers', 'self_reports', self_report_id
    from {{ ref('fct_self_reports') }}
    union all
    select
        person_id, 'self_reported', self_report_id, {{ day_start('reported_for') }}, true, true, 1, 'registers', 'self_reports', witness_entry_id
    from {{ ref('fct_self_reports') }}
    where n_witnesses > 0
    union all
    -- Soon after is likelier because of it than later.
    select
        person_id, 'labelled_traces', label_set || '|' || item_key, labelled_at,
        coalesce(rubric_changed_at < {{ instant_plus_days('labelled_at', 42) }}, false), rubric_changed_at is not null, 1,
        'labels', 'label_sets', label_set
    from {{ ref('int_labelled_traces') }}
    union all
    select
        person_id, 'labelled_traces', label_set || '|' || item_key, labelled_at,
        rubric_changed_at < {{ instant_plus_days('labelled_at', 42) }}, true, 1, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from {{ ref('int_labelled_traces') }}
    where pull_request_id is not null
)

select things.*, periods.period_id
from things
inner join {{ ref('int_periods') }} as periods
    on
        periods.grain = 'half'
        and {{ utc_date('things.happened_at') }} >= periods.period_start
        and {{ utc_date('things.happened_at') }} < periods.period_end
