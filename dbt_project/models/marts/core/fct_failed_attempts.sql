-- A failed attempt beside each later change of the same prompt. It names no person: who made it stands with its pull request.
with failed as (
    select * from {{ ref('int_prompt_failed_before') }}
),

people as (
    select prompt_change_id, count(distinct person_id) as n_people
    from {{ ref('int_prompt_authors') }}
    where kind = 'human'
    group by prompt_change_id
),

-- The last red verdict of the evals on the pull request.
red_runs as (
    select repository_id, pull_request_number, {{ latest('eval_run_id', 'started_at') }} as eval_run_id
    from {{ ref('fct_eval_runs') }}
    where not is_passed and pull_request_number is not null
    group by repository_id, pull_request_number
),

measured as (
    select
        failed.*,
        changes.path,
        changes.source_url,
        undoing.pull_request_id as undone_by_pull_request_id,
        undoing.repository_id as undone_in_repository_id,
        undoing.sha as undone_by_sha,
        case failed.ending when 'gate_failed' then red_runs.eval_run_id when 'reverted' then evals.eval_run_after_id end as eval_run_id,
        case when failed.ending = 'reverted' then evals.eval_run_before_id end as eval_run_before_id
    from failed
    inner join {{ ref('int_prompt_changes') }} as changes on failed.failed_change_id = changes.prompt_change_id
    left join {{ ref('int_prompt_changes') }} as undoing on failed.undone_by_change_id = undoing.prompt_change_id
    left join {{ ref('int_prompt_evals') }} as evals on failed.failed_change_id = evals.prompt_change_id
    left join red_runs on changes.repository_id = red_runs.repository_id and changes.pull_request_number = red_runs.pull_request_number
)

select
    {{ stable_hash(["'failed_attempt'", 'measured.prompt_change_id', 'measured.failed_change_id']) }} as failed_attempt_id,
    measured.prompt_change_id,
    measured.failed_change_id,
    measured.prompt_id,
    measured.path,
    measured.pull_request_id,
    measured.failed_at,
    measured.ending,
    measured.certainty,
    coalesce(people.n_people, 0) as n_people,
    measured.undone_by_pull_request_id,
    measured.undone_in_repository_id,
    measured.undone_by_sha,
    measured.experiment_id,
    measured.eval_run_id,
    runs.primary_metric as metric_name,
    runs.primary_value as metric_value,
    case when measured.ending = 'gate_failed' then runs.threshold else earlier.primary_value end as metric_reference,
    case when runs.primary_value is null then null when measured.ending = 'gate_failed' then 'threshold' else 'run_before' end as metric_reference_kind,
    measured.source_url
from measured
left join people on measured.failed_change_id = people.prompt_change_id
left join {{ ref('fct_eval_runs') }} as runs on measured.eval_run_id = runs.eval_run_id
left join {{ ref('fct_eval_runs') }} as earlier on measured.eval_run_before_id = earlier.eval_run_id
