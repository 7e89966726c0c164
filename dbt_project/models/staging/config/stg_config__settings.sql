with source as (
    select * from {{ source('raw_config', 'settings') }}
),

renamed as (
    select
        key,
        value
    from source
)

select * from renamed
