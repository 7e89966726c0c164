with source as (
    select * from {{ source('raw_git', 'surviving_lines') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        as_of,
        path,
        lower(author_email) as author_email,
        commit_sha,
        lines,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
