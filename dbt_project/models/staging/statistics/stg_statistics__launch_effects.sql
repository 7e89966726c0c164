with source as (
    select * from {{ source('raw_statistics', 'launch_effects') }}
),

renamed as (
    select
        experiment_id,
        metric_key,
        state,
        reason,
        effect_low,
        effect_mid,
        effect_high,
        ci_level,
        level_before,
        level_after,
        window_low,
        window_high,
        placebo_p,
        n_placebos,
        durbin_watson,
        n_days_before,
        n_days_after,
        has_control,
        method
    from source
)

select * from renamed
