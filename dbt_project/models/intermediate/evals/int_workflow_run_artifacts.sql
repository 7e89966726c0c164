-- Which artifact's reusable workflow a workflow run really executed, at which commit of the artifact.
with referenced as (
    select
        runs.repository_id,
        runs.run_id,
        runs.run_attempt,
        lower(split_part({{ json_text('r.reference', '$.path') }}, '@', 1)) as workflow_path,
        {{ json_text('r.reference', '$.sha') }} as ref_sha
    from {{ ref('stg_github__workflow_runs') }} as runs
    {{ each(json_objects('runs.referenced_workflows'), 'r', 'reference') }}
),

artifacts as (
    select artifacts.artifact_id, artifacts.workflows, coalesce(names.slug, {{ repository_slug('artifacts.repository') }}) as slug
    from {{ ref('stg_config__artifacts') }} as artifacts
    left join {{ ref('int_repository_names') }} as holders on {{ repository_slug('artifacts.repository') }} = holders.slug
    left join {{ ref('int_repository_names') }} as names on holders.repository_id = names.repository_id
),

matched as (
    -- A workflow that an artifact lists is its own; an artifact that lists none has every workflow of its repository.
    select referenced.*, artifacts.artifact_id
    from referenced
    inner join artifacts on {{ has_prefix('referenced.workflow_path', "artifacts.slug || '/'") }}
    where
        {{ list_size(json_list('artifacts.workflows')) }} = 0
        or {{ list_has(json_list('lower(artifacts.workflows)'), 'referenced.workflow_path') }}
)

select
    run_id,
    run_attempt,
    artifact_id,
    min(repository_id) as repository_id,
    min(workflow_path) as workflow_path,
    min(ref_sha) as ref_sha
from matched
group by run_id, run_attempt, artifact_id
