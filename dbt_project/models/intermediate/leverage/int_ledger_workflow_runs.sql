-- Channel run_reusable: a workflow run that executed the artifact's reusable workflow, one row per run.
with attempts as (
    select
        *,
        row_number() over (partition by run_id order by run_attempt) as position,
        -- These conclusions mean that no step of the run was ever executed.
        max(case when conclusion is null or conclusion in ('skipped', 'startup_failure', 'action_required', 'stale') then 0 else 1 end)
            over (partition by run_id) as is_executed
    from {{ ref('stg_github__workflow_runs') }}
),

executed as (
    select run_id, artifact_id, min_by(ref_sha, run_attempt) as workflow_sha
    from {{ ref('int_workflow_run_artifacts') }}
    group by run_id, artifact_id
),

accounts as (
    select account, person_id, kind
    from {{ ref('int_accounts_resolved') }}
    where system = 'github'
),

pulls as (
    -- A head can belong to several pull requests; a human behind any of them is a human behind the run.
    select
        a.run_id,
        min(case when p.author_kind = 'human' then p.author_person_id end) as person_id,
        coalesce(min(case when p.author_kind = 'human' and p.author_person_id is not null then 'human' end), min(p.author_kind)) as kind
    from attempts as a
    {{ each(json_list('a.pull_request_numbers'), 'n', 'number') }}
    inner join {{ ref('fct_pull_requests') }} as p
        on a.repository_id = p.repository_id and cast(n.number as bigint) = p.number
    where a.position = 1
    group by a.run_id
)

select
    e.artifact_id,
    a.repository_id,
    'run_reusable' as channel,
    3 as rung,
    '' as group_key,
    cast(a.run_id as varchar) as natural_key,
    a.path,
    cast(null as bigint) as line,
    e.workflow_sha as sha,
    a._source_url as url,
    coalesce(a.run_started_at, a.created_at) as first_seen_at,
    coalesce(a.run_started_at, a.created_at) as last_seen_at,
    {{ utc_date('coalesce(a.run_started_at, a.created_at)') }} as day_from,
    {{ add_days(utc_date('coalesce(a.run_started_at, a.created_at)'), 1) }} as day_to,
    a.is_executed = 1 as is_executed,
    coalesce(case when t.kind = 'human' then t.person_id end, case when p.kind = 'human' then p.person_id end) as accepted_by_person_id,
    case
        when (t.kind = 'human' and t.person_id is not null) or (p.kind = 'human' and p.person_id is not null) then 'human'
        when coalesce(t.kind, p.kind) in ('bot', 'ai_agent') then 'bot'
        else 'unknown'
    end as accepted_by_kind,
    case when t.kind = 'human' and t.person_id is not null then 'started it' when p.person_id is not null then 'wrote its pull request' end
        as accepted_how,
    'github' as source_system,
    'workflow_runs' as source_kind,
    {{ record_id(['a.run_id', 'a.run_attempt']) }} as source_record_id
from executed as e
inner join attempts as a on e.run_id = a.run_id and a.position = 1
left join accounts as t on cast(a.triggering_actor_id as varchar) = t.account
left join pulls as p on a.run_id = p.run_id
