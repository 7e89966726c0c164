with source as (
    select * from {{ source('raw_git', 'reverts') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        sha,
        how,
        target,
        reverted_sha,
        kind,
        confidence,
        extent,
        files_changed,
        files_restored,
        landed_at,
        lower(author_email) as author_email,
        pull_request_number,
        reverted_at,
        reverted_pull_request_number,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
