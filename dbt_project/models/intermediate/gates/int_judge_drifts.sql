-- Eval runs that failed by a judge's word although an earlier run of the same task had passed with the same model, the same prompt and
-- the same data: the judge may have changed rather than the thing judged.
with judged as (
    select distinct run_id
    from {{ ref('int_eval_metrics') }}
    where judge_model is not null or judge_prompt_sha is not null or {{ is_judge_name('scorer') }}
),

runs as (
    select
        runs.run_id, runs.task_name, coalesce(runs.model_raw, runs.model_name) as model, runs.answered_model, runs.prompt_sha, runs.dataset_version_id,
        runs.started_at,
        scored.is_passed
    from {{ ref('stg_evals__runs') }} as runs
    inner join judged on runs.run_id = judged.run_id
    inner join {{ ref('int_eval_runs_scored') }} as scored on runs.run_id = scored.run_id
    where scored.n_scored > 0
)

select
    failed.run_id as eval_run_id,
    {{ latest('passed.run_id', 'passed.started_at') }} as passed_eval_run_id
from runs as failed
inner join runs as passed
    on
        failed.task_name = passed.task_name
        and failed.model = passed.model
        and coalesce(failed.answered_model = passed.answered_model, true)
        and failed.prompt_sha = passed.prompt_sha
        and failed.dataset_version_id = passed.dataset_version_id
        and failed.started_at > passed.started_at
where not failed.is_passed and passed.is_passed
group by failed.run_id
