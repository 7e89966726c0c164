with source as (
    select * from {{ source('raw_github', 'releases') }}
    where _deleted_at is null
),

renamed as (
    select
        release_id,
        'github:' || repository_id as repository_id,
        tag_name,
        tag_sha,
        name,
        is_draft,
        is_prerelease,
        author_id,
        author_login,
        author_type,
        created_at,
        published_at,
        url,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
