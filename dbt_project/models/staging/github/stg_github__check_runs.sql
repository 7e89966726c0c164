with source as (
    select * from {{ source('raw_github', 'check_runs') }}
    where _deleted_at is null
),

renamed as (
    select
        check_run_id,
        'github:' || repository_id as repository_id,
        head_sha,
        name,
        status,
        conclusion,
        app_id,
        app_slug,
        check_suite_id,
        external_id,
        details_url,
        started_at,
        completed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
