with source as (
    select * from {{ source('raw_github', 'team_members') }}
    where _deleted_at is null
),

renamed as (
    select
        team_id,
        user_id,
        login,
        role,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
