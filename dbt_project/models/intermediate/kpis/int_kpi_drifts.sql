-- K13: suites outside pull requests that met their threshold and at their next run, on the same dataset version and model, missed it.
with runs as (
    select
        *,
        {{ utc_date('started_at') }} as started_on,
        lag(is_passed) over suite as was_passed,
        lag(started_at) over suite as last_good_at
    from {{ ref('fct_eval_runs') }}
    where
        pull_request_number is null and is_passed is not null and started_at is not null
        and status in ('success', 'failed_threshold') and not coalesce(git_is_dirty, false)
    window suite as (partition by kind, task_name, repository_id, dataset_version_id, model_name order by started_at, eval_run_id)
),

drifts as (
    select *, {{ minutes_between('last_good_at', 'started_at') }} / 1440.0 as days
    from runs
    where was_passed and not is_passed
)

{{ kpi_members('K13', 'drifts', dict(kpi_run_fields(), value_low='0', value_mid='days / 2.0', value_high='days')) }}
