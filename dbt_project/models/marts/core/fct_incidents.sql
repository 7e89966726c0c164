with incidents as (
    select
        *,
        lower(coalesce(eval_attributable, '')) as stated,
        {{ json_list('lower(labels)') }} as label_list
    from {{ ref('int_incident_issues') }}
),

responders as (
    select issue_id, count(distinct person_id) as n_responders, max(case when role = 'commander' then person_id end) as commander_person_id
    from {{ ref('int_incident_responders') }}
    group by issue_id
)

select
    incidents.issue_id as incident_id,
    incidents.issue_key,
    incidents.project_key,
    coalesce(incidents.severity, incidents.priority) as severity,
    case when incidents.severity is not null then 'field' when incidents.priority is not null then 'priority_fallback' else 'unknown' end
        as severity_how,
    incidents.impact_started_at as started_at,
    incidents.created_at as reported_at,
    coalesce(incidents.impact_started_at, incidents.created_at) as detected_at,
    case when incidents.impact_started_at is not null then 'impact_start' else 'created_proxy' end as detected_how,
    times.acknowledged_at,
    coalesce(times.first_done_at, incidents.resolution_at) as resolved_at,
    case
        when times.first_done_at is not null then 'first_done_transition'
        when incidents.resolution_at is not null then 'resolution_field'
    end as resolved_how,
    times.is_reopened,
    incidents.customer_impact,
    case
        when incidents.stated in ('yes', 'true', 'y') then 'yes'
        when incidents.stated in ('no', 'false', 'n') then 'no'
        when {{ list_has('incidents.label_list', "'eval-gap'") }} then 'yes'
        when {{ list_has('incidents.label_list', "'eval-attributable'") }} then 'yes'
        else 'unknown'
    end as eval_attributable,
    responders.commander_person_id,
    coalesce(responders.n_responders, 0) as n_responders,
    causes.pull_request_id as causing_pull_request_id,
    coalesce(causes.cause_link_strength, 'none') as cause_link_strength,
    incidents._source_url as source_url
from incidents
inner join {{ ref('int_incident_times') }} as times on incidents.issue_id = times.issue_id
left join responders on incidents.issue_id = responders.issue_id
left join {{ ref('int_incident_causes') }} as causes on incidents.issue_id = causes.issue_id
