with incidents as (
    select
        *,
        lower(coalesce(eval_attributable, '')) as stated,
        {{ json_list('lower(labels)') }} as label_list
    from {{ ref('int_incidents_united') }}
),

responders as (
    select incident_id, count(distinct person_id) as n_responders, max(case when role = 'commander' then person_id end) as commander_person_id
    from {{ ref('int_incident_responders') }}
    group by incident_id
)

select
    incidents.incident_id,
    incidents.source,
    incidents.issue_key,
    incidents.project_key,
    incidents.service,
    incidents.severity,
    incidents.severity_how,
    incidents.started_at,
    incidents.reported_at,
    coalesce(incidents.started_at, incidents.reported_at) as detected_at,
    case when incidents.started_at is not null then 'impact_start' else 'created_proxy' end as detected_how,
    incidents.acknowledged_at,
    incidents.resolved_at,
    incidents.resolved_how,
    incidents.is_reopened,
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
    incidents.also_recorded_as,
    incidents.source_url
from incidents
left join responders on incidents.incident_id = responders.incident_id
left join {{ ref('int_incident_causes') }} as causes on incidents.incident_id = causes.issue_id and incidents.source = 'jira'
