-- Examples of each registered slice in every dataset version of the tasks that should cover it.
with listed as (
    select distinct spells.slice_id, spells.product, spells.slice, tasks.task_name
    from {{ ref('dim_slices') }} as spells
    {{ each(json_list('spells.tasks'), 'tasks', 'task_name') }}
),

counted as (
    select
        listed.slice_id,
        listed.product,
        listed.slice,
        suites.task_name,
        suites.dataset_version_id,
        suites.version_at,
        suites.n_items,
        case
            when suites.dataset_version_id is null then 'no_dataset_version'
            when {{ list_size(json_keys('suites.slices')) }} = 0 then 'dataset_names_no_slices'
        end as reason,
        coalesce(cast({{ json_value_of('suites.slices', 'listed.slice') }} as bigint), 0) as n_told
    from listed
    inner join {{ ref('int_slice_suites') }} as suites on listed.product = suites.product and listed.task_name = suites.task_name
),

traffic as (
    select slice_id, share, valid_from, valid_to
    from {{ ref('fct_slice_traffic') }}
    where not is_contradicted and not is_over_one
),

weighed as (
    select counted.slice_id, counted.task_name, counted.dataset_version_id, max(traffic.share) as traffic_share
    from counted
    inner join traffic on counted.slice_id = traffic.slice_id and {{ is_valid_at('traffic', utc_date('counted.version_at')) }}
    group by counted.slice_id, counted.task_name, counted.dataset_version_id
)

select
    {{ stable_hash(['counted.slice_id', 'counted.task_name', 'counted.dataset_version_id']) }} as slice_coverage_id,
    counted.slice_id,
    counted.product,
    counted.slice,
    counted.task_name,
    counted.dataset_version_id,
    counted.version_at,
    case when counted.reason is not null then 'not_observed' when counted.n_told = 0 then 'observed_zero' else 'value' end as state,
    counted.reason,
    case when counted.reason is null then counted.n_told end as n_examples,
    case when counted.reason is null then cast(counted.n_told as double) / nullif(counted.n_items, 0) end as example_share,
    weighed.traffic_share
from counted
left join weighed
    on
        counted.slice_id = weighed.slice_id and counted.task_name = weighed.task_name
        and counted.dataset_version_id = weighed.dataset_version_id
