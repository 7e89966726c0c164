-- What shipped, or broke, in a project on a day: launches without a control, prompt changes, flags, deployments that brought changes of
-- prompts or of what judges them, incidents; and models that a vendor replaced, whose day lies anywhere between two runs.
with flags as (
    -- Where the type of an environment is not told it may be production.
    select project_id, flag_key, {{ utc_date('changed_at') }} as changed_on, {{ earliest('source_url', 'changed_at') }} as source_url
    from {{ ref('fct_flag_changes') }}
    where change in ('enabled', 'disabled', 'targeting', 'variants') and coalesce(environment_type, 'production') = 'production'
    group by project_id, flag_key, {{ utc_date('changed_at') }}
),

-- A commit that is deployed to several environments is one. What a deployment brought whose commit is not on the default branch nobody
-- knows: those of a repository are not told apart.
deployments as (
    select
        projects.project_id,
        shipments.repository_id || '@' || case when shipments.landed_at is null then 'unknown' else shipments.sha end as id,
        repositories.full_name || case when shipments.landed_at is null then ' (contents not known)' else ' ' || left(shipments.sha, 7) end as name,
        {{ utc_date('shipments.shipped_at') }} as shipped_on,
        shipments.source_url,
        surfaces.pull_request_id
    from {{ ref('int_shipments') }} as shipments
    inner join {{ ref('int_repository_projects') }} as projects on shipments.repository_id = projects.repository_id
    inner join {{ ref('int_repositories') }} as repositories on shipments.repository_id = repositories.repository_id
    left join {{ ref('int_shipment_pull_requests') }} as pulls on shipments.shipment_key = pulls.shipment_key
    left join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on pulls.pull_request_id = surfaces.pull_request_id
    where
        shipments.kind = 'deployment'
        and shipments.shipping_state = 'shipped'
        and (surfaces.pull_request_id is not null or shipments.landed_at is null)
)

select
    'launch' as kind, experiment_id as id, project_id, {{ utc_date('started_at') }} as shipped_on, name, source_url,
    cast(null as bigint) as pull_request_id, {{ utc_date('started_at') }} as shipped_from
from {{ ref('fct_experiments') }}
where has_holdout = false and started_at is not null
union all
select 'prompt_change', prompt_change_id, project_id, {{ utc_date('landed_at') }}, path, source_url, pull_request_id, {{ utc_date('landed_at') }}
from {{ ref('fct_prompt_changes') }}
where landed_at is not null
union all
select 'flag', flag_key, project_id, changed_on, flag_key, source_url, null, changed_on from flags
union all
select 'deployment', id, project_id, shipped_on, name, source_url, pull_request_id, shipped_on from deployments
union all
select 'incident', incident_id, project_id, {{ utc_date('detected_at') }}, coalesce(issue_key, incident_id), source_url, null,
    {{ utc_date('detected_at') }}
from {{ ref('fct_incidents') }}
union all
select
    'vendor_drift', model_name || '@' || answered_after, project_id, {{ utc_date('first_seen_at') }},
    model_name || ' answered by ' || answered_after || ' instead of ' || answered_before, source_url, null, {{ utc_date('last_seen_at') }}
from {{ ref('fct_model_drifts') }}
