-- What each eval run says about where it belongs, cleaned and not yet believed.
with runs as (
    select
        *,
        {{ json_text('envelope', '$.head_sha') }} as envelope_sha,
        {{ json_integer('envelope', '$.repo_id') }} as envelope_repository_number,
        {{ repository_slug(json_text('envelope', '$.repository')) }} as envelope_slug,
        lower({{ json_text('envelope', '$.project') }}) as envelope_project,
        {{ json_integer('envelope', '$.run_id') }} as envelope_ci_run_id,
        {{ json_integer('envelope', '$.run_attempt') }} as envelope_ci_run_attempt,
        {{ json_integer('envelope', '$.pr') }} as envelope_pull_request_number,
        {{ json_integer('envelope', '$.actor_id') }} as envelope_actor_id,
        lower({{ json_text('envelope', '$.actor') }}) as envelope_actor
    from {{ ref('stg_evals__runs') }}
),

attempts as (
    -- Without a stated attempt a run belongs to the attempt that was under way when it started.
    select runs.run_id, max(ci.run_attempt) as run_attempt
    from runs
    inner join {{ ref('stg_github__workflow_runs') }} as ci
        on
            coalesce(runs.envelope_ci_run_id, runs.ci_run_id) = ci.run_id
            and (ci.run_started_at <= runs.started_at or ci.run_attempt = 1)
    group by runs.run_id
)

select
    runs.run_id,
    runs.started_at,
    runs.envelope is not null as has_envelope,
    'github:' || cast(runs.envelope_repository_number as varchar) as envelope_repository_id,
    runs.envelope_slug,
    runs.envelope_project,
    {{ json_text('runs.envelope', '$.harness') }} as envelope_harness,
    {{ json_number('runs.envelope', '$.threshold') }} as envelope_threshold,
    runs.envelope_actor_id,
    runs.envelope_actor,
    coalesce(runs.envelope_ci_run_id, runs.ci_run_id) as ci_run_id,
    coalesce(runs.envelope_ci_run_attempt, runs.ci_run_attempt, attempts.run_attempt) as ci_run_attempt,
    coalesce(runs.envelope_pull_request_number, runs.pull_request_number) as pull_request_number,
    {{ repository_slug('runs.repository_raw') }} as origin_slug,
    -- `git describe` writes v1.2-5-gabc1234, some tools add -dirty.
    {{ extract("lower(coalesce(runs.envelope_sha, runs.git_sha_raw))", "'(?:^|-g)([0-9a-f]{7,40})(?:-dirty)?$'") }} as sha,
    lower(trim(runs.project_raw)) as project_tag,
    coalesce(runs.git_is_dirty, false) or coalesce(runs.git_sha_raw like '%-dirty', false) as git_is_dirty
from runs
left join attempts on runs.run_id = attempts.run_id
