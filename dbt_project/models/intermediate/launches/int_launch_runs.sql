-- Eval runs of what stood on a project's main, before its launch and in the weeks after it; those of which that is not known are neither.
select
    windows.launch_id,
    runs.eval_run_id,
    runs.task_name,
    runs.dataset_version_id,
    runs.model_name,
    {{ answered_key('runs.answered_model', 'runs.model_name') }} as answered_key,
    runs.prompt_sha,
    runs.started_at,
    case when runs.started_at < windows.started_at then 'before' else 'after' end as side
from {{ ref('int_launch_windows') }} as windows
inner join {{ ref('int_eval_runs') }} as runs
    on windows.project_id = runs.project_id and runs.started_at >= windows.baseline_from and runs.started_at < windows.window_end
where
    (runs.started_at >= windows.started_at or runs.started_at < coalesce(windows.started_after, windows.started_at))
    and runs.n_scored > 0 and not runs.git_is_dirty and runs.pull_request_number is null
