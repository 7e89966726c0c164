with source as (
    select * from {{ source('raw_git', 'prompt_versions') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        prompt_key,
        sha,
        kind,
        symbol,
        path,
        previous_path,
        change_type,
        blob_sha,
        previous_blob_sha,
        text_sha,
        previous_text_sha,
        lines_added,
        lines_removed,
        is_whitespace_only,
        landed_sha,
        landed_at,
        pull_request_number,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
