with source as (
    select * from {{ source('raw_github', 'pull_request_files') }}
    where _deleted_at is null
),

renamed as (
    select
        pull_request_id,
        path,
        'github:' || repository_id as repository_id,
        pull_request_number,
        change_type,
        additions,
        deletions,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
