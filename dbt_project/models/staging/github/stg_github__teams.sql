with source as (
    select * from {{ source('raw_github', 'teams') }}
    where _deleted_at is null
),

renamed as (
    select
        team_id,
        organisation_login,
        slug,
        name,
        parent_team_id,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
