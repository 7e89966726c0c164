with responders as (
    select incident_id, count(distinct person_id) as n_responders, max(case when role = 'commander' then person_id end) as commander_person_id
    from {{ ref('int_incident_responders') }}
    group by incident_id
),

causes as (
    select * from {{ ref('int_incident_causes') }} where is_strongest
),

places as (
    select
        repositories.incident_id,
        case when count(distinct repositories.repository_id) = 1 then min(repositories.repository_id) end as repository_id,
        case when count(distinct projects.project_id) = 1 then min(projects.project_id) end as project_id
    from {{ ref('int_incident_repositories') }} as repositories
    left join {{ ref('int_repository_projects') }} as projects on repositories.repository_id = projects.repository_id
    group by repositories.incident_id
)

select
    incidents.incident_id,
    incidents.source,
    incidents.issue_key,
    incidents.project_key,
    places.repository_id,
    places.project_id,
    incidents.service,
    incidents.severity,
    incidents.severity_how,
    incidents.started_at,
    incidents.reported_at,
    coalesce(incidents.started_at, incidents.reported_at) as detected_at,
    case when incidents.started_at is not null then 'impact_start' else 'created_proxy' end as detected_how,
    incidents.time_fault,
    incidents.acknowledged_at,
    incidents.resolved_at,
    incidents.resolved_how,
    incidents.is_reopened,
    incidents.customer_impact,
    coalesce(evals.eval_attributable, 'unknown') as eval_attributable,
    coalesce(evals.eval_attributable_how, 'nobody_said') as eval_attributable_how,
    evals.eval_attributable_by_person_id,
    suggestions.incident_id is not null as is_eval_attributable_suggested,
    suggestions.reason as eval_attributable_suggestion_reason,
    responders.commander_person_id,
    coalesce(responders.n_responders, 0) as n_responders,
    causes.pull_request_id as causing_pull_request_id,
    coalesce(causes.strength, 'none') as cause_link_strength,
    incidents.also_recorded_as,
    incidents.source_url
from {{ ref('int_incidents_united') }} as incidents
left join responders on incidents.incident_id = responders.incident_id
left join causes on incidents.incident_id = causes.incident_id
left join places on incidents.incident_id = places.incident_id
left join {{ ref('int_incident_evals') }} as evals on incidents.incident_id = evals.incident_id
left join {{ ref('int_incident_eval_suggestions') }} as suggestions on incidents.incident_id = suggestions.incident_id
