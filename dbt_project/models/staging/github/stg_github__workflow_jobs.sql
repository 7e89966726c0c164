with source as (
    select * from {{ source('raw_github', 'workflow_jobs') }}
    where _deleted_at is null
),

renamed as (
    select
        job_id,
        run_id,
        run_attempt,
        'github:' || repository_id as repository_id,
        name,
        status,
        conclusion,
        head_sha,
        steps,
        started_at,
        completed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
