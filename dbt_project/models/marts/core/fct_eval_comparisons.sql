-- A run held against an earlier one, over all cases and slice by slice, only by cases that both scored under one ruler. A fall is told
-- from noise by the exact sign test, whatever the floor says that the run was held to.
with pairs as (
    select
        pairs.run_before_id,
        pairs.eval_run_id,
        pairs.comparability,
        pairs.model_change,
        coalesce(cases.slice, '') as slice,
        coalesce(cases.n_common, 0) as n_common,
        cases.n_better,
        cases.n_worse,
        case
            when pairs.comparability <> 'comparable' then pairs.comparability
            when cases.n_common is null then 'no_common_cases'
            when cases.n_common < {{ policy_threshold('slice_items') }} then 'too_few_common_cases'
        end as not_observed_reason
    from {{ ref('int_eval_pairs') }} as pairs
    left join {{ ref('int_eval_pair_samples') }} as cases
        on pairs.run_before_id = cases.run_before_id and pairs.eval_run_id = cases.eval_run_id
),

tested as (
    select
        *,
        cast(n_better - n_worse as double) / n_common as net_mid,
        {{ paired_net_low('n_better', 'n_worse', 'n_common') }} as net_low,
        {{ paired_net_high('n_better', 'n_worse', 'n_common') }} as net_high,
        {{ sign_test_p('n_better', 'n_worse') }} as p_value,
        n_worse > n_better and {{ sign_test_p('n_better', 'n_worse') }} < 0.05 as is_regressed
    from pairs
    where not_observed_reason is null
)

select
    {{ stable_hash(['pairs.run_before_id', 'pairs.eval_run_id', 'pairs.slice']) }} as eval_comparison_id,
    pairs.run_before_id,
    pairs.eval_run_id,
    pairs.slice,
    runs.repository_id,
    runs.task_name,
    runs.primary_metric,
    pairs.comparability,
    pairs.model_change,
    case when pairs.not_observed_reason is null then 'value' else 'not_observed' end as state,
    pairs.not_observed_reason,
    pairs.n_common,
    tested.n_better,
    tested.n_worse,
    tested.net_low,
    tested.net_mid,
    tested.net_high,
    tested.p_value,
    tested.is_regressed,
    case when tested.is_regressed is not null then tested.is_regressed and runs.is_passed end as is_regressed_above_floor,
    runs.judge_state
from pairs
inner join {{ ref('int_eval_run_rulers') }} as runs on pairs.eval_run_id = runs.eval_run_id
left join tested
    on pairs.run_before_id = tested.run_before_id and pairs.eval_run_id = tested.eval_run_id and pairs.slice = tested.slice
