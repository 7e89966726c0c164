with source as (
    select * from {{ source('raw_github', 'pull_request_required_checks') }}
    where _deleted_at is null
),

renamed as (
    select
        pull_request_id,
        head_sha,
        context,
        kind,
        'github:' || repository_id as repository_id,
        pull_request_number,
        app_id,
        is_required,
        observed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
