-- Which artifact's reusable workflow a workflow run really executed, at which commit of the artifact.
with referenced as (
    select
        runs.repository_id,
        runs.run_id,
        runs.run_attempt,
        coalesce(runs.run_started_at, runs.created_at) as started_at,
        lower(split_part({{ json_text('r.reference', '$.path') }}, '@', 1)) as workflow_path,
        {{ json_text('r.reference', '$.sha') }} as ref_sha
    from {{ ref('stg_github__workflow_runs') }} as runs
    {{ each(json_objects('runs.referenced_workflows'), 'r', 'reference') }}
),

identifiers as (
    select
        artifact_id, identifier_kind, identifier, valid_from, valid_to,
        max(case when identifier_kind = 'workflow' then 1 else 0 end) over (partition by artifact_id) = 1 as lists_workflows
    from {{ ref('int_artifact_identifiers') }}
),

-- A workflow that an artifact lists is its own; an artifact that lists none has every workflow of its repository.
matched as (
    select referenced.*, identifiers.artifact_id
    from referenced
    inner join identifiers
        on
            (
                (identifiers.identifier_kind = 'workflow' and referenced.workflow_path = identifiers.identifier)
                or (
                    identifiers.identifier_kind = 'repository' and not identifiers.lists_workflows
                    and {{ has_prefix('referenced.workflow_path', "identifiers.identifier || '/'") }}
                )
            )
            and {{ is_valid_at('identifiers', 'referenced.started_at') }}
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
