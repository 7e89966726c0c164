-- What the leading metric of a run that scored something was measured with: the dataset's content, the scorer, the judge with its rubric.
with leaders as (
    select
        runs.eval_run_id,
        min(metrics.scorer) as scorer,
        bool_and(coalesce(metrics.higher_is_better, true)) as is_higher_better
    from {{ ref('int_eval_runs') }} as runs
    inner join {{ ref('int_eval_metrics') }} as metrics
        on runs.eval_run_id = metrics.run_id and runs.primary_metric = metrics.scorer || '/' || metrics.metric
    group by runs.eval_run_id
)

select
    runs.eval_run_id,
    runs.kind,
    runs.repository_id,
    runs.task_name,
    runs.started_at,
    runs.pull_request_number,
    runs.git_is_dirty,
    runs.person_id,
    {{ model_key('runs.model_name') }} as model_key,
    {{ answered_key('runs.answered_model', 'runs.model_name') }} as answered_key,
    runs.dataset_version_id,
    runs.primary_metric,
    runs.is_passed,
    leaders.scorer,
    leaders.is_higher_better,
    judges.judge_id,
    judges.judge_prompt_sha,
    coalesce(judges.judge_state, 'no_judge') as judge_state
from {{ ref('int_eval_runs') }} as runs
left join leaders on runs.eval_run_id = leaders.eval_run_id
left join {{ ref('int_eval_judges') }} as judges on leaders.eval_run_id = judges.run_id and leaders.scorer = judges.scorer
where runs.n_scored > 0
