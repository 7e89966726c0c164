with source as (
    select * from {{ source('raw_config', 'closed_periods') }}
),

renamed as (
    select
        period_id,
        closed_by,
        closed_on,
        reason
    from source
)

select * from renamed
