with source as (
    select * from {{ source('raw_config', 'incident_labels') }}
),

renamed as (
    select
        meaning,
        label,
        severity
    from source
)

select * from renamed
