with source as (
    select * from {{ source('raw_config', 'project_groups') }}
),

renamed as (
    select
        project_id,
        name,
        repository,
        owner_team
    from source
)

select * from renamed
