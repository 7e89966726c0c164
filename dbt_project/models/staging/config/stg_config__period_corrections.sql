with source as (
    select * from {{ source('raw_config', 'period_corrections') }}
),

renamed as (
    select
        period_id,
        artifact_id,
        approved_by,
        approved_on,
        reason
    from source
)

select * from renamed
