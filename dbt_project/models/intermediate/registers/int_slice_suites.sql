-- Versions of the datasets that the eval tasks of a product's slices have used as a whole; a task without any is one row.
with tasks as (
    select distinct slices.product, listed.task_name
    from {{ ref('dim_slices') }} as slices
    {{ each(json_list('slices.tasks'), 'listed', 'task_name') }}
),

used as (
    select distinct task_name, dataset_version_id
    from {{ ref('stg_evals__runs') }}
    where limit_applied is null and dataset_version_id is not null
)

select tasks.product, tasks.task_name, versions.dataset_version_id, versions.version_at, versions.n_items, nullif(versions.slices, '') as slices
from tasks
left join used on tasks.task_name = used.task_name
left join {{ ref('fct_eval_dataset_versions') }} as versions on used.dataset_version_id = versions.dataset_version_id
