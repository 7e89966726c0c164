with source as (
    select * from {{ source('raw_github', 'commit_statuses') }}
    where _deleted_at is null
),

renamed as (
    select
        status_id,
        'github:' || repository_id as repository_id,
        sha,
        context,
        state,
        creator_id,
        creator_login,
        creator_type,
        target_url,
        created_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
