-- What became of each slice of a suite that ran with both models: whether it was ever down by more than its noise, and whether it was
-- in the last run of the new model. Where both runs show their cases these are compared one by one; else the noise is that of separate
-- samples, which is wider.
with compared as (
    select
        runs.model_switch_id,
        runs.model_migration_id,
        runs.task_name,
        runs.eval_run_id,
        runs.run_before_id,
        runs.started_at,
        newer.slice,
        coalesce(newer.higher_is_better, true) as is_higher_better,
        newer.value as value_after,
        newer.n as n_after,
        former.value as value_before,
        former.n as n_before
    from {{ ref('int_model_switch_runs') }} as runs
    inner join {{ ref('int_eval_metrics') }} as newer
        on runs.eval_run_id = newer.run_id and runs.primary_metric = newer.scorer || '/' || newer.metric
    inner join {{ ref('int_eval_metrics') }} as former
        on
            runs.run_before_id = former.run_id and newer.scorer = former.scorer and newer.metric = former.metric
            and newer.slice = former.slice and newer.variant = former.variant
    where
        runs.comparability = 'comparable'
        and newer.slice <> ''
        and newer.variant = ''
        -- Only of rates is the noise known from the value and the number of cases.
        and newer.value between 0 and 1 and former.value between 0 and 1 and newer.n > 0 and former.n > 0
),

judged as (
    select
        compared.*,
        case
            when paired.is_regressed is not null then paired.is_regressed
            when compared.is_higher_better
                then {{ fell_beyond_noise('compared.value_before', 'compared.n_before', 'compared.value_after', 'compared.n_after') }}
            else {{ fell_beyond_noise('(1 - compared.value_before)', 'compared.n_before', '(1 - compared.value_after)', 'compared.n_after') }}
        end as is_down
    from compared
    left join {{ ref('fct_eval_comparisons') }} as paired
        on compared.run_before_id = paired.run_before_id and compared.eval_run_id = paired.eval_run_id and compared.slice = paired.slice
)

select
    model_switch_id,
    model_migration_id,
    task_name,
    slice,
    count(*) as n_runs,
    bool_or(is_down) as is_regressed,
    max_by(is_down, cast(started_at as varchar) || eval_run_id) as is_open
from judged
group by model_switch_id, model_migration_id, task_name, slice
