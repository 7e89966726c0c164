with source as (
    select * from {{ source('raw_config', 'dismissed_neighbours') }}
),

renamed as (
    select
        launch,
        kind,
        neighbour,
        dismissed_by,
        dismissed_on,
        reason
    from source
)

select * from renamed
