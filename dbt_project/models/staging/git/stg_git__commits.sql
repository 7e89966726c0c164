with source as (
    select * from {{ source('raw_git', 'commits') }}
    where _deleted_at is null
),

renamed as (
    select
        repository_id,
        sha,
        parents,
        tree_sha,
        author_name,
        lower(author_email) as author_email,
        authored_at,
        committer_name,
        lower(committer_email) as committer_email,
        committed_at,
        subject,
        is_merge,
        on_first_parent,
        landed_sha,
        landed_at,
        pull_request_number,
        co_authors,
        reverts_sha,
        files_changed,
        insertions,
        deletions,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
