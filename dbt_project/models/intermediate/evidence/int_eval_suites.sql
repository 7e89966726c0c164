-- Eval suites: a task as its harness names it, where it is run, and on which dataset.
with runs as (
    select
        *,
        kind || ':' || task_name as suite_id,
        {{ utc_date('started_at') }} as started_on
    from {{ ref('fct_eval_runs') }}
    where task_name is not null and started_at is not null
)

select
    suite_id,
    repository_id,
    min(task_name) as task_name,
    min(kind) as kind,
    max_by(dataset_name, cast(started_at as varchar) || coalesce(dataset_name, '')) as dataset_name,
    min(started_on) as first_run_on,
    count(*) as n_runs
from runs
group by suite_id, repository_id
