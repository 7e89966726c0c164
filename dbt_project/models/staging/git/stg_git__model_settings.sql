with source as (
    select * from {{ source('raw_git', 'model_settings') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        path,
        line,
        key,
        model,
        from_sha,
        from_at,
        lower(from_author_email) as from_author_email,
        from_pull_request_number,
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
