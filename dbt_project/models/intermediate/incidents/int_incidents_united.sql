-- One row per incident of Jira or of an incident store; where a store's record names a Jira incident, Jira's counts and the store's fills gaps.
with stores as (
    select incidents.*, twins.issue_id
    from {{ ref('stg_incidents__incidents') }} as incidents
    left join {{ ref('int_incident_twins') }} as twins on incidents.incident_id = twins.store_incident_id
),

twins as (
    select
        issue_id,
        {{ joined_text('incident_id', ', ', 'incident_id') }} as also_recorded_as,
        min(started_at) as started_at,
        min(acknowledged_at) as acknowledged_at,
        min(resolved_at) as resolved_at,
        case when count(distinct severity) = 1 then min(severity) end as severity,
        case when count(distinct service) = 1 then min(service) end as service,
        case when count(distinct customer_impact) = 1 then min(customer_impact) end as customer_impact,
        case when count(distinct eval_attributable) = 1 then min(eval_attributable) end as eval_attributable
    from stores
    where issue_id is not null
    group by issue_id
)

select
    issues.issue_id as incident_id,
    'jira' as source,
    issues.issue_key,
    issues.project_key,
    twins.service,
    coalesce(issues.severity, twins.severity, issues.priority) as severity,
    case
        when issues.severity is not null then 'field'
        when twins.severity is not null then 'other_record'
        when issues.priority is not null then 'priority_fallback'
        else 'unknown'
    end as severity_how,
    coalesce(issues.impact_started_at, twins.started_at) as started_at,
    issues.created_at as reported_at,
    coalesce(least(times.acknowledged_at, twins.acknowledged_at), times.acknowledged_at, twins.acknowledged_at) as acknowledged_at,
    coalesce(times.first_done_at, issues.resolution_at, twins.resolved_at) as resolved_at,
    case
        when times.first_done_at is not null then 'first_done_transition'
        when issues.resolution_at is not null then 'resolution_field'
        when twins.resolved_at is not null then 'other_record'
    end as resolved_how,
    times.is_reopened,
    coalesce(issues.customer_impact, twins.customer_impact) as customer_impact,
    coalesce(issues.eval_attributable, twins.eval_attributable) as eval_attributable,
    issues.labels,
    twins.also_recorded_as,
    issues._source_url as source_url
from {{ ref('int_incident_issues') }} as issues
inner join {{ ref('int_incident_times') }} as times on issues.issue_id = times.issue_id
left join twins on issues.issue_id = twins.issue_id
union all
select
    incident_id,
    kind,
    null,
    null,
    service,
    severity,
    case when severity is not null then 'field' else 'unknown' end,
    started_at,
    created_at,
    acknowledged_at,
    resolved_at,
    case resolved_how when 'history' then 'first_resolution' else resolved_how end,
    -- Null where its log was not read: not observed.
    n_reopened > 0,
    customer_impact,
    eval_attributable,
    labels,
    null,
    _source_url
from stores
where issue_id is null
