-- Channel gate_catch: a required check run by the artifact stopped a change that was then fixed and merged.
select
    c.artifact_id,
    c.repository_id,
    c.project_id,
    'gate_catch' as channel,
    4 as rung,
    c.gate as group_key,
    c.gate_catch_id as natural_key,
    cast(null as varchar) as path,
    cast(null as bigint) as line,
    c.last_red_sha as sha,
    c.source_url as url,
    coalesce(c.merged_at, c.green_at, c.red_at) as first_seen_at,
    coalesce(c.merged_at, c.green_at, c.red_at) as last_seen_at,
    {{ utc_date('coalesce(c.merged_at, c.green_at, c.red_at)') }} as day_from,
    {{ add_days(utc_date('coalesce(c.merged_at, c.green_at, c.red_at)'), 1) }} as day_to,
    a.accepted_by_person_id,
    coalesce(a.accepted_by_kind, 'unknown') as accepted_by_kind,
    a.accepted_how,
    'github' as source_system,
    'pull_requests' as source_kind,
    {{ record_id(['c.pull_request_id']) }} as source_record_id
from {{ ref('fct_gate_catches') }} as c
left join {{ ref('int_pull_request_acceptors') }} as a on c.pull_request_id = a.pull_request_id
where c.artifact_id is not null and c.counts_mid and coalesce(c.merged_at, c.green_at, c.red_at) is not null
