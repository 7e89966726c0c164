-- Golden sets of the repositories that switched, as whole runs showed them last before a migration's first switch and last within the time
-- watched. A set is seen to grow only by runs: without one on either side, what was added to it is not known.
with watched as (
    select switches.model_migration_id, switches.repository_id, incidents.started_at, incidents.watched_until
    from (select distinct model_migration_id, repository_id from {{ ref('int_model_switches') }}) as switches
    inner join {{ ref('int_model_migration_incidents') }} as incidents on switches.model_migration_id = incidents.model_migration_id
),

used as (
    select
        watched.model_migration_id,
        versions.dataset_name,
        versions.dataset_version_id,
        versions.version_at,
        versions.n_items,
        runs.started_at < watched.started_at as is_before
    from watched
    inner join {{ ref('int_eval_runs') }} as runs on watched.repository_id = runs.repository_id and runs.started_at < watched.watched_until
    inner join {{ ref('stg_evals__runs') }} as logs on runs.eval_run_id = logs.run_id and logs.limit_applied is null
    inner join {{ ref('stg_evals__dataset_versions') }} as versions on runs.dataset_version_id = versions.dataset_version_id
    where versions.n_items is not null
)

select
    model_migration_id,
    dataset_name,
    {{ latest('dataset_version_id', "case when is_before then version_at end") }} as version_before,
    {{ latest('dataset_version_id', "case when not is_before then version_at end") }} as version_since,
    {{ latest('n_items', "case when is_before then version_at end") }} as n_before,
    {{ latest('n_items', "case when not is_before then version_at end") }} as n_since
from used
group by model_migration_id, dataset_name
