-- Every record of an incident as its own system tells it, in one shape: Jira issues, GitHub issues, records of incident stores.
-- `texts` is where it may name the record of another system, `written` what its author wrote below the title.
select
    issues.issue_id as record_id,
    'jira' as source,
    issues.issue_key as record_key,
    issues.project_key,
    cast(null as varchar) as repository_id,
    cast(null as varchar) as service_id,
    cast(null as varchar) as service,
    issues.severity,
    issues.priority,
    issues.impact_started_at as started_at,
    issues.created_at as reported_at,
    times.acknowledged_at,
    coalesce(times.first_done_at, issues.resolution_at) as resolved_at,
    case when times.first_done_at is not null then 'first_done_transition' when issues.resolution_at is not null then 'resolution_field' end
        as resolved_how,
    times.is_reopened,
    issues.customer_impact,
    issues.eval_attributable,
    issues.labels,
    issues.summary as texts,
    issues.description as written,
    issues._source_url as source_url,
    issues._extracted_at as extracted_at
from {{ ref('int_incident_issues') }} as issues
inner join {{ ref('int_incident_times') }} as times on issues.issue_id = times.issue_id
union all
select
    issues.incident_id,
    'github',
    null,
    null,
    issues.repository_id,
    null,
    null,
    issues.severity,
    null,
    null,
    issues.created_at,
    times.acknowledged_at,
    -- Without its timeline an issue tells the last closing only, and of re-opening only that it is open again.
    coalesce(times.first_closed_at, case when issues.state = 'closed' then issues.closed_at end),
    case
        when times.first_closed_at is not null then 'first_closing'
        when issues.state = 'closed' and issues.closed_at is not null then 'last_closing'
    end,
    coalesce(times.is_reopened, case when issues.state = 'open' then coalesce(issues.state_reason = 'reopened', false) end),
    null,
    null,
    issues.labels,
    issues.title,
    issues.body,
    issues._source_url,
    issues._extracted_at
from {{ ref('int_incident_github_issues') }} as issues
left join {{ ref('int_incident_github_times') }} as times on issues.incident_id = times.incident_id
union all
select
    incident_id,
    kind,
    null,
    null,
    null,
    service_id,
    service,
    severity,
    null,
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
    coalesce(title, '') || chr(10) || coalesce(links, ''),
    null,
    _source_url,
    _extracted_at
from {{ ref('stg_incidents__incidents') }}
