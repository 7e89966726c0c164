with source as (
    select * from {{ source('raw_git', 'document_links') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        path,
        target_kind,
        target,
        line_sha,
        from_sha,
        from_at,
        lower(from_author_email) as from_author_email,
        from_pull_request_number,
        line,
        last_sha,
        last_at,
        to_sha,
        to_at,
        lower(to_author_email) as to_author_email,
        to_pull_request_number,
        is_current,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
