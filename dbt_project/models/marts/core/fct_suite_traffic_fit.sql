-- How far the examples of a dataset version lie from the traffic of its day: total variation over the slices with a known share, all else
-- being one slice more. Lumping what is not known together can only bring the two nearer, so that the distance is a lower bound.
with traffic as (
    select
        suites.product, suites.task_name, suites.dataset_version_id, shares.slice, max(shares.share) as share,
        bool_or(shares.is_contradicted) as is_contradicted, bool_or(shares.is_over_one) as is_over_one
    from {{ ref('int_slice_suites') }} as suites
    inner join {{ ref('fct_slice_traffic') }} as shares
        on suites.product = shares.product and {{ is_valid_at('shares', utc_date('suites.version_at')) }}
    group by suites.product, suites.task_name, suites.dataset_version_id, shares.slice
),

compared as (
    select
        suites.product,
        suites.task_name,
        suites.dataset_version_id,
        suites.version_at,
        {{ list_size(json_keys('any_value(suites.slices)')) }} as n_slices,
        count(traffic.slice) as n_compared,
        sum(traffic.share) as traffic_share,
        sum(coalesce(cast({{ json_value_of('suites.slices', 'traffic.slice') }} as bigint), 0) / cast(suites.n_items as double)) as example_share,
        sum(abs(
            coalesce(cast({{ json_value_of('suites.slices', 'traffic.slice') }} as bigint), 0) / cast(suites.n_items as double) - traffic.share
        )) as difference,
        bool_or(traffic.is_contradicted) as is_contradicted,
        bool_or(traffic.is_over_one) as is_over_one
    from {{ ref('int_slice_suites') }} as suites
    left join traffic
        on
            suites.product = traffic.product and suites.task_name = traffic.task_name
            and suites.dataset_version_id = traffic.dataset_version_id
    group by suites.product, suites.task_name, suites.dataset_version_id, suites.version_at
),

judged as (
    select
        *,
        case
            when dataset_version_id is null then 'no_dataset_version'
            when n_slices = 0 then 'dataset_names_no_slices'
            when n_compared = 0 then 'no_traffic_shares'
            when is_contradicted then 'traffic_shares_contradict'
            when is_over_one then 'traffic_shares_exceed_one'
            when example_share > 1 + 1e-9 then 'items_in_several_slices'
        end as reason
    from compared
)

select
    {{ stable_hash(['product', 'task_name', 'dataset_version_id']) }} as suite_traffic_fit_id,
    product,
    task_name,
    dataset_version_id,
    version_at,
    case when reason is null then 'value' else 'not_observed' end as state,
    reason,
    n_compared as n_slices_compared,
    case when reason is null then round(traffic_share, 9) end as traffic_share_compared,
    case when reason is null then round((difference + abs(example_share - traffic_share)) / 2, 9) end as distance_low,
    'total variation over slices with a known share of traffic; all else as one' as method
from judged
