with source as (
    select * from {{ source('raw_statistics', 'experiment_checks') }}
),

renamed as (
    select
        experiment_id,
        phase,
        metric_key,
        variant_key,
        code as check_code,
        status,
        value,
        threshold,
        detail
    from source
)

select * from renamed
