-- A failed attempt beside each later change of a prompt with the same target. It names no person: who made it stands with its pull request.
with people as (
    select failed_attempt_id, count(*) as n_people
    from {{ ref('int_failed_attempt_people') }}
    group by failed_attempt_id
),

-- The last red verdict of the evals on the pull request.
red_runs as (
    select repository_id, pull_request_number, {{ latest('eval_run_id', 'started_at') }} as eval_run_id
    from {{ ref('fct_eval_runs') }}
    where not is_passed and pull_request_number is not null
    group by repository_id, pull_request_number
),

-- What an experiment moved, where it has one primary metric and one variation.
moved as (
    select experiment_id, min(metric_name) as metric_name, min(level_variant) as metric_value, min(level_baseline) as metric_reference
    from {{ ref('int_experiment_effects') }}
    group by experiment_id
    having count(*) = 1 and not bool_or(is_srm_failed)
),

measured as (
    select
        failed.*,
        changes.path,
        coalesce(changes.source_url, pulls._source_url, experiments.source_url) as source_url,
        case failed.ending when 'gate_failed' then red_runs.eval_run_id when 'reverted' then evals.eval_run_after_id end as eval_run_id,
        case when failed.ending = 'reverted' then evals.eval_run_before_id end as eval_run_before_id
    from {{ ref('int_failed_before') }} as failed
    left join {{ ref('int_prompt_changes') }} as changes on failed.failed_change_id = changes.prompt_change_id
    left join {{ ref('int_prompt_evals') }} as evals on failed.failed_change_id = evals.prompt_change_id
    left join {{ ref('stg_github__pull_requests') }} as pulls on failed.pull_request_id = pulls.pull_request_id
    left join {{ ref('fct_experiments') }} as experiments on failed.experiment_id = experiments.experiment_id
    left join red_runs on pulls.repository_id = red_runs.repository_id and pulls.number = red_runs.pull_request_number
)

select
    measured.failed_attempt_id,
    measured.prompt_change_id,
    measured.failed_change_id,
    measured.target_kind,
    measured.target,
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
    coalesce(runs.primary_metric, moved.metric_name) as metric_name,
    coalesce(runs.primary_value, moved.metric_value) as metric_value,
    case
        when moved.experiment_id is not null then moved.metric_reference
        when measured.ending = 'gate_failed' then runs.threshold
        else earlier.primary_value
    end as metric_reference,
    case
        when coalesce(runs.primary_value, moved.metric_value) is null then null
        when moved.experiment_id is not null then 'control'
        when measured.ending = 'gate_failed' then 'threshold'
        else 'run_before'
    end as metric_reference_kind,
    measured.source_url
from measured
left join people on measured.failed_attempt_id = people.failed_attempt_id
left join moved on measured.experiment_id = moved.experiment_id
left join {{ ref('fct_eval_runs') }} as runs on measured.eval_run_id = runs.eval_run_id
left join {{ ref('fct_eval_runs') }} as earlier on measured.eval_run_before_id = earlier.eval_run_id
