-- One row per incident: the record that counts, with what it lacks filled in from other records of the same incident.
with others as (
    select
        twins.incident_id,
        {{ joined_text('records.record_id', ', ', 'records.record_id') }} as also_recorded_as,
        min(records.started_at) as started_at,
        min(records.acknowledged_at) as acknowledged_at,
        min(records.resolved_at) as resolved_at,
        bool_or(records.is_reopened) as is_reopened,
        case when count(distinct records.severity) = 1 then min(records.severity) end as severity,
        case when count(distinct records.service) = 1 then min(records.service) end as service,
        case when count(distinct records.customer_impact) = 1 then min(records.customer_impact) end as customer_impact
    from {{ ref('int_incident_twins') }} as twins
    inner join {{ ref('int_incident_records') }} as records on twins.record_id = records.record_id
    group by twins.incident_id
),

united as (
    select
        records.record_id as incident_id,
        records.source,
        records.record_key as issue_key,
        records.project_key,
        coalesce(records.service, others.service) as service,
        coalesce(records.severity, others.severity, records.priority) as severity,
        case
            when records.severity is not null then case records.source when 'github' then 'label' else 'field' end
            when others.severity is not null then 'other_record'
            when records.priority is not null then 'priority_fallback'
            else 'unknown'
        end as severity_how,
        coalesce(records.started_at, others.started_at) as told_start,
        records.reported_at,
        coalesce(least(records.acknowledged_at, others.acknowledged_at), records.acknowledged_at, others.acknowledged_at) as acknowledged_at,
        coalesce(records.resolved_at, others.resolved_at) as resolved_at,
        case when records.resolved_at is not null then records.resolved_how when others.resolved_at is not null then 'other_record' end
            as resolved_how,
        coalesce(records.is_reopened, others.is_reopened) as is_reopened,
        coalesce(records.customer_impact, others.customer_impact) as customer_impact,
        others.also_recorded_as,
        records.source_url
    from {{ ref('int_incident_records') }} as records
    left join {{ ref('int_incident_twins') }} as twins on records.record_id = twins.record_id
    left join others on records.record_id = others.incident_id
    where twins.record_id is null
)

select
    *,
    -- An impact that started after it was over is a slip of the pen: when it began is not known, and that is told.
    case when told_start > resolved_at then null else told_start end as started_at,
    case when told_start > resolved_at then 'impact_start_after_resolution' end as time_fault
from united
