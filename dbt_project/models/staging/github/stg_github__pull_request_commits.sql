with source as (
    select * from {{ source('raw_github', 'pull_request_commits') }}
    where _deleted_at is null
),

renamed as (
    select
        pull_request_id,
        sha,
        'github:' || repository_id as repository_id,
        pull_request_number,
        position,
        author_name,
        lower(author_email) as author_email,
        author_user_id,
        author_login,
        authored_at,
        committed_at,
        co_authors,
        headline,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
