with source as (
    select * from {{ source('raw_github', 'review_comments') }}
    where _deleted_at is null
),

renamed as (
    select
        review_comment_id,
        review_id,
        'github:' || repository_id as repository_id,
        pull_request_id,
        pull_request_number,
        author_id,
        author_login,
        author_type,
        created_at,
        updated_at,
        path,
        commit_sha,
        original_commit_sha,
        in_reply_to_id,
        has_suggestion,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
