-- The days before a launch that say how it was, and those until six weeks after everybody had it. What is still to come is not over.
with policy as (
    select {{ policy_threshold('launch_baseline_days') }} as baseline_days, {{ policy_threshold('custody_days') }} as custody_days
),

windows as (
    select
        launches.launch_id,
        launches.project_id,
        launches.started_at,
        launches.started_after,
        {{ instant_plus_days('coalesce(launches.started_after, launches.started_at)', '-policy.baseline_days') }} as baseline_from,
        {{ instant_plus_days('coalesce(launches.full_at, launches.started_at)', 'policy.custody_days') }} as window_end
    from {{ ref('fct_launches') }} as launches
    cross join policy
)

select *, window_end <= {{ built_at() }} as is_window_over from windows
