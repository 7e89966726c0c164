-- The first day on which a project's repositories executed an artifact's reusable workflow; not in the artifact's own repository.
with runs as (
    select
        executed.artifact_id,
        executed.repository_id,
        runs.run_id,
        runs.run_attempt,
        coalesce(runs.run_started_at, runs.created_at) as started_at
    from {{ ref('int_workflow_run_artifacts') }} as executed
    inner join {{ ref('stg_github__workflow_runs') }} as runs
        on executed.run_id = runs.run_id and executed.run_attempt = runs.run_attempt
    -- These conclusions mean that no step was ever executed.
    where coalesce(runs.conclusion, 'skipped') not in ('skipped', 'startup_failure', 'action_required', 'stale')
),

placed as (
    select runs.*, projects.project_id
    from runs
    inner join {{ ref('int_repository_projects') }} as projects on runs.repository_id = projects.repository_id
    inner join {{ ref('dim_artifacts') }} as artifacts on runs.artifact_id = artifacts.artifact_id
    where runs.repository_id != coalesce(artifacts.repository_id, '')
)

select
    artifact_id,
    project_id,
    {{ utc_date('min(started_at)') }} as adopted_on,
    {{ earliest(record_id(['run_id', 'run_attempt']), 'started_at') }} as first_run_record_id
from placed
group by artifact_id, project_id
