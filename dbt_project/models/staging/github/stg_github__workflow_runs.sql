with source as (
    select * from {{ source('raw_github', 'workflow_runs') }}
    where _deleted_at is null
),

renamed as (
    select
        run_id,
        run_attempt,
        'github:' || repository_id as repository_id,
        workflow_id,
        name,
        path,
        event,
        status,
        conclusion,
        head_sha,
        head_branch,
        actor_id,
        actor_login,
        actor_type,
        triggering_actor_id,
        triggering_actor_login,
        triggering_actor_type,
        run_number,
        pull_request_numbers,
        referenced_workflows,
        created_at,
        run_started_at,
        updated_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
