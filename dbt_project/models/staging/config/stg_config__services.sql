with source as (
    select * from {{ source('raw_config', 'services') }}
),

renamed as (
    select
        service,
        repository
    from source
)

select * from renamed
