-- Every attempt of every check: jobs of Actions with their steps, check runs of other apps, commit statuses. A job's id is its check run's.
-- Two reporters of one name are two checks: each has states of its own, and a rule that asks for the name asks for both.
with settings as (
    select * from {{ ref('int_settings') }}
),

steps as (
    select
        jobs.job_id,
        lower({{ json_text('s.step', '$.name') }}) as name,
        {{ json_text('s.step', '$.conclusion') }} as conclusion
    from {{ ref('stg_github__workflow_jobs') }} as jobs
    {{ each(json_objects('jobs.steps'), 's', 'step') }}
),

names as (
    select name from steps
    union
    select lower(name) from {{ ref('stg_github__check_runs') }}
    union
    select lower(context) from {{ ref('stg_github__commit_statuses') }}
),

-- A pattern that is no constant is compiled for every row: each name is held against it once, however many steps have it.
classed_names as (
    select
        names.name,
        {{ matches('names.name', 'settings.setup_step_pattern') }} as is_setup,
        {{ matches('names.name', 'settings.eval_step_pattern') }} as is_eval
    from names
    cross join settings
),

classed as (
    select steps.*, classed_names.is_setup, classed_names.is_eval
    from steps
    inner join classed_names on steps.name = classed_names.name
),

job_steps as (
    select
        job_id,
        bool_or(is_eval and not is_setup) as has_eval_step,
        bool_or(is_eval and not is_setup and conclusion = 'failure') as eval_step_failed,
        bool_or(is_eval and not is_setup and conclusion in ('success', 'failure')) as eval_step_ran,
        bool_or(not is_setup and conclusion = 'failure') as work_step_failed
    from classed
    group by job_id
),

jobs as (
    select
        cast(jobs.job_id as varchar) as gate_run_id, jobs.job_id as check_run_id, 'actions' as reporter, jobs.repository_id, jobs.name as gate, jobs.head_sha, jobs.run_id, jobs.run_attempt, jobs.job_id,
        checks.app_id, jobs.status, jobs.conclusion, jobs.started_at, jobs.completed_at,
        coalesce(job_steps.has_eval_step, false) as has_eval_step,
        coalesce(job_steps.eval_step_failed, false) as eval_step_failed,
        coalesce(job_steps.eval_step_ran, false) as eval_step_ran,
        coalesce(job_steps.work_step_failed, false) as work_step_failed,
        jobs._source_url as source_url
    from {{ ref('stg_github__workflow_jobs') }} as jobs
    left join job_steps on jobs.job_id = job_steps.job_id
    left join {{ ref('stg_github__check_runs') }} as checks on jobs.job_id = checks.check_run_id
),

others as (
    -- Other apps show no steps: what a check judges can only be read from its name.
    select
        cast(checks.check_run_id as varchar) as gate_run_id, checks.check_run_id, 'app:' || coalesce(cast(checks.app_id as varchar), '') as reporter,
        checks.repository_id, checks.name as gate, checks.head_sha, cast(null as bigint) as run_id,
        cast(null as bigint) as run_attempt, cast(null as bigint) as job_id, checks.app_id, checks.status, checks.conclusion,
        checks.started_at, checks.completed_at,
        classed_names.is_eval as has_eval_step,
        checks.conclusion = 'failure' as eval_step_failed,
        checks.conclusion in ('success', 'failure') as eval_step_ran,
        checks.conclusion = 'failure' as work_step_failed,
        checks._source_url as source_url
    from {{ ref('stg_github__check_runs') }} as checks
    left join classed_names on lower(checks.name) = classed_names.name
    where checks.check_run_id not in (select jobs.job_id from {{ ref('stg_github__workflow_jobs') }} as jobs)
),

-- The older kind of check: each report is an attempt, and "error" is the machinery's, not the change's.
statuses as (
    select
        'status:' || statuses.status_id as gate_run_id,
        cast(null as bigint) as check_run_id,
        'status' as reporter,
        statuses.repository_id,
        statuses.context as gate,
        statuses.sha as head_sha,
        cast(null as bigint) as run_id,
        cast(null as bigint) as run_attempt,
        cast(null as bigint) as job_id,
        cast(null as bigint) as app_id,
        case when lower(statuses.state) in ('pending', 'expected') then 'in_progress' else 'completed' end as status,
        case when lower(statuses.state) not in ('pending', 'expected') then lower(statuses.state) end as conclusion,
        statuses.created_at as started_at,
        case when lower(statuses.state) not in ('pending', 'expected') then statuses.created_at end as completed_at,
        classed_names.is_eval as has_eval_step,
        lower(statuses.state) = 'failure' as eval_step_failed,
        lower(statuses.state) in ('success', 'failure') as eval_step_ran,
        lower(statuses.state) = 'failure' as work_step_failed,
        coalesce(statuses.target_url, statuses._source_url) as source_url
    from {{ ref('stg_github__commit_statuses') }} as statuses
    left join classed_names on lower(statuses.context) = classed_names.name
)

select * from jobs
union all
select * from others
union all
select * from statuses
