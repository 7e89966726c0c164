-- The dataset of a suite at the start and the end of a period: the newest version that a whole run had used by then.
with whole as (
    select distinct dataset_version_id
    from {{ ref('stg_evals__runs') }}
    where limit_applied is null
),

suites as (
    -- Where repositories differ, the dataset that was run most; names decide between equals.
    select suite_id, dataset_name
    from (
        select suite_id, dataset_name, row_number() over (partition by suite_id order by n_runs desc, dataset_name, repository_id) as place
        from {{ ref('int_eval_suites') }}
    ) as datasets
    where place = 1
),

versions as (
    select s.suite_id, v.dataset_version_id, v.version_at, v.n_items, v.n_slices, v.n_failure_modes, v.slices
    from suites as s
    inner join {{ ref('fct_eval_dataset_versions') }} as v on s.dataset_name = v.dataset_name
    inner join whole as w on v.dataset_version_id = w.dataset_version_id
),

started as (
    select v.*, t.period_id, row_number() over (partition by v.suite_id, t.period_id order by v.version_at desc, v.dataset_version_id) as newest
    from versions as v
    inner join {{ ref('int_periods') }} as t on {{ utc_date('v.version_at') }} < t.period_start
),

ended as (
    select v.*, t.period_id, row_number() over (partition by v.suite_id, t.period_id order by v.version_at desc, v.dataset_version_id) as newest
    from versions as v
    inner join {{ ref('int_periods') }} as t on {{ utc_date('v.version_at') }} < t.period_end
),

slices as (
    select
        e.suite_id,
        e.period_id,
        k.slice,
        coalesce(cast({{ json_value_of('s.slices', 'k.slice') }} as bigint), 0) as n_start,
        cast({{ json_value_of('e.slices', 'k.slice') }} as bigint) as n_end
    from ended as e
    {{ each(json_keys('e.slices'), 'k', 'slice') }}
    inner join started as s on e.suite_id = s.suite_id and e.period_id = s.period_id and s.newest = 1
    where e.newest = 1
),

grown as (
    select *, row_number() over (partition by suite_id, period_id order by n_end - n_start desc, slice) as place
    from slices
    where n_end > n_start
)

select
    e.suite_id,
    e.period_id,
    s.dataset_version_id as version_start,
    e.dataset_version_id as version_end,
    s.n_items as examples_start,
    e.n_items as examples_end,
    s.n_slices as slices_start,
    e.n_slices as slices_end,
    s.n_failure_modes as failure_modes_start,
    e.n_failure_modes as failure_modes_end,
    g.slice as grown_slice,
    g.n_start as grown_slice_start,
    g.n_end as grown_slice_end
from ended as e
left join started as s on e.suite_id = s.suite_id and e.period_id = s.period_id and s.newest = 1
left join grown as g on e.suite_id = g.suite_id and e.period_id = g.period_id and g.place = 1
where e.newest = 1
