-- The state of one head for one check as one reporter gives it, from all its attempts.
with attempts as (
    select *, coalesce(completed_at, started_at) as ended_at
    from {{ ref('int_check_verdicts') }}
),

summed as (
    select
        repository_id,
        gate,
        reporter,
        head_sha,
        bool_or(is_eval_gate) as is_eval_gate,
        max(app_id) as app_id,
        min(artifact_id) as artifact_id,
        count(*) filter (where verdict = 'passed') as n_passed,
        count(*) filter (where verdict = 'failed') as n_failed,
        count(*) filter (where verdict = 'infra_failure') as n_infra,
        count(*) filter (where verdict in ('not_exercised', 'scored_nothing')) as n_not_exercised,
        {{ latest('verdict', 'ended_at') }} filter (where verdict in ('passed', 'failed')) as last_judgement,
        {{ latest('infra_reason', 'ended_at') }} as infra_reason,
        min(started_at) as first_started_at,
        max(started_at) as last_started_at,
        min(ended_at) filter (where verdict = 'failed') as first_failed_at,
        max(ended_at) filter (where verdict = 'failed') as failed_at,
        min(ended_at) filter (where verdict = 'passed') as passed_at,
        {{ latest('source_url', 'ended_at') }} as source_url,
        {{ earliest('eval_run_id', 'ended_at') }} filter (where verdict = 'failed' and eval_run_id is not null) as failed_eval_run_id,
        {{ earliest('eval_run_id', 'ended_at') }} filter (where verdict = 'passed' and eval_run_id is not null) as passed_eval_run_id,
        bool_or(verdict = 'failed' and is_eval_passed = false and n_scored > 0 and not is_eval_dirty) as is_below_threshold,
        bool_or(verdict = 'passed' and is_eval_passed = true and n_scored > 0 and not is_eval_dirty) as is_above_threshold
    from attempts
    group by repository_id, gate, reporter, head_sha
)

select
    *,
    case
        when n_passed > 0 and n_failed = 0 then 'green'
        when n_passed > 0 and last_judgement = 'passed' then 'flaky_green'
        when n_passed > 0 then 'flaky_red'
        when n_failed > 0 then 'red'
        when n_infra > 0 then 'infra_red'
        when n_not_exercised > 0 then 'not_exercised'
        else 'no_run'
    end as head_state
from summed
