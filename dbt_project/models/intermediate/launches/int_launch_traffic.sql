-- How much of a product's traffic had moved from slices to others between a launch and the end of its weeks. A product is a project's
-- where its slices name eval tasks that the project runs.
with products as (
    select distinct windows.launch_id, suites.product, windows.started_at, windows.window_end
    from {{ ref('int_launch_windows') }} as windows
    inner join {{ ref('int_eval_runs') }} as runs on windows.project_id = runs.project_id
    inner join {{ ref('int_slice_suites') }} as suites on runs.task_name = suites.task_name
),

moments as (
    select launch_id, product, 'before' as side, {{ utc_date('started_at') }} as day from products
    union all
    select launch_id, product, 'after', {{ add_days(utc_date('window_end'), -1) }} from products
),

shares as (
    select
        moments.launch_id,
        moments.product,
        traffic.slice,
        max(case when moments.side = 'before' then traffic.share end) as share_before,
        max(case when moments.side = 'after' then traffic.share end) as share_after
    from moments
    inner join {{ ref('fct_slice_traffic') }} as traffic on moments.product = traffic.product and {{ is_valid_at('traffic', 'moments.day') }}
    where not traffic.is_contradicted and not traffic.is_over_one
    group by moments.launch_id, moments.product, traffic.slice
)

select launch_id, product, sum(abs(coalesce(share_after, 0) - coalesce(share_before, 0))) / 2 as moved
from shares
group by launch_id, product
having count(share_before) > 0 and count(share_after) > 0
