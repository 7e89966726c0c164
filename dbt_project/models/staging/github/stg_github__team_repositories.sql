with source as (
    select * from {{ source('raw_github', 'team_repositories') }}
    where _deleted_at is null
),

renamed as (
    select
        team_id,
        'github:' || repository_id as repository_id,
        permission,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
