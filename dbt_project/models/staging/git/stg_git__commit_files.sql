with source as (
    select * from {{ source('raw_git', 'commit_files') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        sha,
        path,
        old_path,
        change_type,
        insertions,
        deletions,
        is_binary,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
