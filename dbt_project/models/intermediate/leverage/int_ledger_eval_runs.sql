-- Channel eval_run: an eval run made with the artifact as its harness, in another project.
select
    e.harness_artifact_id as artifact_id,
    e.repository_id,
    e.project_id,
    'eval_run' as channel,
    -- A project tag that no commit confirms may have been copied with the script: it declares, it does not prove a run there.
    case when e.project_how = 'tag' then 2 else 3 end as rung,
    '' as group_key,
    e.eval_run_id as natural_key,
    cast(null as varchar) as path,
    cast(null as bigint) as line,
    e.git_sha as sha,
    e.source_url as url,
    e.started_at as first_seen_at,
    e.started_at as last_seen_at,
    {{ utc_date('e.started_at') }} as day_from,
    {{ add_days(utc_date('e.started_at'), 1) }} as day_to,
    case when p.kind = 'human' then e.person_id end as accepted_by_person_id,
    case when p.kind in ('bot', 'ai_agent') then 'bot' when p.kind = 'human' then 'human' else 'unknown' end as accepted_by_kind,
    'ran it' as accepted_how,
    'evals' as source_system,
    'runs' as source_kind,
    e.eval_run_id as source_record_id
from {{ ref('fct_eval_runs') }} as e
left join {{ ref('dim_people') }} as p on e.person_id = p.person_id
where e.harness_artifact_id is not null and e.started_at is not null
