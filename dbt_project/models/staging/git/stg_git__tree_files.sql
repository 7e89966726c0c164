with source as (
    select * from {{ source('raw_git', 'tree_files') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        path,
        blob_sha,
        size,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
