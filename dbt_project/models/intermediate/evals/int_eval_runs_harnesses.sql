-- Which internal artifact ran the evals: by installed package, by the envelope's word, by the workflow that CI executed.
with packages as (
    select runs.run_id, {{ package_name('runs.harness_package') }} as package
    from {{ ref('stg_evals__runs') }} as runs
    union
    select runs.run_id, {{ package_name('p.package') }}
    from {{ ref('stg_evals__runs') }} as runs
    {{ each(json_keys('runs.packages'), 'p', 'package') }}
),

artifact_packages as (
    select artifacts.artifact_id, {{ package_name('p.package') }} as package
    from {{ ref('stg_config__artifacts') }} as artifacts
    {{ each(json_list('artifacts.packages'), 'p', 'package') }}
),

candidates as (
    select packages.run_id, artifact_packages.artifact_id, 1 as rule
    from packages
    inner join artifact_packages on packages.package = artifact_packages.package
    union all
    select claimed.run_id, artifacts.artifact_id, 2
    from {{ ref('int_eval_runs_claimed') }} as claimed
    inner join {{ ref('stg_config__artifacts') }} as artifacts
        on lower(claimed.envelope_harness) in (lower(artifacts.artifact_id), lower(artifacts.name))
    union all
    select claimed.run_id, executed.artifact_id, 3
    from {{ ref('int_eval_runs_claimed') }} as claimed
    inner join {{ ref('int_workflow_run_artifacts') }} as executed
        on claimed.ci_run_id = executed.run_id and claimed.ci_run_attempt = executed.run_attempt
)

select run_id, min_by(artifact_id, cast(rule as varchar) || artifact_id) as artifact_id
from candidates
group by run_id
