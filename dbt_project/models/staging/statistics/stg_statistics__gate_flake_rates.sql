with source as (
    select * from {{ source('raw_statistics', 'gate_flake_rates') }}
),

renamed as (
    select
        scope_kind,
        scope_id,
        period_id,
        rate_low,
        rate_mid,
        rate_high,
        ci_level,
        ci_method
    from source
)

select * from renamed
