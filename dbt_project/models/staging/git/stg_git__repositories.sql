with source as (
    select * from {{ source('raw_git', 'repositories') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        full_name,
        url,
        default_branch,
        head_sha,
        is_empty,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
