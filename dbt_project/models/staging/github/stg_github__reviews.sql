with source as (
    select * from {{ source('raw_github', 'reviews') }}
    where _deleted_at is null
),

renamed as (
    select
        review_id,
        'github:' || repository_id as repository_id,
        pull_request_id,
        pull_request_number,
        author_id,
        author_login,
        author_type,
        state,
        submitted_at,
        commit_sha,
        updated_at,
        edited_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
